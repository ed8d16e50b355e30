"""Screen for stroke: the three signs of Cincinnati with balance and eyes (BE-FAST).

Sources: Kothari RU, Pancioli A, Liu T, Brott T, Broderick J. Cincinnati Prehospital Stroke Scale:
reproducibility and validity. Ann Emerg Med 1999;33:373-378 (facial droop, arm drift, abnormal
speech: one abnormal sign is positive). Aroor S, Singh R, Goldstein LB. BE-FAST (Balance, Eyes,
Face, Arm, Speech, Time): reducing the proportion of strokes missed using the FAST mnemonic. Stroke
2017;48:479-481: 14.1 % of strokes show none of the three; with balance and eyes 4.4 % are missed.

A screen that was not finished is *incomplete*, never negative: one abnormal sign suffices, but
only five that are normal speak against a stroke, and even they do not rule it out. It was published
of adults; a sign that somebody found in a child counts all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CITATION: Final = (
    "Kothari RU et al. Ann Emerg Med 1999;33:373-378; Aroor S et al. Stroke 2017;48:479-481"
)


class Sign(StrEnum):
    """What is examined, in the order of the mnemonic."""

    BALANCE = "balance"
    EYES = "eyes"
    FACE = "face"
    ARM = "arm"
    SPEECH = "speech"


class Verdict(StrEnum):
    """What a screen says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INCOMPLETE = "incomplete"
    """Something was not examined, and nothing that was is abnormal."""


@dataclass(frozen=True, slots=True)
class StrokeScreen:
    """One examination: whether each sign is abnormal; None: it was not examined."""

    balance: bool | None = None
    """Sudden loss of balance or coordination."""
    eyes: bool | None = None
    """Sudden loss of sight, or double vision."""
    face: bool | None = None
    """One side of the face does not move as well as the other."""
    arm: bool | None = None
    """One arm drifts down or does not move."""
    speech: bool | None = None
    """Slurred, wrong words, or none."""

    @property
    def signs(self) -> Mapping[Sign, bool | None]:
        """Whether each sign is abnormal."""
        return {
            Sign.BALANCE: self.balance,
            Sign.EYES: self.eyes,
            Sign.FACE: self.face,
            Sign.ARM: self.arm,
            Sign.SPEECH: self.speech,
        }

    @property
    def abnormal(self) -> tuple[Sign, ...]:
        """The signs that are abnormal."""
        return tuple(sign for sign, abnormal in self.signs.items() if abnormal)

    @property
    def missing(self) -> tuple[Sign, ...]:
        """The signs that were not examined."""
        return tuple(sign for sign, abnormal in self.signs.items() if abnormal is None)


def verdict(screen: StrokeScreen) -> Verdict:
    """Return what a screen says."""
    if screen.abnormal:
        return Verdict.POSITIVE
    return Verdict.INCOMPLETE if screen.missing else Verdict.NEGATIVE
