"""Carries the newest good value of each vital forward for as long as it may be judged.

A value that is marked, or lies outside what a human can have, is not carried: it is no
measurement. The others fall into three kinds. *Live* values are the newest of their vital and
came at once. A *backlog* value is the newest of its vital too, but was captured more than
``BACKLOG_US`` before it was received: it comes out of a spool. A *late* value was captured before
the newest one of its vital. Live and backlog values become the newest; late ones never do.

Age is always counted from the capture: a value that was long under way is old when it arrives.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple

from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import Vitals
from clinical.vitals import PLAUSIBLE, Consciousness, Spo2Scale, Vital

BACKLOG_US: Final = 10 * SECOND_US
"""A value that was under way for longer than this comes from a backlog."""

WINDOWS_US: Final[Mapping[Vital, int]] = {
    Vital.HEART_RATE: MINUTE_US,
    Vital.PULSE_RATE: MINUTE_US,
    Vital.RESPIRATION: MINUTE_US,
    Vital.SPO2: MINUTE_US,
    Vital.SYSTOLIC: 15 * MINUTE_US,
    Vital.DIASTOLIC: 15 * MINUTE_US,
    Vital.TEMPERATURE: 60 * MINUTE_US,
}
"""How long after its capture a value may be judged."""

CONSCIOUSNESS_WINDOW_US: Final = 15 * MINUTE_US

VITALS: Final = tuple(Vital)
HEART_RATE, PULSE_RATE, RESPIRATION, SPO2, SYSTOLIC, DIASTOLIC, TEMPERATURE = range(len(VITALS))

WINDOWS: Final = tuple(WINDOWS_US[vital] for vital in VITALS)
_LOWEST: Final = tuple(PLAUSIBLE[vital].lowest for vital in VITALS)
_HIGHEST: Final = tuple(PLAUSIBLE[vital].highest for vital in VITALS)
_NUMBERS: Final = attrgetter(*(vital.value for vital in VITALS))

Reading = tuple[int, float]
"""Index of a vital in ``VITALS``, and its value."""


class Taken(NamedTuple):
    """The good values of one item, by kind."""

    live: tuple[Reading, ...]
    backlog: tuple[Reading, ...] = ()
    late: tuple[Reading, ...] = ()


class Carry:
    """The newest good values of one patient."""

    __slots__ = (
        "captured_us",
        "consciousness",
        "consciousness_us",
        "on_oxygen",
        "oxygen_us",
        "scale_us",
        "spo2_scale",
        "values",
    )

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self.values: list[float | None] = [None] * len(VITALS)
        self.captured_us: list[int] = [0] * len(VITALS)
        self.consciousness: Consciousness | None = None
        self.consciousness_us = 0
        self.on_oxygen: bool | None = None
        self.oxygen_us = 0
        self.spo2_scale: Spo2Scale | None = None
        self.scale_us = 0

    def on_item(self, item: Vitals, captured_us: int, received_us: int) -> Taken:
        """Take the good values of an item over and tell which kind each is of."""
        if item.consciousness is not None and captured_us >= self.consciousness_us:
            self.consciousness, self.consciousness_us = item.consciousness, captured_us
        if item.on_oxygen is not None and captured_us >= self.oxygen_us:
            self.on_oxygen, self.oxygen_us = item.on_oxygen, captured_us
        if item.spo2_scale is not None and captured_us >= self.scale_us:
            self.spo2_scale, self.scale_us = item.spo2_scale, captured_us
        newest, late = self._sort(item, captured_us)
        if received_us - captured_us > BACKLOG_US:
            return Taken((), tuple(newest), late)
        return Taken(tuple(newest), (), late)

    def fresh(self, vital: int, now_us: int) -> bool:
        """Tell whether this vital, by index, has a value that may still be judged."""
        return self.values[vital] is not None and now_us - self.captured_us[vital] <= WINDOWS[vital]

    def all_fresh(self, vitals: Iterable[int], now_us: int) -> bool:
        """Tell whether each of these vitals has a value that may still be judged."""
        values, captured_us = self.values, self.captured_us
        for vital in vitals:
            if values[vital] is None or now_us - captured_us[vital] > WINDOWS[vital]:
                return False
        return True

    def expires_us(self, vital: int) -> int:
        """Return the last instant at which the vital's newest value may be judged."""
        return self.captured_us[vital] + WINDOWS[vital]

    def assessed(self, now_us: int) -> Consciousness | None:
        """Return the consciousness if it may still be judged."""
        if now_us - self.consciousness_us > CONSCIOUSNESS_WINDOW_US:
            return None
        return self.consciousness

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "values": list(self.values),
            "captured_us": list(self.captured_us),
            "consciousness": self.consciousness and self.consciousness.value,
            "consciousness_us": self.consciousness_us,
            "on_oxygen": self.on_oxygen,
            "oxygen_us": self.oxygen_us,
            "spo2_scale": self.spo2_scale and self.spo2_scale.value,
            "scale_us": self.scale_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self.values = list(state["values"])
        self.captured_us = list(state["captured_us"])
        found = state["consciousness"]
        self.consciousness = None if found is None else Consciousness(found)
        self.consciousness_us = state["consciousness_us"]
        self.on_oxygen = state["on_oxygen"]
        self.oxygen_us = state["oxygen_us"]
        scale = state["spo2_scale"]
        self.spo2_scale = None if scale is None else Spo2Scale(scale)
        self.scale_us = state["scale_us"]

    def _sort(self, item: Vitals, captured_us: int) -> tuple[list[Reading], tuple[Reading, ...]]:
        """Return the newest and the late readings; the newest are carried from now on."""
        newest: list[Reading] = []
        late: tuple[Reading, ...] = ()
        marks = item.marks
        for index, value in enumerate(_NUMBERS(item)):
            if (
                value is not None
                and _LOWEST[index] <= value <= _HIGHEST[index]
                and not (marks and VITALS[index] in marks)
            ):
                if captured_us >= self.captured_us[index]:
                    self.values[index] = value
                    self.captured_us[index] = captured_us
                    newest.append((index, value))
                else:
                    late = (*late, (index, value))
        return newest, late
