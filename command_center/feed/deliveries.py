"""Deliveries: how they are named, and how the store learns that they were made.

An id is made from subscriber, alarm and revision, so what is told twice has the same one. The store
learns of deliveries in blocks, off the path of an alarm; a report waits until it has.
"""

import asyncio
from hashlib import blake2b
from typing import Final

from command_center.feed.validation import DELIVERY_ID_BYTES
from command_center.store.store import Store
from command_center.store.values import Delivered, Reported
from ports.clock import Clock

NOTED_EVERY_US: Final = 200_000
"""Time after which deliveries are in the store; what a kill loses cannot be reported on."""

_REVISION_BYTES: Final = 8


def delivery_id(subscriber: str, alarm_id: bytes, revision: int) -> bytes:
    """Return the 16 bytes that name this delivery."""
    digest = blake2b(digest_size=DELIVERY_ID_BYTES)
    digest.update(alarm_id)
    digest.update(revision.to_bytes(_REVISION_BYTES, "big"))
    digest.update(subscriber.encode())
    return digest.digest()


class Deliveries:
    """What was delivered and is not in the store yet."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: list[Delivered] = []
        self._one_at_a_time = asyncio.Lock()

    def made(self, subscriber: str, alarm_id: bytes, revision: int) -> bytes:
        """Name a delivery that is about to be made."""
        made = delivery_id(subscriber, alarm_id, revision)
        self._waiting.append(Delivered(made, subscriber, alarm_id, revision))
        return made

    async def report(self, reported: Reported) -> int:
        """Record what became of deliveries; return how many of them were ever made."""
        await self.note()
        return await self._store.write_reported(reported)

    async def run(self) -> None:
        """Tell the store, until cancelled."""
        while True:
            await self._clock.sleep_us(NOTED_EVERY_US)
            await self.note()

    async def note(self) -> None:
        """Tell the store of every delivery so far."""
        async with self._one_at_a_time:
            waiting, self._waiting = self._waiting, []
            if waiting:
                await self._store.write_delivered(waiting)
