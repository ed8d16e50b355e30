"""Trained coefficients, read from the packages that use them and handed in as frozen values.

`clinical/` computes and reads no file; what it was trained to be is data beside its code.
"""

import json
from importlib.resources import files
from typing import Any

from clinical.deterioration.model import AdditiveModel


def deterioration_model() -> AdditiveModel:
    """Return the model of the deterioration index.

    Raises:
        ModelError: the coefficients do not fit the code.

    """
    return AdditiveModel.of(_coefficients("clinical.deterioration"))


def _coefficients(package: str) -> dict[str, Any]:
    text = files(package).joinpath("coefficients.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
