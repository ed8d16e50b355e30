"""A tale: the course of one patient as a file, and what is to be said about it.

All minutes are those of the bedside, from the beginning of the tale. A *knot* states vital signs at
a minute; between two knots that state it a vital sign goes in a straight line, before the first and
after the last it stays. Consciousness, oxygen and how often the crew measures hold from their knot
on. What is known of the illness stands beside the knots with its source; a person writes what is to
be told, and no detector computes it.
"""

import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import msgspec

from clinical.alarms.catalogue import RULES
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.items import CrewFinding
from clinical.vitals import Consciousness, Vital
from simulators.patients.examination import Examination
from simulators.patients.physiology import Body

TALES: Final = Path(__file__).parent
BY_THE_MINUTE: Final = frozenset({Cause.WORSENING_IN_BAND, Cause.DETERIORATION})
"""Judged on closed minutes of the stream, so that a tale told faster than at the bedside need not
come to them."""

SPARE_S: Final = 5.0
"""Beyond the wait of an alarm, for values that are shown once a second and a link."""

BODY: Final = tuple(vital for vital in Vital if vital is not Vital.PULSE_RATE)


LevelName = Literal["LOW", "MEDIUM", "HIGH"]
_NAMES: Final[Mapping[Priority, LevelName]] = {
    Priority.LOW: "LOW",
    Priority.MEDIUM: "MEDIUM",
    Priority.HIGH: "HIGH",
}


class BadTale(ValueError):  # noqa: N818 - named for what it is
    """A file is no tale; the words name the field."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Knot(_Part, frozen=True):
    """What is so at a minute; what is left out is not bound there."""

    minute: float
    heart_rate_bpm: float | None = None
    respiration_per_min: float | None = None
    spo2_percent: float | None = None
    systolic_mmhg: float | None = None
    diastolic_mmhg: float | None = None
    temperature_c: float | None = None
    consciousness: Consciousness | None = None
    on_oxygen: bool | None = None
    pressure_every_min: float | None = None
    """How often the crew measures from here on."""


Entered = Literal[
    "NO_PULSE",
    "PULSE_FELT",
    "COMPRESSIONS_STARTED",
    "COMPRESSIONS_STOPPED",
    "INTUBATION_STARTED",
    "AIRWAY_SECURED",
]
"""What a crew can be told to enter, by the names of ``CrewFinding``."""


class Deed(_Part, frozen=True):
    """The crew enters a finding."""

    minute: float
    finding: Entered

    @property
    def value(self) -> CrewFinding:
        """The finding as a unit captures it."""
        return CrewFinding[self.finding]


class Examined(Examination, frozen=True, kw_only=True):
    """The crew examines."""

    minute: float


class Disturbance(_Part, frozen=True):
    """Something that is no illness. Its seconds are seconds, however fast the tale is told."""

    minute: float
    for_s: float
    kind: Literal["MOTION", "SENSOR_OFF", "CUFF"]
    """The finger moves; its sensor comes off; the cuff squeezes the arm that it is on."""


class Tell(_Part, frozen=True):
    """An alarm that begins once, by itself, between two minutes."""

    cause: Cause
    at_least: LevelName
    """The priority that it comes to."""
    from_minute: float
    to_minute: float
    after: Cause | None = None
    """It is no good tale unless this was told before."""
    optional: bool = False
    """It may begin, but the tale is told without it too."""
    holds_minutes: float | None = None
    """How long what it tells of is so; None: to the end, and after it."""

    def level(self, rate: float) -> LevelName:
        """Return the priority that it comes to at this rate; told fast, it has no time to rise."""
        return self.at_least if rate <= 1 else _NAMES[RULES[self.cause].levels[0].priority]

    def needed(self, rate: float) -> bool:
        """Tell whether it has to come at this rate: an alarm waits as long however fast it is told.

        What the stream is judged for by the minute, and what is over before its alarm has waited
        for it, does not come to be told.
        """
        if self.optional or (self.cause in BY_THE_MINUTE and rate > 1):
            return False
        if self.holds_minutes is None:
            return True
        return self.holds_minutes * 60 / rate > self.wait_s + SPARE_S

    @property
    def wait_s(self) -> float:
        """How long its alarm waits at most."""
        return max(level.delay_us for level in RULES[self.cause].levels) / SECOND_US


class Tale(_Part, frozen=True):
    """One patient."""

    name: str
    title: str
    story: str
    """As a dispatcher would tell it."""
    sources: tuple[str, ...]
    minutes: float
    age_years: int
    knots: tuple[Knot, ...]
    pregnant: bool = False
    scatter: float = 1.0
    """How much the numbers scatter, as a multiple of a patient at rest."""
    crew: tuple[Deed, ...] = ()
    examinations: tuple[Examined, ...] = ()
    disturbances: tuple[Disturbance, ...] = ()
    tells: tuple[Tell, ...] = ()

    def tell(self, cause: str) -> Tell | None:
        """Return what is to be told of a cause; None: nothing."""
        return next((one for one in self.tells if one.cause == cause), None)

    def disturbed(self, minute: float, rate: float) -> Disturbance | None:
        """Return what disturbs at a minute of a tale told at this rate; None: nothing does."""
        for one in self.disturbances:
            if one.minute <= minute < one.minute + one.for_s / 60 * rate:
                return one
        return None


class Course:
    """The lines of a tale, quick to ask."""

    def __init__(self, tale: Tale) -> None:
        """Draw the lines through the knots."""
        self._lines = {str(vital): _line(tale, str(vital)) for vital in BODY}
        self._steps = {name: _line(tale, name) for name in _STEPS}

    def body(self, minute: float) -> Body:
        """Return the vital signs at a minute."""
        return Body(**{name: _on(line, minute) for name, line in self._lines.items()})

    def consciousness(self, minute: float) -> Consciousness:
        """Return how the patient responds."""
        return Consciousness(str(self._held("consciousness", minute)))

    def on_oxygen(self, minute: float) -> bool:
        """Tell whether the patient breathes oxygen."""
        return bool(self._held("on_oxygen", minute))

    def pressure_every_min(self, minute: float) -> float:
        """Return how often the crew measures."""
        return float(self._held("pressure_every_min", minute))

    def _held(self, name: str, minute: float) -> str | float:
        minutes, values = self._steps[name]
        held: str | float = values[max(bisect_right(minutes, minute) - 1, 0)]
        return held


_STEPS: Final = ("consciousness", "on_oxygen", "pressure_every_min")
_Line = tuple[list[float], list[float]]


def _line(tale: Tale, name: str) -> _Line:
    stated = [knot for knot in tale.knots if getattr(knot, name) is not None]
    return [knot.minute for knot in stated], [getattr(knot, name) for knot in stated]


def _on(line: _Line, minute: float) -> float:
    minutes, values = line
    place = bisect_right(minutes, minute)
    if place in {0, len(minutes)}:
        return values[min(place, len(values) - 1)]
    share = (minute - minutes[place - 1]) / (minutes[place] - minutes[place - 1])
    return values[place - 1] + share * (values[place] - values[place - 1])


def tale_names() -> tuple[str, ...]:
    """Return the name of every tale."""
    return tuple(sorted(path.stem for path in TALES.glob("*.toml")))


def load_tale(name: str) -> Tale:
    """Return a tale by its name.

    Raises:
        BadTale: there is none, or a field of it is wrong.
    """
    path = TALES / f"{name}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"no tale at {path}: {error.strerror}"
        raise BadTale(message) from error
    return parse_tale(text, name)


def parse_tale(text: str, name: str) -> Tale:
    """Return the tale that a TOML text describes; BadTale names the field."""
    try:
        document: Mapping[str, object] = tomllib.loads(text)
        tale = msgspec.convert({"name": name, **document}, Tale)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadTale(str(error)) from error
    for problem in problems(tale):
        raise BadTale(problem)
    return tale


def problems(tale: Tale) -> Iterable[str]:
    """Yield what does not fit together, naming the field."""
    for place, (before, after) in enumerate(pairwise(tale.knots), 1):
        if after.minute <= before.minute:
            yield f"knots[{place}].minute: not after the knot before"
    for name in (*map(str, BODY), *_STEPS):
        if not tale.knots or getattr(tale.knots[0], name) is None:
            yield f"knots[0].{name}: missing"
    for cause, times in Counter(one.cause for one in tale.tells).items():
        if times > 1:
            yield f"tells: {cause} stands twice"
    told = {one.cause for one in tale.tells}
    for place, one in enumerate(tale.tells):
        if one.after is not None and one.after not in told:
            yield f"tells[{place}].after: nothing is told of {one.after}"
        if not 0 <= one.from_minute < one.to_minute <= tale.minutes:
            yield f"tells[{place}].from_minute: not before to_minute within the tale"
