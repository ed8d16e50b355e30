"""How an uplink stream begins: the first request is an Open, and every field of it counts."""

from typing import Final, NoReturn

import grpc

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from wire.frames import Lane
from wire.limits import MAX_COUNT, SEGMENT_BYTES, is_unit_id
from wire.validation import StreamKey

_LANES: Final = {int(lane): lane for lane in Lane}


class BadRequest(Exception):  # noqa: N818 - named for what it answers
    """The unit's side broke the protocol; the stream ends."""

    def __init__(self, field_path: str, description: str, code: grpc.StatusCode) -> None:
        super().__init__(f"{field_path} {description}")
        self.code = code
        self.violations = ((field_path, description),)


def refuse(field_path: str, description: str) -> NoReturn:
    """Raise BadRequest for a field that breaks the protocol."""
    raise BadRequest(field_path, description, grpc.StatusCode.INVALID_ARGUMENT)


def read_open(request: object) -> tuple[StreamKey, int]:
    """Return what a stream carries, and the sequence that it begins at.

    Raises:
        BadRequest: the request is no Open, or a field of it is wrong.
    """
    if not isinstance(request, pb.UplinkRequest) or not request.HasField("open"):
        refuse("open", "must be the first request")
    opening = request.open
    if not is_unit_id(opening.unit_id):
        refuse("open.unit_id", "must be 1 to 64 characters of [A-Za-z0-9._-]")
    if opening.lane not in _LANES:
        refuse("open.lane", "must be a lane")
    if len(opening.segment) != SEGMENT_BYTES:
        refuse("open.segment", f"must be {SEGMENT_BYTES} bytes")
    if not 1 <= opening.next_sequence <= MAX_COUNT:
        refuse("open.next_sequence", "must be present, from 1")
    key = StreamKey(opening.unit_id, _LANES[opening.lane], opening.segment)
    return key, opening.next_sequence
