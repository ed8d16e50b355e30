"""A synthetic patient beats through the log and shows nowhere."""

from dataclasses import replace

from prometheus_client import CollectorRegistry

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.watch.encounter import provisional
from command_center.heartbeat.answers import Answers
from command_center.heartbeat.beats import Beats
from command_center.metrics import CenterMetrics
from command_center.roster import Roster
from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from ports.log.port import Record
from tests.command_center.night import append, transition, turns
from tests.command_center.station import Station
from wire.alarms import encode_entry
from wire.synthetic import encounter_of, synthetic, unit_of
from wire.topics import ALARMS


def _word(center_id: str, partition: int, source: Source) -> Transition:
    encounter_id = encounter_of(center_id, partition, ALARMS.partitions)
    return replace(transition(1, 0), encounter_id=encounter_id, source=source)


def _record(word: Transition, partition: int) -> Record:
    key = word.encounter_id.encode()
    return Record(ALARMS.name, partition, 0, key, encode_entry(word), ())


def test_an_answer_is_noted_by_partition_and_channel() -> None:
    registry, clock, beats = CollectorRegistry(), VirtualClock(), Beats()
    answers = Answers("center-1", beats, CenterMetrics(registry), clock)
    beats.sent(2, clock.monotonic_us())
    beats.acknowledged(clock.monotonic_us())
    clock.advance(9 * SECOND_US)
    assert answers.take(_record(_word("center-1", 2, Source.CENTER_A), 2))
    assert beats.deaf(2, clock.monotonic_us()) == {Source.CENTER_B}
    name, labels = "goldenhour_center_heartbeat_seconds_sum", {"source": "CENTER_A"}
    assert registry.get_sample_value(name, labels) == 9.0


def test_another_centers_heartbeat_is_passed_by() -> None:
    """It is no alarm here either, and no answer to this center."""
    clock, beats = VirtualClock(), Beats()
    answers = Answers("center-1", beats, CenterMetrics(CollectorRegistry()), clock)
    beats.sent(0, 0)
    beats.acknowledged(0)
    assert answers.take(_record(_word("center-2", 0, Source.CENTER_A), 0))
    clock.advance(9 * SECOND_US)
    assert Source.CENTER_A in beats.deaf(0, clock.monotonic_us())


def test_a_patients_alarm_is_left_to_the_fold() -> None:
    answers = Answers("c", Beats(), CenterMetrics(CollectorRegistry()), VirtualClock())
    assert not answers.take(_record(transition(1, 0), 0))


async def test_it_is_in_no_feed_and_no_figure(station: Station, log: MemoryLog) -> None:
    """A patient's alarm beside it arrives; nothing is told of the synthetic one."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, _word("center-1", 1, Source.CENTER_A), transition(1, 0))
    told = await feed.next()
    assert not synthetic(told.delivery.alarm.encounter_id)
    await turns()
    assert [view.encounter_id for view in station.center.folding.fold.current()] == [
        transition(1, 0).encounter_id
    ]


def test_it_is_not_on_the_roster() -> None:
    roster = Roster()
    encounter_id = encounter_of("center-1", 0, ALARMS.partitions)
    roster.on_encounter(provisional(encounter_id, unit_of("center-1"), 0))
    assert roster.rows == ()
