"""An app on Faust: who has which partition, and record after record to its runner.

Faust assigns partitions and consumes; nothing else of it is used. What differs from a plain Faust
app, each for a reason, beside what differs in its consumer (``faust_consumer``):

- The agent catches everything itself: Faust swallows an agent's exception and commits the record
  as done. Here any failure ends the worker, and whoever restarts it goes on from the marker.
- Where the fetcher has ended without a word, the worker would hold its partitions and judge nobody.
  Here that ends the worker too.
- All is on one loop, so within a bundle the loop has a turn after ``TURN_US``, and some where a
  record led to an alarm: it would else lie in the buffer until the bundle is judged.
- A runner takes exactly the next offset. Around a rebalance Faust can hand over records that were
  fetched before the seek, or drop some after it; the former are passed over and for the latter
  the consumer is sent back to the offset that the runner waits for.
- There are no tables, and the second that Faust gives them to be declared is not waited for
  (``NoTables``): a worker that comes back judges by so much sooner.

What an app gathers is judged in one for all partitions, ``ROUND_US`` after the first of it came, or
at once where some of it is pressing: while a round is judged, the next one gathers.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from ports.clock import Clock
from ports.log.kafka_security import client_options
from ports.log.port import Record
from ports.logging import get_logger
from streams.engine.faust_consumer import ResumingConsumer, ResumingTransport
from streams.engine.faust_parts import (
    TP,
    App,
    ConsumerNotStarted,
    Message,
    SASLCredentials,
    StreamT,
    TableManager,
)
from streams.engine.metrics import Progress
from streams.engine.outputs import Outputs
from streams.engine.pace import Pace
from streams.engine.partition_runner import PartitionRunner, Runners
from streams.engine.settings import WorkerSettings

SESSION_S: Final = 3.0
"""After this long without a heartbeat the group gives a worker's partitions away."""

HEARTBEAT_S: Final = 0.5
COMMIT_EVERY_S: Final = 1.0
BUNDLE_RECORDS: Final = 20
"""Records that come to the agent at once."""

STREAM_BUFFER: Final = 16
"""Bundles that wait for the agent; then Faust stops fetching."""

TURN_US: Final = 50_000
"""Longest time that the judgement of several records keeps the loop; heartbeats need turns."""

TURNS_TO_SEND: Final = 3
"""Turns of the loop after which what was handed to the producer is on its way to the log."""

ROUND_US: Final = 60_000
"""Longest wait of what an app gathers for what else comes: a round costs nearly as much for one
patient as for four. What is pressing, and all that was gathered with it, does not wait."""

ROUND_MAX: Final = 128
"""Patients of whom a round is judged at once, without waiting for more."""

LETTING_GO_S: Final = 2.0
"""Longest wait for confirmations when partitions are taken away; then they are let go as is."""

LOST_IN_A_ROW_MAX: Final = 4 * STREAM_BUFFER * BUNDLE_RECORDS
"""Records after a hole that are passed over while the consumer goes back; then the worker ends."""

_log = get_logger(__name__)

Observer = Callable[[Outputs], None]
"""Told, after each record, what it led to."""


class RecordsMissing(Exception):  # noqa: N818 - named for what happened
    """The consumer did not go back to the record that comes next."""


class NoTables(TableManager):
    """Faust's manager of the tables that this app does not have."""

    async def on_start(self) -> None:
        """Begin at once, where Faust's own waits a second for tables."""
        await self._update_channels()
        await self.recovery.start()


class FaustWorker:
    """One member of the group of a channel."""

    def __init__(
        self,
        settings: WorkerSettings,
        runners: Runners,
        observe: Observer,
        clock: Clock,
    ) -> None:
        self._open = runners.open
        self._judge_gathered = runners.judge
        self._clock = clock
        self._topic = runners.topic.name
        self._observe = observe
        self._runners: dict[int, PartitionRunner] = {}
        self._changing = asyncio.Lock()
        self._judging = asyncio.Lock()
        self._round: asyncio.Task[None] | None = None
        self._lost_in_a_row = 0
        self._pace = Pace(clock.monotonic_us())
        self._waiting: asyncio.Queue[object] | None = None
        self._stopping = False
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ready = asyncio.Event()
        self._app = self._new_app(settings)

    @property
    def partitions(self) -> Mapping[int, PartitionRunner]:
        """The partitions that this worker judges at present."""
        return self._runners

    def positions(self) -> Mapping[TP, int]:
        """Return how far each partition is judged, as the group commits it."""
        return {
            TP(self._topic, partition): runner.next_offset
            for partition, runner in self._runners.items()
        }

    def rest_us(self) -> int:
        """Return how long to rest before more is fetched."""
        return self._pace.rest_us(self._clock.monotonic_us())

    @property
    def crowded(self) -> bool:
        """Whether as much waits for the agent as may."""
        return self._waiting is not None and self._waiting.full()

    def progress(self) -> list[Progress]:
        """Return how far each partition is judged; from any thread."""
        return [
            Progress(partition, runner.next_offset, self._end_offset(partition))
            for partition, runner in list(self._runners.items())
        ]

    def _end_offset(self, partition: int) -> int | None:
        with suppress(ConsumerNotStarted, AssertionError):
            return cast("int | None", self._app.consumer.highwater(TP(self._topic, partition)))
        return None

    async def start(self) -> None:
        """Join the group.

        Raises:
            Exception: of the Kafka client, when no broker answers.
        """
        await self._app.start()

    async def ended(self) -> None:
        """Wait until the worker cannot go on, and raise why."""
        stopped = asyncio.ensure_future(self._app.wait_until_stopped())
        try:
            await asyncio.wait([self._ended, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if self._ended.done():
            self._ended.result()
        raise self._app.crash_reason or RecordsMissing("Faust stopped by itself")

    async def stop(self) -> None:
        """Let go of the partitions and leave the group."""
        self._stopping = True
        if self._round is not None:
            self._round.cancel()
        async with self._changing:
            await self._let_go()
        await self._app.stop()

    async def resume(self, consumer: ResumingConsumer) -> Mapping[TP, int]:
        """Restore what is assigned, seek there, and return the positions.

        Faust can ask more than once for one assignment; runners open since then go on as they are.
        """
        async with self._changing:
            assigned = {tp.partition for tp in consumer.assignment() if tp.topic == self._topic}
            try:
                self._runners |= await self._open(assigned - self._runners.keys())
            except Exception as error:
                self._end(error)
                raise
            positions = {
                TP(self._topic, partition): self._runners[partition].next_offset
                for partition in assigned
            }
            await consumer.seek_wait(positions)
        self.ready.set()
        return positions

    def fetching_ended(self) -> None:
        """Take note that no more records will come."""
        if not self._stopping:
            self._end(RecordsMissing("Faust has stopped fetching"))

    def _new_app(self, settings: WorkerSettings) -> App:
        member = settings.member
        options: dict[str, Any] = {"consumer_group_instance_id": member} if member else {}
        folder = settings.home / f"faust-{settings.group}"
        folder.mkdir(parents=True, exist_ok=True)
        app = App(
            settings.group,
            broker=";".join(f"kafka://{broker}" for broker in settings.bootstrap.split(",")),
            autodiscover=False,
            web_enabled=False,
            datadir=str(folder),
            TableManager=NoTables,
            HttpClient=cast("Any", object),  # else the whole of aiohttp is loaded for it
            topic_disable_leader=True,
            topic_allow_declare=False,
            key_serializer="raw",
            value_serializer="raw",
            stream_wait_empty=False,
            stream_buffer_maxsize=STREAM_BUFFER,
            broker_max_poll_records=BUNDLE_RECORDS,
            stream_recovery_delay=0.0,
            broker_session_timeout=SESSION_S,
            broker_heartbeat_interval=HEARTBEAT_S,
            broker_commit_interval=COMMIT_EVERY_S,
            consumer_auto_offset_reset="earliest",
            producer_linger=0.0,
            producer_acks=-1,
            **options,
            **_credentials(),
        )
        app.transport = ResumingTransport(app, self, self._clock)
        app.on_partitions_revoked.connect(cast("Any", self._on_revoked), weak=False)
        app.on_partitions_assigned.connect(cast("Any", self._on_assigned), weak=False)
        topic = app.topic(self._topic, key_type=bytes, value_type=bytes, acks=False)
        app.agent(topic, name="judge", concurrency=1)(self._judge)
        return app

    async def _judge(self, stream: StreamT[bytes]) -> None:
        self._waiting = cast("Any", stream.channel).queue
        async for event in stream.events():
            begin_us = self._clock.monotonic_us()
            try:
                async with self._judging:
                    await self._take_all(cast("Any", event.message).records)
                await self._gathered()
            except Exception as error:  # noqa: BLE001 - Faust would swallow it and go on
                self._end(error)
            self._pace.worked(begin_us, self._clock.monotonic_us())

    async def _take_all(self, bundle: Iterable[Message]) -> None:
        turned_us = self._clock.monotonic_us()
        for message in bundle:
            alarmed = await self._take(message)
            if alarmed or self._clock.monotonic_us() - turned_us >= TURN_US:
                for _ in range(TURNS_TO_SEND if alarmed else 1):
                    await self._clock.sleep_us(0)
                turned_us = self._clock.monotonic_us()

    async def _gathered(self) -> None:
        """See to it that what was gathered is judged soon."""
        waiting = sum(runner.gathered for runner in self._runners.values())
        if waiting >= ROUND_MAX or any(runner.pressing for runner in self._runners.values()):
            await self._judge_round()
        elif waiting and self._round is None:
            self._round = asyncio.ensure_future(self._round_in_time())

    async def _round_in_time(self) -> None:
        try:
            await self._clock.sleep_us(ROUND_US)
            self._round = None
            await self._judge_round()
        except Exception as error:  # noqa: BLE001 - nobody waits for this task
            self._end(error)

    async def _judge_round(self) -> None:
        async with self._judging:
            for outputs in await self._judge_gathered(self._runners.values()):
                self._observe(outputs)

    async def _take(self, message: Message) -> bool:
        """Have a record judged; say whether it led to a word about an alarm."""
        runner = self._runners.get(message.partition)
        if runner is None or self._ended.done() or message.offset < runner.next_offset:
            return False
        if message.offset > runner.next_offset:
            await self._go_back(message.partition, runner.next_offset)
            return False
        self._lost_in_a_row = 0
        headers = cast("Iterable[tuple[str, bytes]]", message.headers or ())
        record = Record(
            message.topic,
            message.partition,
            message.offset,
            message.key,
            message.value,
            tuple(headers),
        )
        outputs = await runner.take(record, later=True)
        self._observe(outputs)
        return bool(outputs.transitions)

    async def _go_back(self, partition: int, offset: int) -> None:
        self._lost_in_a_row += 1
        if self._lost_in_a_row == 1:
            _log.warning("going_back", partition=partition, next_offset=offset)
            await self._app.consumer.seek(TP(self._topic, partition), offset)
        if self._lost_in_a_row > LOST_IN_A_ROW_MAX:
            message = f"partition {partition} does not go back to {offset}"
            raise RecordsMissing(message)

    async def _on_revoked(self, _app: object, *revoked: Iterable[TP], **_: object) -> None:
        async with self._changing:
            await self._let_go()
        _log.info("partitions_revoked", partitions=_numbers(revoked))

    async def _on_assigned(self, _app: object, *assigned: Iterable[TP], **_: object) -> None:
        partitions = _numbers(assigned)
        _log.info("partitions_assigned", partitions=partitions)
        if not partitions:
            self.ready.set()

    async def _let_go(self) -> None:
        runners, self._runners = self._runners, {}
        with suppress(TimeoutError):
            async with asyncio.timeout(LETTING_GO_S):
                for runner in runners.values():
                    await runner.flush()

    def _end(self, error: Exception) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)


def _credentials() -> dict[str, Any]:
    """Return how Faust's own clients prove who they are, as all of this process do."""
    secured = client_options()
    if not secured:
        return {}
    credentials = SASLCredentials(
        username=secured["sasl_plain_username"],
        password=secured["sasl_plain_password"],
        ssl_context=secured["ssl_context"],
        mechanism=secured["sasl_mechanism"],
    )
    return {"broker_credentials": credentials}


def _numbers(groups: Iterable[Iterable[TP]]) -> list[int]:
    return sorted(tp.partition for group in groups for tp in group)
