"""When a patient is scored again although nothing new has come: by which frame, at which instant.

Two things wait for it. A *backlog* is scored at its end, on what is then still fresh: once nothing
more of it has come for a while, or it has come for too long. What is *doubted* is refused to the
score of its item; when nothing follows that item for ``BELIEVED_AFTER_US`` it is all that there is,
and is scored. Whoever scores (``scoring``, ``child_scoring``) keeps one of these, tells it of each
item, and scores what ``take`` returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.instant import SECOND_US
from clinical.watch.due import earliest
from clinical.watch.late import OVERDUE_AFTER_US, SETTLED_AFTER_US

BELIEVED_AFTER_US: Final = 15 * SECOND_US
"""When nothing follows for so long, what is doubted is all that there is, and is scored."""


class Due(NamedTuple):
    """What is to be scored again."""

    captured_us: int
    frame: FrameRef
    believed: bool
    """Whether what was doubted counts from now on."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The newest item of a backlog that is still coming in."""

    began_us: int
    heard_us: int
    captured_us: int
    frame: FrameRef

    @property
    def over_us(self) -> int:
        """When nothing more of it has come for a while, or it has come for too long."""
        return min(self.heard_us + SETTLED_AFTER_US, self.began_us + OVERDUE_AFTER_US)

    def plain(self) -> list[Any]:
        """Return it as plain data."""
        return [self.began_us, self.heard_us, self.captured_us, frame_to_plain(self.frame)]

    @classmethod
    def of(cls, plain: list[Any]) -> Self:
        """Return what ``plain`` wrote down."""
        began_us, heard_us, captured_us, frame = plain
        return cls(began_us, heard_us, captured_us, frame_from_plain(frame))


class Again:
    """What of one patient waits to be scored again."""

    __slots__ = ("_doubted", "newest_us", "waiting")

    def __init__(self) -> None:
        """Begin with nothing that waits."""
        self.newest_us = 0
        """When the newest item was captured."""
        self.waiting: Waiting | None = None
        self._doubted: FrameRef | None = None
        """The frame of the newest item, while something is refused to its score."""

    def accept(self, captured_us: int) -> bool:
        """Take note of an item; tell whether it is to be scored, because no newer one has been."""
        if captured_us < self.newest_us:
            return False
        self.newest_us = captured_us
        self._doubted = None
        return True

    def at_once(self, frame: FrameRef, now_us: int, *, doubted: bool, backlog: bool) -> bool:
        """Tell whether the newest item, which ``frame`` brought, is to be scored at once.

        One of a backlog waits for its end. What is doubted is scored again if nothing follows it.
        """
        if doubted:
            self._doubted = frame
        if not backlog:
            self.waiting = None
            return True
        began_us = now_us if self.waiting is None else self.waiting.began_us
        self.waiting = Waiting(began_us, now_us, self.newest_us, frame)
        return False

    def forget(self) -> None:
        """Score nothing again."""
        self.waiting = self._doubted = None

    @property
    def due_us(self) -> int | None:
        """When a backlog that waits is scored, or what is doubted."""
        if self.waiting is None and self._doubted is None:
            return None
        return earliest(
            None if self.waiting is None else self.waiting.over_us,
            None if self._doubted is None else self.newest_us + BELIEVED_AFTER_US,
        )

    def take(self, now_us: int) -> Due | None:
        """Return what is due by now, if anything is; it waits no longer."""
        waiting, doubted = self.waiting, self._doubted
        if waiting is not None and now_us >= waiting.over_us:
            self.waiting = None
            return Due(waiting.captured_us, waiting.frame, believed=False)
        if doubted is not None and now_us >= self.newest_us + BELIEVED_AFTER_US:
            self._doubted = None
            return Due(self.newest_us, doubted, believed=True)
        return None

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "waiting": None if self.waiting is None else self.waiting.plain(),
            "newest_us": self.newest_us,
            "doubted": None if self._doubted is None else frame_to_plain(self._doubted),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an earlier release doubted nothing."""
        self.newest_us = state["newest_us"]
        doubted = state.get("doubted")
        self._doubted = None if doubted is None else frame_from_plain(doubted)
        self.waiting = None if state["waiting"] is None else Waiting.of(state["waiting"])
