"""What stands between a received frame and its acknowledgement.

A pledge is made for every frame that is taken: it names the segment and sequence, counts the
records that have to be durable first, and is kept or broken once. A frame becomes one record's
part, or one alarm entry per item, or a dead letter; the acknowledgement does not care which.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Iterable
from typing import Final

from streams.gateway.uplink.segments import Segment

MAX_PENDING_BYTES: Final = 67_108_864
"""Frame bytes received and not yet durable, of all units; beyond it only ALARM lanes are read."""

WAVEFORM_SHARE: Final = 0.5
"""Part of that from which WAVEFORM lanes are not read, so that vitals still find room."""


class Backlog:
    """The frame bytes that were received and are not durable yet."""

    def __init__(self, limit_bytes: int = MAX_PENDING_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._shrunk = asyncio.Event()
        self.frames = 0
        self.bytes = 0

    @property
    def full(self) -> bool:
        """Whether reading has to wait."""
        return self.bytes > self._limit_bytes

    def grow(self, size_bytes: int) -> None:
        """Count a frame in."""
        self.frames += 1
        self.bytes += size_bytes

    def shrink(self, size_bytes: int) -> None:
        """Count a frame out and let readers go on."""
        self.frames -= 1
        self.bytes -= size_bytes
        self._shrunk.set()

    async def room(self, share: float = 1.0) -> None:
        """Wait until this part of the limit is not used up."""
        while self.bytes > share * self._limit_bytes:
            self._shrunk.clear()
            await self._shrunk.wait()


class Pledge:
    """One frame's claim on an acknowledgement; it starts with one record to wait for."""

    __slots__ = (
        "_backlog",
        "_held",
        "_open",
        "_records",
        "_size_bytes",
        "received_us",
        "segment",
        "sequence",
        "then",
    )

    def __init__(
        self,
        segment: Segment,
        sequence: int,
        *,
        size_bytes: int,
        received_us: int,
        backlog: Backlog,
        held: bool = False,
    ) -> None:
        self.segment = segment
        self.sequence = sequence
        self.received_us = received_us
        """When the frame arrived, on the monotonic clock."""
        self.then: Callable[[], None] | None = None
        """What follows once the log holds it."""
        self._size_bytes = size_bytes
        self._backlog = backlog
        self._held = held
        self._open = True
        self._records = 1
        backlog.grow(size_bytes)
        if held:
            segment.hold(sequence)

    def await_records(self, records: int) -> None:
        """Wait for this many records instead of one."""
        self._records = records

    def keep(self) -> None:
        """Note that one record is durable; the last one settles the sequence."""
        self._records -= 1
        if self._records > 0 or not self._open:
            return
        self._close()
        if self._held:
            self.segment.release(self.sequence)
        else:
            self.segment.settle(self.sequence)
        if self.then is not None:
            self.then()

    def break_off(self) -> None:
        """Note that a record was not confirmed: the unit has to send from there again."""
        if self._open:
            self._close()
            self.segment.lose()

    def _close(self) -> None:
        self._open = False
        self._backlog.shrink(self._size_bytes)


def settle(pledges: Iterable[Pledge], future: Future[int]) -> bool:
    """Keep the pledges that hang on a record, or break them off; say whether it is durable."""
    durable = not future.cancelled() and future.exception() is None
    for pledge in pledges:
        if durable:
            pledge.keep()
        else:
            pledge.break_off()
    return durable
