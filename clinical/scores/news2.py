"""National Early Warning Score 2, complete and exact, for people of 16 years and over.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the
assessment of acute-illness severity in the NHS. Updated report of a working party. London: RCP,
2017. Chart 1 (the scoring system), chart 2 (thresholds and triggers), chart 4 (clinical response).

The bands below are the chart. Values between its printed steps round half up to the printed
precision: whole numbers, and tenths of a degree. The score is not for children under 16 nor for
pregnancy: there no part counts, because the chart says nothing about these patients.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from clinical.vitals import PLAUSIBLE, Consciousness, Spo2Scale, Vital

CITATION: Final = "Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017"

YOUNGEST_YEARS: Final = 16
MEDIUM_TOTAL: Final = 5
HIGH_TOTAL: Final = 7
SINGLE_RED: Final = 3
"""A single part of 3 points asks for an urgent review whatever the total is."""

_RESPIRATION_BANDS: Final = (
    Band(None, 8, 3),
    Band(9, 11, 1),
    Band(12, 20, 0),
    Band(21, 24, 2),
    Band(25, None, 3),
)
_SPO2_SCALE_1_BANDS: Final = (
    Band(None, 91, 3),
    Band(92, 93, 2),
    Band(94, 95, 1),
    Band(96, None, 0),
)
_SPO2_SCALE_2_ON_AIR_BANDS: Final = (
    Band(None, 83, 3),
    Band(84, 85, 2),
    Band(86, 87, 1),
    Band(88, None, 0),
)
_SPO2_SCALE_2_ON_OXYGEN_BANDS: Final = (
    Band(None, 83, 3),
    Band(84, 85, 2),
    Band(86, 87, 1),
    Band(88, 92, 0),
    Band(93, 94, 1),
    Band(95, 96, 2),
    Band(97, None, 3),
)
_SYSTOLIC_BANDS: Final = (
    Band(None, 90, 3),
    Band(91, 100, 2),
    Band(101, 110, 1),
    Band(111, 219, 0),
    Band(220, None, 3),
)
_HEART_RATE_BANDS: Final = (
    Band(None, 40, 3),
    Band(41, 50, 1),
    Band(51, 90, 0),
    Band(91, 110, 1),
    Band(111, 130, 2),
    Band(131, None, 3),
)
_TEMPERATURE_BANDS: Final = (
    Band(None, 35.0, 3),
    Band(35.1, 36.0, 1),
    Band(36.1, 38.0, 0),
    Band(38.1, 39.0, 1),
    Band(39.1, None, 2),
)
_CONSCIOUSNESS_POINTS: Final[Mapping[Consciousness, int]] = {
    Consciousness.ALERT: 0,
    Consciousness.NEW_CONFUSION: 3,
    Consciousness.VOICE: 3,
    Consciousness.PAIN: 3,
    Consciousness.UNRESPONSIVE: 3,
}
_ON_AIR_POINTS: Final = 0
_ON_OXYGEN_POINTS: Final = 2

ASKS_FOR: Final[Mapping[Response, str]] = MappingProxyType(
    {
        Response.LOW: "assessment by a registered nurse; monitoring every 4 to 12 hours",
        Response.LOW_MEDIUM: "urgent review by a clinician; monitoring at least every hour",
        Response.MEDIUM: "urgent review by a clinician competent in acute illness; "
        "monitoring at least every hour",
        Response.HIGH: "emergency assessment by a critical-care team; continuous monitoring",
    }
)
"""What each band asks for (chart 4), in short."""

ASKS_FOR_ZH: Final[Mapping[Response, str]] = MappingProxyType(
    {
        Response.LOW: "由注册护士评估;每 4 至 12 小时监测",
        Response.LOW_MEDIUM: "由医师紧急评估;至少每小时监测",
        Response.MEDIUM: "由具备急危重症能力的医师紧急评估;至少每小时监测",
        Response.HIGH: "由重症团队立即评估;持续监测",
    }
)
"""As ASKS_FOR, in Simplified Chinese."""


def _chart(vital: Vital, bands: tuple[Band, ...], steps_per_unit: int = 1) -> Chart:
    limits = PLAUSIBLE[vital]
    return Chart(bands, lowest=limits.lowest, highest=limits.highest, steps_per_unit=steps_per_unit)


RESPIRATION: Final = _chart(Vital.RESPIRATION, _RESPIRATION_BANDS)
SPO2_SCALE_1: Final = _chart(Vital.SPO2, _SPO2_SCALE_1_BANDS)
SPO2_SCALE_2_ON_AIR: Final = _chart(Vital.SPO2, _SPO2_SCALE_2_ON_AIR_BANDS)
SPO2_SCALE_2_ON_OXYGEN: Final = _chart(Vital.SPO2, _SPO2_SCALE_2_ON_OXYGEN_BANDS)
SYSTOLIC: Final = _chart(Vital.SYSTOLIC, _SYSTOLIC_BANDS)
HEART_RATE: Final = _chart(Vital.HEART_RATE, _HEART_RATE_BANDS)
TEMPERATURE: Final = _chart(Vital.TEMPERATURE, _TEMPERATURE_BANDS, steps_per_unit=10)

_NO_PARTS: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class News2Inputs:
    """What NEWS2 asks for; None is not measured, zero is a measurement."""

    respiration_per_min: float | None = None
    spo2_percent: float | None = None
    spo2_scale: Spo2Scale | None = None
    """None is scale 1, the scale for everybody without a prescribed 88-92 % target."""
    on_oxygen: bool | None = None
    systolic_mmhg: float | None = None
    heart_rate_bpm: float | None = None
    consciousness: Consciousness | None = None
    temperature_c: float | None = None
    age_years: float | None = None
    """None is taken for an adult."""
    pregnant: bool | None = None
    """None is taken for not pregnant."""
    unusable: Mapping[str, RefusalReason] = field(default_factory=dict)
    """Inputs left None above for a better reason than MISSING: STALE, IMPLAUSIBLE."""


def score(inputs: News2Inputs) -> Result:
    """Return the score, or every reason why there is none with the parts that are known."""
    reasons: list[Refusal] = []
    parts: dict[str, int] = {}
    applicable = _applies(inputs, reasons)
    _add_chart(parts, reasons, inputs, "respiration_per_min", RESPIRATION)
    _add_spo2(parts, reasons, inputs)
    on_oxygen = inputs.on_oxygen
    if on_oxygen is None:
        reasons.append(_absence(inputs, "on_oxygen"))
    else:
        parts["on_oxygen"] = _ON_OXYGEN_POINTS if on_oxygen else _ON_AIR_POINTS
    _add_chart(parts, reasons, inputs, "systolic_mmhg", SYSTOLIC)
    _add_chart(parts, reasons, inputs, "heart_rate_bpm", HEART_RATE)
    consciousness = inputs.consciousness
    if consciousness is None:
        reasons.append(_absence(inputs, "consciousness"))
    else:
        parts["consciousness"] = _CONSCIOUSNESS_POINTS[consciousness]
    _add_chart(parts, reasons, inputs, "temperature_c", TEMPERATURE)
    if reasons:
        return Refused(tuple(reasons), parts if applicable else _NO_PARTS)
    total = sum(parts.values())
    return Scored(total, response(total, single_red=SINGLE_RED in parts.values()), parts)


def response(total: int, *, single_red: bool) -> Response:
    """Return the band of a total (chart 2)."""
    if total >= HIGH_TOTAL:
        return Response.HIGH
    if total >= MEDIUM_TOTAL:
        return Response.MEDIUM
    return Response.LOW_MEDIUM if single_red else Response.LOW


def _applies(inputs: News2Inputs, reasons: list[Refusal]) -> bool:
    """Tell whether the chart is for this patient, and add the reasons why not."""
    if "age_years" in inputs.unusable:
        reasons.append(Refusal(inputs.unusable["age_years"], "age_years"))
    if inputs.age_years is not None and inputs.age_years < YOUNGEST_YEARS:
        reasons.append(Refusal(RefusalReason.AGE, "age_years"))
    if inputs.pregnant:
        reasons.append(Refusal(RefusalReason.PREGNANT, "pregnant"))
    return not any(r.reason in {RefusalReason.AGE, RefusalReason.PREGNANT} for r in reasons)


def _absence(inputs: News2Inputs, column: str) -> Refusal:
    return Refusal(inputs.unusable.get(column, RefusalReason.MISSING), column)


def _add_chart(
    parts: dict[str, int],
    reasons: list[Refusal],
    inputs: News2Inputs,
    column: str,
    chart: Chart,
) -> None:
    value: float | None = getattr(inputs, column)
    if value is None:
        reasons.append(_absence(inputs, column))
        return
    points = chart.points(value)
    if points is None:
        reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, column))
    else:
        parts[column] = points


def _add_spo2(parts: dict[str, int], reasons: list[Refusal], inputs: News2Inputs) -> None:
    """Add the oxygen saturation, on its scale.

    On scale 2 the points of a high saturation depend on oxygen being given: while that is
    unknown, only a saturation that scores the same on air and on oxygen is a known part.
    """
    column = "spo2_percent"
    if inputs.spo2_scale is not Spo2Scale.SCALE_2:
        _add_chart(parts, reasons, inputs, column, SPO2_SCALE_1)
    else:
        on_oxygen = inputs.on_oxygen
        chart = SPO2_SCALE_2_ON_OXYGEN if on_oxygen else SPO2_SCALE_2_ON_AIR
        _add_chart(parts, reasons, inputs, column, chart)
        if on_oxygen is None and column in parts:
            value = inputs.spo2_percent
            if value is not None and SPO2_SCALE_2_ON_OXYGEN.points(value) != parts[column]:
                del parts[column]
    if "spo2_scale" in inputs.unusable:
        reasons.append(_absence(inputs, "spo2_scale"))
        parts.pop(column, None)
