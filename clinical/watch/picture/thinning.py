"""What a unit left out under pressure, as the board shall say it.

A stretch of thinning is one: what is left out of a lane within ``RESUMED_AFTER_US`` of what was
left out before belongs to it, and its frames are counted together. It is said until so long after
the unit last left something out; then the lane is whole again. Nothing of this raises an alarm:
the vehicle's own watch judged every value before it was left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.items import Capture, Discarded

RESUMED_AFTER_US: Final = 30 * SECOND_US
"""A lane counts as whole again when for so long nothing more was left out of it."""

LANES_MAX: Final = 4
"""Lanes of one patient that are told of: as many as there are."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """One stretch of thinning of one lane."""

    lane: int
    frames: int
    from_us: int
    """When the first frame left out was captured."""
    to_us: int
    """When the last one was."""


class Thinning:
    """The stretches of thinning of one patient."""

    __slots__ = ("_heard_us", "_stretches", "any")

    def __init__(self) -> None:
        """Begin with nothing left out."""
        self._stretches: dict[int, Thinned] = {}
        self._heard_us: dict[int, int] = {}
        self.any = False
        """Whether anything was ever left out."""

    def on_item(self, item: Discarded, capture: Capture) -> None:
        """Count what was left out."""
        lane = capture.frame.lane
        if lane not in self._stretches and len(self._stretches) >= LANES_MAX:
            return
        before = self._stretches.get(lane)
        if before is None or self._over(lane, capture.received_us):
            before = Thinned(lane, 0, item.from_captured_us, 0)
        self.any = True
        self._heard_us[lane] = capture.received_us
        self._stretches[lane] = Thinned(
            lane,
            before.frames + item.frames,
            min(before.from_us, item.from_captured_us),
            max(before.to_us, capture.captured_us),
        )

    def current(self, now_us: int) -> tuple[Thinned, ...]:
        """Return what was left out of late, by lane."""
        if not self._stretches:
            return ()
        return tuple(
            stretch
            for lane, stretch in sorted(self._stretches.items())
            if not self._over(lane, now_us)
        )

    def _over(self, lane: int, now_us: int) -> bool:
        return now_us - self._heard_us[lane] > RESUMED_AFTER_US

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing was left out."""
        return {
            str(lane): [one.frames, one.from_us, one.to_us, self._heard_us[lane]]
            for lane, one in self._stretches.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self.any = bool(state)
        for name, (frames, from_us, to_us, heard_us) in state.items():
            lane = int(name)
            self._stretches[lane] = Thinned(lane, frames, from_us, to_us)
            self._heard_us[lane] = heard_us
