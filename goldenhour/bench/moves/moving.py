"""The moves of a run and what alarms waited for each; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from goldenhour.bench.crash.judging import (
    AFTER_KILL_US,
    BEFORE_KILL_US,
    Injected,
    Verdict,
    gaps_s,
    spread,
)


class Move(StrEnum):
    """What is done with the workers of the channel."""

    KILL = "kill"
    """The only one is killed with SIGKILL and started again."""
    ADD = "add"
    """A second one joins."""
    ROLL = "roll"
    """One of two is stopped in order and started again."""
    REMOVE = "remove"
    """The second one is stopped in order and stays away."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One move that was made."""

    move: Move
    what: str
    at_us: int
    done_us: int
    """When the program had said that it is ready, or had ended."""

    @property
    def felt_us(self) -> tuple[int, int]:
        """Between which captures an alarm can have been delayed by it."""
        return self.at_us - BEFORE_KILL_US, self.done_us + AFTER_KILL_US


ROUND: Final = (
    (Move.KILL, 1),
    (Move.ADD, 2),
    (Move.ROLL, 1),
    (Move.ROLL, 2),
    (Move.REMOVE, 2),
)
"""One time through all moves: which is made, with the worker of which number."""


def figures(
    injected: Sequence[Injected], verdict: Verdict, moved: Sequence[Moved]
) -> dict[str, Any]:
    """Return for each kind of move how long the longest alarm of each waited, and what it took."""
    gaps = gaps_s(injected, verdict, moved)
    took = [(it.done_us - it.at_us) / 1e6 for it in moved]
    kinds = [it.move for it in moved]
    return {
        "moves": {
            str(kind): {
                "gap_s": spread([gap for gap, of in zip(gaps, kinds, strict=True) if of is kind]),
                "took_s": spread([s for s, of in zip(took, kinds, strict=True) if of is kind]),
            }
            for kind in Move
            if kind in kinds
        },
        "each": [
            {
                "move": str(it.move),
                "what": it.what,
                "gap_s": round(gap, 3),
                "took_s": round(seconds, 3),
            }
            for it, gap, seconds in zip(moved, gaps, took, strict=True)
        ],
    }
