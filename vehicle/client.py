"""The in-vehicle client: everything that a unit captures goes in here, and comes out durable.

    capture(items) --> number --> send at once ----------------> gateway --> acknowledged
                          |
                          +--> edge watch --> edge transitions (ALARM lane, the same way)
                          |
                          +--> spool, one group per capture ---> captured

``capture`` does not wait for anything: the frame is numbered, sent and handed to the spool. The
listener hears ``captured`` once the spool has committed it, ``acknowledged`` once the center's log
holds it. Whatever is not acknowledged is sent again: after a lost link, a crash, a new start.
A client lives on one event loop; thousands share a loop and a spool. Not thread-safe.
"""

import secrets
from asyncio import Future  # noqa: TC003 - for the reader
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.transition import (
    Acknowledgement,
    Action,
    Pause,
    Place,
    Reset,
    Seen,
    Transition,
)
from clinical.alarms.view import AlarmView
from clinical.instant import SECOND_US
from clinical.items import CrewEvent, EcgFinding, EdgeTransition, EncounterEvent
from clinical.watch.patient import PatientWatch
from ports.clock import Clock
from ports.logging import get_logger
from vehicle.downlink.downlink import Downlink
from vehicle.downlink.inbox import HeldMessage
from vehicle.edge.watch import EdgeWatch
from vehicle.lane.lanes import lane_of
from vehicle.lane.link import Link
from vehicle.lane.listener import ClientListener, Unheard
from vehicle.lane.session import SequenceRef
from vehicle.record import CrewRecord
from vehicle.spool.spool import Spool
from vehicle.spool.store import Entry, Snapshot
from vehicle.uplink.outbox import Outbox, ref_of
from wire.frames import Frame, Lane
from wire.limits import MAX_ITEMS
from wire.unit_items import CrewAnswer, LinkState, ReceiptStage, WireItem

PULSE_US: Final = SECOND_US
"""Between two ticks of the edge watch."""

SETTLED_FACTOR: Final = 5
"""How many times less often a settled clock is compared."""

UNCHANGED_FACTOR: Final = 6
"""How many times less often a state of link and spool is said again that has not changed."""

_RECORD: Final = "crew"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How a client behaves; the defaults are those of a vehicle."""

    boot_id: str | None = None
    """Names the run of the operating system."""
    edge: bool = True
    """Whether the edge watch runs."""
    waveforms: bool = True
    """Whether the edge watch also judges the waveforms; a process that plays hundreds of units
    leaves that to the center."""
    downlink: bool = True
    """Whether messages and alarm entries are received."""
    snapshot_frames: int = 1
    """Frames of an encounter per snapshot of its watch, where nothing was said; a crash costs the
    edge, not the center, the frames since."""
    probe_pulses: int = 3
    """Seconds between two exchanges of clock readings; SETTLED_FACTOR times that once the clock is
    settled, since quartz drifts less than a millisecond in between."""
    link_state_pulses: int = 5
    """Seconds between two looks at link and spool, of which is told what has changed, and every
    UNCHANGED_FACTOR times what has not; 0 tells nothing."""


class VehicleClient:
    """One unit's client."""

    def __init__(
        self,
        unit_id: str,
        link: Link,
        spool: Spool,
        clock: Clock,
        rng: Random,
        *,
        listener: ClientListener | None = None,
        options: ClientOptions | None = None,
    ) -> None:
        """Prepare a client on an open spool, on the event loop; ``start`` it before use."""
        self.unit_id = unit_id
        self._link = link
        self._spool = spool
        self._clock = clock
        self._rng = rng
        self._options = options or ClientOptions()
        self._outbox = Outbox(
            unit_id, link, spool, clock, rng, listener or Unheard(), self._options.boot_id
        )
        self._edge = EdgeWatch(unit_id, _say_watch_failed)
        self._downlink = Downlink(
            unit_id, link, spool, clock, rng, outbox=self._outbox, edge=self._edge, say=self._say
        )
        self.record = CrewRecord()
        self._unsnapped: dict[str, int] = {}
        self._reported: LinkState | None = None

    async def start(self) -> None:
        """Resume from the spool and begin to dial. Older segments drain by themselves."""
        state = await self._spool.unit(self.unit_id)
        book = self._edge.restore(state.snapshots, self.now_us())
        self._downlink.restore(state.messages, state.snapshots, book=book)
        if _RECORD in state.snapshots:
            self.record.restore(state.snapshots[_RECORD])
        self._outbox.start(state)
        self._outbox.spawn(self._pulse())
        if self._options.downlink:
            self._outbox.spawn(self._downlink.receive())

    async def stop(self) -> None:
        """End every task and connection, and wait until the spool holds everything captured."""
        await self._outbox.stop()
        self._downlink.save()
        await self._link.close()
        await self._spool.flush()

    def capture(
        self,
        encounter_id: str | None,
        items: Sequence[WireItem],
        *,
        lane: Lane | None = None,
        captured_us: int | None = None,
    ) -> SequenceRef:
        """Number a frame of these items, send it, and spool it; return its name at once.

        ``encounter_id`` None: the items concern the unit. ``captured_us`` is for what was captured
        before, by an instrument that knows when; else this moment is stamped.
        Raises LaneFull when the spool has no room, MixedLanes when the items share no lane.
        """
        lane = lane or lane_of(items)
        self._outbox.check_room(lane)
        frame, spooled = self._outbox.number(encounter_id, items, lane, captured_us)
        entries: list[Entry] = [spooled]
        if self._options.edge and encounter_id is not None:
            entries += self._judged(encounter_id, frame)
        if lane is Lane.ALARM and self.record.take(frame):
            entries.append(Snapshot(self.unit_id, _RECORD, self.record.snapshot()))
        self._outbox.put(entries)
        return ref_of(spooled)

    def withdraw(self, encounter_id: str, event: FrameRef) -> SequenceRef:
        """Say that an event of the crew was entered by mistake; UnknownEvent when none stands."""
        entered = self.record.standing(event)
        withdrawal = CrewEvent(entered.finding, entered.drug, withdraws=event)
        return self.capture(encounter_id, [withdrawal])

    def acknowledge(self, alarm: AlarmView, person: str) -> SequenceRef:
        """Let a person of the crew take responsibility for an alarm, link or no link."""
        seen = Seen(alarm.alarm_id, alarm.priority, alarm.revision)
        return self.acknowledge_alarms(alarm.encounter_id, [seen], person)

    def acknowledge_alarms(
        self, encounter_id: str, seen: Sequence[Seen], person: str
    ) -> SequenceRef:
        """As ``acknowledge``, of alarms of one patient, by what the person saw."""
        first, *also = seen
        entry = Acknowledgement(
            encounter_id=encounter_id,
            alarm_id=first.alarm_id,
            priority=first.priority,
            revision=first.revision,
            person=person,
            place=Place.VEHICLE,
            at_us=self.now_us(),
            request_id=secrets.token_hex(16),
            also=tuple(also),
        )
        return self.act(entry)

    def pause_alarms(
        self, encounter_id: str, seen: Sequence[Seen], for_us: int, person: str
    ) -> SequenceRef:
        """Let a person of the crew pause the sound of alarms of one patient in the vehicle."""
        first, *also = seen
        entry = Pause(
            encounter_id=encounter_id,
            alarm_id=first.alarm_id,
            priority=first.priority,
            revision=first.revision,
            person=person,
            place=Place.VEHICLE,
            at_us=self.now_us(),
            for_us=for_us,
            request_id=secrets.token_hex(16),
            also=tuple(also),
        )
        return self.act(entry)

    def reset_alarm(
        self, encounter_id: str, alarm_id: bytes, revision: int, person: str
    ) -> SequenceRef:
        """Let a person of the crew take a latched alarm off the list."""
        entry = Reset(
            encounter_id=encounter_id,
            alarm_id=alarm_id,
            revision=revision,
            person=person,
            place=Place.VEHICLE,
            at_us=self.now_us(),
            request_id=secrets.token_hex(16),
        )
        return self.act(entry)

    def note_message(
        self,
        message_id: str,
        person: str,
        stage: ReceiptStage = ReceiptStage.VIEWED,
        answer: CrewAnswer | None = None,
    ) -> SequenceRef:
        """Say that a person saw or answered a message; UnknownMessage when there is none."""
        return self._downlink.note(message_id, person, stage, answer)

    def now_us(self) -> int:
        """Return the unit's best knowledge of the time, microseconds since the Unix epoch."""
        return self._outbox.now_us()

    @property
    def alarms(self) -> Sequence[AlarmView]:
        """The alarms as the crew sees them, the most urgent first."""
        return self._edge.book.current()

    @property
    def messages(self) -> Sequence[HeldMessage]:
        """The messages from the center that still stand."""
        return self._downlink.messages

    @property
    def held(self) -> Sequence[HeldMessage]:
        """Every message that the unit holds, those that are superseded or expired too."""
        return self._downlink.held

    def waveform_chunk_us(self, encounter_id: str) -> int:
        """Return how long the waveform chunks of a patient shall be: shorter while one watches."""
        return self._downlink.chunk_us(encounter_id)

    @property
    def encounters(self) -> Sequence[str]:
        """The encounters that the edge watch holds open."""
        return self._edge.encounters

    @property
    def watches(self) -> Sequence[PatientWatch]:
        """The edge watches of the open encounters."""
        return self._edge.watches

    @property
    def link_state(self) -> LinkState:
        """How link and spool are."""
        return self._outbox.link_state()

    @property
    def thinned(self) -> Sequence[Lane]:
        """The lanes of which something is being left out, because it cannot be carried."""
        return self._outbox.thinned

    @property
    def discarded(self) -> Mapping[Lane, int]:
        """Frames left out since the start, by lane."""
        return self._outbox.discarded

    @property
    def depth(self) -> int:
        """Frames that nobody acknowledged."""
        return self._outbox.depth

    @property
    def connected(self) -> bool:
        """Whether live data of the ALARM lane flows."""
        return self._outbox.connected

    def flowing(self, lane: Lane) -> bool:
        """Whether live data of a lane flows."""
        return self._outbox.flowing(lane)

    @property
    def failed(self) -> "Future[None]":
        """Done, with the error, when a bug ended a part of this client."""
        return self._outbox.failed

    def hear(self, finding: EcgFinding) -> None:
        """Judge what was read off an ECG that this unit took."""
        if not self._options.edge:
            return
        self._say(finding.encounter_id, self._edge.on_word(finding, self.now_us()))

    async def clear(self, lane: Lane) -> None:
        """Return once the log holds all that was captured for a lane of late."""
        await self._outbox.clear(lane)

    async def turn(self) -> None:
        """Return once what is less urgent than alarms and vital signs may use the link."""
        await self._outbox.turn(Lane.WAVEFORM, live=True)

    async def drained(self) -> None:
        """Return once everything captured is acknowledged; bound it with a timeout."""
        await self._outbox.drained()

    async def room(self, lane: Lane) -> None:
        """Return once a full lane takes frames again."""
        await self._spool.room(int(lane))

    def _judged(self, encounter_id: str, frame: Frame) -> list[Entry]:
        """Have the edge watch judge a frame; return what it says and remembers."""
        waveforms = frame.lane is Lane.WAVEFORM
        if waveforms and not self._options.waveforms:
            return []
        judge = self._edge.on_waveforms if waveforms else self._edge.on_frame
        said = judge(frame, self.now_us())
        told = self._tell(encounter_id, said)
        if waveforms and not said:
            return told
        return [*told, *self._snapshots(encounter_id, frame, said_something=bool(said))]

    def act(self, entry: Action) -> SequenceRef:
        """Send what a person does about an alarm, and fold it at once."""
        ref = self.capture(entry.encounter_id, [entry])
        self._edge.apply(entry, entry.at_us)
        self._downlink.unsaved = True
        return ref

    def _say(self, encounter_id: str, said: Sequence[Transition]) -> None:
        """Send what the edge watch said, and spool it with what the watch remembers."""
        told = self._tell(encounter_id, said)
        self._outbox.put([*told, *self._edge.snapshots(encounter_id)])

    def _tell(self, encounter_id: str, said: Sequence[Transition]) -> list[Entry]:
        """Number what the edge watch said; its frames are taken however full the lane is."""
        if said:
            self._downlink.unsaved = True
        items = [EdgeTransition(one) for one in said]
        return [
            self._outbox.number(encounter_id, items[start : start + MAX_ITEMS], Lane.ALARM)[1]
            for start in range(0, len(items), MAX_ITEMS)
        ]

    def _snapshots(
        self, encounter_id: str, frame: Frame, *, said_something: bool
    ) -> list[Snapshot]:
        unsnapped = self._unsnapped.get(encounter_id, 0) + 1
        event = any(isinstance(item, EncounterEvent) for item in frame.items)
        if not (said_something or event or unsnapped >= self._options.snapshot_frames):
            self._unsnapped[encounter_id] = unsnapped
            return []
        self._unsnapped.pop(encounter_id, None)
        return self._edge.snapshots(encounter_id)

    async def _pulse(self) -> None:
        """Once a second: tick the edge watch, now and then probe the clock and report the link."""
        pulse = 0
        while True:
            await self._clock.sleep_us(PULSE_US)
            pulse += 1
            self._outbox.shed()
            if self._options.edge:
                self._tick()
            factor = SETTLED_FACTOR if self._outbox.clock_settled else 1
            if pulse % (factor * self._options.probe_pulses) == 0:
                self._outbox.probe_clock()
            every = self._options.link_state_pulses
            if every and pulse % every == 0 and self.connected:
                self._report(again=pulse % (UNCHANGED_FACTOR * every) == 0)
            if self._downlink.unsaved:
                self._downlink.save()

    def _report(self, *, again: bool) -> None:
        """Tell how link and spool are, if that has changed or is due ``again``."""
        state = self._outbox.link_state()
        if again or state != self._reported:
            self._reported = state
            self._outbox.put([self._outbox.number(None, [state], Lane.VITALS)[1]])

    def _tick(self) -> None:
        by_encounter: dict[str, list[Transition]] = {}
        for one in self._edge.on_tick(self.now_us()):
            by_encounter.setdefault(one.encounter_id, []).append(one)
        for encounter_id, said in by_encounter.items():
            self._say(encounter_id, said)


def _say_watch_failed(encounter_id: str) -> None:
    log.error("edge watch failed", encounter_id=encounter_id, exc_info=True)  # noqa: LOG014 - called where it failed
