"""Failure of detection is an alarm."""

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from command_center.channels import Channels
from command_center.detection import GRACE_US, STALE_US, DetectionAlarms, Watchdog
from wire.picture import Picture

A, B = Source.CENTER_A, Source.CENTER_B


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


class Ward:
    """Two partitions, both channels expected, and what the center says of them."""

    def __init__(self) -> None:
        self.dog = Watchdog(2, 0)
        self.channels = Channels({A, B})
        self.alarms = DetectionAlarms("center", self.dog, self.channels)

    def see(self, second: int, *sources: Source, silent: tuple[str, ...] = ()) -> None:
        now_us = second * SECOND_US
        for source in sources:
            for partition in range(2):
                self.dog.seen(partition, now_us)
                self.channels.seen(Picture(partition, now_us, source, (), silent), now_us)

    def say(self, second: int) -> list[tuple[str, Phase, dict[str, object]]]:
        said = self.alarms.judge(second * SECOND_US, second * SECOND_US)
        return [(e.cause, e.phase, dict(e.reason.values) if e.reason else {}) for e in said]


def test_both_channels_running_is_no_alarm() -> None:
    ward = Ward()
    ward.see(1, A, B)
    assert ward.say(1) == []


def test_one_lost_channel_is_detection_degraded_until_it_is_back() -> None:
    """Low, with the name of the channel; detection has not stopped."""
    ward = Ward()
    ward.see(1, A, B)
    ward.see(4, A)
    lost = {"channel B": "0,1"}
    assert ward.say(4) == [(Cause.DETECTION_DEGRADED, Phase.START, lost)]
    ward.see(5, A)
    assert ward.say(5) == []
    ward.see(6, A, B)
    assert ward.say(6) == [(Cause.DETECTION_DEGRADED, Phase.END, {})]


def test_both_lost_is_detection_stale_and_no_longer_degraded() -> None:
    """The graver alarm alone, so that a dispatcher is told one thing."""
    ward = Ward()
    ward.see(1, A, B)
    ward.see(4, A)
    ward.say(4)
    assert ward.say(7) == [
        (Cause.DETECTION_STALE, Phase.START, {"partitions": "0,1"}),
        (Cause.DETECTION_DEGRADED, Phase.END, {}),
    ]


def test_a_channel_that_never_started_is_missed_only_where_it_is_expected() -> None:
    """After the grace of a start, and not at all with one channel."""
    ward = Ward()
    ward.dog.seen(0, SECOND_US)
    ward.channels.seen(Picture(0, SECOND_US, A, ()), SECOND_US)
    assert ward.say(2) == []
    ward.see(11, A)
    assert [cause for cause, *_ in ward.say(11)] == [Cause.DETECTION_DEGRADED]
    ward.channels.expected.discard(B)
    assert [phase for _, phase, _ in ward.say(11)] == [Phase.END]


def test_units_that_fall_silent_together_are_one_alarm_that_lists_them() -> None:
    """It follows the list and ends by itself; the partitions are put together."""
    ward = Ward()
    ward.see(1, A, B, silent=("A-2", "A-1"))
    ward.channels.seen(Picture(1, SECOND_US, A, (), ("A-3",)), SECOND_US)
    start = (Cause.UNITS_SILENT, Phase.START, {"units": "A-1, A-2, A-3", "number": 3})
    assert ward.say(1) == [start]
    ward.see(2, A, B, silent=("A-1",))
    assert ward.say(2) == [(Cause.UNITS_SILENT, Phase.UPDATE, {"units": "A-1", "number": 1})]
    ward.see(3, A, B)
    assert ward.say(3) == [(Cause.UNITS_SILENT, Phase.END, {})]


def test_what_the_center_raises_has_the_priority_of_the_catalogue() -> None:
    ward = Ward()
    ward.see(1, A)
    ward.see(11, A)
    (entry,) = ward.alarms.judge(11 * SECOND_US, 11 * SECOND_US)
    assert (entry.priority, entry.source) == (Priority.LOW, Source.CENTER)
