"""Which of the newest values no score counts yet, because something speaks against them.

Three things do, and none of them for ever:

- a violation of a limit that a second signal contradicts, until it is an alarm by its limit;
- heart rate or saturation while heart rate and pulse rate contradict each other and until they
  have agreed for ``AGREED_US``, for ``CONTRADICTED_US`` or until it alarms by a limit: a finger
  that moves shows 91 %, and now and then the right pulse by chance;
- a respiration that *jumps*, or a saturation that falls at once, to three points while it is shown
  every few seconds, for ``JUMP_US``. No second signal shows them, but a monitor averages over
  several breaths and pulses, and neither changes by more than ``JUMP_PER_MIN`` or ``JUMP_PERCENT``
  from one second to the next: a finger under the cuff does. A respiration of 0 is never doubted,
  and neither is a value that is measured now and then: a person has taken it.

What is doubted is refused to the score as implausible. When nothing follows it for a while
(``again``) it is scored: a patient must not look well because the monitor fell silent.
No doubt begins while nothing could be scored anyway, so that a patient who is well costs nothing
here; one that has begun fades in its time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clinical.alarms.patience import Trust
from clinical.instant import SECOND_US
from clinical.scores import news2
from clinical.scores.news2 import SINGLE_RED
from clinical.vitals import Spo2Scale
from clinical.watch.carry import HEART_RATE, RESPIRATION, SPO2, Carry, Reading
from clinical.watch.trust import trust_of

CONTRADICTED_US: Final = 25 * SECOND_US
"""As long as a contradicted limit waits: a rhythm that does not reach the finger lasts longer."""

AGREED_US: Final = 5 * SECOND_US
"""What was contradicted is believed again once nothing has contradicted it for so long."""

JUMP_US: Final = 15 * SECOND_US
"""A value that has jumped and stayed for so long is believed."""

JUMP_PER_MIN: Final = 5.0
JUMP_PERCENT: Final = 4.0
"""More than this no monitor shows from one value of breath, or of saturation, to the next."""

SHOWN_EVERY_US: Final = 10 * SECOND_US
"""A value that follows another one within this time is one that a monitor shows."""

_JUMPS: Final[Mapping[int, float]] = {RESPIRATION: JUMP_PER_MIN, SPO2: JUMP_PERCENT}

_CHECKED: Final = (HEART_RATE, SPO2)


Carried = tuple[float | None, int]
MAY_JUMP: Final = tuple(_JUMPS)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of an item beside its values."""

    doubted: tuple[int, ...] = ()
    """Vitals, by index, whose violation of a limit is contradicted."""
    sounding: tuple[int, ...] = ()
    """Vitals, by index, that alarm by a limit."""
    before: tuple[Carried, ...] = ((None, 0), (None, 0))
    """The respiration and the saturation that were carried before, and when each was captured."""


NOTHING_BESIDE: Final = Beside()


class Doubts:
    """What is doubted of one patient."""

    __slots__ = ("_carry", "_jumped_us", "_last_us", "_since_us", "contradicted")

    def __init__(self, carry: Carry) -> None:
        """Begin without a doubt; ``carry`` holds the newest values."""
        self._carry = carry
        self._since_us: dict[int, int] = {}
        self._last_us: dict[int, int] = {}
        """When each of them was contradicted last."""
        self._jumped_us: dict[int, int] = {}
        """When what has jumped did so, by vital."""
        self.contradicted: tuple[int, ...] = ()
        """The vitals, by index, that are refused to scores."""

    @property
    def stand(self) -> bool:
        """Tell whether anything is doubted, or was contradicted and may be soon."""
        return bool(self._since_us or self.contradicted or self._jumped_us)

    def clear(self) -> None:
        """Doubt nothing: nothing that is known could be scored for an alarm."""
        self._since_us.clear()
        self._last_us.clear()
        self.contradicted = ()
        self._jumped_us.clear()

    def fade(self, live: tuple[Reading, ...], captured_us: int, beside: Beside) -> None:
        """Look at values by which nothing could be scored: no doubt begins, what stands fades.

        A finger that moves shows 92 % for a second among worse: that takes no doubt back.
        """
        if self.stand:
            self.on_item(live, captured_us, beside)
            if not self.contradicted:
                self.clear()

    def on_item(self, live: tuple[Reading, ...], captured_us: int, beside: Beside) -> None:
        """Look at live values that ``carry`` has taken over."""
        jumped = self._jumped_us
        for vital in [vital for vital in jumped if captured_us - jumped[vital] >= JUMP_US]:
            del jumped[vital]
        for vital, value in live:
            if vital in _CHECKED:
                if trust_of(vital, self._carry) is Trust.DOUBTED:
                    self._since_us.setdefault(vital, captured_us)
                    self._last_us[vital] = captured_us
                elif captured_us - self._last_us.get(vital, 0) >= AGREED_US:
                    self._since_us.pop(vital, None)
                    self._last_us.pop(vital, None)
            if vital in _JUMPS:
                self._leap(vital, value, captured_us, beside.before[MAY_JUMP.index(vital)])
        fresh = [
            vital
            for vital, since_us in self._since_us.items()
            if captured_us - since_us < CONTRADICTED_US and vital not in beside.sounding
        ]
        fresh += [vital for vital in self._jumped_us if vital not in beside.sounding]
        self.contradicted = tuple(sorted({*beside.doubted, *fresh}))

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty without a doubt."""
        if not self.stand:
            return {}
        return {
            "since_us": [list(pair) for pair in self._since_us.items()],
            "last_us": [list(pair) for pair in self._last_us.items()],
            "contradicted": list(self.contradicted),
            "jumped_us": [list(pair) for pair in self._jumped_us.items()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an earlier release knew jumps of breath only."""
        if not state:
            return
        self._since_us = dict(state["since_us"])
        self._last_us = dict(state.get("last_us", ()))
        self.contradicted = tuple(state["contradicted"])
        jumped = state["jumped_us"] or []
        self._jumped_us = dict([(RESPIRATION, jumped)] if isinstance(jumped, int) else jumped)

    def _leap(self, vital: int, value: float, captured_us: int, before: Carried) -> None:
        """Doubt a value that jumps; one that has not stayed is forgotten."""
        known, known_us = before
        if not value or not self._grave(vital, value):
            self._jumped_us.pop(vital, None)
        elif vital not in self._jumped_us and known and captured_us - known_us <= SHOWN_EVERY_US:
            leap = known - value if vital == SPO2 else abs(value - known)
            if leap > _JUMPS[vital] and not self._grave(vital, known):
                self._jumped_us[vital] = captured_us

    def _grave(self, vital: int, value: float) -> bool:
        """Tell whether a value scores three points by itself, of a saturation as too low."""
        chart = news2.RESPIRATION
        if vital == SPO2:
            low = self._carry.spo2_scale is Spo2Scale.SCALE_2
            chart = news2.SPO2_SCALE_2_ON_AIR if low else news2.SPO2_SCALE_1
        return (chart.points(value) or 0) >= SINGLE_RED
