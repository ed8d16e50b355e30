"""The vehicle judges the rhythm of its patients by itself, as the center does."""

from collections.abc import Iterator, Sequence

import pytest

from clinical.alarms.priority import Source
from clinical.items import EncounterChange, EncounterEvent, RhythmFinding
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.rhythm.bed import Bed
from clinical.signals.waveform import WaveformChunk
from tests.clinical.rhythm.strips import START_US, beating, chunk, falling_ill
from vehicle.edge import EdgeWatch
from vehicle.rhythms import BEDS, EdgeRhythms
from wire.frames import Frame, Lane
from wire.unit_items import WireItem

ILL_S, WHOLE_S = 12, 26


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


def heard(judge: EdgeRhythms, frames: Iterator[Frame]) -> list[RhythmFinding]:
    return [found for one in frames for found in judge.on_frame(one, one.captured_us)]


def broken(encounter_ids: Sequence[str]) -> None:
    """Nobody's judgement may have broken."""
    raise AssertionError(encounter_ids)


def test_fibrillation_is_found_and_named_after_the_chunk_that_decided() -> None:
    found = heard(EdgeRhythms(broken), seconds())
    assert [one.arrhythmia for one in found[:2]] == [None, Arrhythmia.VENTRICULAR_FIBRILLATION]
    told = found[1]
    assert ILL_S < told.frame.sequence < ILL_S + 6
    assert (told.frame.unit_id, told.frame.lane, told.frame.item) == ("A1", Lane.WAVEFORM, 1)


def test_it_becomes_an_alarm_of_the_vehicle_that_goes_on_the_alarm_lane() -> None:
    edge = EdgeWatch("A1", broken)
    opened = frame(0, "e1", EncounterEvent(EncounterChange.OPENED, age_years=60))
    edge.on_frame(opened, opened.captured_us)
    said = [it for one in seconds() for it in edge.on_waveforms(one, one.captured_us)]
    assert [(it.cause, it.source, it.active) for it in said[:1]] == [
        ("VENTRICULAR_FIBRILLATION", Source.EDGE, True)
    ]
    assert [alarm.cause for alarm in edge.book.current()] == ["VENTRICULAR_FIBRILLATION"]


def test_a_patient_who_breaks_the_judgement_begins_anew_and_costs_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed: list[str] = []
    judge, push = EdgeRhythms(failed.append), Bed.push

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
    judge, ill = EdgeRhythms(broken), list(seconds())
    before = heard(judge, iter(ill[:8]))
    for number in range(BEDS):
        judge.on_frame(frame(0, f"other-{number}", chunk("I", beating(1, 1), 0)), START_US)
    after = heard(judge, iter(ill[8:ILL_S]))
    assert [one.arrhythmia for one in before] == [one.arrhythmia for one in after] == [None]
    assert after[0].frame.sequence > 8
