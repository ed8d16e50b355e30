"""The page of alarms is the catalogue."""

from pathlib import Path

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.episode import LIFE_CYCLE
from clinical.alarms.nomenclature import EVENTS
from clinical.alarms.page import alarm_page

PAGE = Path(__file__).parents[3] / "docs" / "alarms.md"


def test_the_page_is_drawn_from_the_catalogue() -> None:
    """``python -m goldenhour.alarm_page`` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == alarm_page()


def test_every_cause_has_its_section() -> None:
    """No alarm goes unexplained."""
    page = alarm_page()
    assert all(f"\n## {rule.cause}\n" in page for rule in CATALOGUE)


def test_the_diagram_draws_every_transition_of_the_life_cycle_and_no_other() -> None:
    """Read back from Mermaid it is the table that the fold looks up."""
    diagram = alarm_page().split("```mermaid\n")[1].split("```")[0]
    arrows = [line.strip().split(" --> ") for line in diagram.splitlines() if ": " in line]
    drawn = {
        (state, event, to.split(": ")[0])
        for state, to in arrows
        for event in to.split(": ")[1].split(", ")
    }
    assert drawn == {
        (state or "[*]", event.name.lower().replace("_", " "), following)
        for (state, event), following in LIFE_CYCLE.items()
    }
    assert "    ENDED --> [*]\n    RECORDED --> [*]\n" in diagram


def test_what_has_no_term_elsewhere_says_so() -> None:
    page = alarm_page()
    for rule in CATALOGUE:
        section = page.split(f"\n## {rule.cause}\n")[1].split("\n## ")[0]
        (line,) = [one for one in section.splitlines() if one.startswith("- elsewhere: ")]
        assert ("^MDC`" in line) is (rule.cause in EVENTS)
