"""A scenario: units, patients, faults and what must be seen, as frozen values read from TOML.

All seconds are of the story, which begins when every unit has connected. What a scenario expects
is the truth that a run is judged by; it is written by a person and never computed by a detector.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import structs

from clinical.alarms.rule import Cause
from clinical.items import CrewFinding
from clinical.twelve_lead.criteria import Sex
from simulators.patients.ecg import LeadTrouble
from simulators.patients.examination import Examination
from simulators.patients.physiology import Course
from simulators.patients.rhythms import HeartRhythm
from simulators.patients.twelve_lead import MadeUp
from simulators.tales.tale import Entered, Tell, load_tale, tale_names

SCENARIOS: Final = Path(__file__).parent / "scenarios"
RECORDINGS: Final = Path(__file__).parent / "recordings"
TRACKS: Final = RECORDINGS / "tracks.csv"

ALONE_S: Final = 60.0
"""Seconds in which a tale is told that is asked for by its name."""
FEED_S: Final = 3.0
"""What a monitor that shows a value a second, a link and the feed may add to an instant."""

LATE_S: Final = 8.0
"""What a machine that is busy may add: a tale that is told fast is no measurement of time."""

FaultKind = Literal["delay", "drop", "stall", "cut", "thin"]


class BadScenario(ValueError):  # noqa: N818 - named for what it is
    """A file is no scenario; the words name the field."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Unit(_Part, frozen=True):
    """Anything with an uplink."""

    id: str
    kind: Literal["AMBULANCE", "MOBILE_CT", "TENT_HOSPITAL", "COMMAND_SITE"] = "AMBULANCE"
    process: bool = False
    """Whether it runs as a ``goldenhour vehicle`` process of its own."""
    at_m: tuple[float, float] | None = None
    """Metres east and north of the town's middle where it begins; None: it says no position."""
    track: str | None = None
    """The recorded drive that it follows from there; None: it stands."""


class Encounter(_Part, frozen=True):
    """One patient of one unit."""

    key: str
    """Names the patient inside the scenario."""
    unit: str
    bay: str = "1"
    age_years: int = 60
    pregnant: bool | None = None
    tale: str | None = None
    """The tale that this patient lives through from second 0 on, at ``rate``; it says the rest."""
    course: Course = Course.WELL
    onset_s: float | None = None
    """When the course begins; required unless the patient stays well."""
    rate: float = 1.0
    seed: int | None = None
    """Fixes this patient whatever the seed of the run."""
    leads: tuple[str, ...] = ()
    """ECG leads that the monitor sends, for example "II"."""
    recording: str | None = None
    """File in the recordings folder that is played in the place of a simulated patient."""


class Fault(_Part, frozen=True):
    """What happens to the link of one unit."""

    unit: str
    at_s: float
    for_s: float
    kind: FaultKind
    delay_ms: int = 0
    """Added to each direction; for ``delay``."""
    kbit_s: int = 20
    """What the link carries each way; for ``thin``."""


class LeadFault(_Part, frozen=True):
    """What is wrong with an ECG lead for a while."""

    encounter: str
    lead: str
    at_s: float
    for_s: float
    kind: LeadTrouble


class Rhythm(_Part, frozen=True):
    """What the heart of a patient does for a while, as the leads show it.

    The vital signs follow the patient's course: an arrest that shows in both has both.
    """

    encounter: str
    at_s: float
    for_s: float
    kind: HeartRhythm


class CrewAct(_Part, frozen=True):
    """The crew enters a finding."""

    encounter: str
    at_s: float
    finding: Entered

    @property
    def value(self) -> CrewFinding:
        """The finding as a unit captures it."""
        return CrewFinding[self.finding]


class CrewExamines(Examination, frozen=True, kw_only=True):
    """The crew examines a patient."""

    encounter: str
    at_s: float


class Scan(_Part, frozen=True):
    """A CT series of a patient leaves the scanner."""

    encounter: str
    at_s: float
    series: str
    """Archive in the recordings folder."""


class Ecg(_Part, frozen=True):
    """The crew takes a twelve-lead ECG: a recorded one, or one that is made up."""

    encounter: str
    at_s: float
    recording: str | None = None
    """WFDB record in the recordings folder, without its ending."""
    made_up: MadeUp | None = None
    """What it shows, when it is not a recorded one."""
    sex: Sex | None = None


class Expectation(_Part, frozen=True):
    """An alarm that has to be on the feed inside a window."""

    encounter: str
    any_of: tuple[Cause, ...]
    min_priority: Literal["LOW", "MEDIUM", "HIGH"]
    after_s: float
    within_s: float

    @property
    def until_s(self) -> float:
        """The end of the window."""
        return self.after_s + self.within_s


class Allowance(_Part, frozen=True):
    """Technical alarms that an injected fault explains, whether or not they come."""

    unit: str
    causes: tuple[Cause, ...]
    from_s: float
    to_s: float


class Scenario(_Part, frozen=True):
    """One story."""

    name: str
    units: tuple[Unit, ...]
    encounters: tuple[Encounter, ...]
    town_deg: tuple[float, float] | None = None
    """Latitude and longitude of the middle of the town; None: nobody says a position."""
    faults: tuple[Fault, ...] = ()
    lead_faults: tuple[LeadFault, ...] = ()
    rhythms: tuple[Rhythm, ...] = ()
    crew: tuple[CrewAct, ...] = ()
    examinations: tuple[CrewExamines, ...] = ()
    scans: tuple[Scan, ...] = ()
    ecgs: tuple[Ecg, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    allowances: tuple[Allowance, ...] = ()

    def lead_trouble(self, key: str, lead: str, second: float | None) -> LeadTrouble | None:
        """Return what is wrong with a patient's lead at a second of the story; None: nothing."""
        for one in self.lead_faults:
            if second is None or (one.encounter, one.lead) != (key, lead):
                continue
            if one.at_s <= second < one.at_s + one.for_s:
                return one.kind
        return None

    def rhythm(self, key: str, second: float | None) -> HeartRhythm | None:
        """Return what a patient's heart does at a second of the story; None: it beats."""
        for one in self.rhythms:
            if second is None or one.encounter != key:
                continue
            if one.at_s <= second < one.at_s + one.for_s:
                return one.kind
        return None

    def onset_s(self, key: str) -> float | None:
        """Return when a patient's state is first made to change; None: never."""
        onsets = [one.onset_s for one in self.encounters if one.key == key]
        found = [act.at_s for act in self.crew if act.encounter == key]
        found += [one.at_s for one in self.examinations if one.encounter == key]
        found += [one.at_s for one in self.rhythms if one.encounter == key]
        found += [
            ecg.at_s
            for ecg in self.ecgs
            if ecg.encounter == key and ecg.made_up not in {None, MadeUp.NORMAL}
        ]
        return min((it for it in [*onsets, *found] if it is not None), default=None)


def load(name_or_path: str) -> Scenario:
    """Return a scenario by its name or its file.

    Raises:
        BadScenario: there is none, or a field of it is wrong.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path in tale_names():
            return alone(name_or_path)
        path = SCENARIOS / f"{name_or_path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        known = ", ".join(
            sorted([*(file.stem for file in SCENARIOS.glob("*.toml")), *tale_names()])
        )
        message = f"no scenario at {path}: {error.strerror}; known by name are {known}"
        raise BadScenario(message) from error
    return parse(text)


def parse(text: str) -> Scenario:
    """Return the scenario that a TOML text describes; BadScenario names the field."""
    try:
        document: Mapping[str, Any] = tomllib.loads(text)
        scenario = msgspec.convert(document, Scenario)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadScenario(str(error)) from error
    for problem in problems(scenario):
        raise BadScenario(problem)
    return with_tales(scenario)


def alone(name: str) -> Scenario:
    """Return the scenario of one tale, told so fast that it takes ``ALONE_S``."""
    rate = load_tale(name).minutes * 60 / ALONE_S
    patient = Encounter(key=name, unit="AMB-01", tale=name, rate=rate)
    return with_tales(Scenario(name=name, units=(Unit(id="AMB-01"),), encounters=(patient,)))


def with_tales(scenario: Scenario) -> Scenario:
    """Return a scenario with what its tales say: who the patients are, what is done and due."""
    told = [(one, load_tale(one.tale)) for one in scenario.encounters if one.tale is not None]
    if not told:
        return scenario
    people = {one.key: (tale.age_years, tale.pregnant) for one, tale in told}
    deeds = [
        CrewAct(encounter=one.key, at_s=deed.minute * 60 / one.rate, finding=deed.finding)
        for one, tale in told
        for deed in tale.crew
    ]
    examined = [
        CrewExamines(encounter=one.key, at_s=seen.minute * 60 / one.rate, **_found(seen))
        for one, tale in told
        for seen in tale.examinations
    ]
    expected = [
        _expectation(one, x) for one, tale in told for x in tale.tells if x.needed(one.rate)
    ]
    return structs.replace(
        scenario,
        encounters=tuple(_person(one, people) for one in scenario.encounters),
        crew=(*scenario.crew, *deeds),
        examinations=(*scenario.examinations, *examined),
        expectations=(*scenario.expectations, *expected),
    )


def _found(seen: Examination) -> dict[str, Any]:
    """Return what was examined, field by field."""
    return {name: getattr(seen, name) for name in Examination.__struct_fields__}


def _person(one: Encounter, people: Mapping[str, tuple[int, bool]]) -> Encounter:
    if one.key not in people:
        return one
    age_years, pregnant = people[one.key]
    return structs.replace(one, age_years=age_years, pregnant=pregnant or None)


def _expectation(one: Encounter, tell: Tell) -> Expectation:
    """Return what is expected of an alarm, in seconds of a story: it waits as long at any rate."""
    after_s, until_s = (at * 60 / one.rate for at in (tell.from_minute, tell.to_minute))
    return Expectation(
        encounter=one.key,
        any_of=(tell.cause,),
        min_priority=tell.level(one.rate),
        after_s=after_s - FEED_S,
        within_s=until_s - after_s + tell.wait_s + FEED_S + LATE_S,
    )


def problems(scenario: Scenario) -> Iterable[str]:
    """Yield what does not fit together, naming the field."""
    units = {unit.id for unit in scenario.units}
    keys = {one.key for one in scenario.encounters}
    bays = [(one.unit, one.bay) for one in scenario.encounters]
    yield from _twice("units", "id", [one.id for one in scenario.units])
    yield from _twice("encounters", "key", [one.key for one in scenario.encounters])
    yield from _twice("encounters", "bay", bays)
    yield from _unknown("encounters", "unit", [one.unit for one in scenario.encounters], units)
    yield from _unknown("faults", "unit", [one.unit for one in scenario.faults], units)
    yield from _unknown("allowances", "unit", [one.unit for one in scenario.allowances], units)
    yield from _unknown("crew", "encounter", [one.encounter for one in scenario.crew], keys)
    examined = [one.encounter for one in scenario.examinations]
    yield from _unknown("examinations", "encounter", examined, keys)
    leads = {f"{one.key}/{lead}" for one in scenario.encounters for lead in one.leads}
    faulty = [f"{one.encounter}/{one.lead}" for one in scenario.lead_faults]
    yield from _unknown("lead_faults", "lead", faulty, leads)
    played = [one.encounter for one in scenario.rhythms]
    with_leads = {one.key for one in scenario.encounters if one.leads}
    yield from _unknown("rhythms", "encounter", played, with_leads)
    scanned = [one.encounter for one in scenario.scans]
    yield from _unknown("scans", "encounter", scanned, keys)
    taken = [one.encounter for one in scenario.ecgs]
    yield from _unknown("ecgs", "encounter", taken, keys)
    for place, ecg in enumerate(scenario.ecgs):
        if (ecg.recording is None) == (ecg.made_up is None):
            yield f"ecgs[{place}].recording: an ECG is recorded or made_up"
        if ecg.recording is not None and not (RECORDINGS / f"{ecg.recording}.hea").is_file():
            yield f"ecgs[{place}].recording: there is no {ecg.recording}"
    expected = [one.encounter for one in scenario.expectations]
    yield from _unknown("expectations", "encounter", expected, keys)
    for place, one in enumerate(scenario.encounters):
        if (one.course is Course.WELL) != (one.onset_s is None):
            yield f"encounters[{place}].onset_s: goes with a course other than WELL"
        if one.tale is not None and one.tale not in tale_names():
            yield f"encounters[{place}].tale: there is no {one.tale}"
        if one.tale is not None and (one.onset_s is not None or one.recording is not None):
            yield f"encounters[{place}].tale: stands alone, without a course or a recording"
        if one.recording is not None and not (RECORDINGS / one.recording).is_file():
            yield f"encounters[{place}].recording: there is no {one.recording}"
    yield from _unscannable(scenario)
    yield from _astray(scenario)


def _unscannable(scenario: Scenario) -> Iterable[str]:
    """A scanner is on a unit whose client runs beside it, and sends an archive that is there."""
    processes = {unit.id for unit in scenario.units if unit.process}
    unit_of = {one.key: one.unit for one in scenario.encounters}
    for place, one in enumerate(scenario.scans):
        if unit_of.get(one.encounter) in processes:
            yield f"scans[{place}].encounter: its unit is a process of its own"
        if not (RECORDINGS / one.series).is_file():
            yield f"scans[{place}].series: there is no {one.series}"


def _astray(scenario: Scenario) -> Iterable[str]:
    """Who says a position begins somewhere in a town, and follows a drive that was recorded."""
    recorded = {line.partition(",")[0] for line in TRACKS.read_text().splitlines()[1:]}
    for place, unit in enumerate(scenario.units):
        if unit.at_m is not None and scenario.town_deg is None:
            yield f"units[{place}].at_m: goes with a town_deg"
        if unit.track is not None and unit.at_m is None:
            yield f"units[{place}].track: goes with an at_m"
        if unit.track is not None and unit.track not in recorded:
            yield f"units[{place}].track: there is no {unit.track}"


def _twice(table: str, field: str, values: list[Any]) -> Iterable[str]:
    for place, value in enumerate(values):
        if value in values[:place]:
            yield f"{table}[{place}].{field}: {value} stands twice"


def _unknown(table: str, field: str, values: list[str], known: set[str]) -> Iterable[str]:
    for place, value in enumerate(values):
        if value not in known:
            yield f"{table}[{place}].{field}: there is no {value}"
