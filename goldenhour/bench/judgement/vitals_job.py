"""The vitals job: the one small job that every engine of the peers' table does.

Frames of vital signs in; the newest value of each vital, and of consciousness and oxygen, is
carried for five minutes of the encounter's own time; NEWS2 is added up over what is known; a change
of its band is a ``BandChange`` out. No alarms, no late data, no silence: it measures engines, and
judges nobody.

``on_item`` is the reference: one frame, with the charts themselves. ``on_batch`` does the same to
all frames of a micro-batch at once, on columns; a batch that is not plain, or holds two frames of
one encounter, it hands to ``on_item`` frame by frame. Each goes on from where the other left the
job; ``tests/goldenhour/bench/judgement/test_vitals_job.py`` holds them together.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from clinical.instant import MINUTE_US
from clinical.items import Vitals
from clinical.scores import news2
from clinical.scores.chart import HALF_UP, Chart, Response, printed_step
from clinical.scores.news2 import SINGLE_RED
from clinical.vitals import Consciousness, Vital
from clinical.watch.carry import VITALS
from wire.columns import Columns, decode_columns
from wire.frames import Frame, to_frame
from wire.records import decode_batch

CARRIED_US: Final = 5 * MINUTE_US
"""How long a value counts after its capture."""

_CHARTS: Final[Mapping[Vital, Chart]] = {
    Vital.HEART_RATE: news2.HEART_RATE,
    Vital.RESPIRATION: news2.RESPIRATION,
    Vital.SPO2: news2.SPO2_SCALE_1,
    Vital.SYSTOLIC: news2.SYSTOLIC,
    Vital.TEMPERATURE: news2.TEMPERATURE,
}
_CONSCIOUSNESS: Final = len(_CHARTS)
_OXYGEN: Final = _CONSCIOUSNESS + 1
_PARTS: Final = _OXYGEN + 1
_ON_OXYGEN: Final = 2
_NEVER_US: Final = -(1 << 60)
_ENCOUNTERS_AT_FIRST: Final = 1_024
_BANDS: Final = tuple(Response)

_Points = NDArray[np.int8]


class BandChange(NamedTuple):
    """The band of an encounter is another one than before."""

    encounter_id: str
    captured_us: int
    """Of the frame that made the difference."""
    total: int
    band: Response


class VitalsJob:
    """The state of all encounters: a line in each of three arrays."""

    def __init__(self) -> None:
        """Begin with nothing known of anybody."""
        self.frames = 0
        """Frames taken so far."""
        self.newest_us = 0
        """Newest capture seen."""
        self._lines: dict[str, int] = {}
        self._points: _Points = np.zeros((_ENCOUNTERS_AT_FIRST, _PARTS), np.int8)
        self._captured_us = np.full((_ENCOUNTERS_AT_FIRST, _PARTS), _NEVER_US, np.int64)
        self._bands: _Points = np.zeros(_ENCOUNTERS_AT_FIRST, np.int8)

    def on_item(self, frame: Frame) -> list[BandChange]:
        """Take the vital signs of a frame over; return the change of band, if there is one."""
        self.frames += 1
        self.newest_us = max(self.newest_us, frame.captured_us)
        if not frame.encounter_id:
            return []
        line = self._line(frame.encounter_id)
        points: list[int] = self._points[line].tolist()
        captured_us: list[int] = self._captured_us[line].tolist()
        for item in frame.items:
            if isinstance(item, Vitals):
                for part, score in _scores(item):
                    points[part], captured_us[part] = score, frame.captured_us
        for part, at_us in enumerate(captured_us):
            if frame.captured_us - at_us > CARRIED_US:
                points[part] = 0
        self._points[line], self._captured_us[line] = points, captured_us
        total = sum(points)
        band = news2.response(total, single_red=SINGLE_RED in points)
        if band is _BANDS[self._bands[line]]:
            return []
        self._bands[line] = _BANDS.index(band)
        return [BandChange(frame.encounter_id, frame.captured_us, total, band)]

    def on_batch(self, value: bytes) -> list[BandChange]:
        """Take a micro-batch over, as ``on_item`` would each of its frames in turn."""
        columns = decode_columns(value)
        if columns is None or len(set(columns.encounter_id)) != len(columns.encounter_id):
            frames = [to_frame(handle) for handle in decode_batch(value).frames]
            return [change for frame in frames for change in self.on_item(frame)]
        self.frames += len(columns.encounter_id)
        self.newest_us = max(self.newest_us, int(columns.captured_us.max(initial=0)))
        lines = self._lines_of(columns.encounter_id)
        scores, known = _scored(columns)
        at_us = columns.captured_us[:, None]
        captured_us = np.where(known, at_us, self._captured_us[lines])
        points = np.where(known, scores, self._points[lines])
        points[at_us - captured_us > CARRIED_US] = 0
        self._points[lines], self._captured_us[lines] = points, captured_us
        totals = points.sum(axis=1)
        bands = _BAND_OF[totals, (points == SINGLE_RED).any(axis=1).view(np.int8)]
        changed = np.flatnonzero(bands != self._bands[lines]).tolist()
        self._bands[lines] = bands
        return [
            BandChange(
                columns.encounter_id[index],
                int(columns.captured_us[index]),
                int(totals[index]),
                _BANDS[bands[index]],
            )
            for index in changed
        ]

    def snapshot(self) -> bytes:
        """Return the state of all encounters, MessagePack."""
        lines = len(self._lines)
        said = [each[:lines].tobytes() for each in self._arrays()]
        return msgspec.msgpack.encode([list(self._lines), self.newest_us, *said])

    def restore(self, snapshot: bytes) -> None:
        """Take over what a ``snapshot`` holds."""
        names, self.newest_us, *said = msgspec.msgpack.decode(snapshot)
        for name in names:
            self._line(name)
        for array, data in zip(self._arrays(), said, strict=True):
            kept = array[: len(names)]
            kept[...] = np.frombuffer(data, array.dtype).reshape(kept.shape)

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        return (self._points, self._captured_us, self._bands)

    def _lines_of(self, encounter_ids: Sequence[str]) -> NDArray[np.int64]:
        known = self._lines
        try:
            return np.array([known[encounter_id] for encounter_id in encounter_ids], np.int64)
        except KeyError:
            return np.array([self._line(each) for each in encounter_ids], np.int64)

    def _line(self, encounter_id: str) -> int:
        line = self._lines.setdefault(encounter_id, len(self._lines))
        if line >= len(self._points):
            self._points = np.concatenate([self._points, np.zeros_like(self._points)])
            never_us = np.full_like(self._captured_us, _NEVER_US)
            self._captured_us = np.concatenate([self._captured_us, never_us])
            self._bands = np.concatenate([self._bands, np.zeros_like(self._bands)])
        return line


def _scores(item: Vitals) -> list[tuple[int, int]]:
    """Return the points of what an item says, by part."""
    parts = [*_said(item)]
    for part, (vital, chart) in enumerate(_CHARTS.items()):
        value: float | None = getattr(item, vital.value)
        score = None if value is None or vital in item.marks else chart.points(value)
        if score is not None:
            parts.append((part, score))
    return parts


def _said(item: Vitals) -> list[tuple[int, int]]:
    """Return the points of what an item says beside its numbers, by part."""
    parts: list[tuple[int, int]] = []
    if item.consciousness is not None:
        alert = item.consciousness is Consciousness.ALERT
        parts.append((_CONSCIOUSNESS, 0 if alert else SINGLE_RED))
    if item.on_oxygen is not None:
        parts.append((_OXYGEN, _ON_OXYGEN if item.on_oxygen else 0))
    return parts


def _scored(columns: Columns) -> tuple[_Points, NDArray[np.bool_]]:
    """Return the points of every part of every frame, and which of them are known."""
    said: _Points = np.zeros((len(columns.rests), _PARTS), np.int8)
    saying = np.zeros((len(columns.rests), _PARTS), np.bool_)
    for number, rest in enumerate(columns.rests):
        for part, score in _said(rest):
            said[number, part], saying[number, part] = score, True
    scores, known = said[columns.rest], saying[columns.rest]
    numbers = columns.numbers.take(_CHARTED, axis=1)
    plausible = (numbers >= _LOWEST) & (numbers <= _HIGHEST)
    steps = np.where(plausible, numbers, _LOWEST) * _STEPS_PER_UNIT + HALF_UP
    scores[:, :_CONSCIOUSNESS] = _TABLE[_COLUMNS, np.floor(steps).astype(np.int64) - _FIRST]
    known[:, :_CONSCIOUSNESS] = plausible
    return scores, known


def _first_step(chart: Chart) -> int:
    return printed_step(chart.lowest, chart.steps_per_unit)


def _table() -> _Points:
    """Return the points of every printed step of every chart, a line for each chart."""
    printed = [
        [
            chart.points(step / chart.steps_per_unit) or 0
            for step in range(
                _first_step(chart), printed_step(chart.highest, chart.steps_per_unit) + 1
            )
        ]
        for chart in _CHARTS.values()
    ]
    table: _Points = np.zeros((len(printed), max(map(len, printed))), np.int8)
    for line, points in enumerate(printed):
        table[line, : len(points)] = points
    return table


_CHARTED: Final = [VITALS.index(vital) for vital in _CHARTS]
_COLUMNS: Final = np.arange(len(_CHARTS))
_LOWEST: Final = np.array([chart.lowest for chart in _CHARTS.values()], np.float64)
_HIGHEST: Final = np.array([chart.highest for chart in _CHARTS.values()], np.float64)
_STEPS_PER_UNIT: Final = np.array([chart.steps_per_unit for chart in _CHARTS.values()])
_FIRST: Final = np.array([_first_step(chart) for chart in _CHARTS.values()])
_TABLE: Final = _table()
_BAND_OF: Final = np.array(
    [
        [_BANDS.index(news2.response(total, single_red=red)) for red in (False, True)]
        for total in range(_PARTS * SINGLE_RED + 1)
    ],
    np.int8,
)
"""The band of each total, without and with a single part of 3 points."""
