"""The rows of a picture, put together from pieces that protobuf wrote.

A worker writes a row for every patient every second, and protobuf sets a field of a message from
Python for about what the row costs here as a whole. A serialised message is its fields one behind
the other, in the order of their numbers; so a row is its *head* (who it is of), two instants, its
vital signs, and its *end* (scores and the rest). Heads and ends recur and are remembered as
protobuf wrote them. Of the vital signs of one layout everything but the numbers and the instants is
the same: one ``struct`` per layout writes all of them.

This is no second writer of the format: each piece but a varint of an instant comes from the
generated messages, and a test compares the whole with what protobuf would write, byte for byte. A
glance is written as the row that it stands for; all but its numbers was written down when that row
was seen first.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from ambulance.log.v1 import record_pb2
from clinical.alarms.staff_limit import LimitSet
from clinical.watch.carry import VITALS
from clinical.watch.crew.examined import Examined
from clinical.watch.outlook.deteriorating import Outlook
from clinical.watch.outlook.trending import Arrow
from clinical.watch.picture.picture import Glance, PictureRow, PictureVitals
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from clinical.watch.scores.situated import SituatedScore
from wire.codes import VITAL
from wire.examinations import from_examination
from wire.frames import PB_LANE, Lane
from wire.staff_limits import from_limit_set

PIECES_REMEMBERED: Final = 8_192
"""Heads, ends and lengths of rows that are kept written down, of each as many; the longest unused
is written anew."""

_Row = record_pb2.PictureRow
_Vital = record_pb2.PictureVital

_ROWS_TAG: Final = record_pb2.Picture(rows=[_Row()]).SerializeToString()[:1]
_VITALS_TAG: Final = _Row(vitals=[_Vital()]).SerializeToString()[:1]
_CAPTURED_TAG: Final = _Row(captured_at_us=0).SerializeToString()[:1]
_RECEIVED_TAG: Final = _Row(received_at_us=0).SerializeToString()[:1]
_VALUE_TAG: Final = _Vital(value=0).SerializeToString()[:1]
_WHICH: Final = tuple(_Vital(vital=VITAL.number[vital]).SerializeToString() for vital in VITALS)

_Pack = Callable[..., bytes]
_Written = tuple[bytes, _Pack, list[Any], bytes, bytes, int]
"""Head, what writes instants and vital signs with its fields, end, what comes last, and the length
but for the shock index of a row with long instants."""

_EARLIEST_LONG_US: Final = 1 << 49
_LATEST_LONG_US: Final = 1 << 56
"""Between these, from 1987 to 4253, an instant is eight bytes of varint."""

_INSTANT_TAG: Final = _Vital(captured_at_us=0).SerializeToString()[:1]
_GOES_ON: Final = 0x0080_8080_8080_8080
"""The bit of each byte of such a varint that says that another one follows."""

_DOUBLE: Final = 8
_INSTANT: Final = 9
"""Bytes of a double, and of a long instant with its tag."""


def encode_row(row: PictureRow) -> bytes:
    """Return the row as it stands in a picture, with its tag and its length."""
    content = b"".join(_pieces(row))
    return b"".join((_ROWS_TAG, _length(len(content)), content))


def encode_glance(glance: Glance) -> bytes:
    """Return the row that is glanced at, as ``encode_row`` would."""
    same, captured_us, received_us, values, instants_us, shock = glance
    written: _Written | None = same.written
    if written is None:
        written = same.written = _written(same.row)
    head, pack, blank, end, last, size = written
    if captured_us is None or received_us is None or not instants_us:
        return encode_row(glance.row)
    known_us = {captured_us, received_us, *instants_us}
    if min(known_us) < _EARLIEST_LONG_US or max(known_us) >= _LATEST_LONG_US:
        return encode_row(glance.row)
    varints = {at_us: long_varint(at_us) for at_us in known_us}
    fields = blank.copy()
    fields[1], fields[3] = varints[captured_us], varints[received_us]
    fields[5::4] = values
    fields[7::4] = [varints[at_us] for at_us in instants_us]
    judged = _shock(shock)
    return b"".join(
        (
            _ROWS_TAG,
            _length(size + len(judged)),
            head,
            pack(*fields),
            end,
            judged,
            last,
        )
    )


def _pieces(row: PictureRow) -> list[bytes]:
    return [
        _head(row.encounter_id, row.unit_id, row.bay),
        _Row(captured_at_us=row.captured_us, received_at_us=row.received_us).SerializeToString(),
        _vitals(PictureVitals.of(row.vitals)),
        _end(row.news2_total, row.news2_at_least, row.news2_refusals, row.not_judged, row.thinned),
        _judged(row.score, row.outlook, row.arrows),
        _shock(row.shock),
        _last(row.limits, row.examined, row.situated),
    ]


def _written(row: PictureRow) -> _Written:
    """Return all of an earlier row that is written again, and what writes its vital signs."""
    head, _, _, end, judged, _, last = _pieces(row)
    pack, blank = _layout(PictureVitals.of(row.vitals).present)
    size = len(head) + len(pack(*blank)) + len(end) + len(judged) + len(last)
    return head, pack, blank, end + judged, last, size


@lru_cache(maxsize=PIECES_REMEMBERED)
def _head(encounter_id: str, unit_id: str, bay: str | None) -> bytes:
    return _Row(encounter_id=encounter_id, unit_id=unit_id, bay=bay).SerializeToString()


@lru_cache(maxsize=PIECES_REMEMBERED)
def _end(
    total: int | None,
    at_least: int | None,
    refusals: tuple[str, ...],
    not_judged: bool,  # noqa: FBT001 - a field of the message
    thinned: tuple[Thinned, ...],
) -> bytes:
    """Return all that comes behind the vital signs, and depends on nothing but what it is given."""
    left_out = [
        record_pb2.PictureThinned(
            lane=PB_LANE[Lane(one.lane)],
            frames=one.frames,
            from_captured_at_us=one.from_us,
            to_captured_at_us=one.to_us,
        )
        for one in thinned
    ]
    return _Row(
        news2_total=total,
        news2_at_least=at_least,
        news2_refusals=refusals,
        not_judged=not_judged,
        thinned=left_out,
    ).SerializeToString()


@lru_cache(maxsize=PIECES_REMEMBERED)
def _judged(
    score: PictureScore | None, outlook: Outlook | None, arrows: tuple[Arrow, ...]
) -> bytes:
    """Return what is judged beside NEWS2; it changes once a minute as a rule."""
    return _Row(
        score=None if score is None else _score(score),
        outlook=None if outlook is None else _outlook(outlook),
        arrows=[
            record_pb2.PictureArrow(
                vital=VITAL.number[one.vital],
                per_minute=one.per_minute,
                worsening=one.worsening,
            )
            for one in arrows
        ],
    ).SerializeToString()


@lru_cache(maxsize=PIECES_REMEMBERED)
def _shock(shock: ShockIndex | None) -> bytes:
    if shock is None:
        return b""
    return _Row(shock_index=shock.value, shock_index_raised=shock.raised).SerializeToString()


@lru_cache(maxsize=PIECES_REMEMBERED)
def _last(
    limits: tuple[LimitSet, ...],
    examined: tuple[Examined, ...],
    situated: tuple[SituatedScore, ...],
) -> bytes:
    """Return what comes behind the shock index."""
    return _Row(
        limits=[from_limit_set(one) for one in limits],
        examinations=[
            record_pb2.PictureExamination(
                captured_at_us=one.captured_us, examination=from_examination(one.examination)
            )
            for one in examined
        ],
        situated=[
            record_pb2.PictureSituatedScore(
                name=one.name,
                value=one.value,
                bound=one.bound,
                asks=one.asks,
                refusals=one.refusals,
            )
            for one in situated
        ],
    ).SerializeToString()


def _score(score: PictureScore) -> record_pb2.PictureScore:
    return record_pb2.PictureScore(
        name=score.name,
        total=score.total,
        at_least=score.at_least,
        band=score.band,
        refusals=score.refusals,
    )


def _outlook(outlook: Outlook) -> record_pb2.PictureOutlook:
    return record_pb2.PictureOutlook(
        at_us=outlook.at_us,
        index=outlook.index,
        certainty=outlook.certainty,
        drivers=[
            record_pb2.PictureDriver(column=one.column, odds_factor=one.odds_factor)
            for one in outlook.drivers
        ],
        alert=outlook.alert,
    )


def long_varint(at_us: int) -> int:
    """Return the eight bytes of a long instant's varint, as a number of which the lowest is first.

    The seven bits that each of them has are moved apart in three steps: halves, quarters, eighths.
    """
    halves = at_us & 0x0FFF_FFFF | at_us >> 28 << 32
    quarters = halves & 0x0000_3FFF_0000_3FFF | (halves & 0x0FFF_C000_0FFF_C000) << 2
    eighths = quarters & 0x007F_007F_007F_007F | (quarters & 0x3F80_3F80_3F80_3F80) << 1
    return eighths | _GOES_ON


@lru_cache(maxsize=PIECES_REMEMBERED)
def _length(size: int) -> bytes:
    """Return a length as protobuf writes it, which is a number without its tag."""
    return _Row(news2_total=size).SerializeToString()[1:]


def _vitals(vitals: PictureVitals) -> bytes:
    columns = zip(vitals.present, vitals.values, vitals.instants_us, strict=True)
    return b"".join([_vital(*one) for one in columns])


def _vital(vital: int, value: float, captured_us: int) -> bytes:
    pb = _Vital(vital=VITAL.number[VITALS[vital]], value=value, captured_at_us=captured_us)
    content = pb.SerializeToString()
    return b"".join((_VITALS_TAG, _length(len(content)), content))


@lru_cache(maxsize=1 << len(VITALS))
def _layout(present: Sequence[int]) -> tuple[_Pack, list[Any]]:
    """Return what writes long instants and vital signs, and its fields with none filled in.

    The fields are tag and varint of both instants of a row, then of each vital sign what precedes
    its value, the value, and tag and varint of its instant.
    """
    size = len(_WHICH[0]) + len(_VALUE_TAG) + _DOUBLE + _INSTANT
    blank: list[Any] = [_CAPTURED_TAG, 0, _RECEIVED_TAG, 0]
    for vital in present:
        blank += [_VITALS_TAG + _length(size) + _WHICH[vital] + _VALUE_TAG, 0.0, _INSTANT_TAG, 0]
    begin = len(_VITALS_TAG + _length(size) + _WHICH[0] + _VALUE_TAG)
    return Struct("<cQcQ" + f"{begin}sdcQ" * len(present)).pack, blank
