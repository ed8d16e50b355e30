"""The fleet of one scenario: its units, and a monitor on every patient.

Every monitor shows its patient once a second; the monitors are spread over the second, so that the
load is even. A patient's illness follows the story; before the story begins everybody is well.
Leads are recorded beside the vitals, so that neither waits for the other, and so are positions.
"""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Protocol

from clinical.items import CrewEvent, EncounterChange, EncounterEvent, Vitals
from clinical.twelve_lead.criteria import Person
from clinical.twelve_lead.ecg import EcgRecording
from clinical.twelve_lead.pieces import ECG_ID_BYTES
from ports.clock import Clock
from simulators.fleet.scanner import Scanner
from simulators.fleet.travel import Travel, travels
from simulators.fleet.units import SimulatedUnit
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from simulators.patients.physiology import Patient, SimulatedMonitor
from simulators.patients.twelve_lead import SECONDS, MadeUp, made_up, recorded
from simulators.scenario import RECORDINGS, CrewAct, CrewExamines, Ecg, Encounter, Scenario
from simulators.story import SECOND_US, Story
from simulators.tales.tale import load_tale
from simulators.tales.tale_monitor import TaleMonitor
from vehicle.devices.recording import BadRecording, BadRow, read_recording
from wire.uuid7 import RANDOM_BYTES, uuid7

REACHED_POLL_US = 50_000
RATE_BEFORE_SHOWN_BPM = 70.0
"""Heart rate of a lead before the monitor has shown one."""


class Monitor(Protocol):
    """A monitor on a patient."""

    def show(self, ill_s: float | None) -> Vitals:
        """Return what is shown at the next second, so many seconds after the onset, if any."""
        ...


class RecordedMonitor:
    """A monitor that shows a recording, over and over."""

    def __init__(self, rows: Sequence[Vitals]) -> None:
        """Begin at the first row."""
        self._rows = rows
        self._next = 0

    def show(self, ill_s: float | None) -> Vitals:
        """Return the next row."""
        del ill_s
        row = self._rows[self._next % len(self._rows)]
        self._next += 1
        return row


def encounter_ids(scenario: Scenario, seed: int, now_us: int) -> Mapping[str, str]:
    """Return the id of every encounter by its key: the moment is real, the rest is the seed's."""
    return {
        one.key: str(uuid7(now_us, Random(f"{seed}/{one.key}").randbytes(RANDOM_BYTES)))  # noqa: S311
        for one in scenario.encounters
    }


def monitor_of(encounter: Encounter, seed: int) -> Monitor:
    """Return the monitor on a patient."""
    if encounter.recording is not None:
        return RecordedMonitor(_rows_of(RECORDINGS / encounter.recording))
    own = _own_seed(f"{seed}/{encounter.key}") if encounter.seed is None else encounter.seed
    if encounter.tale is not None:
        return TaleMonitor(load_tale(encounter.tale), own, encounter.rate)
    return SimulatedMonitor(Patient(own, encounter.course, encounter.rate))


def _rows_of(path: Path) -> Sequence[Vitals]:
    """Return all that a recording says; a scenario with a bad row is none."""
    said = []
    for row in read_recording(path):
        if isinstance(row, BadRow):
            message = f"{path.name}, {row}"
            raise BadRecording(message)
        said.append(row.vitals)
    return said


def leads_of(encounter: Encounter, seed: int) -> Mapping[str, SimulatedLead]:
    """Return the leads on a patient by their names."""
    return {
        lead: SimulatedLead(lead, _own_seed(f"{seed}/{encounter.key}/{lead}"))
        for lead in encounter.leads
    }


def ecg_of(taken: Ecg, patient: Encounter, ended_us: int, seed: int) -> EcgRecording:
    """Return the ECG that the crew takes of a patient, its last sample at ``ended_us``."""
    person = Person(taken.sex, patient.age_years)
    begun_us = ended_us - SECONDS * SECOND_US
    if taken.recording is not None:
        return recorded(RECORDINGS / taken.recording, begun_us, person)
    own = _own_seed(f"{seed}/{patient.key}/ecg")
    return made_up(taken.made_up or MadeUp.NORMAL, begun_us, own, person)


def _own_seed(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=6).digest(), "big")


class Fleet:
    """Drives the units of a scenario."""

    def __init__(
        self,
        scenario: Scenario,
        units: Mapping[str, SimulatedUnit],
        ids: Mapping[str, str],
        *,
        seed: int,
        story: Story,
        clock: Clock,
        scanners: Sequence[Scanner] = (),
    ) -> None:
        """Prepare; ``start`` it."""
        self._scenario = scenario
        self._units = units
        self._ids = ids
        self._seed = seed
        self._story = story
        self._clock = clock
        self._scanners = scanners
        self._scans: list[asyncio.Task[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._rates_bpm: dict[str, float] = {}
        """The heart rate that each monitor shows, by encounter."""
        self._unit_of = {one.key: units[one.unit] for one in scenario.encounters}

    async def start(self) -> None:
        """Start every unit and attach every monitor."""
        await asyncio.gather(*(unit.start() for unit in self._units.values()))
        begin_us = self._clock.monotonic_us()
        patients = self._scenario.encounters
        for place, one in enumerate(patients):
            due_us = begin_us + place * SECOND_US // len(patients)
            self._tasks.append(asyncio.create_task(self._attend(one, due_us), name=one.key))
            if one.leads:
                self._tasks.append(asyncio.create_task(self._record(one, due_us), name=one.key))
        for scanner in self._scanners:
            jitter = Random(f"{self._seed}/scan/{begin_us}")  # noqa: S311 - no secret
            self._scans.append(asyncio.create_task(scanner.run(self._clock, jitter)))
        ways = travels(self._scenario)
        for place, (name, way) in enumerate(ways.items()):
            due_us = begin_us + place * SECOND_US // len(ways)
            self._tasks.append(asyncio.create_task(self._drive(name, way, due_us), name=name))
        for act in self._scenario.crew:
            self._tasks.append(asyncio.create_task(self._act(act), name=act.encounter))
        for seen in self._scenario.examinations:
            self._tasks.append(asyncio.create_task(self._examine(seen), name=seen.encounter))
        for ecg in self._scenario.ecgs:
            self._tasks.append(asyncio.create_task(self._take_ecg(ecg), name=ecg.encounter))

    async def reached(self) -> None:
        """Return once every unit that has a patient has been seen to reach the center."""
        waited_for = [self._units[name] for name in {it.unit for it in self._scenario.encounters}]
        while not all(unit.reached for unit in waited_for):
            await self._clock.sleep_us(REACHED_POLL_US)

    async def failed(self) -> None:
        """Return never; raise what a monitor or a unit failed with."""
        units = [unit.failed() for unit in self._units.values()]
        await asyncio.gather(*self._tasks, *self._scans, *units)

    async def end(self) -> None:
        """Take every monitor off and end every encounter."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        ended = EncounterEvent(EncounterChange.ENDED)
        for key, unit in self._unit_of.items():
            await unit.capture(self._ids[key], [ended])

    async def drain(self) -> None:
        """Return once everything captured is acknowledged."""
        units = [unit.drain() for unit in self._units.values()]
        await asyncio.gather(*units, *(scanner.drained() for scanner in self._scanners))

    async def stop(self) -> None:
        """Stop every unit; a series that is not sent by now is left where it is."""
        for scan in self._scans:
            scan.cancel()
        await asyncio.gather(*self._scans, return_exceptions=True)
        await asyncio.gather(*(unit.stop() for unit in self._units.values()))

    async def _attend(self, one: Encounter, due_us: int) -> None:
        """Open the encounter and show its patient once a second, for ever."""
        unit, encounter_id = self._units[one.unit], self._ids[one.key]
        monitor = monitor_of(one, self._seed)
        opened = EncounterEvent(
            EncounterChange.OPENED, bay=one.bay, age_years=one.age_years, pregnant=one.pregnant
        )
        await self._clock.sleep_us(due_us - self._clock.monotonic_us())
        await unit.capture(encounter_id, [opened])
        while True:
            vitals = monitor.show(self._ill_s(one))
            if vitals.heart_rate_bpm is not None:
                self._rates_bpm[one.key] = vitals.heart_rate_bpm
            await unit.capture(encounter_id, [vitals])
            due_us += SECOND_US
            await self._clock.sleep_us(due_us - self._clock.monotonic_us())

    async def _drive(self, name: str, way: Travel, due_us: int) -> None:
        """Say where a unit is once a second, for ever."""
        unit, begin_us = self._units[name], due_us
        while True:
            await self._clock.sleep_us(due_us - self._clock.monotonic_us())
            await unit.capture(None, [way.at((due_us - begin_us) / SECOND_US)])
            due_us += SECOND_US

    async def _record(self, one: Encounter, due_us: int) -> None:
        """Record the leads of a patient, chunk after chunk, for ever."""
        unit, encounter_id = self._units[one.unit], self._ids[one.key]
        leads = leads_of(one, self._seed)
        while True:
            chunk_us = unit.waveform_chunk_us(encounter_id)
            due_us += chunk_us
            await self._clock.sleep_us(due_us - self._clock.monotonic_us())
            rate_bpm = self._rates_bpm.get(one.key, RATE_BEFORE_SHOWN_BPM)
            late_us = self._clock.monotonic_us() - due_us
            end_us, second = self._clock.now_us() - late_us, self._story.second()
            rhythm = self._scenario.rhythm(one.key, second)
            chunks = [
                lead.record(
                    chunk_us * RATE_HZ // SECOND_US,
                    rate_bpm,
                    end_us,
                    self._scenario.lead_trouble(one.key, name, second),
                    rhythm,
                )
                for name, lead in leads.items()
            ]
            await unit.capture(encounter_id, chunks)

    def _ill_s(self, one: Encounter) -> float | None:
        second = self._story.second()
        if one.tale is not None:
            return second
        if second is None or one.onset_s is None or second < one.onset_s:
            return None
        return second - one.onset_s

    async def _act(self, act: CrewAct) -> None:
        await self._story.until(act.at_s)
        await self._unit_of[act.encounter].capture(self._ids[act.encounter], [CrewEvent(act.value)])

    async def _examine(self, seen: CrewExamines) -> None:
        await self._story.until(seen.at_s)
        found = seen.value(self._clock.now_us())
        await self._unit_of[seen.encounter].capture(self._ids[seen.encounter], [found])

    async def _take_ecg(self, taken: Ecg) -> None:
        await self._story.until(taken.at_s)
        one = next(one for one in self._scenario.encounters if one.key == taken.encounter)
        ecg = ecg_of(taken, one, self._clock.now_us(), self._seed)
        name = f"{self._ids[one.key]}/{taken.at_s}"
        ecg_id = blake2b(name.encode(), digest_size=ECG_ID_BYTES).digest()
        await self._units[one.unit].send_ecg(self._ids[one.key], ecg, ecg_id)
