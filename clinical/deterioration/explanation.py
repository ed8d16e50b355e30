"""Why the index is what it is, in English and Chinese: which vital pushes it how much, with source.

The pushes of all features of a vital are added up and told as the factor by which they change the
odds, against the average patient of the training records; the words name the features that matter
most in that direction. What is not known pushes nothing and is named among what is missing.
"""

from collections.abc import Mapping, Sequence
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
        "{label} {value}{unit} against its own last hours",
        "{label}较自身近几小时 {value}{unit}",
    ),
    "drift": ("{label} drifted by {value}{unit}", "{label}缓慢变化 {value}{unit}"),
    "spread": ("{label} varies by {value}{unit}", "{label}波动 {value}{unit}"),
    "lowest": ("lowest {label} of late {value}{unit}", "近期最低{label} {value}{unit}"),
    "highest": ("highest {label} of late {value}{unit}", "近期最高{label} {value}{unit}"),
}
_SIGNED: Final = frozenset({"change", "drift"})
_DECIMALS: Final = {"temperature_c": 1, "fio2": 2, "shock_index": 2, "rox": 1}
CONSCIOUSNESS: Final = "consciousness"
_NOT_ALERT: Final = ("not alert", "意识非清醒")
_NAMED: Final = 2


def _places() -> Mapping[str, Sequence[int]]:
    """Return which pushes are of which column; consciousness comes last."""
    places: dict[str, list[int]] = {CONSCIOUSNESS: [len(FEATURES)]}
    for place, feature in enumerate(FEATURES):
        places.setdefault(feature.columns[0], []).append(place)
    return places


_PLACES: Final = _places()


@dataclass(frozen=True, slots=True)
class Driver:
    """How much one vital pushes the index, without words."""

    column: str
    """One of COLUMNS, or ``consciousness``."""
    log_odds: float
    """Above 0 raises the index, below 0 lowers it."""

    @property
    def odds_factor(self) -> float:
        """By how much it multiplies the odds; above 1 raises the index."""
        return round(exp(self.log_odds), 2)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one vital does to the index."""

    column: str
    """One of COLUMNS, or ``consciousness``."""
    odds_factor: float
    """Above 1 raises the index, below 1 lowers it."""
    words: str
    words_zh: str
    source: str


def reasons(
    model: AdditiveModel, values: Sequence[float], pushes: Sequence[float], most: int = 3
) -> tuple[Reason, ...]:
    """Return what pushes one row most, strongest first.

    Args:
        model: whose provenance is told as source.
        values: the features, NaN where not known.
        pushes: log-odds by feature and, last, by consciousness.
        most: how many are told at most.
    """
    source = f"{SOURCE} ({model.provenance})"
    return tuple(
        Reason(one.column, one.odds_factor, *_words(_PLACES[one.column], values, pushes), source)
        for one in drivers(pushes, most)
    )


def drivers(pushes: Sequence[float], most: int = 3) -> tuple[Driver, ...]:
    """Return the vitals that push most, strongest first; ``pushes`` as for ``reasons``."""
    totals = {column: sum([pushes[place] for place in of]) for column, of in _PLACES.items()}
    order = sorted(totals, key=lambda column: (-abs(totals[column]), column))
    return tuple(
        Driver(column, totals[column])
        for column in order[:most]
        if abs(totals[column]) >= LEAST_PUSH
    )


def missing(values: Sequence[float]) -> tuple[str, ...]:
    """Return the columns of which no present value is known."""
    return tuple(
        feature.columns[0]
        for feature, value in zip(FEATURES, values, strict=True)
        if feature.name.endswith(".level") and isnan(value)
    )


def _words(
    places: Sequence[int], values: Sequence[float], pushes: Sequence[float]
) -> tuple[str, str]:
    """Name the features that push most in the direction of them all."""
    upward = sum(pushes[place] for place in places) > 0
    along = [place for place in places if (pushes[place] > 0) is upward]
    named = sorted(along, key=lambda place: -abs(pushes[place]))[:_NAMED]
    pairs = [_phrase(place, values) for place in named]
    return ", ".join(pair[0] for pair in pairs), ",".join(pair[1] for pair in pairs)


def _phrase(place: int, values: Sequence[float]) -> tuple[str, str]:
    if place == len(FEATURES):
        return _NOT_ALERT
    base, _, kind = FEATURES[place].name.partition(".")
    label, label_zh, unit = _LABELS[base]
    form, form_zh = _KINDS[kind]
    value = f"{values[place]:{'+' if kind in _SIGNED else ''}.{_DECIMALS.get(base, 0)}f}"
    return (
        form.format(label=label, value=value, unit=unit),
        form_zh.format(label=label_zh, value=value, unit=unit),
    )
