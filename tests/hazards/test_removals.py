"""The removals keep step with the sources and with docs/hazards.md, and each was seen."""

import re
from typing import Final

import pytest

from tests import patience
from tests.hazards.removals import ROOT, Removal, removals
from tests.hazards.seen_failing import PAGE, PATIENCE, rows_by_digest

NAMED: Final = re.compile(r"`(tests/[\w/]+\.py::\w+)`")


@pytest.mark.parametrize("removal", removals(), ids=lambda it: f"{it.test} {it.digest}")
def test_what_a_removal_takes_out_stands_in_the_source(removal: Removal) -> None:
    """Exactly once, so that it is known what is missing."""
    source = (ROOT / removal.file).read_text(encoding="utf-8")
    assert removal.spoiled(source) != source


def test_every_control_has_a_removal() -> None:
    """By the test that proves it."""
    named = set(NAMED.findall((ROOT / "docs/hazards.md").read_text(encoding="utf-8")))
    tried = {one.test for one in removals()}
    assert tried == named


def test_every_removal_was_seen() -> None:
    """As it is now: ``make hazards`` tries those that were changed since, and writes the page."""
    seen = rows_by_digest(PAGE.read_text(encoding="utf-8"))
    assert set(seen) == {one.digest for one in removals()}


def test_the_copy_knows_every_patience_that_a_test_asks_for() -> None:
    """One that is missing there would make every test that asks for it fail for no reason."""
    known = {name for name in vars(patience) if name.startswith("PATIENCE")}
    assert set(re.findall(r"^(\w+) = ", PATIENCE, re.MULTILINE)) == known
