"""What drives the index is told by vital, in two languages, with its source."""

from math import exp, prod

import numpy as np
import pytest

from clinical.deterioration.explanation import missing, reasons
from clinical.deterioration.features import FEATURES
from clinical.deterioration.index import Assessments, DeteriorationIndex, Rows
from clinical.deterioration.model import trained

MODEL = trained()
NAN = float("nan")


def assessed(*values: float, looked: float = NAN) -> Assessments:
    one = np.array([looked])
    return DeteriorationIndex(MODEL).on_batch(
        Rows(np.array([0]), np.array([0.0]), np.array([values]), np.array([NAN]), one)
    )


def test_a_fever_is_told_as_what_it_does_in_both_languages() -> None:
    """The strongest reason names the vital, its value and the factor on the odds."""
    found = assessed(84.0, 17.0, 97.0, 121.0, 39.6, NAN)
    first = reasons(MODEL, found.features[0].tolist(), found.pushes[0].tolist())[0]
    assert first.column == "temperature_c"
    assert first.odds_factor > 1.5
    assert "39.6 °C" in first.words
    assert "体温" in first.words_zh
    assert "docs/models/deterioration.md" in first.source


def test_all_reasons_together_are_the_index() -> None:
    """The factors of all vitals, times the odds of the average patient, are the odds."""
    found = assessed(130.0, 28.0, 88.0, 91.0, 38.9, 0.5, looked=1.0)
    told = reasons(MODEL, found.features[0].tolist(), found.pushes[0].tolist(), most=99)
    odds = exp(MODEL.intercept) * prod(one.odds_factor for one in told)
    assert odds / (1 + odds) == pytest.approx(found.index[0], rel=0.1)
    assert told[0].odds_factor != 1


def test_not_being_alert_is_a_reason() -> None:
    """Consciousness is told as such, without a number."""
    found = assessed(72.0, 14.0, 98.0, 124.0, 36.8, 0.21, looked=1.0)
    told = reasons(MODEL, found.features[0].tolist(), found.pushes[0].tolist(), most=99)
    assert "not alert" in {one.words for one in told}


def test_what_is_missing_is_named() -> None:
    """A vital that was never measured is no reason and is listed; oxygen is room air by default."""
    found = assessed(72.0, NAN, 98.0, NAN, 36.8, NAN)
    assert missing(found.features[0].tolist()) == ("respiration_per_min", "systolic_mmhg")


def test_every_feature_can_be_put_into_words() -> None:
    """No feature is without a label in either language."""
    values = [1.0] * len(FEATURES)
    for place in range(len(FEATURES)):
        pushes = [0.0] * (len(FEATURES) + 1)
        pushes[place] = 1.0
        (told,) = reasons(MODEL, values, pushes)
        assert told.words
        assert told.words_zh != told.words
