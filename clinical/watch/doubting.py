"""Which of the newest values no score counts yet, because something speaks against them.

Three things do, and none of them for ever:

- a violation of a limit that a second signal contradicts, until it is an alarm by its limit;
- heart rate or saturation while heart rate and pulse rate contradict each other, for
  ``CONTRADICTED_US`` or until it alarms by a limit: a finger that moves shows 91 %;
- a respiration that *jumps* to three points while it is shown every few seconds, for ``JUMP_US``.
  No second signal shows breath, but a monitor averages over several breaths, and breath does not
  change by more than ``JUMP_PER_MIN`` from one second to the next. A respiration of 0 is never
  doubted, and neither is one that is measured now and then: a person has counted it.

What is doubted is refused to the score as implausible. Nothing is kept up while
nothing could be scored anyway, so that a patient who is well costs nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clinical.alarms.patience import Trust
from clinical.instant import SECOND_US
from clinical.scores.news2 import RESPIRATION as BREATH_CHART
from clinical.scores.news2 import SINGLE_RED
from clinical.watch.carry import HEART_RATE, RESPIRATION, SPO2, Carry, Reading
from clinical.watch.trust import trust_of

CONTRADICTED_US: Final = 25 * SECOND_US
"""As long as a contradicted limit waits: a rhythm that does not reach the finger lasts longer."""

JUMP_US: Final = 15 * SECOND_US
"""A respiration that has jumped and stayed for so long is believed."""

JUMP_PER_MIN: Final = 5.0

SHOWN_EVERY_US: Final = 10 * SECOND_US
"""A respiration that follows another one within this time is one that a monitor shows."""

_CHECKED: Final = (HEART_RATE, SPO2)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of an item beside its values."""

    doubted: tuple[int, ...] = ()
    """Vitals, by index, whose violation of a limit is contradicted."""
    sounding: tuple[int, ...] = ()
    """Vitals, by index, that alarm by a limit."""
    breath: tuple[float | None, int] = (None, 0)
    """The respiration that was carried before, and when it was captured."""


NOTHING_BESIDE: Final = Beside()


class Doubts:
    """What is doubted of one patient."""

    __slots__ = ("_carry", "_jumped_us", "_since_us", "contradicted")

    def __init__(self, carry: Carry) -> None:
        """Begin without a doubt; ``carry`` holds the newest values."""
        self._carry = carry
        self._since_us: dict[int, int] = {}
        self._jumped_us: int | None = None
        """When the respiration jumped; None: it is believed."""
        self.contradicted: tuple[int, ...] = ()
        """The vitals, by index, that are refused to scores."""

    @property
    def stand(self) -> bool:
        """Tell whether anything is doubted, or was contradicted and may be soon."""
        return bool(self._since_us or self.contradicted or self._jumped_us is not None)

    def clear(self) -> None:
        """Doubt nothing: nothing that is known could be scored for an alarm."""
        self._since_us.clear()
        self.contradicted = ()
        self._jumped_us = None

    def on_item(self, live: tuple[Reading, ...], captured_us: int, beside: Beside) -> None:
        """Look at live values that ``carry`` has taken over."""
        for vital, value in live:
            if vital in _CHECKED:
                if trust_of(vital, self._carry) is Trust.DOUBTED:
                    self._since_us.setdefault(vital, captured_us)
                else:
                    self._since_us.pop(vital, None)
            elif vital == RESPIRATION:
                self._breathe(value, captured_us, beside.breath)
        fresh = [
            vital
            for vital, since_us in self._since_us.items()
            if captured_us - since_us < CONTRADICTED_US and vital not in beside.sounding
        ]
        if self._jumped_us is not None:
            fresh.append(RESPIRATION)
        self.contradicted = tuple(sorted({*beside.doubted, *fresh}))

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty without a doubt."""
        if not self.stand:
            return {}
        return {
            "since_us": [list(pair) for pair in self._since_us.items()],
            "contradicted": list(self.contradicted),
            "jumped_us": self._jumped_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if not state:
            return
        self._since_us = dict(state["since_us"])
        self.contradicted = tuple(state["contradicted"])
        self._jumped_us = state["jumped_us"]

    def _breathe(self, value: float, captured_us: int, before: tuple[float | None, int]) -> None:
        """Doubt a respiration that jumps, or believe it by now."""
        if not value or (BREATH_CHART.points(value) or 0) < SINGLE_RED:
            self._jumped_us = None
        elif self._jumped_us is not None:
            if captured_us - self._jumped_us >= JUMP_US:
                self._jumped_us = None
        elif before[0] and captured_us - before[1] <= SHOWN_EVERY_US:
            known = (BREATH_CHART.points(before[0]) or 0) >= SINGLE_RED
            if not known and abs(value - before[0]) > JUMP_PER_MIN:
                self._jumped_us = captured_us
