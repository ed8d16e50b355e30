"""Messages to units: named, appended to `downlink`, and remembered once the log has them.

A confirmation that comes after whoever sent it was told that it is not known counts as well: the
board then lists the message, so that nobody sends it a second time.

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
        self._remembering: set[asyncio.Task[None]] = set()

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
                durable = await self._append(message)
                await asyncio.shield(self._remember(message, durable))
        except (TimeoutError, LogLost) as error:
            words = "the log did not confirm the message in time: it may still be sent"
            raise NotConfirmed(words) from error
        return message

    def _remember(self, message: Message, durable: Future[int]) -> asyncio.Task[None]:
        """Begin to remember a message once the log has it, however late and whoever waits."""
        remembering = asyncio.create_task(self._remembered(message, durable))
        self._remembering.add(remembering)
        remembering.add_done_callback(self._remembering.discard)
        remembering.add_done_callback(let_go)
        return remembering

    async def _remembered(self, message: Message, durable: Future[int]) -> None:
        await durable
        if message.live_chunk_ms is None:
            await self._store.write_message(message)

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
