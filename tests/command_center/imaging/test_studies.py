"""What is known of each patient's series, in whatever order the log tells it."""

from command_center.imaging.studies import SERIES_SEEN, Studies
from tests.command_center.imaging.samples import SERIES, WHO, announced, state, stored


def test_slices_lie_in_order_of_position_however_they_come() -> None:
    """And each once, though its reference may come again."""
    studies = Studies()
    for number in (2, 1, 3, 2):
        studies.on_stored(stored(number))
    (series,) = studies.of(WHO)
    assert [one.sop_uid for one in series.in_order] == [f"{SERIES}.{n}" for n in (1, 2, 3)]
    assert next(iter(series.stored)) == f"{SERIES}.2"


def test_an_older_state_does_not_replace_a_newer_one() -> None:
    """Two channels say states, and a restarted one says them again."""
    studies = Studies()
    studies.on_state(state(2_000, 2))
    studies.on_state(state(1_000, 1))
    (series,) = studies.of(WHO)
    assert series.state is not None
    assert series.state.slices_stored == 2


def test_the_revision_changes_with_whatever_is_told() -> None:
    """And only for the patient whom it is about."""
    studies = Studies()
    seen = {studies.revision(WHO)}
    studies.on_announced(announced(3))
    seen.add(studies.revision(WHO))
    studies.on_stored(stored(1))
    seen.add(studies.revision(WHO))
    studies.on_stored(stored(1, who="somebody"))
    assert studies.revision(WHO) in seen
    assert len(seen) == 3


def test_who_has_left_is_forgotten() -> None:
    studies = Studies()
    studies.on_stored(stored(1))
    studies.forget(WHO)
    assert (studies.of(WHO), studies.revision(WHO), len(studies)) == ([], 0, 0)
    assert studies.find(WHO, SERIES, f"{SERIES}.1") is None


def test_the_series_heard_of_longest_ago_goes_first() -> None:
    """What is remembered is bounded."""
    studies = Studies()
    for number in range(SERIES_SEEN + 1):
        studies.on_stored(stored(1, who=f"patient {number}"))
    assert len(studies) == SERIES_SEEN
    assert studies.of("patient 0") == []
    assert studies.revision("patient 0") == 0
    assert len(studies.of(f"patient {SERIES_SEEN}")) == 1
