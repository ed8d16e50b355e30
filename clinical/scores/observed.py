"""What was observed of one patient, as a score asks for it: by column, with what is unusable.

A column is spelled as everywhere else in this project. What is absent was not measured; zero is a
measurement. ``unusable`` says of an absent column why it is absent, where that is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import Refusal, RefusalReason
from clinical.vitals import PLAUSIBLE, Consciousness, Limits

ADULT_YEARS: Final = 16
"""From this age the scores for adults are used (Royal College of Physicians 2017)."""

PLAUSIBLE_COLUMN: Final[Mapping[str, Limits]] = MappingProxyType(
    {
        **{str(vital): limits for vital, limits in PLAUSIBLE.items()},
        "mean_arterial_mmhg": Limits(0, 330),
        "gcs": Limits(3, 15),
        "fio2": Limits(0.21, 1.0),
        "oxygen_l_per_min": Limits(0, 80),
        "capillary_refill_s": Limits(0, 20),
        "age_years": Limits(0, 130),
    }
)
"""Limits outside which a number in a column is no measurement; ``fio2`` is a fraction."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One set of observations."""

    numbers: Mapping[str, float] = field(default_factory=dict)
    """By column; see PLAUSIBLE_COLUMN."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What is no number, by column: for example the severity of respiratory distress."""
    consciousness: Consciousness | None = None
    on_oxygen: bool | None = None
    unusable: Mapping[str, RefusalReason] = field(default_factory=dict)

    @property
    def age_years(self) -> float | None:
        """The age; None is taken for an adult."""
        return self.numbers.get("age_years")

    def number(self, column: str) -> float | Refusal:
        """Return a plausible number, or why there is none."""
        value = self.numbers.get(column)
        if value is None:
            return self.absence(column)
        limits = PLAUSIBLE_COLUMN[column]
        if not limits.lowest <= value <= limits.highest:
            return Refusal(RefusalReason.IMPLAUSIBLE, column)
        return value

    def absence(self, column: str) -> Refusal:
        """Return why a column that is absent is absent."""
        return Refusal(self.unusable.get(column, RefusalReason.MISSING), column)
