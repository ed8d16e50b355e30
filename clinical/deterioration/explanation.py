"""Why the index is what it is, in English and Chinese: the features that push it most, with source.

A push is told as the factor by which it changes the odds, against the average patient of the
training records. What is not known pushes nothing and is named among what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isnan
from typing import Final

from clinical.deterioration.features import FEATURES
from clinical.deterioration.model import AdditiveModel

SOURCE: Final = "docs/models/deterioration.md"
LEAST_PUSH: Final = 0.05
"""Log-odds below which a push is not worth a word."""

_LABELS: Final = {
    "heart_rate_bpm": ("heart rate", "心率", "/min"),
    "respiration_per_min": ("breathing", "呼吸", "/min"),
    "spo2_percent": ("SpO2", "血氧饱和度", "%"),
    "systolic_mmhg": ("systolic pressure", "收缩压", " mmHg"),
    "temperature_c": ("temperature", "体温", " °C"),
    "fio2": ("inspired oxygen fraction", "吸入氧浓度", ""),
    "shock_index": ("shock index", "休克指数", ""),
    "rox": ("ROX index", "ROX 指数", ""),
}
_KINDS: Final = {
    "": ("{label} {value}{unit}", "{label} {value}{unit}"),
    "level": ("{label} {value}{unit}", "{label} {value}{unit}"),
    "mean": ("{label} in the last hours {value}{unit}", "近几小时{label} {value}{unit}"),
    "change": (
        "{label} {value:+}{unit} against its own last hours",
        "{label}较自身近几小时 {value:+}{unit}",
    ),
    "drift": ("{label} drifted by {value:+}{unit}", "{label}缓慢变化 {value:+}{unit}"),
    "spread": ("{label} varies by {value}{unit}", "{label}波动 {value}{unit}"),
    "lowest": ("lowest {label} of late {value}{unit}", "近期最低{label} {value}{unit}"),
    "highest": ("highest {label} of late {value}{unit}", "近期最高{label} {value}{unit}"),
}
_NOT_ALERT: Final = ("not alert", "意识非清醒")
CONSCIOUSNESS: Final = "consciousness"


@dataclass(frozen=True, slots=True)
class Reason:
    """One push on the index."""

    feature: str
    """Name of one of FEATURES, or ``consciousness``."""
    value: float | None
    """None for consciousness."""
    odds_factor: float
    """Above 1 raises the index, below 1 lowers it."""
    words: str
    words_zh: str
    source: str = SOURCE


def reasons(
    model: AdditiveModel, values: Sequence[float], pushes: Sequence[float], most: int = 3
) -> tuple[Reason, ...]:
    """Return the strongest pushes of one row, strongest first.

    Args:
        model: whose provenance is told as source.
        values: the features, NaN where not known.
        pushes: log-odds by feature and, last, by consciousness.
        most: how many are told at most.
    """
    order = sorted(range(len(pushes)), key=lambda place: (-abs(pushes[place]), place))
    strong = [place for place in order[:most] if abs(pushes[place]) >= LEAST_PUSH]
    return tuple(_reason(model, place, values, pushes[place]) for place in strong)


def missing(values: Sequence[float]) -> tuple[str, ...]:
    """Return the columns of which no present value is known."""
    return tuple(
        feature.columns[0]
        for feature, value in zip(FEATURES, values, strict=True)
        if feature.name.endswith(".level") and isnan(value)
    )


def _reason(model: AdditiveModel, place: int, values: Sequence[float], push: float) -> Reason:
    source = f"{SOURCE} ({model.provenance})"
    factor = round(exp(push), 2)
    effect, effect_zh = f"odds x {factor}", f"几率 x {factor}"
    if place == len(FEATURES):
        words, words_zh = _NOT_ALERT
        name, value = CONSCIOUSNESS, None
    else:
        name, value = FEATURES[place].name, round(values[place], 2)
        base, _, kind = name.partition(".")
        label, label_zh, unit = _LABELS[base]
        form, form_zh = _KINDS[kind]
        words = form.format(label=label, value=value, unit=unit)
        words_zh = form_zh.format(label=label_zh, value=value, unit=unit)
    return Reason(name, value, factor, f"{words}: {effect}", f"{words_zh}:{effect_zh}", source)
