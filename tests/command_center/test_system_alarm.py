"""One alarm at a time about the system, that follows what it concerns."""

from clinical.alarms.priority import Phase
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from command_center.fold import Fold
from command_center.positions import OWN
from command_center.system_alarm import LISTED_MAX, SystemAlarm, listed, partitions
from wire.alarms import decode_entry, encode_entry


def _said(entry: Transition | None) -> tuple[Phase, object]:
    assert entry is not None
    return entry.phase, entry.reason and entry.reason.values


def test_it_begins_follows_the_list_and_ends() -> None:
    """The next time it is another alarm."""
    alarm = SystemAlarm(Cause.DETECTION_STALE, "center")
    assert alarm.judge(None, 1) is None
    first = alarm.judge({"partitions": "2,3"}, 2)
    assert _said(first) == (Phase.START, {"partitions": "2,3"})
    assert alarm.judge({"partitions": "2,3"}, 3) is None
    longer = alarm.judge({"partitions": "0,2,3"}, 4)
    assert _said(longer) == (Phase.UPDATE, {"partitions": "0,2,3"})
    last = alarm.judge(None, 5)
    assert first is not None
    assert last is not None
    assert (last.phase, last.active, last.alarm_id) == (Phase.END, False, first.alarm_id)
    again = alarm.judge({"partitions": "2,3"}, 6)
    assert again is not None
    assert again.alarm_id != first.alarm_id


def test_an_alarm_that_stood_goes_on_after_a_restart() -> None:
    """It keeps its id, is not ended while nothing is known, and is then said to be over."""
    fold = Fold()
    values = {"partitions": partitions((1,))}
    entry = SystemAlarm(Cause.DETECTION_STALE, "center").judge(values, 10)
    assert entry is not None
    read = decode_entry(encode_entry(entry))
    assert isinstance(read, Transition)
    fold.apply(OWN, 0, read)
    alarm = SystemAlarm(Cause.DETECTION_STALE, "center")
    (view,) = fold.own()
    alarm.restore(view)
    assert alarm.judge(None, 20, uncertain=True) is None
    assert alarm.judge(values, 21) is None
    over = alarm.judge(None, 22)
    assert over is not None
    assert fold.apply(OWN, 1, over)[0].view.ended_us == 22


def test_a_long_list_says_how_many_more_there_are() -> None:
    names = [f"A-{number:03}" for number in range(LISTED_MAX + 7)]
    assert listed(names[:2]) == "A-000, A-001"
    assert listed(names).endswith("A-199, and 7 more")
