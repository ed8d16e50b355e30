"""How an upload begins: the first request is a manifest, and every field of it counts."""

from dataclasses import dataclass
from typing import Final

from ambulance.imaging.v1 import imaging_service_pb2 as pb
from streams.gateway.reception.opening import refuse
from wire.images import is_uid, object_key
from wire.limits import (
    MAX_INSTANT_US,
    MAX_OBJECT_BYTES,
    MAX_SERIES_OBJECTS,
    SHA256_BYTES,
    is_unit_id,
    is_uuid_text,
)

_UID_WORDS: Final = "must be 1 to 64 characters of [0-9.]"


@dataclass(frozen=True, slots=True)
class ExpectedObject:
    """One object of a series, as the unit announces it."""

    sop_uid: str
    size_bytes: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """One series, as the unit announces it."""

    unit_id: str
    encounter_id: str
    study_uid: str
    series_uid: str
    scanned_us: int
    objects: tuple[ExpectedObject, ...]

    def key(self, sop_uid: str) -> str:
        """Return the key of an object in the object store."""
        return object_key(self.encounter_id, self.series_uid, sop_uid)


def read_manifest(request: object) -> Manifest:
    """Return what an upload will bring.

    Raises:
        BadRequest: the request is no manifest, or a field of it is wrong.
    """
    if not isinstance(request, pb.UploadRequest) or not request.HasField("manifest"):
        refuse("manifest", "must be the first request")
    said = request.manifest
    if not is_unit_id(said.unit_id):
        refuse("manifest.unit_id", "must be 1 to 64 characters of [A-Za-z0-9._-]")
    if not is_uuid_text(said.encounter_id):
        refuse("manifest.encounter_id", "must be a UUID in canonical text")
    for name in ("study_instance_uid", "series_instance_uid"):
        if not is_uid(getattr(said, name)):
            refuse(f"manifest.{name}", _UID_WORDS)
    if not said.HasField("scanned_at_us") or not 0 <= said.scanned_at_us <= MAX_INSTANT_US:
        refuse("manifest.scanned_at_us", "must be present, from 0")
    if not 1 <= len(said.objects) <= MAX_SERIES_OBJECTS:
        refuse("manifest.objects", f"must be 1 to {MAX_SERIES_OBJECTS}")
    objects = tuple(_object(place, one) for place, one in enumerate(said.objects))
    if len({one.sop_uid for one in objects}) != len(objects):
        refuse("manifest.objects", "must name each object once")
    return Manifest(
        said.unit_id,
        said.encounter_id,
        said.study_instance_uid,
        said.series_instance_uid,
        said.scanned_at_us,
        objects,
    )


def _object(place: int, said: pb.ManifestObject) -> ExpectedObject:
    path = f"manifest.objects[{place}]"
    if not is_uid(said.sop_instance_uid):
        refuse(f"{path}.sop_instance_uid", _UID_WORDS)
    if not 1 <= said.size_bytes <= MAX_OBJECT_BYTES:
        refuse(f"{path}.size_bytes", f"must be 1 to {MAX_OBJECT_BYTES}")
    if len(said.sha256) != SHA256_BYTES:
        refuse(f"{path}.sha256", f"must be {SHA256_BYTES} bytes")
    return ExpectedObject(said.sop_instance_uid, said.size_bytes, said.sha256)
