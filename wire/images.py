"""What the log holds about images: announced series, stored images, states of series.

Keys: the encounter in topic `images`, ``ENCOUNTER/SERIES_UID`` in topic `studies`.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ambulance.log.v1 import image_pb2
from ambulance.telemetry.v1 import frame_pb2
from clinical.alarms.identity import FrameRef
from clinical.imaging.geometry import Geometry, GeometryProblem, Slice
from clinical.items import SeriesFinding
from wire.codes import paired
from wire.limits import SEGMENT_BYTES
from wire.reading import Unreadable, reading

MAX_UID: Final = 64
"""Characters of a DICOM unique identifier (PS3.5, 9.1)."""

UID: Final = re.compile(rf"[0-9][0-9.]{{0,{MAX_UID - 1}}}")
"""What a DICOM unique identifier looks like; use ``fullmatch``."""

GEOMETRY_PROBLEM: Final = paired(
    GeometryProblem, image_pb2.GeometryProblem.items(), "GEOMETRY_PROBLEM_"
)


@dataclass(frozen=True, slots=True)
class SeriesAnnounced:
    """A unit has a series and begins to send it."""

    encounter_id: str
    unit_id: str
    study_uid: str
    series_uid: str
    scanned_us: int
    """When the series left the scanner, by the unit's clock."""
    sop_uids: tuple[str, ...]
    """In the order of sending."""
    stamped_us: int


@dataclass(frozen=True, slots=True)
class ImageStored:
    """An object is whole and in the object store."""

    encounter_id: str
    unit_id: str
    series_uid: str
    sop_uid: str
    object_key: str
    size_bytes: int
    sha256: bytes
    slice: Slice
    stamped_us: int


@dataclass(frozen=True, slots=True)
class SeriesState:
    """How far a series has come; None stands for what is not known or has not happened."""

    encounter_id: str
    unit_id: str
    study_uid: str | None
    series_uid: str
    slices_expected: int | None
    slices_stored: int
    scanned_us: int | None
    viewable_us: int | None
    first_object_key: str | None
    complete_us: int | None
    geometry: Geometry
    stamped_us: int


def object_key(encounter_id: str, series_uid: str, sop_uid: str) -> str:
    """Return the key of an image in the object store."""
    return f"{encounter_id}/{series_uid}/{sop_uid}"


def study_key(encounter_id: str, series_uid: str) -> bytes:
    """Return the key of a series in topic `studies`."""
    return f"{encounter_id}/{series_uid}".encode()


def is_uid(text: str) -> bool:
    """Say whether the text is a DICOM unique identifier."""
    return UID.fullmatch(text) is not None


def encode_series_announced(announced: SeriesAnnounced) -> bytes:
    """Return the serialised announcement."""
    return image_pb2.SeriesAnnounced(
        encounter_id=announced.encounter_id,
        unit_id=announced.unit_id,
        study_instance_uid=announced.study_uid,
        series_instance_uid=announced.series_uid,
        scanned_at_us=announced.scanned_us,
        sop_instance_uids=announced.sop_uids,
        stamped_at_us=announced.stamped_us,
    ).SerializeToString()


def decode_series_announced(value: bytes) -> SeriesAnnounced:
    """Return the announcement that the bytes hold; Unreadable when they hold none."""
    with reading("SeriesAnnounced"):
        pb = image_pb2.SeriesAnnounced.FromString(value)
        return SeriesAnnounced(
            pb.encounter_id,
            pb.unit_id,
            pb.study_instance_uid,
            pb.series_instance_uid,
            pb.scanned_at_us,
            tuple(pb.sop_instance_uids),
            pb.stamped_at_us,
        )


def encode_image_stored(stored: ImageStored) -> bytes:
    """Return the serialised reference."""
    place = stored.slice
    return image_pb2.ImageStored(
        encounter_id=stored.encounter_id,
        unit_id=stored.unit_id,
        series_instance_uid=stored.series_uid,
        sop_instance_uid=stored.sop_uid,
        object_key=stored.object_key,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        geometry=image_pb2.SliceGeometry(
            position_mm=place.position_mm,
            orientation=[*place.row, *place.column],
            gantry_tilt_deg=place.gantry_tilt_deg,
            thickness_mm=place.thickness_mm,
        ),
        stamped_at_us=stored.stamped_us,
    ).SerializeToString()


def decode_image_stored(value: bytes) -> ImageStored:
    """Return the reference that the bytes hold; Unreadable when they hold none."""
    with reading("ImageStored"):
        pb = image_pb2.ImageStored.FromString(value)
    return ImageStored(
        pb.encounter_id,
        pb.unit_id,
        pb.series_instance_uid,
        pb.sop_instance_uid,
        pb.object_key,
        pb.size_bytes,
        pb.sha256,
        _slice(pb.geometry),
        pb.stamped_at_us,
    )


def _slice(pb: image_pb2.SliceGeometry) -> Slice:
    try:
        x, y, z = pb.position_mm
        a, b, c, d, e, f = pb.orientation
    except ValueError as error:
        message = "the bytes do not say where the slice lies"
        raise Unreadable(message) from error
    return Slice(
        position_mm=(x, y, z),
        row=(a, b, c),
        column=(d, e, f),
        gantry_tilt_deg=pb.gantry_tilt_deg if pb.HasField("gantry_tilt_deg") else None,
        thickness_mm=pb.thickness_mm if pb.HasField("thickness_mm") else None,
    )


def encode_series_state(state: SeriesState) -> bytes:
    """Return the serialised state."""
    return image_pb2.SeriesState(
        encounter_id=state.encounter_id,
        unit_id=state.unit_id,
        study_instance_uid=state.study_uid,
        series_instance_uid=state.series_uid,
        slices_expected=state.slices_expected,
        slices_stored=state.slices_stored,
        scanned_at_us=state.scanned_us,
        viewable_at_us=state.viewable_us,
        first_object_key=state.first_object_key,
        complete_at_us=state.complete_us,
        tilt_deg=state.geometry.tilt_deg,
        spacing_min_mm=state.geometry.spacing_min_mm,
        spacing_max_mm=state.geometry.spacing_max_mm,
        problems=[GEOMETRY_PROBLEM.number[it] for it in state.geometry.problems],
        stamped_at_us=state.stamped_us,
    ).SerializeToString()


def decode_series_state(value: bytes) -> SeriesState:
    """Return the state that the bytes hold; Unreadable when they hold none."""
    with reading("SeriesState"):
        pb = image_pb2.SeriesState.FromString(value)
        return SeriesState(
            encounter_id=pb.encounter_id,
            unit_id=pb.unit_id,
            study_uid=pb.study_instance_uid or None,
            series_uid=pb.series_instance_uid,
            slices_expected=pb.slices_expected if pb.HasField("slices_expected") else None,
            slices_stored=pb.slices_stored,
            scanned_us=pb.scanned_at_us if pb.HasField("scanned_at_us") else None,
            viewable_us=pb.viewable_at_us if pb.HasField("viewable_at_us") else None,
            first_object_key=pb.first_object_key or None,
            complete_us=pb.complete_at_us if pb.HasField("complete_at_us") else None,
            geometry=Geometry(
                pb.tilt_deg if pb.HasField("tilt_deg") else None,
                pb.spacing_min_mm if pb.HasField("spacing_min_mm") else None,
                pb.spacing_max_mm if pb.HasField("spacing_max_mm") else None,
                tuple(GEOMETRY_PROBLEM.member[it] for it in pb.problems),
            ),
            stamped_us=pb.stamped_at_us,
        )


def series_ref(unit_id: str, series_uid: str, at_us: int) -> FrameRef:
    """Name a series as the source of a finding: images are in no frame, so it stands for one."""
    segment = sha256(series_uid.encode()).digest()[:SEGMENT_BYTES]
    return FrameRef(unit_id, int(frame_pb2.LANE_IMAGING), segment, at_us, item=0)


def encode_series_finding(finding: SeriesFinding) -> bytes:
    """Return the serialised finding."""
    return image_pb2.SeriesFinding(
        encounter_id=finding.encounter_id,
        unit_id=finding.frame.unit_id,
        series_instance_uid=finding.series_uid,
        problems=[GEOMETRY_PROBLEM.number[it] for it in finding.problems],
        at_us=finding.at_us,
    ).SerializeToString()


def decode_series_finding(value: bytes) -> SeriesFinding:
    """Return the finding that the bytes hold; Unreadable when they hold none."""
    with reading("SeriesFinding"):
        pb = image_pb2.SeriesFinding.FromString(value)
        return SeriesFinding(
            pb.encounter_id,
            pb.series_instance_uid,
            tuple(GEOMETRY_PROBLEM.member[it] for it in pb.problems),
            pb.at_us,
            series_ref(pb.unit_id, pb.series_instance_uid, pb.at_us),
        )
