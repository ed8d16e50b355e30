"""The vitals job as every peer does it: the same pure step over plain Python values.

``goldenhour.bench.judgement.vitals_job`` says what the job is; this is that job without numpy, for
engines that are handed one frame at a time: points come from a table made of NEWS2's own charts,
and the state of an encounter is a flat list of whole numbers, so that a store can keep it as JSON.
"""

from collections.abc import Iterator
from math import floor
from typing import Final, NamedTuple

from ambulance.log.v1.record_pb2 import RecordBatch
from ambulance.telemetry.v1.frame_pb2 import CONSCIOUSNESS_ALERT, Frame, Vitals
from clinical.scores import news2
from clinical.scores.chart import HALF_UP, Chart, Response, printed_step
from clinical.scores.news2 import SINGLE_RED

State = list[int]
"""The index of the band, then the points of each part, then when each was captured."""

CARRIED_US: Final = 5 * 60 * 1_000_000
"""How long a value counts after its capture."""

_CHARTS: Final = {
    "heart_rate_bpm": news2.HEART_RATE,
    "respiration_per_min": news2.RESPIRATION,
    "spo2_percent": news2.SPO2_SCALE_1,
    "systolic_mmhg": news2.SYSTOLIC,
    "temperature_c": news2.TEMPERATURE,
}
_PARTS: Final = len(_CHARTS) + 2
_CONSCIOUSNESS: Final = len(_CHARTS) + 1
_OXYGEN: Final = _CONSCIOUSNESS + 1
_ON_OXYGEN: Final = 2
_NEVER_US: Final = -(1 << 60)
_BANDS: Final = tuple(Response)


class Change(NamedTuple):
    """The band of an encounter is another one than before."""

    captured_us: int
    total: int
    band: Response

    def encoded(self) -> bytes:
        """Return the value of the record that says so; its key is the encounter."""
        return f"{self.captured_us} {self.total} {self.band}".encode()


def new_state() -> State:
    """Return the state of an encounter of which nothing is known."""
    return [0] * (1 + _PARTS) + [_NEVER_US] * _PARTS


def step(state: State, frame: Frame) -> Change | None:
    """Take a frame over into the state; return the change of band, if there is one."""
    now_us = frame.captured_at_us
    for item in frame.items:
        if item.HasField("vitals"):
            _note(state, item.vitals, now_us)
    oldest_us = now_us - CARRIED_US
    if min(state[1 + _PARTS :]) < oldest_us:
        for part in range(1, 1 + _PARTS):
            if state[part + _PARTS] < oldest_us:
                state[part] = 0
    points = state[1 : 1 + _PARTS]
    total = sum(points)
    band = _BAND_OF[total][SINGLE_RED in points]
    if band == state[0]:
        return None
    state[0] = band
    return Change(now_us, total, _BANDS[band])


def frames_of(value: bytes) -> Iterator[Frame]:
    """Return the frames of a micro-batch."""
    return iter(RecordBatch.FromString(value).frames)


def _note(state: State, vitals: Vitals, now_us: int) -> None:
    marked = {mark.vital for mark in vitals.marks} if vitals.marks else None
    for field, value in vitals.ListFields():
        found = _TABLES.get(field.number)
        if found is not None and not (marked and field.number in marked):
            part, lowest, highest, steps_per_unit, first, points = found
            if lowest <= value <= highest:
                state[part] = points[floor(value * steps_per_unit + HALF_UP) - first]
                state[part + _PARTS] = now_us
    if vitals.HasField("consciousness"):
        state[_CONSCIOUSNESS] = 0 if vitals.consciousness == CONSCIOUSNESS_ALERT else SINGLE_RED
        state[_CONSCIOUSNESS + _PARTS] = now_us
    if vitals.HasField("on_oxygen"):
        state[_OXYGEN] = _ON_OXYGEN if vitals.on_oxygen else 0
        state[_OXYGEN + _PARTS] = now_us


def _points(chart: Chart) -> list[int]:
    """Return the points of every printed step of a chart."""
    first = printed_step(chart.lowest, chart.steps_per_unit)
    last = printed_step(chart.highest, chart.steps_per_unit)
    steps = range(first, last + 1)
    return [chart.points(step / chart.steps_per_unit) or 0 for step in steps]


_TABLES: Final = {
    Vitals.DESCRIPTOR.fields_by_name[name].number: (
        part,
        chart.lowest,
        chart.highest,
        chart.steps_per_unit,
        printed_step(chart.lowest, chart.steps_per_unit),
        _points(chart),
    )
    for part, (name, chart) in enumerate(_CHARTS.items(), start=1)
}
_BAND_OF: Final = [
    [_BANDS.index(news2.response(total, single_red=red)) for red in (False, True)]
    for total in range(_PARTS * SINGLE_RED + 1)
]
