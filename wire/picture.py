"""What one partition sees, as topic `picture` keeps it. Key: the channel."""

from dataclasses import dataclass

from ambulance.log.v1 import record_pb2
from clinical.alarms.priority import Source
from clinical.watch.picture import PictureRow, PictureVital
from clinical.watch.thinning import Thinned
from wire.codes import SOURCE, VITAL
from wire.picture_rows import encode_row
from wire.reading import reading


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of one partition at its own now."""

    partition: int
    stamped_us: int
    source: Source
    rows: tuple[PictureRow, ...]
    silent_units: tuple[str, ...] = ()
    """Units that fell silent together, for as long as that lasts."""


def encode_picture(picture: Picture) -> bytes:
    """Return the serialised picture."""
    before = record_pb2.Picture(
        partition=picture.partition,
        stamped_at_us=picture.stamped_us,
        source=SOURCE.number[picture.source],
    )
    behind = record_pb2.Picture(silent_units=picture.silent_units)
    rows = [encode_row(row) for row in picture.rows]
    return b"".join((before.SerializeToString(), *rows, behind.SerializeToString()))


def decode_picture(value: bytes) -> Picture:
    """Return the picture that the bytes hold; Unreadable when they hold none."""
    with reading("Picture"):
        pb = record_pb2.Picture.FromString(value)
        return Picture(
            pb.partition,
            pb.stamped_at_us,
            SOURCE.member[pb.source],
            tuple([_to_row(row) for row in pb.rows]),
            tuple(pb.silent_units),
        )


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
    )
