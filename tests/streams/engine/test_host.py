from itertools import pairwise
from typing import Any

import pytest

from clinical.alarms.priority import Phase, Source
from clinical.alarms.rule import Cause
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.alarms.transition import Transition
from clinical.items import EncounterChange, EncounterEvent, Vitals
from clinical.watch.encounter import EncounterState, EncounterStatus
from ports.log.port import Record
from streams.engine import host as host_module
from streams.engine.checkpointing import Snapshot, recovered
from streams.engine.host import PartitionHost
from streams.engine.outputs import Outputs, Send
from streams.engine.watches import PatientWatches, Watch, Watches
from tests.streams.engine.night import (
    ILL,
    WELL,
    at,
    batch,
    drive,
    encounter,
    frame,
    night,
    report,
    tick,
)
from tests.streams.engine.planted import POISON_BPM, PlantedWatches
from wire.alarms import decode_entry
from wire.frames import Lane, decode_frame, encode_frame
from wire.picture import Picture
from wire.records import (
    HEADERS_BATCH,
    HEADERS_LIMIT_CHANGE,
    HEADERS_PICTURE,
    DeadLetter,
    decode_record,
    encode_batch,
    type_header,
)
from wire.staff_limits import encode_limit_change
from wire.topics import ALARMS, CHECKPOINTS_PATIENTS_A, DEAD_LETTERS, ENCOUNTERS, PATIENTS, PICTURE

POISON = Vitals(heart_rate_bpm=POISON_BPM)


def new_host(watches: Watches | None = None, source: Source = Source.CENTER_A) -> PartitionHost:
    return PartitionHost(0, source, watches or PatientWatches())


def sends(outputs: list[Outputs], topic: str) -> list[Send]:
    return [fact for each in outputs for fact in each.facts if fact.topic == topic]


def pictures(outputs: list[Outputs]) -> list[Picture]:
    values = [decode_record(s.headers, s.value or b"") for s in sends(outputs, PICTURE.name)]
    return [value for value in values if isinstance(value, Picture)]


def letters(outputs: list[Outputs]) -> list[DeadLetter]:
    values = [decode_record(s.headers, s.value or b"") for s in sends(outputs, DEAD_LETTERS.name)]
    return [value for value in values if isinstance(value, DeadLetter)]


def test_a_patient_who_gets_worse_alarms_in_the_partition_of_the_encounter() -> None:
    outputs = drive(new_host(), night(seconds=30, ill_from=5, ill_until=25))
    causes = {each.cause for output in outputs for each in output.transitions}
    assert {Cause.NEWS2_HIGH, Cause.HEART_RATE_HIGH, Cause.SPO2_LOW} <= causes
    for send in sends(outputs, ALARMS.name):
        assert (send.partition, send.key) == (0, encounter(0).encode())


def test_the_same_records_always_lead_to_the_same_bytes() -> None:
    records = night(seconds=60, ill_from=5, ill_until=40)
    assert drive(new_host(), records) == drive(new_host(), records)


def test_channels_say_the_same_under_their_own_names() -> None:
    records = night(seconds=30, ill_from=5, ill_until=20)
    said = [
        [(each.alarm_id, each.phase, each.revision) for out in outputs for each in out.transitions]
        for outputs in (
            drive(new_host(source=Source.CENTER_A), records),
            drive(new_host(source=Source.CENTER_B), records),
        )
    ]
    assert said[0] == said[1]
    assert said[0]


def test_an_encounter_that_frames_open_is_written_as_a_whole_state() -> None:
    outputs = drive(new_host(), [batch(0, 0, frame(1, 1, 0, WELL))])
    (send,) = sends(outputs, ENCOUNTERS.name)
    state = decode_record(send.headers, send.value or b"")
    assert isinstance(state, EncounterState)
    assert (state.unit_id, state.provisional) == ("unit-1", True)
    assert send.key == encounter(1).encode()


def test_every_tick_gives_a_picture_even_an_empty_one() -> None:
    (picture,) = pictures(drive(new_host(), [tick(0, 1)]))
    assert (picture.partition, picture.stamped_us, picture.rows) == (0, at(1), ())
    assert picture.source is Source.CENTER_A


def test_a_picture_has_the_rows_that_changed_and_each_row_within_ten_seconds() -> None:
    records = [batch(0, 0, frame(1, 1, 0, WELL), frame(2, 1, 0, WELL)), tick(1, 0.5)]
    for second in range(1, 12):
        records.append(batch(len(records), second, frame(1, second + 1, second, WELL)))
        records.append(tick(len(records), second + 0.5))
    shown = [
        {row.encounter_id for row in each.rows} for each in pictures(drive(new_host(), records))
    ]
    assert all(encounter(1) in rows for rows in shown)
    assert [second for second, rows in enumerate(shown) if encounter(2) in rows] == [0, 9]


def test_many_rows_make_several_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.engine.outputs.PICTURE_ROWS_MAX", 2)
    frames = [frame(number, 1, 0, WELL) for number in range(5)]
    shown = pictures(drive(new_host(), [batch(0, 0, *frames), tick(1, 0.5)]))
    assert [len(each.rows) for each in shown] == [2, 2, 1]


def test_a_unit_is_silent_after_ten_seconds_of_ingress_time_only() -> None:
    """A hole of a minute in the ticks is the gateway's silence, not the unit's."""
    records = [batch(0, 0, frame(1, 1, 0, WELL)), tick(1, 0.5), tick(2, 60)]
    records += [tick(3 + second, 61 + second) for second in range(12)]
    outputs = drive(new_host(), records)
    silent = [
        index
        for index, out in enumerate(outputs)
        if any(each.cause == Cause.UNIT_SILENT for each in out.transitions)
    ]
    assert len(silent) == 1
    assert at(69) <= at(61 + silent[0] - 3) <= at(71)


def test_a_poisonous_frame_stops_no_other_patient() -> None:
    watches = PlantedWatches()
    records = [
        batch(0, 0, frame(1, 1, 0, WELL), frame(2, 1, 0, POISON), frame(3, 1, 0, WELL)),
        batch(1, 1, frame(2, 2, 1, POISON), frame(1, 2, 1, WELL)),
        batch(2, 2, frame(2, 3, 2, WELL), frame(1, 3, 2, WELL)),
        tick(3, 2.5),
    ]
    outputs = drive(new_host(watches), records)
    assert [(each.unit_id, each.sequence, each.program) for each in letters(outputs)] == [
        ("unit-2", 1, "patients"),
        ("unit-2", 2, "patients"),
    ]
    stopped = [
        each
        for out in outputs
        for each in out.transitions
        if each.cause == Cause.PATIENT_NOT_JUDGED
    ]
    assert [each.encounter_id for each in stopped] == [encounter(2)]
    heard = {watch.encounter_id: watch.heard for watch in watches.made}
    assert (heard[encounter(1)], heard[encounter(3)]) == ([1, 2, 3], [1])
    unjudged = {row.encounter_id for row in pictures(outputs)[0].rows if row.not_judged}
    assert unjudged == {encounter(2)}


def test_a_dead_letter_holds_the_frame_as_received() -> None:
    poisonous = frame(2, 1, 0, POISON)
    (letter,) = letters(drive(new_host(PlantedWatches()), [batch(0, 0, poisonous)]))
    assert decode_frame(letter.frame) == poisonous
    assert (letter.stamped_us, letter.segment) == (at(0), poisonous.segment)


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        (HEADERS_BATCH, b"\xff\xff\xff"),
        (type_header("ambulance.log.v9.Unheard"), b""),
        (HEADERS_PICTURE, b""),
        ((), b"anything"),
    ],
)
def test_a_record_that_is_none_of_ours_is_buried_and_the_partition_goes_on(
    headers: tuple[tuple[str, bytes], ...], value: bytes
) -> None:
    strange = Record(PATIENTS.name, 0, 0, None, value, headers)
    host = new_host()
    outputs = drive(host, [strange, batch(1, 1, frame(1, 1, 1, WELL))])
    assert [letter.frame for letter in letters(outputs)] == [value]
    assert outputs[1].frames == 1
    assert host.reached.offset == 2


def test_a_frame_that_cannot_be_read_costs_its_neighbours_nothing() -> None:
    unreadable = b"\x10\x63"  # lane 99
    value = encode_batch(
        at(1),
        "gateway-1",
        [encode_frame(frame(1, 1, 1, WELL)), unreadable, encode_frame(frame(2, 1, 1, WELL))],
    )
    (output,) = drive(new_host(), [Record(PATIENTS.name, 0, 0, None, value, HEADERS_BATCH)])
    assert [each.frame for each in letters([output])] == [unreadable]
    assert len(sends([output], ENCOUNTERS.name)) == 2


def test_a_snapshot_is_taken_at_each_transition_and_at_least_every_thirty_seconds() -> None:
    outputs = drive(new_host(), night(seconds=80, ill_from=5, ill_until=20))
    for output in outputs:
        stored = {snapshot.encounter_id for snapshot in output.snapshots}
        assert {each.encounter_id for each in output.transitions} <= stored
    for number in range(3):
        taken = [
            index / 2
            for index, output in enumerate(outputs)
            if any(each.encounter_id == encounter(number) for each in output.snapshots)
        ]
        gaps = [later - earlier for earlier, later in pairwise(taken)]
        assert max(gaps) <= 31


def snapshots_of(outputs: list[Outputs]) -> dict[str, Snapshot]:
    return {each.encounter_id: each for out in outputs for each in out.snapshots}


def test_an_encounter_skips_what_its_snapshot_has_seen() -> None:
    """A host restored from points far apart says exactly what the first one went on to say."""
    records = night(seconds=60, ill_from=20, ill_until=50)
    first = new_host()
    before = drive(first, records[:70])
    rest = drive(first, records[70:])
    found = recovered(None, snapshots_of(before).values(), ())
    second = new_host()
    second.restore(found, 0)
    again = drive(second, records)
    assert said(rest) == said(again)[-len(said(rest)) :]
    assert set(map(identity, said(again))) <= set(map(identity, said(before) + said(rest)))


def said(outputs: list[Outputs]) -> list[Transition]:
    return [each for out in outputs for each in out.transitions]


def identity(transition: Transition) -> tuple[bytes, int]:
    return (transition.alarm_id, transition.revision)


def test_a_state_that_cannot_be_restored_is_rebuilt_from_the_input() -> None:
    records = night(seconds=30, ill_from=5, ill_until=25)
    first = new_host()
    outputs = drive(first, records)
    stored = snapshots_of(outputs).values()
    second = new_host(RefusingWatches(encounter(0)))
    rebuilt = second.restore(recovered(first.reached, stored, ()), 0)
    assert rebuilt == (encounter(0),)
    assert second.reached.offset == 0


class RefusingWatches(PatientWatches):
    """Cannot restore one encounter."""

    def __init__(self, encounter_id: str) -> None:
        self._encounter_id = encounter_id

    def restore(self, snapshot: dict[str, Any]) -> Watch:
        if snapshot["encounter_id"] == self._encounter_id:
            raise KeyError(self._encounter_id)
        return super().restore(snapshot)


def ended(number: int, sequence: int, second: float) -> Record:
    event = EncounterEvent(EncounterChange.ENDED)
    return batch(sequence, second, frame(number, sequence, second, event, lane=Lane.ALARM))


def test_what_comes_late_does_not_open_a_closed_encounter_again() -> None:
    records = [
        batch(0, 0, frame(1, 1, 0, WELL)),
        ended(1, 1, 5),
        batch(2, 6, frame(1, 2, 4, ILL)),
        tick(3, 7),
    ]
    outputs = drive(new_host(), records)
    states = [
        decode_record(send.headers, send.value or b"") for send in sends(outputs, ENCOUNTERS.name)
    ]
    assert [getattr(state, "status", None) for state in states] == [
        EncounterStatus.OPEN,
        EncounterStatus.ENDED,
    ]
    assert pictures(outputs)[0].rows == ()
    assert not outputs[2].transitions or all(
        each.phase is Phase.END for each in outputs[2].transitions
    )


def test_a_foreign_frame_alarms_on_the_owners_encounter_until_a_minute_after() -> None:
    records = [batch(0, 0, frame(1, 1, 0, WELL)), report(1, 1, 1), tick(2, 60), tick(3, 61)]
    outputs = drive(new_host(), records)
    found = [
        (index, each.phase, each.encounter_id, each.unit_id, each.subject)
        for index, out in enumerate(outputs)
        for each in out.transitions
        if each.cause == Cause.FOREIGN_ENCOUNTER
    ]
    owner = (encounter(1), "unit-1", "stray")
    assert found == [(1, Phase.START, *owner), (3, Phase.END, *owner)]
    assert [each.encounter_id for each in outputs[1].snapshots] == [encounter(1)]
    assert letters(outputs) == []


def test_limits_of_staff_are_answered_in_the_log_of_alarms_and_stand_in_the_picture() -> None:
    """Both channels answer alike, and a repetition is answered by nobody."""
    change = LimitChange(
        encounter(0), "SPO2_LOW", 86, 82, 60_000_000, "Dr Wu", "COPD", at(9), "limit-1"
    )
    value = encode_limit_change(change)
    asked = [Record(PATIENTS.name, 0, n, None, value, HEADERS_LIMIT_CHANGE) for n in (2, 3)]
    records = [batch(0, 0.1, frame(0, 1, 0, WELL)), tick(1, 0.5), *asked, tick(4, 1.5)]
    answers = []
    for source in (Source.CENTER_A, Source.CENTER_B):
        outputs = drive(new_host(source=source), records)
        (answer,) = sends(outputs, ALARMS.name)
        limit = decode_entry(answer.value or b"")
        assert isinstance(limit, LimitSet)
        assert (limit.since_us, limit.until_us) == (at(0.5), at(60.5))
        assert pictures(outputs)[-1].rows == ()
        (row,) = pictures(drive(new_host(source=source), [*records, tick(5, 12)]))[-1].rows
        assert row.limits == (limit,)
        answers.append(answer.value)
    assert answers[0] == answers[1]


def test_a_foreign_frame_opens_no_encounter() -> None:
    host = new_host()
    outputs = drive(host, [report(0, 1, 5), tick(1, 5.5)])
    assert (outputs[0].facts, outputs[0].snapshots) == ((), ())
    assert pictures(outputs)[0].rows == ()
    assert host.reached.clock.now_us == at(5.5)


def test_a_foreign_frame_says_nothing_of_a_closed_encounter() -> None:
    outputs = drive(
        new_host(), [batch(0, 0, frame(1, 1, 0, WELL)), ended(1, 1, 5), report(2, 1, 6)]
    )
    assert (outputs[2].facts, outputs[2].snapshots) == ((), ())


def test_a_restored_encounter_skips_the_foreign_frames_that_its_snapshot_has_seen() -> None:
    """Replayed from the start it says nothing again, and ends the alarm when the first one did."""
    records = [batch(0, 0, frame(1, 1, 0, WELL)), report(1, 1, 1), tick(2, 60), tick(3, 61)]
    first = new_host()
    stored = snapshots_of(drive(first, records[:2])).values()
    rest = drive(first, records[2:])
    second = new_host()
    second.restore(recovered(None, stored, ()), 0)
    again = drive(second, records)
    assert said(again[:2]) == []
    assert list(map(identity, said(again))) == list(map(identity, said(rest)))
    assert Phase.END in {each.phase for each in said(again)}


def test_a_closed_encounter_is_forgotten_after_two_hours() -> None:
    host = new_host()
    outputs = drive(host, [batch(0, 0, frame(1, 1, 0, WELL)), ended(1, 1, 5), tick(2, 7_000)])
    assert not [each for each in sends(outputs, ENCOUNTERS.name) if each.value is None]
    outputs = drive(host, [tick(3, 7_300)])
    gone = [(each.topic, each.key) for each in outputs[0].facts if each.value is None]
    assert gone == [
        (CHECKPOINTS_PATIENTS_A.name, b"e/" + encounter(1).encode()),
        (ENCOUNTERS.name, encounter(1).encode()),
    ]


def test_closed_encounters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_module, "CLOSED_KEPT_MAX", 1)
    records = [
        batch(0, 0, frame(1, 1, 0, WELL), frame(2, 1, 0, WELL)),
        ended(1, 1, 5),
        ended(2, 2, 6),
        tick(3, 7),
    ]
    outputs = drive(new_host(), records)
    gone = [each.key for each in sends(outputs, ENCOUNTERS.name) if each.value is None]
    assert gone == [encounter(1).encode()]


def test_the_metrics_of_a_record_come_with_its_outputs() -> None:
    (output,) = drive(new_host(), [batch(0, 3, frame(1, 1, 2, WELL), frame(2, 1, 2, WELL))])
    assert (output.frames, output.received_us, output.dead_letters) == (2, at(3), 0)
    assert output.next_offset == 1
