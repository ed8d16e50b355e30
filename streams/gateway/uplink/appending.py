"""Brings judged frames into the log: batches, alarm entries, dead letters, tombstones.

Frames of `patients`, `waveforms`, `images` and `units` join the micro-batch of their partition.
What the crew says about alarms and messages becomes one entry of `alarms` per item. A rejected
frame becomes a dead letter; if another unit holds its encounter, that is reported to the
encounter's partition as well. Each goes with the pledge that its acknowledgement hangs on. A
receipt that says that the unit holds a message, or that it came too late, is followed by the
message's tombstone in `downlink`; if that is lost, the message is sent once more and receipted
once more.
"""

import asyncio
from asyncio import Future
from collections.abc import Coroutine, Iterable
from functools import partial
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.items import ForeignFrame
from ports.clock import Clock
from ports.log.port import LogWriter
from ports.logging import get_logger
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.uplink.batching import Batcher, Beat
from streams.gateway.uplink.foreign import ForeignReports
from streams.gateway.uplink.ingress import Admitted, Rejected
from streams.gateway.uplink.pledges import Pledge, settle
from wire.alarms import encode_entry, entries_of
from wire.frames import Frame, Lane, decode_frame
from wire.messages import message_key
from wire.partition import partition_of
from wire.records import (
    HEADERS_ALARM_ENTRY,
    HEADERS_DEAD_LETTER,
    HEADERS_FOREIGN_FRAME,
    HEADERS_MESSAGE,
    DeadLetter,
    encode_dead_letter,
    encode_foreign_frame,
)
from wire.topics import ALARMS, DEAD_LETTERS, DOWNLINK, IMAGES, PATIENTS, UNITS, WAVEFORMS, Topic
from wire.unit_items import Receipt, ReceiptStage
from wire.validation import Route, StreamKey

_ENDING: Final = frozenset({ReceiptStage.DELIVERED, ReceiptStage.EXPIRED})
_PROGRAM: Final = "gateway"
_log = get_logger(__name__)


class Appender:
    """The gateway's only way into the log, but for its ticks."""

    def __init__(
        self,
        *,
        writer: LogWriter,
        clock: Clock,
        gateway_id: str,
        metrics: GatewayMetrics,
        batch_gap_us: int,
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._metrics = metrics
        self._sending: set[asyncio.Task[None]] = set()
        self._foreign = ForeignReports()

        def beat(topic: Topic) -> Beat:
            return Beat(
                topic,
                writer=writer,
                clock=clock,
                gateway_id=gateway_id,
                metrics=metrics,
                gap_us=batch_gap_us,
            )

        topics = {
            Route.PATIENTS: PATIENTS,
            Route.WAVEFORMS: WAVEFORMS,
            Route.IMAGES: IMAGES,
            Route.UNITS: UNITS,
        }
        self._beats = {route: beat(topic) for route, topic in topics.items()}

    async def run(self) -> None:
        """Send batches as they become due, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for beat in self._beats.values():
                group.create_task(beat.run())

    def append(self, key: StreamKey, admitted: Admitted, pledge: Pledge) -> None:
        """Append an admitted frame to the one topic that it goes to."""
        checked = admitted.checked
        if "receipt" in checked.kinds:
            pledge.then = partial(self._bury_messages, decode_frame(admitted.frame))
        if checked.route is Route.ALARMS:
            self._spawn(self._send_entries(decode_frame(admitted.frame), pledge), pledge)
            return
        batchers = self._beats[checked.route].batchers
        batcher = batchers[partition_of(checked.encounter_id or key.unit_id, len(batchers))]
        batcher.add(admitted.frame, pledge)
        if key.lane is Lane.ALARM and batcher.gathering.hurry():
            self._spawn(batcher.flush())

    def reject(self, key: StreamKey, rejected: Rejected, pledge: Pledge) -> None:
        """Append the dead letter of a rejected frame, and report a foreign one."""
        refusal = rejected.refusal
        if rejected.foreign_to is not None:
            self._report(key, rejected.sequence, rejected.foreign_to, pledge)
        letter = DeadLetter(
            reason=refusal.reason,
            field_path=refusal.field_path,
            description=refusal.description,
            unit_id=key.unit_id,
            lane=key.lane,
            segment=key.segment,
            sequence=rejected.sequence,
            frame=rejected.frame,
            stamped_us=self._clock.now_us(),
            program=_PROGRAM,
        )
        self._spawn(self._send_dead_letter(letter, pledge), pledge)

    async def drain(self) -> None:
        """Wait until the fate of all that was taken is known."""
        while self._sending:
            await asyncio.wait(list(self._sending))
        await asyncio.gather(*[batcher.drain() for batcher in self._all()])

    def _all(self) -> Iterable[Batcher]:
        return [batcher for beat in self._beats.values() for batcher in beat.batchers]

    def _spawn(self, sending: Coroutine[None, None, None], pledge: Pledge | None = None) -> None:
        """Send beside what goes on; if that fails, the unit of the pledge has to send again."""

        def done(task: asyncio.Task[None]) -> None:
            self._sending.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                _log.error("append failed", exc_info=error)
                if pledge is not None:
                    pledge.break_off()

        task = asyncio.get_running_loop().create_task(sending)
        self._sending.add(task)
        task.add_done_callback(done)

    async def _send_entries(self, frame: Frame, pledge: Pledge) -> None:
        encounter_id = frame.encounter_id or ""
        partition = partition_of(encounter_id, ALARMS.partitions)
        entries = entries_of(frame)
        pledge.await_records(len(entries))
        for entry in entries:
            future = await self._writer.send(
                ALARMS.name,
                partition,
                encode_entry(entry),
                key=encounter_id.encode(),
                headers=HEADERS_ALARM_ENTRY,
            )
            future.add_done_callback(partial(settle, [pledge]))

    async def _send_dead_letter(self, letter: DeadLetter, pledge: Pledge) -> None:
        future = await self._writer.send(
            DEAD_LETTERS.name,
            partition_of(letter.unit_id, DEAD_LETTERS.partitions),
            encode_dead_letter(letter),
            key=letter.unit_id.encode(),
            headers=HEADERS_DEAD_LETTER,
        )
        future.add_done_callback(partial(settle, [pledge]))

    def _report(self, key: StreamKey, sequence: int, encounter_id: str, pledge: Pledge) -> None:
        """Report a foreign frame to its encounter, unless its unit was reported of late."""
        if not self._foreign.due(encounter_id, key.unit_id, self._clock.monotonic_us()):
            return
        frame = FrameRef(key.unit_id, key.lane, key.segment, sequence, item=0)
        pledge.await_records(2)
        report = ForeignFrame(encounter_id, frame, self._clock.now_us())
        self._spawn(self._send_report(report, pledge), pledge)

    async def _send_report(self, report: ForeignFrame, pledge: Pledge) -> None:
        try:
            future = await self._writer.send(
                PATIENTS.name,
                partition_of(report.encounter_id, PATIENTS.partitions),
                encode_foreign_frame(report),
                headers=HEADERS_FOREIGN_FRAME,
            )
        except Exception:
            self._foreign.withdraw(report.encounter_id, report.frame.unit_id)
            raise
        future.add_done_callback(partial(self._settle_report, report, pledge))

    def _settle_report(self, report: ForeignFrame, pledge: Pledge, future: Future[int]) -> None:
        if not settle([pledge], future):
            self._foreign.withdraw(report.encounter_id, report.frame.unit_id)

    def _bury_messages(self, frame: Frame) -> None:
        for item in frame.items:
            if isinstance(item, Receipt) and item.stage in _ENDING:
                self._spawn(self._send_tombstone(frame.unit_id, item.message_id))

    async def _send_tombstone(self, unit_id: str, message_id: str) -> None:
        future = await self._writer.send(
            DOWNLINK.name,
            partition_of(unit_id, DOWNLINK.partitions),
            None,
            key=message_key(unit_id, message_id),
            headers=HEADERS_MESSAGE,
        )
        future.add_done_callback(self._metrics.tombstone_settled)
