"""The trend of every vital of one patient, and which of them get worse while still in their band.

The *baseline* is the patient's own: the median of all minutes before the last ten. The *slope* is
that of the last half hour. A *step* is how far the last five minutes lie from the fifteen before,
told when it exceeds both what matters and three times the usual scatter. The *band* is the one that
NEWS2 gives no points (Royal College of Physicians 2017, chart 1).

A vital *worsens in its band* when its level still gets no points but its slope leads, beyond doubt
(the interval excludes 0), to the edge within half an hour, and it has moved by what matters. The
amounts that matter are choices of this project: above what monitors scatter at rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from clinical.scores import news2
from clinical.scores.chart import Chart
from clinical.trend.course import Course
from clinical.trend.slope import Slope, slope
from clinical.vitals import Vital

BASELINE_BEFORE_MINUTES: Final = 10
SLOPE_MINUTES: Final = 30
STEP_MINUTES: Final = 5
STEP_AGAINST_MINUTES: Final = 15
STEP_SCATTERS: Final = 3
AHEAD_MINUTES: Final = 30.0
"""An edge further away than this is not told of."""
_MAD_TO_SD: Final = 1.4826

CHARTS: Final[Mapping[Vital, Chart]] = {
    Vital.HEART_RATE: news2.HEART_RATE,
    Vital.RESPIRATION: news2.RESPIRATION,
    Vital.SPO2: news2.SPO2_SCALE_1,
    Vital.SYSTOLIC: news2.SYSTOLIC,
    Vital.TEMPERATURE: news2.TEMPERATURE,
}
MATTERS: Final[Mapping[Vital, float]] = {
    Vital.HEART_RATE: 10,
    Vital.RESPIRATION: 3,
    Vital.SPO2: 2,
    Vital.SYSTOLIC: 10,
    Vital.TEMPERATURE: 0.5,
}
SOURCE: Final = "Royal College of Physicians 2017, NEWS2 chart 1; Sen PK 1968"
_LABELS: Final[Mapping[Vital, tuple[str, str]]] = {
    Vital.HEART_RATE: ("Heart rate", "心率"),
    Vital.RESPIRATION: ("Breathing", "呼吸"),
    Vital.SPO2: ("SpO2", "血氧饱和度"),
    Vital.SYSTOLIC: ("Systolic pressure", "收缩压"),
    Vital.TEMPERATURE: ("Temperature", "体温"),
}


@dataclass(frozen=True, slots=True)
class VitalTrend:
    """What is known of the course of one vital, up to the last closed minute."""

    vital: Vital
    level: float
    """Median of the last closed minute."""
    baseline: float | None
    slope: Slope | None
    step: float | None
    """None where there was none."""
    moved: float
    """By how much the slope has moved the vital within its points."""


@dataclass(frozen=True, slots=True)
class Worsening:
    """A vital that gets worse while it is still in its band."""

    trend: VitalTrend
    edge: float
    """The last value that still gets no points."""
    minutes_to_edge: float
    source: str = SOURCE

    @property
    def words(self) -> str:
        """Say it in English."""
        return self._worded(0, "{label} {level:g}, {rate:+.2f}/min, {edge:g} in {ahead:.0f} min")

    @property
    def words_zh(self) -> str:
        """Say it in Chinese."""
        return self._worded(
            1, "{label} {level:g},每分钟 {rate:+.2f},约 {ahead:.0f} 分钟后达 {edge:g}"
        )

    def _worded(self, language: int, form: str) -> str:
        rate = self.trend.slope.per_minute if self.trend.slope else 0.0
        return form.format(
            label=_LABELS[self.trend.vital][language],
            level=self.trend.level,
            rate=rate,
            edge=self.edge,
            ahead=self.minutes_to_edge,
        )


class Trending:
    """The trends of one patient."""

    __slots__ = ("_courses",)

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self._courses = {vital: Course() for vital in CHARTS}

    def on_item(self, vital: Vital, value: float, captured_us: int) -> Worsening | None:
        """Take a good value; at the end of a minute, tell whether its vital worsens in its band."""
        course = self._courses.get(vital)
        if course is None or not course.on_item(value, captured_us):
            return None
        return self._worsening(vital)

    def on_minute(self, minute: int, levels: Mapping[Vital, float]) -> tuple[VitalTrend, ...]:
        """Take the levels of a minute that was closed elsewhere; return the trends that drift.

        It is later than every minute before.
        """
        for vital, level in levels.items():
            self._courses[vital].on_minute(minute, level)
        found = [self.trend(vital) for vital in levels if self.drifts(vital)]
        return tuple(one for one in found if one is not None)

    def drifts(self, vital: Vital) -> bool:
        """Tell, quickly, whether a slope is worth drawing.

        The last third of the slope's points must lie apart from the first third by half of what
        matters; a line that moves by what matters leaves them two thirds of that apart.
        """
        course = self._courses[vital]
        if not course.minutes:
            return False
        levels = course.since(course.minutes[-1] - SLOPE_MINUTES)[1]
        third = len(levels) // 3
        if not third:
            return False
        return abs(median(levels[-third:]) - median(levels[:third])) >= MATTERS[vital] / 2

    def trend(self, vital: Vital) -> VitalTrend | None:
        """Return the trend of a vital; None before its first closed minute."""
        course = self._courses[vital]
        if not course.minutes:
            return None
        last = course.minutes[-1]
        minutes, levels = course.since(last - SLOPE_MINUTES)
        found = slope(minutes, levels)
        older = course.before(last - BASELINE_BEFORE_MINUTES)
        return VitalTrend(
            vital=vital,
            level=course.levels[-1],
            baseline=median(older) if older else None,
            slope=found,
            step=_step(course, last, MATTERS[vital]),
            moved=0.0 if found is None else found.per_minute * (minutes[-1] - minutes[0]),
        )

    def _worsening(self, vital: Vital) -> Worsening | None:
        found = self.trend(vital) if self.drifts(vital) else None
        return None if found is None else worsening(found)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {vital.value: course.snapshot() for vital, course in self._courses.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for vital, course in self._courses.items():
            course.restore(state[vital.value])


def worsening(trend: VitalTrend) -> Worsening | None:
    """Return that a vital worsens in its band, if it does."""
    chart, found = CHARTS[trend.vital], trend.slope
    if found is None or not found.direction or chart.points(trend.level) != 0:
        return None
    edge = _edge(chart, found.direction)
    if edge is None or abs(trend.moved) < MATTERS[trend.vital]:
        return None
    ahead = max((edge - trend.level) / found.per_minute, 0.0)
    return Worsening(trend, edge, ahead) if ahead <= AHEAD_MINUTES else None


def _edge(chart: Chart, direction: int) -> float | None:
    """Return the end of the band without points in a direction; None where it is open."""
    band = next(band for band in chart.bands if band.points == 0)
    return band.highest if direction > 0 else band.lowest


def _step(course: Course, last: int, matters: float) -> float | None:
    """Return how far the last minutes lie from those before, where that is a step."""
    begin = last - STEP_MINUTES + 1
    minutes, levels = course.since(begin - STEP_AGAINST_MINUTES)
    recent = [level for at, level in zip(minutes, levels, strict=True) if at >= begin]
    before = [level for at, level in zip(minutes, levels, strict=True) if at < begin]
    if len(before) < STEP_MINUTES or not recent:
        return None
    middle = median(before)
    scatter = _MAD_TO_SD * median([abs(level - middle) for level in before])
    size = median(recent) - middle
    return size if abs(size) >= max(matters, STEP_SCATTERS * scatter) else None
