"""The fold by partition."""

from clinical.alarms.priority import Priority
from command_center.fold import Fold
from tests.command_center.night import alarm_of, closed, transition


def test_partitions_may_interleave_in_any_way() -> None:
    """Each partition gives the same changes, whatever the others do meanwhile."""
    ours = [transition(1, 1), transition(1, 2, revision=2, active=False)]
    began, ended = transition(2, 1), closed(2, 3)
    one, other = Fold(), Fold()
    first = [one.apply(0, n, entry) for n, entry in enumerate(ours)]
    first += [one.apply(1, 0, began), one.apply(1, 1, ended)]
    second = [other.apply(1, 0, began), other.apply(0, 0, ours[0])]
    second += [other.apply(1, 1, ended), other.apply(0, 1, ours[1])]
    assert sorted(map(repr, first)) == sorted(map(repr, second))


def test_changes_of_one_entry_are_numbered() -> None:
    """An entry that changes several alarms gives each change a name of its own."""
    fold = Fold()
    for offset, cause in enumerate(("NEWS2_HIGH", "SPO2_LOW")):
        fold.apply(0, offset, transition(1, 1, cause=cause))
    assert [change.position for change in fold.apply(0, 2, closed(1, 2))] == [(2, 0), (2, 1)]


def test_current_alarms_of_all_partitions_come_most_urgent_first() -> None:
    """A dispatcher reads from the top."""
    fold = Fold()
    fold.apply(0, 0, transition(1, 9, cause="SPO2_LOW", priority=Priority.MEDIUM))
    fold.apply(1, 0, transition(2, 1))
    fold.apply(2, 0, transition(3, 2))
    assert [view.alarm_id for view in fold.current()] == [
        alarm_of(3),
        alarm_of(2),
        alarm_of(1, "SPO2_LOW"),
    ]


def test_a_restored_book_goes_on_as_the_old_one() -> None:
    """A snapshot carries what the next entry needs."""
    fold, restored = Fold(), Fold()
    fold.apply(0, 0, transition(1, 1))
    restored.restore(0, fold.snapshot(0))
    ending = transition(1, 2, revision=2, active=False)
    assert restored.apply(0, 1, ending) == fold.apply(0, 1, ending)
