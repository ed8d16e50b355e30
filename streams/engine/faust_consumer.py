"""Faust's consumer as our worker needs it: on one loop, at the checkpoints, a bundle at a time.

What is not as in Faust's own, each for a reason:

- It has no thread of its own (``OnOneLoop``). Faust gives its consumer one, and a loop beside the
  main one: each fetch then wakes two loops through two sockets, and both threads hand the
  interpreter to and fro. Heartbeats are sent from the same loop, so whoever judges long gives it a
  turn in between.
- On assignment it goes to the checkpoints, not to the group's committed offset.
- What was fetched together comes to the agent as one *bundle*: a message of Faust with all the
  records. Faust does as much for a message as our judgement for several frames.
- A bundle is handed to the agent directly; Faust makes four tasks for it.
- A worker that is stopped in order leaves its group, though it has a name of its own there.
- How far the worker has judged is what is committed, so no acknowledgement is counted. It serves
  the lag metrics of outside tools alone.
- Between two fetches it rests as its worker says (``pace``).
- Faust's fetcher can end without a word; then the worker is told.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Protocol, cast

from ports.clock import Clock
from streams.engine.faust_parts import (
    TP,
    AIOKafkaConsumerThread,
    App,
    Consumer,
    ConsumerCallback,
    ConsumerT,
    Message,
    ServiceT,
    Transport,
    maybe_async,
)

FETCHING_S = 1.0
"""Longest wait for records; then it is looked whether the consumer has been stopped."""


class Consuming(Protocol):
    """Whom the records are for."""

    async def resume(self, consumer: "ResumingConsumer") -> Mapping[TP, int]:
        """Restore what is assigned, seek there, and return the positions."""
        ...

    def positions(self) -> Mapping[TP, int]:
        """Return how far each partition is judged."""
        ...

    def rest_us(self) -> int:
        """Return how long to wait before more is fetched."""
        ...

    @property
    def crowded(self) -> bool:
        """Whether so much waits for the agent that the next bundle would have to wait as well."""
        ...

    def fetching_ended(self) -> None:
        """Take note that no more records will come."""
        ...


class _OnThisLoop:
    """Stands for the thread in which Faust would run the driver of a consumer."""

    def __init__(self, driver: "OnOneLoop") -> None:
        self._driver = driver
        self._serving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Run the driver; that it fails is said by its own start."""
        self._serving = asyncio.ensure_future(self._driver._serve())  # noqa: SLF001 - what a thread runs
        self._serving.add_done_callback(lambda done: done.cancelled() or done.exception())

    def stop(self) -> None:
        """Do nothing: there is no thread to be joined."""


class OnOneLoop(AIOKafkaConsumerThread):
    """Faust's driver of an aiokafka consumer, on the loop of everything else."""

    Worker = cast("Any", _OnThisLoop)

    def __init__(self, consumer: "ResumingConsumer", clock: Clock, worker: Consuming) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(consumer, loop=loop, thread_loop=loop, beacon=consumer.beacon)
        self._clock = clock
        self._worker = worker

    async def on_start(self) -> None:
        """Connect, and let fetches rest."""
        await super().on_start()
        fetcher = self._ensure_consumer()._fetcher  # noqa: SLF001 - it has no public rest
        fetcher._proc_fetch_request = self._rested(fetcher._proc_fetch_request)  # noqa: SLF001

    def _rested(self, fetch: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
        async def fetch_rested(*asked: object) -> bool:
            rest_us = self._worker.rest_us()
            if rest_us > 0:
                try:
                    await self._clock.sleep_us(rest_us)
                except asyncio.CancelledError:  # as aiokafka: nobody wants the result any more
                    return False
            return await fetch(*asked)

        return fetch_rested

    async def on_thread_stop(self) -> None:
        """Leave the group as one that will not come back.

        A member with a name of its own keeps its place when it goes, for a crash is soon over.
        After a stop in order its patients would wait for as long as the group waits for it:
        others take them at once.
        """
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 - it knows no other way
        coordinator._group_instance_id = None  # noqa: SLF001
        await super().on_thread_stop()

    async def call_thread(self, fun: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Call it here."""
        return await maybe_async(fun(*args, **options))

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Tell the consumer."""
        await self.consumer.on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Tell the consumer."""
        await self.consumer.on_partitions_assigned(assigned, generation_id)

    async def _gather_remaining_tasks(self) -> None:
        """Leave the other tasks of this loop alone: they are not this driver's."""


class ResumingConsumer(Consumer):
    """A Faust consumer that begins where the checkpoints say."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        worker: Consuming,
        clock: Clock,
        **options: Any,  # noqa: ANN401
    ) -> None:
        self._worker = worker
        self._clock = clock
        super().__init__(*args, **options)

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return OnOneLoop(self, self._clock, self._worker)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Restore the assigned partitions and go to where each of them goes on."""
        return await self._worker.resume(self)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Give what was fetched, as one bundle."""
        fetched, active = await self._wait_next_records(timeout)
        if not fetched or self.should_stop:
            return
        if not self.flow_active:
            await self.perform_seek()
            return
        wanted = [tp for tp in fetched if active is None or tp in active]
        records = [record for tp in wanted for record in fetched[tp]]
        if records:
            partition = TP(*wanted[-1])
            bundle = cast("Any", self._to_message(partition, records[-1]))
            bundle.records = records
            yield partition, bundle

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                async for _, bundle in self.getmany(FETCHING_S):
                    await self._hand_over(bundle)
                await self._clock.sleep_us(0)  # a turn for all else, heartbeats among it
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        finally:
            self._worker.fetching_ended()

    async def _hand_over(self, bundle: Message) -> None:
        """Give a bundle to the agent; where that means waiting, only until partitions go away."""
        if self.app.flow_control.is_active() and not self._worker.crowded:
            await self.callback(bundle)
        else:
            await self.wait_first(self.callback(bundle), cast("Any", self.suspend_flow.wait()))

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:  # noqa: ANN401, ARG002
        return iter(self._worker.positions())

    def _new_offset(self, tp: TP) -> int | None:
        return self._worker.positions().get(tp)


class ResumingTransport(Transport):
    """Faust's Kafka transport with a ``ResumingConsumer``."""

    def __init__(self, app: App, worker: Consuming, clock: Clock) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self._worker = worker
        self._clock = clock

    def create_consumer(self, callback: ConsumerCallback, **options: Any) -> ConsumerT:  # noqa: ANN401
        """Return the app's consumer."""
        return ResumingConsumer(
            self,
            callback=callback,
            loop=self.loop,
            worker=self._worker,
            clock=self._clock,
            **options,
        )
