"""Who is due when, so that a tick costs what is due and not what is there. Pure.

An agenda holds for each name the earliest instant at which somebody has to look at it. Instants may
be too early and never too late: who looks and finds that nothing is due yet enters the name again.
So what only postpones, as nearly every frame does, need not be written down at all.

A name that is entered for an earlier instant leaves its later entry behind; that one is passed over
when its time comes. Names are taken out at every tick, so there are at most as many such entries as
ticks within the longest postponement.
"""

from heapq import heappop, heappush
from math import inf


class Agenda:
    """Names by the instant at which they are due."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._entries: list[tuple[int, str]] = []
        self._due_us: dict[str, int] = {}

    def enter(self, name: str, due_us: int) -> None:
        """See to it that a name comes up at this instant at the latest."""
        if due_us < self._due_us.get(name, inf):
            self._due_us[name] = due_us
            heappush(self._entries, (due_us, name))

    def cancel(self, name: str) -> None:
        """Forget a name."""
        self._due_us.pop(name, None)

    def comes_up(self, now_us: int) -> bool:
        """Tell whether ``take`` may find anybody at this instant; for nobody there, never."""
        return bool(self._entries) and self._entries[0][0] <= now_us

    def take(self, now_us: int) -> list[str]:
        """Return who is due at this instant, each once; they are not entered any more."""
        due: list[str] = []
        while self._entries and self._entries[0][0] <= now_us:
            due_us, name = heappop(self._entries)
            if self._due_us.get(name) == due_us:
                del self._due_us[name]
                due.append(name)
        return due
