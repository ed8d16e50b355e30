"""What one partition sees, as topic `picture` keeps it. Key: the channel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ambulance.log.v1 import record_pb2
from clinical.alarms.priority import Source
from clinical.watch.crew.examined import Examined
from clinical.watch.outlook.deteriorating import Driver, Outlook
from clinical.watch.outlook.trending import Arrow
from clinical.watch.picture.picture import Glance, PictureRow, PictureVital
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from clinical.watch.scores.situated import SituatedScore
from wire.codes import SOURCE, VITAL
from wire.examinations import to_examination
from wire.picture_rows import encode_glance, encode_row
from wire.reading import reading
from wire.staff_limits import to_limit_set


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of one partition at its own now."""

    partition: int
    stamped_us: int
    source: Source
    rows: tuple[PictureRow, ...]
    silent_units: tuple[str, ...] = ()
    """Units that fell silent together, for as long as that lasts."""


def encode_picture(picture: Picture, more: Sequence[PictureRow | Glance] = ()) -> bytes:
    """Return the serialised picture, with more rows or glances behind its own."""
    before = record_pb2.Picture(
        partition=picture.partition,
        stamped_at_us=picture.stamped_us,
        source=SOURCE.number[picture.source],
    )
    written = [
        before.SerializeToString(),
        *[
            encode_glance(row) if isinstance(row, Glance) else encode_row(row)
            for row in (*picture.rows, *more)
        ],
    ]
    if picture.silent_units:
        behind = record_pb2.Picture(silent_units=picture.silent_units)
        written.append(behind.SerializeToString())
    return b"".join(written)


def decode_picture(value: bytes) -> Picture:
    """Return the picture that the bytes hold; Unreadable when they hold none."""
    (whole,) = picture_parts(value, len(value) + 1)
    return whole


def picture_parts(value: bytes, rows: int) -> Iterator[Picture]:
    """Give the picture that the bytes hold in parts of so many rows, at least one part.

    Each is read when it is asked for: Unreadable there, where the bytes hold none.
    """
    with reading("Picture"):
        pb = record_pb2.Picture.FromString(value)
        whole = Picture(
            pb.partition, pb.stamped_at_us, SOURCE.member[pb.source], (), tuple(pb.silent_units)
        )
    for start in range(0, max(1, len(pb.rows)), rows):
        with reading("Picture"):
            part = tuple([_to_row(row) for row in pb.rows[start : start + rows]])
        yield replace(whole, rows=part)


def judged_through(value: bytes) -> tuple[int, int]:
    """Return a picture's partition and the instant up to which that is judged, without its rows.

    Unreadable when the bytes hold no picture.
    """
    with reading("Picture"):
        pb = record_pb2.Picture.FromString(value)
    return pb.partition, pb.stamped_at_us


def _to_row(pb: record_pb2.PictureRow) -> PictureRow:
    has = pb.HasField
    return PictureRow(
        encounter_id=pb.encounter_id,
        unit_id=pb.unit_id,
        bay=pb.bay or None,
        captured_us=pb.captured_at_us if has("captured_at_us") else None,
        received_us=pb.received_at_us if has("received_at_us") else None,
        vitals=tuple(
            [
                PictureVital(VITAL.member[vital.vital], vital.value, vital.captured_at_us)
                for vital in pb.vitals
            ]
        ),
        news2_total=pb.news2_total if has("news2_total") else None,
        news2_at_least=pb.news2_at_least if has("news2_at_least") else None,
        news2_refusals=tuple(pb.news2_refusals),
        not_judged=pb.not_judged,
        thinned=tuple(
            [
                Thinned(one.lane, one.frames, one.from_captured_at_us, one.to_captured_at_us)
                for one in pb.thinned
            ]
        ),
        score=_to_score(pb.score) if has("score") else None,
        outlook=_to_outlook(pb.outlook) if has("outlook") else None,
        arrows=tuple(
            [Arrow(VITAL.member[one.vital], one.per_minute, one.worsening) for one in pb.arrows]
        ),
        shock=_to_shock(pb) if has("shock_index") else None,
        limits=tuple([to_limit_set(one) for one in pb.limits]),
        examined=tuple(
            [
                Examined(one.captured_at_us, to_examination(one.examination))
                for one in pb.examinations
            ]
        ),
        situated=tuple([_to_situated(one) for one in pb.situated]),
    )


def _to_score(pb: record_pb2.PictureScore) -> PictureScore:
    return PictureScore(
        name=pb.name,
        total=pb.total if pb.HasField("total") else None,
        at_least=pb.at_least if pb.HasField("at_least") else None,
        band=pb.band or None,
        refusals=tuple(pb.refusals),
    )


def _to_situated(pb: record_pb2.PictureSituatedScore) -> SituatedScore:
    has = pb.HasField
    return SituatedScore(
        name=pb.name,
        value=pb.value if has("value") else None,
        bound=pb.bound if has("bound") else None,
        asks=pb.asks if has("asks") else None,
        refusals=tuple(pb.refusals),
    )


def _to_outlook(pb: record_pb2.PictureOutlook) -> Outlook:
    return Outlook(
        at_us=pb.at_us,
        index=pb.index,
        certainty=pb.certainty,
        drivers=tuple([Driver(one.column, one.odds_factor) for one in pb.drivers]),
        alert=pb.alert,
    )


def _to_shock(pb: record_pb2.PictureRow) -> ShockIndex:
    raised = pb.shock_index_raised if pb.HasField("shock_index_raised") else None
    return ShockIndex(pb.shock_index, raised)
