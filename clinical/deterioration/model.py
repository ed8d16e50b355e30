"""An additive model of log-odds: for each feature one line through a few knots.

The pushes of all features and the intercept add up to the log-odds of the index, so what drives the
index needs no further method: it is read off. A feature that is not known pushes nowhere, which
stands for the average patient of the training records. Beyond the outermost knots a line is flat.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pkgutil import get_data
from typing import Any, Final, Self

import numpy as np

from clinical.deterioration.features import FEATURES
from clinical.deterioration.inputs import COLUMNS, Floats

VERSION: Final = 1


class ModelError(ValueError):
    """The coefficients are not those of this code. The message names the field."""


@dataclass(frozen=True, slots=True)
class AlertRule:
    """When the index becomes an alert, and when the next one may follow."""

    threshold: float
    rearm_minutes: float
    """No second alert of a patient before this much time."""


@dataclass(frozen=True, slots=True)
class Line:
    """The push of one feature."""

    knots: tuple[float, ...]
    log_odds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AdditiveModel:
    """Everything that the index needs to know."""

    intercept: float
    base_rate: float
    """Share of hours within the outcome among the training records."""
    not_alert: float
    """Push of a consciousness other than alert."""
    lines: tuple[Line, ...]
    """One for each of FEATURES, in that order."""
    weights: tuple[float, ...]
    """Share of each of COLUMNS in what the pushes vary by; together 1."""
    alert: AlertRule
    provenance: str

    @classmethod
    def of(cls, text: str | bytes) -> Self:
        """Read the model as the training script writes it.

        Raises:
            ModelError: a field is absent, of another version, or does not fit the features.

        """
        plain = json.loads(text)
        try:
            if plain["version"] != VERSION:
                message = f"version {plain['version']}, not {VERSION}"
                raise ModelError(message)
            return cls(
                intercept=float(plain["intercept"]),
                base_rate=float(plain["base_rate"]),
                not_alert=float(plain["not_alert"]),
                lines=tuple(_line(plain["lines"], feature.name) for feature in FEATURES),
                weights=tuple(float(plain["weights"][column]) for column in COLUMNS),
                alert=AlertRule(**plain["alert"]),
                provenance=str(plain["provenance"]["summary"]),
            )
        except (KeyError, TypeError) as error:
            message = f"coefficients of the deterioration index: {error}"
            raise ModelError(message) from error

    def pushes(self, features: Floats, not_alert: Floats) -> Floats:
        """Return log-odds by feature, and in the last column that of consciousness.

        Args:
            features: shape (n, len(FEATURES)); NaN where not known.
            not_alert: shape (n,); 1 where the patient is known not to be alert, else 0.
        """
        pushes = np.zeros((len(features), len(FEATURES) + 1))
        for column, line in enumerate(self.lines):
            pushed = np.interp(features[:, column], line.knots, line.log_odds)
            pushes[:, column] = np.where(np.isnan(pushed), 0.0, pushed)
        pushes[:, -1] = self.not_alert * not_alert
        return pushes


@cache
def trained() -> AdditiveModel:
    """Return the model that comes with this version (docs/adr/0030)."""
    return AdditiveModel.of(get_data(__name__, "model.json") or b"{}")


def _line(lines: Mapping[str, Any], name: str) -> Line:
    knots, log_odds = lines[name]["knots"], lines[name]["log_odds"]
    rising = all(low < high for low, high in pairwise(knots))
    if not rising or not knots or len(knots) != len(log_odds):
        message = f"lines.{name}: knots that do not rise, or not one value for each"
        raise ModelError(message)
    return Line(tuple(map(float, knots)), tuple(map(float, log_odds)))
