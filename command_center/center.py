"""One command center over a log and a store: its parts, and what it does without being asked."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

from prometheus_client import CollectorRegistry

from clinical.alarms.fatigue import STALE_AFTER_US, Burden
from clinical.alarms.priority import CHANNELS
from clinical.alarms.transition import Escalation
from clinical.alarms.view import AlarmView
from command_center.board.acting import Acting
from command_center.board.board import Board
from command_center.board.strips import Strips
from command_center.channels import Channels
from command_center.consumer import AlarmTail, LiveTail, Pictures, partitions_of
from command_center.cutting import Cutting
from command_center.detection import DetectionAlarms, Watchdog
from command_center.escalating import Escalating
from command_center.feed.actions import Actions
from command_center.feed.deliveries import Deliveries
from command_center.feed.messages import CommandService
from command_center.feed.series import SeriesFeed
from command_center.feed.service import AlertService
from command_center.fold import Fold
from command_center.folding import Folding
from command_center.heartbeat.answers import Answers
from command_center.heartbeat.uplink import HeartbeatUplink
from command_center.imaging.ecgs import EcgShelf
from command_center.imaging.event_strips import EventStrips
from command_center.imaging.gallery import Gallery
from command_center.imaging.studies import Studies
from command_center.imaging.tail import ImagesTail
from command_center.limiting import Limiting
from command_center.messaging import Messaging
from command_center.metrics import CenterMetrics
from command_center.positions import OWN
from command_center.publishing import Publisher
from command_center.referee import Referee, Word
from command_center.roster import Roster
from command_center.settings import CenterSettings
from command_center.store.store import Store
from ports.clock import Clock
from ports.log.port import Log, LogWriter, TopicPartition
from ports.objects.port import Objects
from ports.tls import Tls
from wire.alarms import encode_entry
from wire.records import HEADERS_ALARM_ENTRY
from wire.topics import ALARMS, PATIENTS

WATCHED_EVERY_US: Final = 250_000
"""Time between two looks at the watchdog."""

ESCALATED_EVERY_US: Final = 1_000_000
"""Time between two looks for alarms that nobody answers."""

PRUNED_EVERY_US: Final = 60_000_000
"""Time between two looks for changes that are not kept."""

STRIPS_KEPT: Final = 10_000
"""Newest event strips in the store, some 20 kB each with two leads; older ones are let go."""

LAG_EVERY_US: Final = 5_000_000
"""Time between two measurements of how far the fold is behind the log."""


class Center:
    """A running command center, but for its servers."""

    def __init__(
        self,
        settings: CenterSettings,
        clock: Clock,
        log: Log,
        store: Store,
        metrics: CenterMetrics,
        *,
        objects: Objects,
        tls: Tls | None,
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._heartbeat_id = tls.material.own.identity.name if tls else settings.center_id
        self._clock = clock
        self._log = log
        self._store = store
        self._metrics = metrics
        self._lag = 0
        self._burden = Burden()
        self.roster = Roster()
        self.studies = Studies()
        self.gallery = Gallery(objects, self.studies, self.roster)
        self.watchdog = Watchdog(PATIENTS.partitions, clock.monotonic_us())
        self.channels = Channels(set(CHANNELS[: settings.center_channels]))
        self._referee = Referee(self.channels)
        self._detection = DetectionAlarms(settings.center_id, self.watchdog, self.channels)
        self._escalating = Escalating()
        self.publisher = Publisher(settings.center_waiting_per_subscriber)
        SeriesFeed(self.studies, self.roster, self.publisher)
        self.folding = Folding(Fold(), store, self.publisher, metrics, clock)
        self.deliveries = Deliveries(store, clock)
        self._stack = AsyncExitStack()
        self.alerts: AlertService
        self.commands: CommandService
        self.board: Board
        self.acting: Acting
        self._writer: LogWriter
        self.strips: Strips
        self._cutting: Cutting
        self._alarm_tail: AlarmTail
        self._live_tail: LiveTail
        self._images_tail: ImagesTail

    @classmethod
    async def open(
        cls,
        settings: CenterSettings,
        clock: Clock,
        log: Log,
        registry: CollectorRegistry,
        objects: Objects,
        *,
        tls: Tls | None = None,
    ) -> "Center":
        """Open the store, fold what is in the log now, and prepare to serve.

        With ``tls`` its heartbeat shows that certificate to the gateway, and bears its name.

        Raises:
            LogLost: no broker answered.
        """
        async with AsyncExitStack() as stack:
            store = await Store.open(settings.store_url)
            stack.push_async_callback(store.close)
            center = cls(
                settings, clock, log, store, CenterMetrics(registry), objects=objects, tls=tls
            )
            await center._begin(stack)
            center._stack = stack.pop_all()
        return center

    async def run(self) -> None:
        """Follow the log and watch over detection until cancelled; what fails is raised."""
        async with asyncio.TaskGroup() as tasks:
            for work in (
                self._alarm_tail.run(),
                self._live_tail.run(),
                self._images_tail.run(),
                self.deliveries.run(),
                self.strips.run(),
                self._cutting.run(),
                self._watch(),
                self._escalate(),
                self._prune(),
                self._measure_lag(),
                self._fail_with_store(),
                self._beat(),
            ):
                tasks.create_task(work)

    async def close(self) -> None:
        """Finish what was begun and let go of log and store."""
        await self.folding.settle()
        await self.deliveries.note()
        await self._stack.aclose()

    async def _begin(self, stack: AsyncExitStack) -> None:
        log, store, clock = self._log, self._store, self._clock
        writer = await log.writer()
        stack.push_async_callback(writer.close)
        answers = Answers(self._heartbeat_id, self.channels.beats, self._metrics, clock)
        self._alarm_tail = await AlarmTail.open(log, store, self.folding, self._metrics, answers)
        stack.push_async_callback(self._alarm_tail.close)
        await self._alarm_tail.catch_up(await self._ends())
        self._detection.restore(self.folding.fold.own())
        self._writer = writer
        self._live_tail = await LiveTail.open(
            log, self.roster, Pictures(self.watchdog, self.channels), store, clock
        )
        stack.push_async_callback(self._live_tail.close)
        self.ecgs = EcgShelf(store, self.roster)
        self._images_tail = await ImagesTail.open(log, self.studies, self.ecgs)
        stack.push_async_callback(self._images_tail.close)
        timeout_ms = self._settings.center_acknowledge_timeout_ms
        self.event_strips = EventStrips(store)
        self._cutting = Cutting(store, log, clock, self.event_strips)
        self.publisher.watch(self._cutting.on_alarm)
        actions = Actions(self.folding, store, writer, timeout_ms)
        limiting = Limiting(self.folding, store, self.roster, writer, timeout_ms)
        self.alerts = AlertService(
            publisher=self.publisher,
            store=store,
            actions=actions,
            limiting=limiting,
            deliveries=self.deliveries,
            strips=self.event_strips,
            log=log,
            metrics=self._metrics,
            clock=clock,
        )
        messaging = Messaging(writer, store, clock, timeout_ms)
        self.commands = CommandService(messaging, clock)
        self.publisher.watch(self._on_alarm)
        self.board = Board(
            self.roster,
            self.publisher,
            store,
            clock,
            self.studies,
            ecgs=self.ecgs,
            strips=self.event_strips,
            burden=self._burden,
            sound=self._settings.board_sound,
        )
        self.acting = Acting(actions, limiting, messaging, self.board, clock)
        self.strips = Strips(self.roster, messaging, log, clock)
        self._show()

    def _show(self) -> None:
        metrics = self._metrics
        metrics.watch_alarms(self.publisher.views)
        metrics.watch(
            "alarms_in_10_min",
            "Alarms that began to sound in the last ten minutes, for everybody who answers.",
            lambda: self._burden.in_ten_minutes(self._clock.now_us()),
        )
        metrics.watch(
            "alarms_chattering",
            "Alarms so far that were the third of their kind and patient within a minute.",
            lambda: self._burden.chattered,
        )
        metrics.watch(
            "alarms_stale", "Current alarms that have stood for an hour or longer.", self._stale
        )
        metrics.watch("subscribers", "Subscriptions.", lambda: len(self.publisher))
        metrics.watch("patients", "Patients on the roster.", lambda: len(self.roster.rows))
        metrics.watch("units", "Units heard of.", lambda: len(self.roster.units))
        metrics.watch("series", "CT series known.", lambda: len(self.studies))
        metrics.watch("boards", "Boards that are open.", lambda: len(self.board))
        metrics.watch("strips", "Patients whose leads are watched.", lambda: len(self.strips))
        metrics.watch("lag_records", "Alarm entries not folded yet.", lambda: self._lag)

    def _on_alarm(self, view: AlarmView) -> None:
        """Count what asks somebody to act."""
        if self._burden.take(view):
            self._metrics.begun(view)

    def _stale(self) -> int:
        stood_us = (self._clock.now_us() - view.learned_us for view in self.publisher.views())
        return sum(age_us >= STALE_AFTER_US for age_us in stood_us)

    async def _ends(self) -> Mapping[TopicPartition, int]:
        return await self._log.end_positions(partitions_of(ALARMS))

    async def _watch(self) -> None:
        while True:
            now_us = self._clock.monotonic_us()
            for entry in self._detection.judge(now_us, self._clock.now_us()):
                await self.folding.take_own(entry)
            for partition in self.watchdog.partitions:
                book = self.folding.fold.book(partition)
                for word in self._referee.judge(partition, book, now_us):
                    await self._write(partition, word)
            await self._clock.sleep_us(WATCHED_EVERY_US)

    async def _escalate(self) -> None:
        while True:
            now_us = self._clock.now_us()
            for entry in self._escalating.judge(self.publisher.views(), now_us):
                found = self.folding.fold.find(entry.alarm_id)
                if found is None:
                    continue
                if found[0] == OWN:
                    await self.folding.take_own(entry)
                else:
                    await self._write(found[0], entry)
            await self._clock.sleep_us(ESCALATED_EVERY_US)

    async def _write(self, partition: int, word: Word | Escalation) -> None:
        """Write to the log of alarms; what is lost there is said again."""
        await self._writer.send(
            ALARMS.name,
            partition,
            encode_entry(word),
            key=word.encounter_id.encode(),
            headers=HEADERS_ALARM_ENTRY,
        )

    async def _beat(self) -> None:
        """Watch over the way of an alarm from end to end, where a gateway is named."""
        gateway = self._settings.center_gateway
        if gateway is not None:
            beats, clock = self.channels.beats, self._clock
            await HeartbeatUplink(gateway, self._heartbeat_id, beats, clock, self._tls).run()

    async def _prune(self) -> None:
        while True:
            await self._store.prune(self._settings.center_changes_kept)
            await self._store.prune_strips(STRIPS_KEPT)
            await self._clock.sleep_us(PRUNED_EVERY_US)

    async def _measure_lag(self) -> None:
        while True:
            self._lag = self._alarm_tail.lag(await self._ends())
            await self._clock.sleep_us(LAG_EVERY_US)

    async def _fail_with_store(self) -> None:
        await self.folding.broken.wait()
        message = "the store failed"
        raise StoreFailed(message)


class StoreFailed(Exception):  # noqa: N818 - named for what happened
    """The store could not be written: the center stops, and goes on from the store when started."""
