"""Deliberate bugs, to see that the world finds them: each is put in from outside, for one night.

None of them is in the programs; each swaps one function or method for one that breaks a promise the
way a tired programmer would. The check after the night runs without it.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.lifecycle import AlarmBook
from clinical.watch.announcing import announcing
from clinical.watch.announcing.announcing import Announcer
from command_center.publishing import Subscription
from command_center.store.store import Store
from command_center.store.values import Step, StoredChange
from ports.log.port import Record
from streams.engine import checkpointing
from streams.engine.checkpointing import Recovered, Snapshot
from streams.engine.host import PartitionHost
from streams.engine.outbox import Outbox as EngineOutbox
from streams.engine.outputs import Outputs, snapshot_send
from streams.engine.partition_clock import Point
from streams.engine.partition_runner import PartitionRunner, Runners
from streams.gateway.uplink import appending, batching
from streams.gateway.uplink.appending import Appender
from streams.gateway.uplink.batching import Batcher
from streams.gateway.uplink.pledges import Pledge
from vehicle.downlink.downlink import Downlink
from vehicle.lane.lane_streams import LaneStreams
from vehicle.lane.session import SealedFrame, SegmentRun
from vehicle.spool.store import Entry, SpooledFrame
from vehicle.uplink import outbox
from vehicle.uplink.outbox import ref_of
from wire.frames import Lane
from wire.limits import SEGMENT_BYTES
from wire.messages import Message
from wire.records import Checkpoint, DeadLetter
from wire.unit_items import Receipt


class Swap(NamedTuple):
    """One attribute in whose place another stands for a night."""

    owner: object
    name: str
    instead: Any


Bug = Callable[[], list[Swap]]

_GATHERED: Final = 3


def acknowledge_before_durable() -> list[Swap]:
    """The gateway acknowledges a frame when it has joined a batch."""
    add = Batcher.add

    def instead(self: Batcher, frame: bytes, pledge: Pledge) -> None:
        add(self, frame, pledge)
        pledge.keep()

    return [Swap(Batcher, "add", instead)]


def lost_taken_for_durable() -> list[Swap]:
    """The gateway takes a lost answer of the log for a good one."""

    def settle(pledges: Iterable[Pledge], _: object) -> bool:
        for pledge in pledges:
            pledge.keep()
        return True

    return [Swap(batching, "settle", settle), Swap(appending, "settle", settle)]


def dead_letter_not_durable() -> list[Swap]:
    """A refused frame is acknowledged at once, and its dead letter written when three wait."""
    send = Appender._send_dead_letter  # noqa: SLF001 - to put the bug in
    waiting: dict[int, list[tuple[DeadLetter, Pledge]]] = {}

    async def instead(self: Appender, letter: DeadLetter, pledge: Pledge) -> None:
        pledge.keep()
        letters = waiting.setdefault(id(self), [])
        letters.append((letter, pledge))
        if len(letters) == _GATHERED:
            for one in letters:
                await send(self, *one)
            letters.clear()

    return [Swap(Appender, "_send_dead_letter", instead)]


def offset_before_checkpoint() -> list[Swap]:
    """A worker goes on at the offset that was reached, not at the checkpoint."""
    reached: dict[tuple[object, int], int] = {}
    on_record, restore = PartitionHost.on_record, PartitionHost.restore

    def judge(self: PartitionHost, offset: int, record: Record) -> Outputs:
        reached[self._source, self._partition] = offset + 1
        return on_record(self, offset, record)

    def take_over(self: PartitionHost, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        said = restore(self, found, oldest_offset)
        self._next_offset = max(self._next_offset, reached.get((self._source, self._partition), 0))
        return said

    return [Swap(PartitionHost, "on_record", judge), Swap(PartitionHost, "restore", take_over)]


def drop_on_rebalance() -> list[Swap]:
    """A worker that takes a partition over begins at its end."""
    restored = Runners._restored  # noqa: SLF001 - to put the bug in

    async def instead(self: Runners, partition: int, oldest: int, end: int) -> PartitionRunner:
        runner = await restored(self, partition, oldest, end)
        if end > oldest:
            runner.host._next_offset = end  # type: ignore[attr-defined]  # noqa: SLF001
        return runner

    return [Swap(Runners, "_restored", instead)]


def snapshot_before_facts() -> list[Swap]:
    """A snapshot is sent without waiting for the alarms that it rests on."""
    put = EngineOutbox.put

    async def instead(self: EngineOutbox, outputs: Outputs) -> None:
        for snapshot in outputs.snapshots:
            sent = await self._send(snapshot_send(self._partition, self._checkpoints, snapshot))
            self._storing.append((sent, snapshot))
        await put(self, outputs)

    return [Swap(EngineOutbox, "put", instead)]


def revision_not_in_snapshot() -> list[Swap]:
    """A watch that is restored counts its revisions from one again."""
    snapshot = Announcer.snapshot

    def instead(self: Announcer) -> dict[str, Any]:
        return {**snapshot(self), "revisions": [], "ended": []}

    return [Swap(Announcer, "snapshot", instead)]


def alarm_id_from_receive_time() -> list[Swap]:
    """An alarm is named after the moment in which it was found."""

    def instead(encounter_id: str, cause: str, frame: FrameRef, subject: str = "") -> bytes:
        heard_us = int(asyncio.get_running_loop().time() * 1_000_000)
        return alarm_id(encounter_id, cause, replace(frame, sequence=heard_us), subject)

    return [Swap(announcing, "alarm_id", instead)]


def duplicate_not_removed() -> list[Swap]:
    """The fold takes a word of a detector as often as it is said."""

    def instead(self: AlarmBook, episode: object, alarm_id: bytes, source: object) -> int:
        del self, episode, alarm_id, source
        return 0

    return [Swap(AlarmBook, "_heard", instead)]


def stale_snapshot_version() -> list[Swap]:
    """A snapshot of another layout is taken for one of ours."""
    read = checkpointing._read  # noqa: SLF001 - to put the bug in

    def instead(key: bytes, checkpoint: Checkpoint) -> Snapshot | Point:
        return read(key, replace(checkpoint, version=checkpointing.VERSION))

    return [Swap(checkpointing, "_read", instead)]


def position_before_entries() -> list[Swap]:
    """The center stores how far it has read, and what it read with the next batch."""
    write = Store.write
    waiting: dict[int, Step] = {}

    async def instead(self: Store, step: Step) -> None:
        before = waiting.pop(id(self), None)
        waiting[id(self)] = replace(step, positions={})
        await write(self, Step((), (), step.positions))
        if before is not None:
            await write(self, before)

    return [Swap(Store, "write", instead)]


def token_before_delivery() -> list[Swap]:
    """A resume token covers what still waits for the subscriber."""
    advance = Subscription.advance

    def instead(self: Subscription, change: StoredChange) -> None:
        for one in [change, *(waiting for waiting, _ in self.waiting)]:
            advance(self, one)

    return [Swap(Subscription, "advance", instead)]


def reuse_a_sequence() -> list[Swap]:
    """A vehicle gives every segment one name."""
    return [Swap(outbox, "_new_segment", lambda: bytes(SEGMENT_BYTES))]


def captured_before_commit() -> list[Swap]:
    """A vehicle says that it has captured what its disk does not have yet."""
    put = outbox.Outbox.put

    def instead(self: outbox.Outbox, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if isinstance(entry, SpooledFrame):
                self._listener.captured(ref_of(entry))
        put(self, entries)

    return [Swap(outbox.Outbox, "put", instead)]


def forget_what_was_sent() -> list[Swap]:
    """A spool forgets a frame when it was sent, not when it was acknowledged."""
    following = LaneStreams._next  # noqa: SLF001 - to put the bug in

    async def instead(self: LaneStreams, run: SegmentRun) -> list[SealedFrame]:
        frames = await following(self, run)
        if frames:
            session = self.session
            through = frames[-1].sequence
            self._spool.acknowledge(session.unit_id, int(session.lane), run.segment, through)
        return frames

    return [Swap(LaneStreams, "_next", instead)]


def receipt_before_spool() -> list[Swap]:
    """A vehicle says that it holds a message which its disk does not have yet."""

    def instead(self: Downlink, message: Message, receipt: Receipt, stored: Entry) -> None:
        _, spooled = self._outbox.number(message.encounter_id, [receipt], Lane.ALARM)
        self._outbox.put([spooled, stored])

    return [Swap(Downlink, "_receipt_when_held", instead)]


BUGS: Final[dict[str, Bug]] = {
    bug.__name__.replace("_", "-"): bug
    for bug in (
        acknowledge_before_durable,
        lost_taken_for_durable,
        dead_letter_not_durable,
        offset_before_checkpoint,
        drop_on_rebalance,
        snapshot_before_facts,
        revision_not_in_snapshot,
        alarm_id_from_receive_time,
        duplicate_not_removed,
        stale_snapshot_version,
        position_before_entries,
        token_before_delivery,
        reuse_a_sequence,
        captured_before_commit,
        forget_what_was_sent,
        receipt_before_spool,
    )
}
"""Every bug by its name."""


@contextmanager
def installed(name: str | None) -> Iterator[None]:
    """Let a bug be there for a while; None: no bug."""
    with ExitStack() as stack:
        for swap in [] if name is None else BUGS[name]():
            stack.enter_context(patch.object(swap.owner, swap.name, swap.instead))
        yield
