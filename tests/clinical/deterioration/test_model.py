"""The coefficients that come with this version fit its code, and others are refused."""

import json
from pkgutil import get_data
from typing import Any

import numpy as np
import pytest

from clinical.deterioration.features import FEATURES
from clinical.deterioration.model import AdditiveModel, ModelError, trained


def plain() -> dict[str, Any]:
    return dict(json.loads(get_data("clinical.deterioration", "model.json") or b""))


def test_every_line_keeps_its_declared_direction() -> None:
    """A feature with a direction never pushes the other way."""
    for feature, line in zip(FEATURES, trained().lines, strict=True):
        steps = feature.direction * np.diff(line.log_odds)
        assert (steps >= 0).all(), feature.name


def test_the_weights_of_certainty_are_shares() -> None:
    """All columns known and fresh is a certainty of 1."""
    assert sum(trained().weights) == pytest.approx(1, abs=1e-3)


def test_an_unknown_feature_pushes_nowhere_and_beyond_the_knots_a_line_is_flat() -> None:
    """NaN is no push; a value far outside is that of the outermost knot."""
    model = trained()
    nothing = np.full((1, len(FEATURES)), np.nan)
    far = np.full((1, len(FEATURES)), 1e9)
    assert not model.pushes(nothing, np.zeros(1)).any()
    assert model.pushes(far, np.zeros(1))[0, 0] == model.lines[0].log_odds[-1]


@pytest.mark.parametrize("field", ["version", "intercept", "lines", "weights", "alert"])
def test_coefficients_without_a_field_are_refused_by_its_name(field: str) -> None:
    """The error says what is absent."""
    part = plain()
    del part[field]
    with pytest.raises(ModelError, match=field):
        AdditiveModel.of(json.dumps(part))


def test_coefficients_of_other_code_are_refused() -> None:
    """Another version, a feature that is absent, and knots that do not rise."""
    other = plain() | {"version": 2}
    with pytest.raises(ModelError, match="version 2"):
        AdditiveModel.of(json.dumps(other))
    absent = plain()
    del absent["lines"]["rox"]
    with pytest.raises(ModelError, match="rox"):
        AdditiveModel.of(json.dumps(absent))
    falling = plain()
    falling["lines"]["rox"]["knots"].reverse()
    with pytest.raises(ModelError, match=r"lines\.rox"):
        AdditiveModel.of(json.dumps(falling))
