"""National Paediatric Early Warning Score (England), for children, by age.

Source: NHS England and Royal College of Paediatrics and Child Health, National Paediatric Early
Warning System inpatient charts, 2023: one chart each for 0-11 months, 1-4 years, 5-12 years, and
13 years and over. Points are 0, 1, 2 and 4. Bands: 1-4 low, 5-8 medium, 9-12 high, 13 and more
emergency.

Consciousness and temperature have no points. A child who reacts to voice only is in the high band
at least, to pain only or not at all in the emergency band, whatever the total. The chart says
nothing between a capillary refill of 2 and of 3 seconds; here halves are rounded up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import (
    Band,
    Chart,
    Refusal,
    RefusalReason,
    Refused,
    Response,
    Result,
    Scored,
)
from clinical.scores.observed import Observed
from clinical.scores.points import AGE, CONSCIOUSNESS, chart, looked_up
from clinical.vitals import Consciousness

CITATION: Final = "NHS England and RCPCH, National PEWS inpatient charts, 2023"

ADULT_FROM_YEARS: Final = 18
"""From this age there is no chart."""

OXYGEN: Final = "on_oxygen"
DISTRESS: Final = "respiratory_distress"

DISTRESS_POINTS: Final[Mapping[str, int]] = MappingProxyType(
    {"none": 0, "mild": 1, "moderate": 2, "severe": 4}
)

_FIO2: Final = chart(
    "fio2", Band(None, 0.29, 1), Band(0.30, 0.49, 2), Band(0.50, None, 4), steps_per_unit=100
)
_FLOW: Final = chart(
    "oxygen_l_per_min", Band(None, 1.9, 1), Band(2.0, 5.9, 2), Band(6.0, None, 4), steps_per_unit=10
)
_FOR_ALL_AGES: Final[Mapping[str, Chart]] = MappingProxyType(
    {
        "spo2_percent": chart(
            "spo2_percent", Band(None, 91, 4), Band(92, 94, 1), Band(95, None, 0)
        ),
        "capillary_refill_s": chart("capillary_refill_s", Band(None, 2, 0), Band(3, None, 2)),
    }
)
_LEAST_BAND: Final[Mapping[Consciousness, Response]] = MappingProxyType(
    {
        Consciousness.VOICE: Response.HIGH,
        Consciousness.PAIN: Response.EMERGENCY,
        Consciousness.UNRESPONSIVE: Response.EMERGENCY,
    }
)
_BANDS: Final = (
    (13, Response.EMERGENCY),
    (9, Response.HIGH),
    (5, Response.MEDIUM),
    (1, Response.LOW),
)


def _row(column: str, below: int, *starts: tuple[int, int]) -> Chart:
    """Return a row of the chart: points below the first start, then (first value, points)."""
    firsts = (None, *(first for first, _ in starts))
    points = (below, *(points for _, points in starts))
    ends = (*(first - 1 for first, _ in starts), None)
    return chart(column, *(Band(*band) for band in zip(firsts, ends, points, strict=True)))


@dataclass(frozen=True, slots=True)
class AgeChart:
    """One of the four charts."""

    from_years: int
    rows: Mapping[str, Chart]


def _age_chart(from_years: int, respiration: Chart, heart_rate: Chart, systolic: Chart) -> AgeChart:
    return AgeChart(
        from_years,
        {
            "respiration_per_min": respiration,
            "heart_rate_bpm": heart_rate,
            "systolic_mmhg": systolic,
            **_FOR_ALL_AGES,
        },
    )


_RR: Final = "respiration_per_min"
_HR: Final = "heart_rate_bpm"
_BP: Final = "systolic_mmhg"

CHARTS: Final = (
    _age_chart(
        13,
        _row(_RR, 4, (10, 1), (15, 0), (25, 1), (30, 2), (40, 4)),
        _row(_HR, 4, (50, 2), (60, 1), (70, 0), (100, 1), (120, 2), (130, 4)),
        _row(_BP, 4, (80, 2), (90, 1), (100, 0), (120, 1), (130, 2), (140, 4)),
    ),
    _age_chart(
        5,
        _row(_RR, 4, (10, 2), (15, 1), (20, 0), (25, 1), (40, 2), (50, 4)),
        _row(_HR, 4, (60, 2), (70, 1), (80, 0), (120, 1), (140, 2), (160, 4)),
        _row(_BP, 4, (70, 2), (80, 1), (90, 0), (110, 1), (120, 2), (130, 4)),
    ),
    _age_chart(
        1,
        _row(_RR, 4, (10, 2), (20, 0), (40, 1), (50, 2), (60, 4)),
        _row(_HR, 4, (60, 2), (70, 1), (90, 0), (140, 1), (150, 2), (170, 4)),
        _row(_BP, 4, (50, 2), (60, 1), (80, 0), (100, 1), (120, 2), (130, 4)),
    ),
    _age_chart(
        0,
        _row(_RR, 4, (10, 2), (20, 1), (30, 0), (50, 1), (60, 2), (70, 4)),
        _row(_HR, 4, (80, 2), (90, 1), (110, 0), (150, 1), (170, 2), (180, 4)),
        _row(_BP, 4, (50, 2), (60, 1), (70, 0), (90, 1), (100, 2), (110, 4)),
    ),
)
"""Oldest first."""


def score(observed: Observed) -> Result:
    """Return the score of a child, or every reason why there is none with the parts known."""
    found = _chart_for(observed)
    if isinstance(found, Refusal):
        return Refused((found,), {})
    judged = {column: looked_up(observed, column, row) for column, row in found.rows.items()}
    judged[OXYGEN] = _oxygen(observed)
    judged[DISTRESS] = _distress(observed)
    parts = {column: points for column, points in judged.items() if isinstance(points, int)}
    reasons = [reason for reason in judged.values() if isinstance(reason, Refusal)]
    level = observed.consciousness
    if level is None:
        reasons.append(observed.absence(CONSCIOUSNESS))
    elif level is Consciousness.NEW_CONFUSION:
        reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, CONSCIOUSNESS))
    if reasons or level is None:
        return Refused(tuple(reasons), parts)
    total = sum(parts.values())
    return Scored(total, band(total, level), parts)


def band(total: int, level: Consciousness) -> Response | None:
    """Return the band of a total and a level of consciousness; None is no escalation."""
    least = _LEAST_BAND.get(level)
    by_total = next((response for first, response in _BANDS if total >= first), None)
    order = [None, *(response for _, response in reversed(_BANDS))]
    return max(least, by_total, key=order.index)


def _chart_for(observed: Observed) -> AgeChart | Refusal:
    age_years = observed.number(AGE)
    if isinstance(age_years, Refusal):
        return age_years
    if age_years >= ADULT_FROM_YEARS:
        return Refusal(RefusalReason.AGE, AGE)
    return next(one for one in CHARTS if age_years >= one.from_years)


def _oxygen(observed: Observed) -> int | Refusal:
    """Return the points of oxygen, by inspired fraction or, where that is not known, by flow."""
    if observed.on_oxygen is None:
        return observed.absence(OXYGEN)
    if not observed.on_oxygen:
        return 0
    by_fraction = looked_up(observed, "fio2", _FIO2)
    if isinstance(by_fraction, int):
        return by_fraction
    by_flow = looked_up(observed, "oxygen_l_per_min", _FLOW)
    return by_flow if isinstance(by_flow, int) else by_fraction


def _distress(observed: Observed) -> int | Refusal:
    word = observed.words.get(DISTRESS)
    if word is None:
        return observed.absence(DISTRESS)
    return DISTRESS_POINTS.get(word, Refusal(RefusalReason.IMPLAUSIBLE, DISTRESS))
