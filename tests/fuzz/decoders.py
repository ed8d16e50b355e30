"""What every decoder of foreign bytes promises, as functions that take any bytes at all.

The first byte of an input chooses the decoder, so one corpus serves all. A broken promise is an
AssertionError, or the exception that the decoder must not let through.
"""

from collections.abc import Callable
from typing import Final

from google.protobuf.message import DecodeError

from ambulance.imaging.v1 import imaging_service_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2
from goldenhour.certs.register import EnrolmentRefused
from goldenhour.certs.requests import read_request
from ports.identity import Unidentified, read_certificate
from streams.gateway.following.positions import BadToken, decode_token
from streams.gateway.imaging.manifest import read_manifest
from streams.gateway.reception.opening import BadRequest, read_open
from wire.alarms import entries_of
from wire.dicom import read_header
from wire.frames import Lane, decode_frame, to_frame
from wire.limits import SEGMENT_BYTES
from wire.reading import Unreadable
from wire.records import decode_batch, decode_record, encode_batch, frames_of
from wire.validation import Checked, Refusal, Route, StreamKey, check

UNIT: Final = "ambulance-7"
SEGMENT: Final = b"s" * SEGMENT_BYTES


def _frame(lane: Lane) -> Callable[[bytes], None]:
    """A frame is refused in words, or every later reader can read it."""

    def decode(data: bytes) -> None:
        verdict = check(data, StreamKey(UNIT, lane, SEGMENT))
        if isinstance(verdict, Refusal):
            assert verdict.description
            return
        assert isinstance(verdict, Checked)
        frame = decode_frame(data)
        batch = decode_batch(encode_batch(1, "fuzz", [data, data]))
        assert [to_frame(it) for it in frames_of(batch)] == [frame, frame]
        if verdict.route is Route.ALARMS:
            assert len(entries_of(frame)) == len(frame.items)

    return decode


def _uplink(data: bytes) -> None:
    try:
        read_open(telemetry_service_pb2.UplinkRequest.FromString(data))
    except (BadRequest, DecodeError):
        return


def _manifest(data: bytes) -> None:
    try:
        read_manifest(imaging_service_pb2.UploadRequest.FromString(data))
    except (BadRequest, DecodeError):
        return


def _token(data: bytes) -> None:
    try:
        decode_token(data)
    except BadToken:
        return


def _dicom(data: bytes) -> None:
    try:
        read_header(data)
    except Unreadable:
        return


def _request(data: bytes) -> None:
    try:
        read_request(data)
    except EnrolmentRefused:
        return


def _certificate(data: bytes) -> None:
    try:
        read_certificate(data)
    except Unidentified:
        return


def _record(data: bytes) -> None:
    """Whatever lies in the log: what a worker or the center cannot read, it says so."""
    name, _, value = data.partition(b"\n")
    try:
        decode_record([("type", b"ambulance." + name), ("v", b"1")], value)
    except Unreadable:
        return


DECODERS: Final[tuple[Callable[[bytes], None], ...]] = (
    _frame(Lane.ALARM),
    _frame(Lane.VITALS),
    _frame(Lane.WAVEFORM),
    _uplink,
    _manifest,
    _token,
    _dicom,
    _request,
    _certificate,
    _record,
)


def take(data: bytes) -> None:
    """Hand an input to the decoder that its first byte chooses."""
    if data:
        DECODERS[data[0] % len(DECODERS)](data[1:])
