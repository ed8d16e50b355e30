"""Failure of detection is an alarm."""

from clinical.alarms.priority import Phase
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from command_center.detection import GRACE_US, STALE_US, StaleAlarm, Watchdog
from command_center.fold import Fold
from command_center.positions import OWN
from wire.alarms import decode_entry, encode_entry


def test_a_partition_is_stale_after_three_seconds_of_silence() -> None:
    """Not before, and no longer once it is seen."""
    dog = Watchdog(2, 0)
    dog.seen(0, SECOND_US)
    dog.seen(1, 2 * SECOND_US)
    assert dog.stale(SECOND_US + STALE_US - 1) == ()
    assert dog.stale(SECOND_US + STALE_US) == (0,)
    dog.seen(0, SECOND_US + STALE_US)
    assert dog.stale(SECOND_US + STALE_US) == ()


def test_a_center_that_starts_first_has_a_grace() -> None:
    """Ten seconds for a partition that was never seen, and only for that one."""
    dog = Watchdog(2, 0)
    dog.seen(0, SECOND_US)
    assert dog.stale(GRACE_US - 1) == (0,)
    assert dog.uncertain(GRACE_US - 1)
    assert dog.stale(GRACE_US) == (0, 1)
    assert not dog.uncertain(GRACE_US)


def _said(entry: Transition | None) -> tuple[Phase, object]:
    assert entry is not None
    return entry.phase, entry.reason and entry.reason.values


def test_silent_partitions_are_one_alarm_that_lists_them() -> None:
    """It begins with the first, follows the list, and ends when all are back."""
    alarm = StaleAlarm("center")
    assert alarm.judge((), 1) is None
    first = alarm.judge((2, 3), 2)
    assert _said(first) == (Phase.START, {"partitions": "2,3"})
    assert alarm.judge((2, 3), 3) is None
    assert _said(alarm.judge((0, 2, 3), 4)) == (Phase.UPDATE, {"partitions": "0,2,3"})
    last = alarm.judge((), 5)
    assert first is not None
    assert last is not None
    assert (last.phase, last.active, last.alarm_id) == (Phase.END, False, first.alarm_id)
    again = alarm.judge((2, 3), 6)
    assert again is not None
    assert again.alarm_id != first.alarm_id


def test_an_alarm_that_stood_goes_on_after_a_restart() -> None:
    """It keeps its id, is not ended while nothing is known, and is then said to be over."""
    fold = Fold()
    entry = StaleAlarm("center").judge((1,), 10)
    assert entry is not None
    read = decode_entry(encode_entry(entry))
    assert isinstance(read, Transition)
    fold.apply(OWN, 0, read)
    alarm = StaleAlarm("center")
    (view,) = fold.own()
    alarm.restore(view)
    assert alarm.judge((), 20, uncertain=True) is None
    assert alarm.judge((1,), 21) is None
    over = alarm.judge((), 22)
    assert over is not None
    assert fold.apply(OWN, 1, over)[0].view.ended_us == 22
