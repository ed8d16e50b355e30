"""Lets the past into the log no faster than the judgement keeps up with it.

What a unit captured without a link comes beside what it captures now, and lies in the same
partitions. A gateway appends many times faster than a worker judges, so when many units come back
at once, a backlog that is taken as it comes stands before everything captured after it. Therefore
only so many vital signs of the past may lie in the log that are not judged yet: a window for all
units. The picture that a partition gives at each tick bears the instant up to which it was judged;
pictures are read only while somebody waits. The window grows while the judgement keeps up, as that
of a sender in a network does, and is halved when it falls behind.

And while units arrive in a crowd, none of the past is let in: the gateway has one processor to hear
everybody with, and who comes back last is not to wait for the past of those who came first. That
ends with the crowd, or after ``CROWD_MOST_US``.

What waits here waits in the spools of the units; what is captured now never does.
"""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.instant import SECOND_US
from clinical.watch.carry import BACKLOG_US
from ports.clock import Clock
from wire.frames import captured_us_of
from wire.topics import PICTURE

WINDOW_FIRST: Final = 1_000
"""Frames of the past that may wait for judgement before it is known what the workers can bear."""

WINDOW_LEAST: Final = 250
"""The fewest."""

WINDOW_MOST: Final = 50_000
"""The most that is tried."""

IN_TIME_US: Final = 3 * SECOND_US // 2
"""A judgement whose newest picture is no older keeps up: one comes each second."""

BEHIND_US: Final = 5 * SECOND_US // 2
"""A judgement whose newest picture is older has been given too much."""

LOOKED_US: Final = SECOND_US
"""From one look at the judgement to the next."""

FORGOTTEN_US: Final = 10 * SECOND_US
"""What was let in so long ago no longer counts: a spool empties even where nobody judges."""

OVER_US: Final = 10 * SECOND_US
"""When nobody had to wait for so long, the next backlog is another one."""

CROWD: Final = 20
"""Units that began to stream within ``CROWD_WITHIN_US`` are a crowd."""

CROWD_WITHIN_US: Final = SECOND_US

CROWD_MOST_US: Final = 10 * SECOND_US
"""The past waits no longer than this for a crowd that does not end."""

_AT_FIRST: Final = 1.25
_ONCE_BEHIND: Final = 1.1
_LESS: Final = 0.5


class Allowance:
    """How much of the past may lie before the judgement. Pure: time is the wall's, handed in."""

    def __init__(self, now_us: int, partitions: int = PICTURE.partitions) -> None:
        """Begin with a judgement that keeps up."""
        self.window: float = WINDOW_FIRST
        self._judged_us = [now_us] * partitions
        self._looked_us = now_us
        self._growth = _AT_FIRST
        self._let_in: deque[tuple[int, int]] = deque()
        """When frames were let in, and how many, of those that may not be judged yet."""
        self._unjudged = 0
        self._used_up = False
        """Whether there was a time without room since the last look."""

    def judged(self, partition: int, through_us: int) -> None:
        """Note that one channel judged a partition up to an instant."""
        self._judged_us[partition] = max(self._judged_us[partition], through_us)

    def has_room(self, now_us: int) -> bool:
        """Say whether something of the past may be let in now."""
        through_us = max(min(self._judged_us), now_us - FORGOTTEN_US)
        while self._let_in and self._let_in[0][0] < through_us:
            self._unjudged -= self._let_in.popleft()[1]
        room = self._unjudged < self.window
        self._used_up |= not room
        return room

    def let_in(self, frames: int, now_us: int) -> None:
        """Note what was let in."""
        self._let_in.append((now_us, frames))
        self._unjudged += frames

    def look(self, now_us: int) -> None:
        """Once a second: allow more where there is no room for more, less to who is behind."""
        if now_us - self._looked_us < LOOKED_US:
            return
        self._looked_us = now_us
        behind_us = now_us - min(self._judged_us)
        if behind_us > BEHIND_US:
            self._growth = _ONCE_BEHIND
            self.window = max(WINDOW_LEAST, self.window * _LESS)
        elif behind_us <= IN_TIME_US and self._used_up:
            self.window = min(WINDOW_MOST, self.window * self._growth)
        self._used_up = False


class Arrivals:
    """Whether units arrive in a crowd. Pure: time is monotonic, handed in."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._came_us: deque[int] = deque(maxlen=CROWD)
        self._since_us: int | None = None

    def came(self, now_us: int) -> None:
        """Note a unit that begins to stream."""
        self._came_us.append(now_us)

    def crowded(self, now_us: int) -> bool:
        """Say whether the past has to wait for those who arrive."""
        if len(self._came_us) < CROWD or now_us - self._came_us[0] > CROWD_WITHIN_US:
            self._since_us = None
            return False
        if self._since_us is None:
            self._since_us = now_us
        return now_us - self._since_us <= CROWD_MOST_US


class CatchUp:
    """The door through which the past of all units has to go.

    Who asked first goes first until its past is through, for the judgement takes a pause in it for
    its end; the others go on in the gaps that a slow link leaves.
    """

    def __init__(self, clock: Clock) -> None:
        """Open it; nobody has waited yet."""
        self._clock = clock
        self._allowance = Allowance(clock.now_us())
        self._arrivals = Arrivals()
        self._tickets = itertools.count()
        self._queue: list[_Place] = []
        self._waited = asyncio.Event()
        self._waited_us = 0

    @property
    def waiting(self) -> int:
        """Streams whose past has to wait."""
        return len(self._queue)

    @property
    def window(self) -> float:
        """Frames of the past that may wait for judgement at present."""
        return self._allowance.window

    def arrived(self) -> None:
        """Hear that a unit begins to stream what it captures now."""
        self._arrivals.came(self._clock.monotonic_us())

    def ticket(self) -> int:
        """Return the place in the order of all streams of one that comes now."""
        return next(self._tickets)

    def of_the_past(self, frames: Sequence[pb.SealedFrame]) -> bool:
        """Say whether even the newest of these frames was captured too long ago to be live."""
        captured_us = captured_us_of(frames[-1].frame) if frames else None
        return captured_us is not None and self._clock.now_us() - captured_us > BACKLOG_US

    async def room(self, ticket: int, frames: int, gone: Callable[[], bool]) -> None:
        """Wait until so many frames of the past may be taken; no longer once a stream is gone."""
        place = _Place(ticket, asyncio.Event())
        heapq.heappush(self._queue, place)
        try:
            while not gone():
                if self._queue[0] is place:
                    if self._has_room():
                        self._allowance.let_in(frames, self._clock.now_us())
                        return
                    self._waited_us = self._clock.monotonic_us()
                    self._waited.set()
                place.stirred.clear()
                await place.stirred.wait()
        finally:
            self._queue.remove(place)
            heapq.heapify(self._queue)
            self._stir()

    def _has_room(self) -> bool:
        crowded = self._arrivals.crowded(self._clock.monotonic_us())
        return not crowded and self._allowance.has_room(self._clock.now_us())

    async def begun(self) -> None:
        """Return once somebody has to wait: from then on the judgement has to be followed."""
        await self._waited.wait()

    def judged(self, partition: int, through_us: int) -> None:
        """Hear from a channel how far it has come."""
        self._allowance.judged(partition, through_us)

    def goes_on(self) -> bool:
        """Adapt to what was heard; say whether the judgement has still to be followed."""
        now_us = self._clock.now_us()
        self._allowance.look(now_us)
        self._stir()
        if self._queue or self._clock.monotonic_us() - self._waited_us <= OVER_US:
            return True
        self._waited.clear()
        self._allowance = Allowance(now_us)
        return False

    def _stir(self) -> None:
        if self._queue:
            self._queue[0].stirred.set()


@dataclass(order=True, slots=True)
class _Place:
    """A stream that waits."""

    ticket: int
    stirred: asyncio.Event = field(compare=False)
    """Set when it is time to look again."""
