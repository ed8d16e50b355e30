"""The page of alarms is the catalogue."""

from pathlib import Path

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.page import alarm_page

PAGE = Path(__file__).parents[3] / "docs" / "alarms.md"


def test_the_page_is_drawn_from_the_catalogue() -> None:
    """``python -m goldenhour.alarm_page`` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == alarm_page()


def test_every_cause_has_its_section() -> None:
    """No alarm goes unexplained."""
    page = alarm_page()
    assert all(f"\n## {rule.cause}\n" in page for rule in CATALOGUE)
