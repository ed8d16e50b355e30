"""Messages to units: named, appended to `downlink`, and remembered once the log has them.

A request to see the waveforms live is for the unit, not for its crew, and is not remembered.
"""

import asyncio
import secrets
from asyncio import Future
from dataclasses import replace

from command_center.read_back import let_go
from command_center.store.store import Store
from ports.clock import Clock
from ports.log.port import LogLost, LogWriter
from wire.messages import Message, encode_message, message_key
from wire.partition import partition_of
from wire.records import HEADERS_MESSAGE
from wire.topics import DOWNLINK
from wire.uuid7 import RANDOM_BYTES, uuid7


class NotConfirmed(Exception):  # noqa: N818 - named for what happened
    """The log did not confirm a message in time: it may still be sent."""


class Messaging:
    """Sends messages, whoever asks; a unit that was never seen gets them when it comes."""

    def __init__(self, writer: LogWriter, store: Store, clock: Clock, timeout_ms: int) -> None:
        self._writer = writer
        self._store = store
        self._clock = clock
        self._timeout_ms = timeout_ms

    async def send(self, asked: Message) -> Message:
        """Give the message its id and instant, and return it when the log holds it.

        Raises:
            NotConfirmed: not known whether it will be sent.
        """
        now_us = self._clock.now_us()
        message_id = str(uuid7(now_us, secrets.token_bytes(RANDOM_BYTES)))
        message = replace(asked, message_id=message_id, issued_us=now_us)
        try:
            async with asyncio.timeout(self._timeout_ms / 1_000):
                await asyncio.shield(await self._append(message))
        except (TimeoutError, LogLost) as error:
            words = "the log did not confirm the message in time: it may still be sent"
            raise NotConfirmed(words) from error
        if message.live_chunk_ms is None:
            await self._store.write_message(message)
        return message

    async def _append(self, message: Message) -> Future[int]:
        durable = await self._writer.send(
            DOWNLINK.name,
            partition_of(message.unit_id, DOWNLINK.partitions),
            encode_message(message),
            key=message_key(message.unit_id, message.message_id),
            headers=HEADERS_MESSAGE,
        )
        durable.add_done_callback(let_go)
        return durable
