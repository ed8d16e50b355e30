"""Chunks in, findings out; and whoever takes over says nothing that was not so."""

from collections.abc import Iterable, Iterator, Sequence

import pytest

from clinical.alarms.priority import Source
from clinical.items import LeadFinding, RhythmFinding, Vitals
from clinical.rhythm.arrhythmia import Arrhythmia, Call
from clinical.rhythm.bed import LEADS_MAX, Bed
from clinical.rhythm.ward import judge
from clinical.signals.lead_quality import LeadFault, LeadQuality
from clinical.signals.shock_judge import ShockJudge
from clinical.signals.shock_window import Floats
from ports.log.memory_log import MemoryLog
from ports.log.port import Record, TopicPartition
from simulators.patients.ecg import LeadTrouble
from streams.engine import waveform_host
from streams.engine.checkpointing import SNAPSHOT_MAX_US
from streams.engine.outputs import Outputs
from streams.engine.partition_runner import PartitionRunner, Runners
from streams.engine.waveform_host import IDLE_US, WAVEFORMS_APP, WaveformHost, judge_together
from tests.streams.engine.night import at, encounter, frame, tick
from tests.streams.engine.strips import Strip, ill_and_well, records_of, strip_batch
from wire.frames import Lane
from wire.records import (
    HEADERS_LEAD_FINDING,
    HEADERS_RHYTHM_FINDING,
    decode_dead_letter,
    decode_lead_finding,
)
from wire.rhythms import decode_rhythm_finding
from wire.topics import CHECKPOINTS_WAVEFORMS_A, DEAD_LETTERS, PATIENTS, WAVEFORMS

INPUT = TopicPartition(WAVEFORMS.name, 0)


def host() -> WaveformHost:
    return WaveformHost(0, Source.CENTER_A)


def drive(judge: WaveformHost, records: Iterable[Record]) -> list[Outputs]:
    return [judge.on_record(record.offset, record) for record in records]


def findings(outputs: Iterable[Outputs]) -> list[LeadFinding]:
    return [
        decode_lead_finding(fact.value or b"")
        for each in outputs
        for fact in each.facts
        if fact.headers == HEADERS_LEAD_FINDING
    ]


def rhythms(outputs: Iterable[Outputs]) -> list[RhythmFinding]:
    return [
        decode_rhythm_finding(fact.value or b"")
        for each in outputs
        for fact in each.facts
        if fact.headers == HEADERS_RHYTHM_FINDING
    ]


def said(outputs: Iterable[Outputs], number: int = 0) -> list[tuple[LeadFault | None, float]]:
    """What was said of a patient, and at which second of the strip."""
    return [
        (each.fault, (each.at_us - at(0)) / 1_000_000)
        for each in findings(outputs)
        if each.encounter_id == encounter(number)
    ]


def test_a_lead_is_told_of_when_it_is_seen_when_it_changes_and_while_it_is_at_fault() -> None:
    outputs = drive(host(), records_of(20, off_from=5, off_until=14))
    assert said(outputs, 1) == [(None, 2)]
    assert said(outputs, 0) == [
        (None, 2),
        (LeadFault.FLAT, 6),
        (LeadFault.FLAT, 11),
        (None, 14),
    ]


def test_a_finding_goes_to_the_patients_partition_and_names_the_chunk() -> None:
    outputs = drive(host(), records_of(2, off_from=9, off_until=9))
    fact = outputs[-1].facts[0]
    assert (fact.topic, fact.partition, fact.key) == (PATIENTS.name, 0, None)
    found = findings(outputs)[0]
    assert (found.frame.sequence, found.frame.lane, found.frame.item) == (2, Lane.WAVEFORM, 0)
    assert (found.lead, found.stamped_us) == ("II", at(2.1))


def test_the_same_records_lead_to_the_same_outputs() -> None:
    records = records_of(20, off_from=5, off_until=14)
    assert drive(host(), records) == drive(host(), records)


def test_what_cannot_be_read_is_a_dead_letter_and_the_partition_goes_on() -> None:
    judge = host()
    strip = Strip(0)
    good = strip_batch(2, 1.1, strip.frame(1))
    foreign = tick(1, 1)._replace(topic=WAVEFORMS.name)
    outputs = drive(judge, [good._replace(offset=0, value=b"\xff"), foreign, good])
    assert [each.dead_letters for each in outputs] == [1, 1, 0]
    assert judge.reached.offset == 3
    letter = decode_dead_letter(outputs[0].facts[0].value or b"")
    assert (outputs[0].facts[0].topic, letter.program) == (DEAD_LETTERS.name, "waveforms")


def test_a_frame_that_breaks_the_judgement_costs_no_other_patient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judge, broken, well = host(), Strip(0, lead="BAD"), Strip(1)
    on_chunk = LeadQuality.on_chunk

    def breaking(self: LeadQuality, chunk: object) -> object:
        if chunk.lead == "BAD":  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return on_chunk(self, chunk)  # type: ignore[arg-type]

    monkeypatch.setattr(LeadQuality, "on_chunk", breaking)
    outputs = drive(
        judge,
        [strip_batch(n - 1, n, broken.frame(n), well.frame(n)) for n in range(1, 4)],
    )
    assert [each.dead_letters for each in outputs] == [1, 1, 1]
    assert said(outputs, 1) == [(None, 2)]


def test_items_that_are_no_waveforms_are_passed_over() -> None:
    outputs = drive(host(), [strip_batch(0, 1, frame(0, 1, 1, Vitals(heart_rate_bpm=70)))])
    assert (outputs[0].facts, outputs[0].frames) == ((), 1)


def test_more_leads_than_are_judged_are_passed_over() -> None:
    strips = [Strip(0, lead=f"V{place}") for place in range(LEADS_MAX + 1)]
    records = [
        strip_batch(
            second - 1,
            second,
            frame(0, second, second, *(one.chunk(second) for one in strips), lane=Lane.WAVEFORM),
        )
        for second in (1, 2)
    ]
    assert len(findings(drive(host(), records))) == LEADS_MAX


def test_a_patient_without_chunks_is_forgotten_and_begins_anew() -> None:
    judge, strip, other = host(), Strip(0), Strip(1)
    drive(judge, [strip_batch(n - 1, n, strip.frame(n)) for n in (1, 2)])
    later = 10 + IDLE_US // 1_000_000
    drive(judge, [strip_batch(2, later, other.frame(later))])
    again = drive(judge, [strip_batch(n, later + n, strip.frame(later + n)) for n in (3, 4)])
    assert said(again) == [(None, later + 4)]


SHOCKABLE = {Arrhythmia.VENTRICULAR_FIBRILLATION, Arrhythmia.VENTRICULAR_TACHYCARDIA}


def test_a_heart_that_fibrillates_is_told_of_by_its_name_and_chunk() -> None:
    told = rhythms(drive(host(), ill_and_well()))
    ill = [each for each in told if each.arrhythmia]
    assert {each.encounter_id for each in ill} == {encounter(0)}
    assert {each.arrhythmia for each in ill} <= SHOCKABLE
    assert ill[0].frame.lane == Lane.WAVEFORM
    assert ill[0].stamped_us == at(ill[0].frame.sequence + 0.1)
    assert [each.encounter_id for each in told if each.arrhythmia is None] == [
        encounter(0),
        encounter(1),
    ]


def test_what_is_gathered_and_judged_together_is_judged_as_if_it_came_one_by_one() -> None:
    records = ill_and_well()
    judge = host()
    together: list[Outputs] = []
    for record in records:
        last = (record.offset + 1) % 7 == 0 or record is records[-1]
        take = judge.on_record if last else judge.gather
        together.append(take(record.offset, record))
    assert rhythms(together) == rhythms(drive(host(), records))


def test_a_backlog_is_judged_by_all_patients_together_and_says_what_was_said_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of each patient every second waits for the one before; none is judged by itself for that."""
    records = ill_and_well()
    live = rhythms(drive(host(), records))
    together: list[int] = []

    def counted(beds: Sequence[Bed]) -> Iterator[tuple[int, Call | Exception]]:
        together.append(len(beds))
        return judge(beds)

    monkeypatch.setattr(waveform_host, "judge", counted)
    late = host()
    for record in records:
        late.gather(record.offset, record)
    (outputs,) = judge_together([late])
    assert rhythms([outputs]) == live
    assert set(together) == {2}
    assert late.gathered == 0


def test_partitions_judged_together_say_each_what_it_says_alone() -> None:
    """A round of two partitions of which one is behind leads to the findings of each by itself."""
    records = ill_and_well()
    hosts = [WaveformHost(partition, Source.CENTER_A) for partition in (0, 1)]
    told: list[list[Outputs]] = [[], []]
    for step in range(0, len(records) + 3, 5):
        for place, behind in enumerate((0, 3)):
            for record in records[max(0, step - behind) : max(0, step + 5 - behind)]:
                told[place].append(hosts[place].gather(record.offset, record))
        for place, outputs in enumerate(judge_together(hosts)):
            told[place].append(outputs)
        assert [each.gathered for each in hosts] == [0, 0]
    alone = rhythms(drive(host(), records))
    assert alone
    assert [rhythms(each) for each in told] == [alone, alone]


async def test_a_kill_anywhere_leaves_what_is_told_of_a_rhythm_as_it_was() -> None:
    records = ill_and_well()
    expected = set(rhythms(drive(host(), records)))
    for boundary in (9, 17, 25):
        log = await log_of(records)
        await run_until(log, await open_runner(log), boundary)
        second = await open_runner(log)
        await run_until(log, second, len(records))
        await second.flush()
        told = [
            decode_rhythm_finding(record.value or b"")
            for record in await log.read_to_end(TopicPartition(PATIENTS.name, 0))
            if record.headers == HEADERS_RHYTHM_FINDING
        ]
        assert set(told) == expected, f"killed before record {boundary}"


def test_a_patient_who_breaks_the_judgement_of_a_rhythm_costs_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Judged together, and then each alone: only the broken one begins anew."""
    records = ill_and_well()
    expected = rhythms(drive(host(), records))
    log_odds = ShockJudge.log_odds
    calls = 0

    def breaking(self: ShockJudge, features: Floats) -> Floats:
        nonlocal calls
        calls += 1
        if calls in {1, 3}:
            raise ZeroDivisionError
        return log_odds(self, features)

    monkeypatch.setattr(ShockJudge, "log_odds", breaking)
    outputs = drive(host(), records)
    assert sum(each.dead_letters for each in outputs) == 1
    of_first = [each for each in expected if each.encounter_id == encounter(0)]
    assert [each for each in rhythms(outputs) if each.encounter_id == encounter(0)] == of_first


async def log_of(records: list[Record]) -> MemoryLog:
    log = MemoryLog()
    writer = await log.writer()
    for record in records:
        await writer.send(WAVEFORMS.name, 0, record.value, headers=record.headers)
    return log


async def open_runner(log: MemoryLog) -> PartitionRunner:
    runners = Runners(log, await log.writer(), Source.CENTER_A, WAVEFORMS_APP)
    return (await runners.open([0]))[0]


async def run_until(log: MemoryLog, runner: PartitionRunner, end: int) -> None:
    for record in (await log.read_to_end(INPUT))[runner.next_offset : end]:
        await runner.take(record)


async def changes(log: MemoryLog) -> list[tuple[str, LeadFault | None]]:
    """What a reader that passes over what is not newer is left with, as the watch does."""
    newest: dict[str, int] = {}
    heard: list[tuple[str, LeadFault | None]] = []
    state: dict[str, LeadFault | None] = {}
    for record in await log.read_to_end(TopicPartition(PATIENTS.name, 0)):
        if record.headers != HEADERS_LEAD_FINDING:
            continue
        found = decode_lead_finding(record.value or b"")
        if found.at_us <= newest.get(found.encounter_id, 0):
            continue
        newest[found.encounter_id] = found.at_us
        if state.get(found.encounter_id) is not found.fault or found.encounter_id not in state:
            heard.append((found.encounter_id, found.fault))
        state[found.encounter_id] = found.fault
    return heard


async def test_a_kill_at_any_record_changes_nothing_in_effect() -> None:
    """Before the first snapshot and after it, while the lead is off and before that."""
    records = records_of(80, off_from=45, off_until=65)
    expected = [
        (encounter(0), None),
        (encounter(1), None),
        (encounter(0), LeadFault.FLAT),
        (encounter(0), None),
    ]
    for boundary in range(0, len(records) + 1, 5):
        log = await log_of(records)
        await run_until(log, await open_runner(log), boundary)
        second = await open_runner(log)
        await run_until(log, second, len(records))
        await second.flush()
        assert await changes(log) == expected, f"killed before record {boundary}"


async def test_who_takes_over_begins_some_seconds_before_what_is_done() -> None:
    """Not at the beginning of the log, and at the oldest of the newest snapshots."""
    log = await log_of(records_of(60, off_from=90, off_until=90))
    first = await open_runner(log)
    await run_until(log, first, 60)
    await first.flush()
    stored = await log.read_to_end(TopicPartition(CHECKPOINTS_WAVEFORMS_A.name, 0))
    assert stored
    again = await open_runner(log)
    assert 60 - SNAPSHOT_MAX_US // 1_000_000 - 1 <= again.next_offset < 60


def test_a_trouble_of_every_kind_is_named() -> None:
    for trouble in LeadTrouble:
        strip = Strip(0)
        records = [strip_batch(n - 1, n, strip.frame(n, trouble)) for n in (1, 2)]
        assert said(drive(host(), records))[-1][0] is LeadFault[trouble.name]
