"""A tale told to both places at once, without a link or a log: vehicle and center, on virtual time.

The vehicle's edge watch hears every frame as it is captured; what it says leaves as frames of its
own. The center's ``PartitionHost`` hears each ``UNDER_WAY_US`` later, in encoded batches, with a
tick a second, as a gateway writes them. What it writes is folded as the command center folds it.
Programs and clocks are left out, judgement is the same; the same seed says the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.alarms.view import AlarmState, AlarmView
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import CrewEvent, EdgeTransition, EncounterChange, EncounterEvent
from ports.log.port import Record
from simulators.tales.tale import Deed, Examined, Tale
from simulators.tales.tale_monitor import TaleMonitor
from streams.engine.host import PartitionHost
from streams.engine.watches import PatientWatches
from vehicle.edge.watch import EdgeWatch
from wire.alarms import MessageReceipt, decode_entry
from wire.frames import Frame, Lane, encode_frame
from wire.records import HEADERS_BATCH, HEADERS_TICK, Tick, encode_batch, encode_tick
from wire.topics import ALARMS, PATIENTS
from wire.unit_items import WireItem

START_US: Final = 1_780_000_000 * SECOND_US
UNDER_WAY_US: Final = 120_000
"""From capture to the gateway's stamp."""
TAIL_S: Final = 28
"""A tale told faster than at the bedside goes on as it ended, for alarms that wait."""
_ENCOUNTER: Final = "01890a5d-ac96-774b-bcce-000000000001"
_UNIT: Final = "AMB-01"
_GATEWAY: Final = "gateway-1"


@dataclass(frozen=True, slots=True)
class Heard:
    """An alarm as one place had it."""

    cause: Cause
    subject: str
    minute: float
    """Minute of the tale in which it began to alarm."""
    priority: Priority
    """The highest that it came to."""
    alarm_id: bytes


@dataclass(slots=True)
class Told:
    """What came of one tale."""

    tale: Tale
    seed: int
    rate: float
    vehicle: dict[bytes, Heard] = field(default_factory=dict)
    """By id, in order: what the vehicle's own watch said."""
    center: dict[bytes, Heard] = field(default_factory=dict)
    """What channel A said of its own."""
    cards: dict[bytes, Heard] = field(default_factory=dict)
    """What a dispatcher saw: the fold of both, one entry for each alarm."""


class WatchFailed(Exception):  # noqa: N818 - named for what happened
    """A watch failed on a patient of a tale."""


def tell(tale: Tale, seed: int, rate: float = 1.0) -> Told:
    """Tell a tale to both places; return what each of them said.

    Raises:
        WatchFailed: judgement failed.
    """
    return _Telling(Told(tale, seed, rate)).told()


class _Telling:
    def __init__(self, told: Told) -> None:
        self._told = told
        self._edge = EdgeWatch(_UNIT, _fail)
        self._host = PartitionHost(0, Source.CENTER_A, PatientWatches())
        self._book = AlarmBook()
        self._sequences = dict.fromkeys(Lane, 0)
        self._offset = 0

    def told(self) -> Told:
        told = self._told
        tale, rate = told.tale, told.rate
        monitor = TaleMonitor(tale, told.seed, rate)
        opened = EncounterEvent(
            EncounterChange.OPENED, age_years=tale.age_years, pregnant=tale.pregnant
        )
        crew: tuple[Deed | Examined, ...] = (*tale.crew, *tale.examinations)
        deeds = sorted(crew, key=lambda one: one.minute, reverse=True)
        self._capture(START_US, Lane.ALARM, opened)
        tail_s = TAIL_S if rate > 1 else 0
        for second in range(int(tale.minutes * 60 / rate) + tail_s):
            at_us = START_US + second * SECOND_US
            self._tick(at_us)
            while deeds and deeds[-1].minute * 60 / rate <= second:
                done = deeds.pop()
                item = CrewEvent(done.value) if isinstance(done, Deed) else done.value(at_us)
                self._capture(at_us, Lane.ALARM, item)
            self._capture(at_us, Lane.VITALS, monitor.show(second))
        return told

    def _capture(self, at_us: int, lane: Lane, *items: WireItem) -> None:
        """Let the vehicle judge a frame, then the center, and that what the vehicle said."""
        frame = self._frame(at_us, lane, items)
        said = self._edge.on_frame(frame, at_us)
        self._deliver(at_us, [frame, *self._words(at_us, said)])

    def _words(self, at_us: int, said: Iterable[Transition]) -> list[Frame]:
        words = list(said)
        for word in words:
            _note(self._told.vehicle, word, self._minute(at_us))
        return [self._frame(at_us, Lane.ALARM, (EdgeTransition(word),)) for word in words]

    def _frame(self, at_us: int, lane: Lane, items: tuple[WireItem, ...]) -> Frame:
        self._sequences[lane] += 1
        return Frame(
            unit_id=_UNIT,
            lane=lane,
            segment=bytes([lane]) * 16,
            sequence=self._sequences[lane],
            captured_us=at_us,
            uncertainty_us=0,
            boot_id="tale",
            encounter_id=_ENCOUNTER,
            items=items,
        )

    def _deliver(self, at_us: int, frames: Sequence[Frame]) -> None:
        stamped_us = at_us + UNDER_WAY_US
        value = encode_batch(stamped_us, _GATEWAY, [encode_frame(frame) for frame in frames])
        self._judge(Record(PATIENTS.name, 0, self._offset, None, value, HEADERS_BATCH), stamped_us)

    def _tick(self, at_us: int) -> None:
        """Let a second pass at both places."""
        words = self._words(at_us, self._edge.on_tick(at_us))
        if words:
            self._deliver(at_us, words)
        value = encode_tick(Tick(_GATEWAY, at_us, healthy=True))
        self._judge(Record(PATIENTS.name, 0, self._offset, None, value, HEADERS_TICK), at_us)

    def _judge(self, record: Record, now_us: int) -> None:
        outputs = self._host.on_record(self._offset, record)
        self._offset += 1
        minute = self._minute(now_us)
        for fact in outputs.facts:
            if fact.topic != ALARMS.name or fact.value is None:
                continue
            entry = decode_entry(fact.value)
            if isinstance(entry, Transition) and entry.source is Source.CENTER_A:
                _note(self._told.center, entry, minute)
            if not isinstance(entry, MessageReceipt):
                for view in self._book.apply(entry, now_us):
                    _note(self._told.cards, view, minute)

    def _minute(self, at_us: int) -> float:
        return (at_us - START_US) / MINUTE_US * self._told.rate


def _note(heard: dict[bytes, Heard], said: Transition | AlarmView, minute: float) -> None:
    """Take down an alarm that sounds, once, with the highest priority that it comes to."""
    recorded = (
        said.recorded_only if isinstance(said, Transition) else said.state is AlarmState.RECORDED
    )
    if recorded:
        return
    known = heard.get(said.alarm_id)
    if known is None:
        cause = Cause(said.cause)
        heard[said.alarm_id] = Heard(cause, said.subject, minute, said.priority, said.alarm_id)
    elif said.priority > known.priority:
        heard[said.alarm_id] = replace(known, priority=said.priority)


def _fail(encounter_id: str) -> None:
    raise WatchFailed(encounter_id)
