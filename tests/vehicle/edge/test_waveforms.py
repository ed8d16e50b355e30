"""The vehicle judges leads and rhythm of its patients by itself, as the center does."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.items import EncounterChange, EncounterEvent, LeadFinding, RhythmFinding
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.rhythm.bed import Bed
from clinical.signals.waveform import WaveformChunk
from streams.engine.waveform_patient import WaveformPatient
from tests.clinical.rhythm.strips import START_US, beating, chunk, falling_ill
from vehicle.edge.watch import EdgeWatch
from vehicle.edge.waveforms import PATIENTS, EdgeWaveforms
from wire.frames import Frame, Lane
from wire.unit_items import WireItem

ILL_S, WHOLE_S = 12, 26
WELL_S, OFF_S = 12, 12


def frame(sequence: int, encounter_id: str, *items: WireItem) -> Frame:
    at_us = START_US + sequence * 1_000_000
    lane = Lane.WAVEFORM if isinstance(items[0], WaveformChunk) else Lane.ALARM
    return Frame("A1", lane, b"s" * 16, sequence, at_us, 0, "boot", encounter_id, items)


def seconds(encounter_id: str = "e1") -> Iterator[Frame]:
    """A heart that begins to fibrillate, in two leads, a frame a second."""
    leads = {"I": falling_ill(1), "II": falling_ill(2)}
    for number in range(WHOLE_S):
        cut = slice(number * 250, (number + 1) * 250)
        chunks = [chunk(name, counts[cut], cut.start) for name, counts in leads.items()]
        yield frame(number, encounter_id, *chunks)


def coming_off() -> Iterator[Frame]:
    """Two leads, of which one comes off after some seconds and is put back later."""
    off = np.zeros(OFF_S * 250, np.int64)
    whole = beating(2, 2 * WELL_S)
    leads = {
        "I": beating(1, 2 * WELL_S + OFF_S),
        "II": np.concatenate((whole[: WELL_S * 250], off, whole[WELL_S * 250 :])),
    }
    for number in range(2 * WELL_S + OFF_S):
        cut = slice(number * 250, (number + 1) * 250)
        chunks = [chunk(name, counts[cut], cut.start) for name, counts in leads.items()]
        yield frame(number, "e1", *chunks)


def heard(judge: EdgeWaveforms, frames: Iterator[Frame]) -> list[RhythmFinding]:
    found = [found for one in frames for found in judge.on_frame(one, one.captured_us)]
    return [one for one in found if isinstance(one, RhythmFinding)]


def opened() -> tuple[EdgeWatch, Frame]:
    """A watch in the vehicle, and the frame that opened its patient's encounter."""
    edge = EdgeWatch("A1", broken)
    first = frame(0, "e1", EncounterEvent(EncounterChange.OPENED, age_years=60))
    edge.on_frame(first, first.captured_us)
    return edge, first


def broken(encounter_ids: Sequence[str]) -> None:
    """Nobody's judgement may have broken."""
    raise AssertionError(encounter_ids)


def test_fibrillation_is_found_and_named_after_the_chunk_that_decided() -> None:
    found = heard(EdgeWaveforms(broken), seconds())
    assert [one.arrhythmia for one in found[:2]] == [None, Arrhythmia.VENTRICULAR_FIBRILLATION]
    told = found[1]
    assert ILL_S < told.frame.sequence < ILL_S + 6
    assert (told.frame.unit_id, told.frame.lane, told.frame.item) == ("A1", Lane.WAVEFORM, 1)


def test_it_becomes_an_alarm_of_the_vehicle_that_goes_on_the_alarm_lane() -> None:
    edge, _ = opened()
    said = [it for one in seconds() for it in edge.on_waveforms(one, one.captured_us)]
    assert [(it.cause, it.source, it.active) for it in said[:1]] == [
        ("VENTRICULAR_FIBRILLATION", Source.EDGE, True)
    ]
    assert [alarm.cause for alarm in edge.book.current()] == ["VENTRICULAR_FIBRILLATION"]


def test_a_lead_that_comes_off_is_an_alarm_of_the_vehicle_once_until_it_is_back() -> None:
    edge, _ = opened()
    said = []
    for one in coming_off():
        said += edge.on_waveforms(one, one.captured_us)
        said += edge.on_tick(one.captured_us)
    assert [(it.cause, it.subject, it.active) for it in said] == [
        ("ECG_LEAD_FAULT", "II", True),
        ("ECG_LEAD_FAULT", "II", False),
    ]


def test_a_lead_is_told_of_as_at_the_center() -> None:
    """The same findings, but for when they were received: so it is one alarm."""
    edge, center = EdgeWaveforms(broken), WaveformPatient("e1", 0)
    for one in coming_off():
        mine = [it for it in edge.on_frame(one, 0) if isinstance(it, LeadFinding)]
        assert mine == list(at_center(center, one))


def at_center(patient: WaveformPatient, one: Frame) -> Iterator[LeadFinding]:
    for index, item in enumerate(one.items):
        assert isinstance(item, WaveformChunk)
        ref = FrameRef(one.unit_id, one.lane, one.segment, one.sequence, index)
        verdict = patient.take(item, ref, 0)
        if verdict is not None:
            yield LeadFinding("e1", item.lead, verdict.fault, verdict.at_us, ref, 0)


def test_a_patient_who_breaks_the_judgement_begins_anew_and_costs_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed: list[str] = []
    judge, push = EdgeWaveforms(failed.append), Bed.push

    def breaking(bed: Bed, one: WaveformChunk) -> None:
        if one.lead == "BAD":
            raise ZeroDivisionError
        push(bed, one)

    monkeypatch.setattr(Bed, "push", breaking)
    bad = frame(0, "e2", chunk("BAD", beating(1, 1), 0))
    ill = list(seconds())
    found = heard(judge, iter([*ill[:8], bad, *ill[8:]]))
    assert failed == ["e2"]
    assert Arrhythmia.VENTRICULAR_FIBRILLATION in [one.arrhythmia for one in found]


def test_of_too_many_patients_the_one_fed_longest_ago_begins_anew() -> None:
    """Its next chunk opens a run: for its first seconds nothing is said."""
    judge, ill = EdgeWaveforms(broken), list(seconds())
    before = heard(judge, iter(ill[:8]))
    for number in range(PATIENTS):
        judge.on_frame(frame(0, f"other-{number}", chunk("I", beating(1, 1), 0)), START_US)
    after = heard(judge, iter(ill[8:ILL_S]))
    assert [one.arrhythmia for one in before] == [one.arrhythmia for one in after] == [None]
    assert after[0].frame.sequence > 8
