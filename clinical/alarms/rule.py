"""What an entry of the alarm catalogue states about one cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from clinical.alarms.patience import Patience, Trust
from clinical.alarms.priority import Category, Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Reason
from clinical.instant import SECOND_US
from clinical.vitals import Vital


class Cause(StrEnum):
    """Every cause of an alarm."""

    NO_PULSE = "NO_PULSE"
    HEART_RATE_ZERO = "HEART_RATE_ZERO"
    APNOEA = "APNOEA"
    HEART_RATE_LOW = "HEART_RATE_LOW"
    HEART_RATE_HIGH = "HEART_RATE_HIGH"
    SPO2_LOW = "SPO2_LOW"
    SYSTOLIC_LOW = "SYSTOLIC_LOW"
    RESPIRATION_LOW = "RESPIRATION_LOW"
    RESPIRATION_HIGH = "RESPIRATION_HIGH"
    VENTRICULAR_FIBRILLATION = "VENTRICULAR_FIBRILLATION"
    ASYSTOLE = "ASYSTOLE"
    VENTRICULAR_TACHYCARDIA = "VENTRICULAR_TACHYCARDIA"
    EXTREME_BRADYCARDIA = "EXTREME_BRADYCARDIA"
    EXTREME_TACHYCARDIA = "EXTREME_TACHYCARDIA"
    PACING_NOT_CAPTURED = "PACING_NOT_CAPTURED"
    PACING_NOT_DELIVERED = "PACING_NOT_DELIVERED"
    NEWS2_HIGH = "NEWS2_HIGH"
    NEWS2_MEDIUM = "NEWS2_MEDIUM"
    NPEWS_HIGH = "NPEWS_HIGH"
    NPEWS_MEDIUM = "NPEWS_MEDIUM"
    DETERIORATION = "DETERIORATION"
    WORSENING_IN_BAND = "WORSENING_IN_BAND"
    STEMI_SUSPECTED = "STEMI_SUSPECTED"
    STROKE_SUSPECTED = "STROKE_SUSPECTED"
    GCS_LOW = "GCS_LOW"
    TRAUMA_CENTRE_ADVISED = "TRAUMA_CENTRE_ADVISED"
    SEPSIS_SUSPECTED = "SEPSIS_SUSPECTED"
    SENSOR_OFF = "SENSOR_OFF"
    ECG_LEAD_FAULT = "ECG_LEAD_FAULT"
    IMAGING_INCOMPLETE = "IMAGING_INCOMPLETE"
    VITAL_NOT_JUDGED = "VITAL_NOT_JUDGED"
    JUDGEMENT_WITHHELD = "JUDGEMENT_WITHHELD"
    UNIT_SILENT = "UNIT_SILENT"
    PATIENT_NOT_JUDGED = "PATIENT_NOT_JUDGED"
    FOREIGN_ENCOUNTER = "FOREIGN_ENCOUNTER"
    UNIT_CLOCK_SUSPECT = "UNIT_CLOCK_SUSPECT"
    DETECTION_STALE = "DETECTION_STALE"
    DETECTION_DEGRADED = "DETECTION_DEGRADED"
    CHANNELS_DISAGREE = "CHANNELS_DISAGREE"
    EDGE_DISAGREES = "EDGE_DISAGREES"
    UNITS_SILENT = "UNITS_SILENT"


CREW_AND_CLINICIAN: Final = (Recipient.CREW, Recipient.CLINICIAN)
ALL_ABOUT_THE_PATIENT: Final = (Recipient.CREW, Recipient.CLINICIAN, Recipient.DISPATCHER)


STANDING: Final = "standing_s"
"""Beside the values of an alarm that has risen by time: how long it had stood."""


class Comparison(StrEnum):
    """On which side of its limit a value violates it; the limit itself does not."""

    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class Bound:
    """When a value violates a limit and when it is clear of it again."""

    comparison: Comparison
    limit: float
    hysteresis: float = 0.0
    """A violation lasts until the value is this far on the good side of the limit."""
    lowest: float | None = None
    """Below this value a violation neither begins nor ends: another cause covers it."""

    def violated_by(self, value: float) -> bool:
        """Tell whether this value begins a violation."""
        if self.lowest is not None and value < self.lowest:
            return False
        if self.comparison is Comparison.BELOW:
            return value < self.limit
        return value > self.limit

    def covered_below(self, value: float) -> bool:
        """Tell whether another cause covers this value."""
        return self.lowest is not None and value < self.lowest

    def held_by(self, value: float) -> bool:
        """Tell whether this value continues a violation that has begun."""
        if self.comparison is Comparison.BELOW:
            return value < self.limit + self.hysteresis
        return value > self.limit - self.hysteresis


@dataclass(frozen=True, slots=True)
class Level:
    """One priority that a cause can reach."""

    priority: Priority
    delay_us: int
    """How long the condition must hold before it is an alarm; at most, where that adapts."""
    bound: Bound | None = None
    """For causes judged on one vital sign."""
    patience: Patience | None = None
    """How the delay adapts to the value; None: it does not."""

    def wait_us(self, value: float, trust: Trust) -> float:
        """Return how long this value, which violates the limit, must hold to be an alarm."""
        if self.patience is None or self.bound is None:
            return self.delay_us
        return self.patience.wait_us(abs(value - self.bound.limit), trust)

    @property
    def delay_text(self) -> str:
        """The delay in short English, for example "6-25 s"; empty for "at once"."""
        if self.patience is not None and self.patience.shortest_us < self.delay_us:
            return f"{self.patience.shortest_us / SECOND_US:g}-{self.delay_us / SECOND_US:g} s"
        return f"{self.delay_us / SECOND_US:g} s" if self.delay_us else ""


def patient(priority: Priority, bound: Bound, patience: Patience) -> Level:
    """Return a level whose delay adapts to the value."""
    return Level(priority, patience.longest_us, bound, patience)


@dataclass(frozen=True, slots=True)
class Rise:
    """How an alarm that stands rises by time alone, and how it goes down again.

    This is no escalation: nobody further is told by it, though the higher priority is waited for
    less long (``clinical.alarms.recipient``).
    """

    after_us: int
    """So long after it began, or came to the priority before, it is of the next one."""
    to: Priority
    ebbs_us: int
    """So long after the condition got better it is of its own priority again; an alarm that is over
    falls at once, and stays for so long, in case that the condition comes back."""
    why: str
    """In short English."""
    citation: str


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """One cause of the catalogue, complete."""

    cause: Cause
    category: Category
    condition: str
    """In short English."""
    levels: tuple[Level, ...]
    """Lowest priority first."""
    words_en: str
    words_zh: str
    check_first_en: str
    """What the crew, or whoever it goes to, checks first."""
    check_first_zh: str
    for_whom: tuple[Recipient, ...]
    vital: Vital | None = None
    latching: bool = False
    clear_us: int = 0
    """Of a vital: how long values must be clear before a level is over; of a score: how long it
    must have been below its band."""
    suppressed_by: tuple[Cause, ...] = ()
    """While one of these covers the patient, this cause does not begin."""
    citation: str = ""
    """Publication and place in it; empty when the values are this project's own."""
    rise: Rise | None = None
    """None: time alone makes it no more urgent."""

    def level(self, priority: Priority) -> Level:
        """Return the level of this priority; KeyError when the cause never reaches it."""
        for level in self.levels:
            if level.priority is priority:
                return level
        raise KeyError(priority)

    def statement(self, level: Level) -> str:
        """Return the rule in short English, for example "heart_rate_bpm < 40 for 6-20 s"."""
        subject = self.condition
        if level.bound is not None and self.vital is not None:
            limit = f"{self.vital} {level.bound.comparison} {level.bound.limit:g}"
            lowest = level.bound.lowest
            subject = limit if lowest is None else f"{lowest:g} <= {limit}"
        return f"{subject} for {level.delay_text}" if level.delay_us else subject

    def reason(self, priority: Priority, values: Mapping[str, float | str]) -> Reason:
        """Return why an alarm of this priority was raised on these values."""
        rise = self.rise
        if rise is not None and rise.to is priority and STANDING in values:
            stood = (
                f"{self.statement(self.levels[0])}, and stands for {rise.after_us / SECOND_US:g} s"
            )
            return Reason(stood, values, rise.citation or self.citation)
        return Reason(self.statement(self.level(priority)), values, self.citation)
