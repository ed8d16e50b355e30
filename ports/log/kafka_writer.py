"""Appending to Kafka: one idempotent producer, its order kept, its losses made plain.

aiokafka's producer keeps the order in which records reach its buffer, but a caller that finds the
buffer full waits, and later callers may overtake it. So each partition has a turn (a fair lock,
free of cost while nobody waits) that is held until a record lies in the buffer.

An idempotent aiokafka producer never gives up a record, and after one refused batch it numbers all
later ones wrongly. Here a record that is not confirmed in time, or refused, ends the producer:
all that waits then is reported as lost, the producer is let go so that it cannot append late what
its callers have been told is lost, and the next send opens a fresh one.

Bounds: ``MAX_BATCH_BYTES`` lie in the buffer of a partition and as much is under way; beyond that
``send`` waits, so the caller feels the pressure. No wait outlasts the delivery timeout.
"""

import asyncio
from asyncio import Future
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from aiokafka.structs import RecordMetadata

from ports.log.kafka_security import client_options
from ports.log.port import LogLost

MAX_BATCH_BYTES: Final = 512 * 1024
"""Bytes that aiokafka buffers per partition before a send waits."""

MAX_RECORD_BYTES: Final = 1_000_000
"""Largest record, below the broker's own limit of 1,048,588 bytes per batch."""

REQUEST_TIMEOUT_MS: Final = 5_000
"""Time after which an unanswered request to a broker is tried again."""

_ABANDON_S: Final = 2 * REQUEST_TIMEOUT_MS / 1_000


def new_producer(bootstrap: str, client_id: str, linger_ms: int = 0) -> AIOKafkaProducer:
    """Return a producer, not yet connected, that confirms only what every replica holds."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=linger_ms,
        max_batch_size=MAX_BATCH_BYTES,
        max_request_size=MAX_RECORD_BYTES,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        **client_options(),
    )


class _Entry(NamedTuple):
    """A record on its way, named as aiokafka names its parts."""

    topic: str
    partition: int
    value: bytes | None
    key: bytes | None
    headers: Sequence[tuple[str, bytes]]


class KafkaWriter:
    """A LogWriter over one producer at a time, made by ``connect``."""

    def __init__(
        self, connect: Callable[[], Awaitable[AIOKafkaProducer]], delivery_timeout_ms: int
    ) -> None:
        self._connect = connect
        self._delivery_timeout_s = delivery_timeout_ms / 1_000
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        self._turns: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._pending: dict[Future[int], asyncio.TimerHandle] = {}
        self._queueing: set[asyncio.Timeout] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def connected(self) -> AIOKafkaProducer:
        """Return the connected producer, opening one where there is none."""
        async with self._connecting:
            if self._producer is None:
                self._producer = await self._connect()
            return self._producer

    async def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Future[int]:
        """Queue a record; the future gives its offset once durable, or raises LogLost.

        Raises:
            ValueError: the record is larger than MAX_RECORD_BYTES.
        """
        future = self._expected()
        if future.done():
            return future
        try:
            await self._queue(future, _Entry(topic, partition, value, key, list(headers)))
        except BaseException:
            future.cancel()
            raise
        return future

    async def close(self) -> None:
        """Wait until all that is queued is durable or lost, then disconnect."""
        self._closed = True
        while self._pending:
            await asyncio.wait(list(self._pending))
        async with self._connecting:
            producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
        if self._leaving:
            await asyncio.wait(list(self._leaving))

    def _expected(self) -> Future[int]:
        loop = asyncio.get_running_loop()
        future: Future[int] = loop.create_future()
        if self._closed:
            future.set_exception(LogLost("the writer is closed"))
            return future
        self._pending[future] = loop.call_later(self._delivery_timeout_s, self._expire)
        future.add_done_callback(self._settle)
        return future

    async def _queue(self, future: Future[int], entry: _Entry) -> None:
        with suppress(TimeoutError):  # raised by _lose, which has settled the future
            async with asyncio.timeout(None) as waiting:
                self._queueing.add(waiting)
                try:
                    async with self._turns[entry.topic, entry.partition]:
                        confirmed = await self._buffer(entry)
                except MessageSizeTooLargeError as error:
                    raise ValueError(str(error)) from error
                except KafkaError as error:
                    self._lose(f"not accepted: {error!r}")
                else:
                    confirmed.add_done_callback(lambda done: self._confirm(future, done))
                finally:
                    self._queueing.discard(waiting)

    async def _buffer(self, entry: _Entry) -> Future[RecordMetadata]:
        producer = self._producer or await self.connected()
        while True:
            with suppress(KafkaTimeoutError):  # full for so long; the delivery timeout decides
                confirmed: Future[RecordMetadata] = await producer.send(**entry._asdict())
                return confirmed

    def _confirm(self, future: Future[int], confirmed: Future[RecordMetadata]) -> None:
        failure = None if confirmed.cancelled() else confirmed.exception()
        if future.done():
            return
        if confirmed.cancelled() or failure is not None:
            self._lose(f"refused: {failure!r}")
        else:
            future.set_result(confirmed.result().offset)

    def _settle(self, future: Future[int]) -> None:
        self._pending.pop(future).cancel()

    def _expire(self) -> None:
        self._lose(f"not confirmed within {self._delivery_timeout_s:g} s")

    def _lose(self, reason: str) -> None:
        loop = asyncio.get_running_loop()
        lost, self._producer = self._producer, None
        if lost is not None:
            leaving = loop.create_task(_abandon(lost))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        for future in list(self._pending):
            if not future.done():
                future.set_exception(LogLost(reason))
        queueing, self._queueing = self._queueing, set()
        for waiting in queueing:
            waiting.reschedule(loop.time())


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Disconnect without flushing; aiokafka's own stop would wait for what is buffered."""
    producer._closed = True  # noqa: SLF001 - else its finaliser warns
    sender = producer._sender  # noqa: SLF001 - no public way stops it before its buffer is empty
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(_ABANDON_S):
            await sender.close()
    await producer.client.close()
