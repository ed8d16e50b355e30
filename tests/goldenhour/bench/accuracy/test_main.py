"""The page of accuracy: beats are matched as EC57 does, and sections are kept where data lack."""

import numpy as np

from goldenhour.bench.accuracy.annotations import Reference, Tally, compare, matches
from goldenhour.bench.accuracy.main import Section, kept_section, marked


def _reference(*times_s: float, codes: str = "") -> Reference:
    return Reference(np.array(times_s), codes or "N" * len(times_s), ())


def _compared(reference: Reference, *found_s: float) -> tuple[int, int, int]:
    tally = compare(reference, np.array(found_s), np.zeros(len(found_s), bool))
    return tally.matched, tally.missed, tally.made_up


def test_a_beat_matches_within_150_ms_and_only_once() -> None:
    """A second find beside the same beat is made up, as is one that is too far away."""
    assert _compared(_reference(1.0, 2.0, 3.0), 1.1, 1.14, 2.16, 3.0) == (2, 1, 2)


def test_the_nearest_find_is_the_match() -> None:
    """Whatever the order."""
    assert matches(np.array([1.0]), np.array([0.9, 1.01, 1.1])) == [(0, 1)]


def test_what_is_found_in_excluded_flutter_does_not_count() -> None:
    """Between its marks, and within a window of them."""
    reference = Reference(np.array([1.0, 9.0]), "NN", ((2.0, 8.0),))
    assert _compared(reference, 1.0, 3.0, 5.0, 8.1, 9.0) == (2, 0, 0)


def test_ventricular_beats_are_told_from_normal_ones_among_the_matched() -> None:
    """Fusion beats are in neither class."""
    found = np.array([1.0, 2.0, 3.0, 4.0])
    tally = compare(
        _reference(1.0, 2.0, 3.0, 4.0, codes="VVNF"), found, np.array([True, False, True, True])
    )
    assert tally == Tally(4, 0, 0, 1, 1, 1)
    assert tally.ventricular_sensitivity_percent == 50.0


def test_a_section_without_recordings_stays_as_the_page_has_it() -> None:
    """Found by its marks; nothing where the page has none."""
    section = Section("beats", "mitdb")
    text = marked(section, "## Heart beats\n\nAs measured.\n")
    assert kept_section(section, f"# Accuracy\n\n{text}\nmore") == text
    assert kept_section(section, "# Accuracy\n") == ""
