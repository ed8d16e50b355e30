"""Whether a candidate is a beat, and whether a beat is ventricular: a small trained network.

Its inputs are the measures of ``candidates`` and those of the past (``beats.PAST``); a hidden layer
of rectified units gives two logits. It is trained by ``bench/training/beats.py`` on development
records; the card is ``docs/models/beats.md``. A logit is a sum that is written out input by input,
so that a candidate's outcome does not depend on how many others are judged with it. A product of
matrices is many times as fast and adds in an order of its own, which moves a logit by its last
digits; where it is no nearer to zero than ``DOUBT``, its sign is that of the sum all the same, and
only where it is nearer is the sum written out.
"""

import json
from dataclasses import dataclass
from pkgutil import get_data
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from clinical.signals.resampling import Floats

CLIP: Final = 6.0
"""Standardised inputs are cut here: what lies far outside training is not extrapolated."""

TOGETHER: Final = 16
"""Candidates whose sums are written out at once: what is added stays in a core's cache."""

MULTIPLIED: Final = 64
"""Candidates of one product of matrices: so few that no library shares it out among cores."""

DOUBT: Final = 1e-6
"""Logits nearer to zero than this are added up in order. Of inputs no greater than ``CLIP`` the
order moves a logit of these coefficients by less than a ten thousandth of it (Higham, Accuracy and
Stability of Numerical Algorithms, 2002, section 4.2: by ``n`` roundings of the sum of magnitudes).
"""


class BeatJudge(Protocol):
    """Whatever can say which candidates are beats."""

    def judge(self, measures: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which candidates are beats, and which would be ventricular."""
        ...


@dataclass(frozen=True, slots=True)
class Judge:
    """The network's coefficients."""

    mean: Floats
    scale: Floats
    """Of each input, shape (inputs,)."""
    hidden: Floats
    """Weights of the hidden layer, shape (inputs, units)."""
    hidden_bias: Floats
    out: Floats
    """Weights of the outputs, shape (units, 2)."""
    out_bias: Floats

    @classmethod
    def of(cls, text: str | bytes) -> Self:
        """Read coefficients as the training script writes them."""
        read = json.loads(text)
        names = ("mean", "scale", "hidden", "hidden_bias", "out", "out_bias")
        return cls(*(np.array(read[name], np.float64) for name in names))

    def logits(self, measures: Floats) -> Floats:
        """Return, shape (candidates, 2), how much speaks for a beat, and for a ventricular one."""
        units = np.maximum(0.0, _weighted(self._inputs(measures), self.hidden, self.hidden_bias))
        return _weighted_to_few(units, self.out, self.out_bias)

    def judge(self, measures: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which candidates are beats, and which would be ventricular."""
        inputs, logits = self._inputs(measures), np.empty((len(measures), len(self.out_bias)))
        for begin in range(0, len(inputs), MULTIPLIED):
            units = inputs[begin : begin + MULTIPLIED] @ self.hidden
            units += self.hidden_bias
            np.maximum(units, 0.0, out=units)
            np.matmul(units, self.out, out=logits[begin : begin + MULTIPLIED])
        logits += self.out_bias
        doubtful = ~(np.abs(logits).min(axis=1, initial=np.inf) > DOUBT)
        if doubtful.any():
            logits[doubtful] = self.logits(measures[doubtful])
        return logits[:, 0] > 0, logits[:, 1] > 0

    def _inputs(self, measures: Floats) -> Floats:
        """Return what is put in: standardised, and cut where it lies far outside training."""
        inputs = measures - self.mean
        inputs /= self.scale
        return np.clip(inputs, -CLIP, CLIP, out=inputs)


def _weighted(inputs: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return the bias and each input times its weights, added up in that order.

    Numpy adds the rows of a middle axis one after another, whatever stands beside them.
    """
    total = np.empty((len(inputs), len(bias)))
    for begin in range(0, len(inputs), TOGETHER):
        some = inputs[begin : begin + TOGETHER]
        parts = np.empty((len(some), len(weights) + 1, len(bias)))
        parts[:, 0] = bias
        np.multiply(some[:, :, None], weights, out=parts[:, 1:])
        np.add.reduce(parts, axis=1, out=total[begin : begin + TOGETHER])
    return total


def _weighted_to_few(inputs: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return the same, of few outputs: candidates stand side by side, so what is added is long."""
    parts = np.empty((len(weights) + 1, len(bias), len(inputs)))
    parts[0] = bias[:, None]
    np.multiply(weights[:, :, None], inputs.T[:, None], out=parts[1:])
    total: Floats = np.add.reduce(parts, axis=0).T
    return total


JUDGE: Final = Judge.of(get_data("clinical.signals", "beat_judge.json") or b"")
