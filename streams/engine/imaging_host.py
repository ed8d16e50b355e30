"""One partition of ``images``, judged: references in, states of series and findings out. Pure.

A series is *viewable* once its first slice is stored, *complete* once all that were announced are;
each slice that comes is told, with what the geometry of those stored says so far. Gaps are judged
when the series is complete, since until then slices are on their way. A series that is not complete
and of which nothing came for ``STALLED_US`` of the partition's time has missing slices.

Pieces of twelve-lead ECGs lie in the same partitions (``ecgs``): an ECG is read when it is whole,
and what is read goes to `patients`. One that is not whole after a while is a dead letter in words.

There are no snapshots: a series is small and its records are kept for days. The marker stays at the
first record of the oldest series that is not complete, and a worker that takes the partition over
reads from there and says the same states again, which has no effect.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

from clinical.alarms.priority import Source
from clinical.imaging.geometry import Geometry, GeometryProblem, Slice, assess
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import SeriesFinding
from clinical.twelve_lead.pieces import EcgPiece
from ports.log.port import Record
from streams.engine.apps import HostedApp
from streams.engine.checkpointing import Recovered, Snapshot
from streams.engine.ecgs import Ecgs, ecg_key
from streams.engine.outputs import Draft, Outputs, dead_letter
from streams.engine.partition_clock import PartitionClock, Point
from wire.frames import Frame, to_frame
from wire.images import ImageStored, SeriesAnnounced, SeriesState, series_ref
from wire.limits import MAX_SERIES_OBJECTS
from wire.reading import Unreadable
from wire.records import Batch, Tick, decode_record, frames_of
from wire.topics import CHECKPOINTS_IMAGING_A, CHECKPOINTS_IMAGING_B, IMAGES

STALLED_US: Final = 60 * SECOND_US
"""A series that is not complete and of which nothing came for so long has missing slices."""

ABANDONED_US: Final = 24 * 60 * MINUTE_US
"""After so long without a slice a series holds the marker back no longer."""

SERIES_KEPT: Final = 256
"""Series remembered per partition; beyond, the one heard of longest ago is forgotten."""

PROGRAM: Final = "imaging"
"""Who gave up on a dead letter."""

ALARMING: Final = frozenset(GeometryProblem) - {GeometryProblem.TILTED, GeometryProblem.UNEVEN}
"""Problems that make a series no whole volume; the patient watch is told of these."""

_UNTIL_COMPLETE: Final = frozenset({GeometryProblem.GAP, GeometryProblem.UNEVEN})


@dataclass(slots=True)
class _Series:
    first: Point
    """Where its first record lies."""
    heard_us: int
    encounter_id: str
    unit_id: str
    announced: SeriesAnnounced | None = None
    slices: dict[str, Slice] = field(default_factory=dict)
    first_key: str | None = None
    viewable_us: int | None = None
    complete_us: int | None = None
    stalled: bool = False
    found: tuple[GeometryProblem, ...] = ()
    """What the patient watch was told last."""

    def state(self, series_uid: str, now_us: int) -> SeriesState:
        """Return how far it has come."""
        announced = self.announced
        return SeriesState(
            encounter_id=self.encounter_id,
            unit_id=self.unit_id,
            study_uid=announced.study_uid if announced else None,
            series_uid=series_uid,
            slices_expected=len(announced.sop_uids) if announced else None,
            slices_stored=len(self.slices),
            scanned_us=announced.scanned_us if announced else None,
            viewable_us=self.viewable_us,
            first_object_key=self.first_key,
            complete_us=self.complete_us,
            geometry=self._geometry(),
            stamped_us=now_us,
        )

    def _geometry(self) -> Geometry:
        found = assess(list(self.slices.values()))
        if self.complete_us is not None:
            return found
        problems = tuple(one for one in found.problems if one not in _UNTIL_COMPLETE)
        if self.stalled:
            problems += (GeometryProblem.MISSING_SLICES,)
        return Geometry(found.tilt_deg, None, None, problems)


class OpenSeries:
    """Where a worker that takes over has to begin, so that it meets every open series whole."""

    def __init__(self) -> None:
        """Begin with none open."""
        self._points: dict[tuple[str, str], Point] = {}

    def opened(self, key: tuple[str, str], point: Point) -> None:
        """Take note of the first record of a series."""
        self._points.setdefault(key, point)

    def closed(self, key: tuple[str, str]) -> None:
        """Take note that a series holds nothing back."""
        self._points.pop(key, None)

    def durable(self, snapshot: Snapshot) -> None:
        """There are no snapshots of images."""

    def covered(self, settled: Point) -> Point:
        """Return the point of the oldest open series, or ``settled``."""
        return min([settled, *self._points.values()], key=_offset)


class ImagingHost:
    """The judgement of one partition. ``on_record`` takes its records in order of offset."""

    def __init__(self, partition: int, source: Source) -> None:
        """Begin with nothing seen."""
        self._partition = partition
        self._source = source
        self._clock = PartitionClock()
        self._next_offset = 0
        self._series: OrderedDict[tuple[str, str], _Series] = OrderedDict()
        """By encounter and series, the one heard of longest ago first."""
        self._ecgs = Ecgs()
        self._draft = Draft(partition, source)
        self.ledger = OpenSeries()

    @property
    def reached(self) -> Point:
        """The next record to take, and the clock before it."""
        return Point(self._next_offset, self._clock)

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Go on at the marker, or at the oldest record kept; ``reached`` says which."""
        start = found.start
        if start is not None and start.offset >= oldest_offset:
            self._clock, self._next_offset = start.clock, start.offset
        else:
            self._next_offset = oldest_offset
        return found.ignored

    def on_record(self, offset: int, record: Record) -> Outputs:
        """Judge the record at this offset."""
        self._draft = Draft(self._partition, self._source)
        before = Point(offset, self._clock)
        self._next_offset = offset + 1
        try:
            content = decode_record(record.headers, record.value or b"")
        except Unreadable as error:
            self._bury(str(error), record.value or b"")
            return self._draft.finished(self._next_offset)
        match content:
            case Tick():
                self._on_tick(content)
            case SeriesAnnounced() | ImageStored():
                self._judge(content, before, record.value or b"")
            case Batch():
                self._on_batch(content, before)
            case _:
                self._bury("the record is of an unexpected type", record.value or b"")
        return self._draft.finished(self._next_offset)

    def _judge(self, content: SeriesAnnounced | ImageStored, before: Point, raw: bytes) -> None:
        """Judge a record; one that cannot be judged costs its own series and no other."""
        try:
            if isinstance(content, SeriesAnnounced):
                self._on_announced(content, before)
            else:
                self._on_stored(content, before)
        except Exception as error:  # noqa: BLE001 - whatever it is must stop at this series
            key = (content.encounter_id, content.series_uid)
            self._series.pop(key, None)
            self.ledger.closed(key)
            self._bury(f"{type(error).__name__} in judgement", raw)

    def _on_batch(self, batch: Batch, before: Point) -> None:
        self._clock = self._clock.stamped(batch.stamped_us)
        frames = 0
        for raw in frames_of(batch):
            frames += 1
            try:
                frame = to_frame(raw)
            except Unreadable as error:
                self._bury(str(error), raw.SerializeToString())
                continue
            for piece in frame.items:
                if isinstance(piece, EcgPiece):
                    self._on_piece(frame, piece, before)
        self._draft.received(frames, batch.stamped_us)

    def _on_piece(self, frame: Frame, piece: EcgPiece, before: Point) -> None:
        """Take a piece of an ECG; one that cannot be read costs itself and no other."""
        key = ecg_key(frame, piece)
        try:
            finding = self._ecgs.take(frame, piece, self._clock.now_us)
        except Exception as error:  # noqa: BLE001 - whatever it is must stop at this ECG
            words = str(error) if isinstance(error, ValueError | Unreadable) else "in judgement"
            letter = dead_letter(
                PROGRAM, f"{type(error).__name__}: {words}", b"", frame, self._clock.now_us
            )
            self._draft.bury(letter)
            finding = None
        if finding is not None:
            self._draft.find_ecg(finding)
        if self._ecgs.open(key):
            self.ledger.opened(key, before)
        else:
            self.ledger.closed(key)
        if (forgotten := self._ecgs.overfull()) is not None:
            self.ledger.closed(forgotten)

    def _on_announced(self, announced: SeriesAnnounced, before: Point) -> None:
        self._clock = self._clock.stamped(announced.stamped_us)
        key = (announced.encounter_id, announced.series_uid)
        series = self._heard(key, announced.unit_id, before)
        kept = series.announced
        if kept is not None and kept.sop_uids == announced.sop_uids:
            announced = replace(announced, scanned_us=kept.scanned_us)
        else:
            series.complete_us = None
            self.ledger.opened(key, before)
        series.announced = announced
        self._tell(key, series)

    def _on_stored(self, stored: ImageStored, before: Point) -> None:
        self._clock = self._clock.stamped(stored.stamped_us)
        key = (stored.encounter_id, stored.series_uid)
        series = self._heard(key, stored.unit_id, before)
        if stored.sop_uid in series.slices or len(series.slices) >= MAX_SERIES_OBJECTS:
            return
        series.slices[stored.sop_uid] = stored.slice
        if series.viewable_us is None:
            series.viewable_us, series.first_key = stored.stamped_us, stored.object_key
        self._draft.received(1, stored.stamped_us)
        self._tell(key, series)

    def _on_tick(self, tick: Tick) -> None:
        self._clock = self._clock.ticked(tick.stamped_us, healthy=tick.healthy)
        now_us = self._clock.now_us
        for key, series in self._series.items():
            silent_us = now_us - series.heard_us
            if series.complete_us is None and not series.stalled and silent_us >= STALLED_US:
                series.stalled = True
                self._say(key, series)
            if silent_us >= ABANDONED_US:
                self.ledger.closed(key)
        for ecg in self._ecgs.stalled(now_us - STALLED_US):
            self._bury(f"of an ECG {ecg.came} of {ecg.count} pieces came", b"")
        for key in self._ecgs.abandoned(now_us - ABANDONED_US):
            self.ledger.closed(key)

    def _heard(self, key: tuple[str, str], unit_id: str, before: Point) -> _Series:
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series(before, self._clock.now_us, key[0], unit_id)
            self.ledger.opened(key, before)
            if len(self._series) > SERIES_KEPT:
                forgotten, _ = self._series.popitem(last=False)
                self.ledger.closed(forgotten)
        self._series.move_to_end(key)
        series.heard_us = self._clock.now_us
        series.stalled = False
        return series

    def _tell(self, key: tuple[str, str], series: _Series) -> None:
        expected = series.announced.sop_uids if series.announced else None
        if series.complete_us is None and expected and series.slices.keys() >= set(expected):
            series.complete_us = self._clock.now_us
            self.ledger.closed(key)
        self._say(key, series)

    def _say(self, key: tuple[str, str], series: _Series) -> None:
        encounter_id, series_uid = key
        now_us = self._clock.now_us
        state = series.state(series_uid, now_us)
        self._draft.study(state)
        problems = tuple(one for one in state.geometry.problems if one in ALARMING)
        if problems != series.found:
            series.found = problems
            ref = series_ref(series.unit_id, series_uid, now_us)
            finding = SeriesFinding(encounter_id, series_uid, problems, now_us, ref)
            self._draft.find_series(finding)

    def _bury(self, description: str, raw: bytes) -> None:
        letter = dead_letter(PROGRAM, description, raw, None, self._clock.now_us)
        self._draft.bury(letter)


def _offset(point: Point) -> int:
    return point.offset


IMAGING_APP: Final = HostedApp(
    IMAGES,
    {Source.CENTER_A: CHECKPOINTS_IMAGING_A, Source.CENTER_B: CHECKPOINTS_IMAGING_B},
    ImagingHost,
)
