"""Marks are computed beside everything else, from a bounded number of chunks."""

import asyncio
from dataclasses import replace

import pytest

from clinical.instant import SECOND_US
from clinical.rhythm.marking import LiveMarks, Marks
from clinical.signals.waveform import WaveformChunk
from command_center.marking import CHUNKS_UNMARKED, MARKS_KEPT, Marking
from ports.clock import SystemClock
from simulators.patients.ecg import RATE_HZ, SimulatedLead

PATIENT, OTHER = "patient-1", "patient-2"


def chunks(seconds: int) -> list[WaveformChunk]:
    lead = SimulatedLead("II", seed=1)
    return [lead.record(RATE_HZ, 75, (second + 1) * SECOND_US) for second in range(seconds)]


async def heard(marking: Marking, told: list[tuple[str, Marks]], count: int) -> None:
    running = asyncio.create_task(marking.run())
    while sum(len(marks.seconds) for _, marks in told) < count:
        await SystemClock().sleep_us(1_000)
    running.cancel()


async def test_who_is_watched_is_told_and_who_comes_later_gets_the_newest() -> None:
    """Marks are kept for a further board, a bounded number."""
    told: list[tuple[str, Marks]] = []
    marking = Marking(lambda encounter_id, marks: told.append((encounter_id, marks)))
    for chunk in chunks(8):
        marking.take(PATIENT, chunk)
    await heard(marking, told, 7)
    assert {encounter_id for encounter_id, _ in told} == {PATIENT}
    assert marking.recent(PATIENT) == tuple(marks for _, marks in told)[-MARKS_KEPT:]
    assert marking.recent(OTHER) == ()
    marking.forget(PATIENT)
    assert marking.recent(PATIENT) == ()


async def test_chunks_that_wait_are_bounded() -> None:
    """The oldest go first; the run then begins later."""
    told: list[tuple[str, Marks]] = []
    marking = Marking(lambda encounter_id, marks: told.append((encounter_id, marks)))
    lead = chunks(1)[0]
    length_us = SECOND_US // 10
    for number in range(CHUNKS_UNMARKED + 40):
        part = replace(
            lead,
            samples=lead.samples[:25],
            first_sample=25 * number,
            start_us=number * length_us,
        )
        marking.take(PATIENT, part)
    await heard(marking, told, 50)
    assert told[0][1].origins[0].sample == 25 * 40


async def test_what_fails_costs_the_marks_of_its_own_patient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The others are marked, and the patient's marks begin anew."""
    told: list[tuple[str, Marks]] = []
    marking = Marking(lambda encounter_id, marks: told.append((encounter_id, marks)))
    take = LiveMarks.take

    def failing(live: LiveMarks, some: list[WaveformChunk]) -> tuple[Marks, ...]:
        if some[0].lead == "broken":
            message = "cannot be computed"
            raise ArithmeticError(message)
        return take(live, some)

    monkeypatch.setattr(LiveMarks, "take", failing)
    marking.take(OTHER, replace(chunks(1)[0], lead="broken"))
    for chunk in chunks(4):
        marking.take(PATIENT, chunk)
    await heard(marking, told, 3)
    assert {encounter_id for encounter_id, _ in told} == {PATIENT}
    for chunk in chunks(4):
        marking.take(OTHER, chunk)
    await heard(marking, told, 6)
    assert {encounter_id for encounter_id, _ in told} == {PATIENT, OTHER}
