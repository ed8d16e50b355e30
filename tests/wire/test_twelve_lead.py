"""Twelve-lead ECGs travel without loss; what is none is unreadable by its field."""

from dataclasses import replace

import pytest

from ambulance.telemetry.v1 import frame_pb2
from clinical.alarms.identity import FrameRef
from clinical.items import EcgFinding
from clinical.twelve_lead.criteria import Person
from clinical.twelve_lead.pieces import ECG_ID_BYTES, PIECE_BYTES, PIECES_MAX, EcgPiece, cut
from simulators.patients.twelve_lead import MadeUp, made_up
from wire.frames import Frame, Lane, decode_frame, encode_frame
from wire.reading import Unreadable
from wire.records import HEADERS_ECG_FINDING, decode_record
from wire.twelve_lead import decode_ecg, encode_ecg, encode_ecg_finding
from wire.unit_items import WireItem
from wire.validation import Checked, Refusal, RefusalReason, Route, StreamKey, check

ECG = made_up(MadeUp.ANTERIOR, 1_700_000_000_000_000, seed=3)
ID = bytes(range(ECG_ID_BYTES))
STREAM = StreamKey("AMB-01", Lane.ALARM, b"segment-16-bytes")
ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"


def frame_of(*items: WireItem, lane: Lane = Lane.ALARM) -> bytes:
    return encode_frame(
        Frame(
            "AMB-01", lane, STREAM.segment, 1, 1_700_000_000_000_000, None, None, ENCOUNTER, items
        )
    )


@pytest.mark.parametrize("person", [ECG.person, Person()])
def test_an_ecg_comes_back_as_it_was(person: Person) -> None:
    """Samples, scale, instant and whom it is of; about a byte and a half per sample."""
    ecg = replace(ECG, person=person)
    content = encode_ecg(ecg)
    assert decode_ecg(content) == ecg
    assert len(content) < 2 * 12 * 5_000
    assert len(cut(ID, content)) <= PIECES_MAX


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"recorded_at_us": 0}, "recorded_at_us"),
        ({"scale_uv_per_bit": -1.0}, "scale_uv_per_bit"),
        ({"age_years": 131}, "age_years"),
        ({"leads": [frame_pb2.EcgLead(lead="VX", deltas=[1])]}, "leads"),
        ({"leads": [frame_pb2.EcgLead(lead="I", deltas=[40_000])]}, "deltas"),
        ({"leads": [frame_pb2.EcgLead(lead="I"), frame_pb2.EcgLead(lead="i")]}, "leads"),
    ],
)
def test_what_is_out_of_range_names_the_field(changed: dict[str, object], field: str) -> None:
    pb = frame_pb2.TwelveLeadEcg.FromString(encode_ecg(ECG))
    for name in changed:
        pb.ClearField(name)  # type: ignore[arg-type]
    pb.MergeFrom(frame_pb2.TwelveLeadEcg(**changed))  # type: ignore[arg-type]
    with pytest.raises(Unreadable, match=field):
        decode_ecg(pb.SerializeToString())


def test_bytes_of_nothing_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_ecg(b"\xff\xff")


def test_a_piece_goes_beside_the_images_alone_in_its_frame() -> None:
    """As received; with what is judged of patients it shares no frame."""
    piece, *_ = cut(ID, encode_ecg(ECG))
    data = frame_of(piece)
    assert decode_frame(data).items == (piece,)
    checked = check(data, STREAM)
    assert isinstance(checked, Checked)
    assert (checked.route, checked.kinds) == (Route.IMAGES, ("ecg_piece",))
    refused = check(frame_of(piece, piece), STREAM)
    assert isinstance(refused, Refusal)
    assert refused.field_path == "items[0].ecg_piece"


@pytest.mark.parametrize(
    ("piece", "field"),
    [
        (EcgPiece(ID[:-1], 0, 1, b"x"), "ecg_id"),
        (EcgPiece(ID, 1, 1, b"x"), "index"),
        (EcgPiece(ID, 0, PIECES_MAX + 1, b"x"), "count"),
        (EcgPiece(ID, 0, 0, b"x"), "count"),
        (EcgPiece(ID, 0, 1, b""), "content"),
        (EcgPiece(ID, 0, 1, bytes(PIECE_BYTES + 1)), "content"),
    ],
)
def test_a_piece_out_of_range_is_refused_by_its_field(piece: EcgPiece, field: str) -> None:
    refused = check(frame_of(piece), STREAM)
    assert isinstance(refused, Refusal)
    assert refused.field_path == f"items[0].ecg_piece.{field}"


def test_a_piece_on_another_lane_is_refused() -> None:
    stream = replace(STREAM, lane=Lane.VITALS)
    piece, *_ = cut(ID, encode_ecg(ECG))
    refused = check(frame_of(piece, lane=Lane.VITALS), stream)
    assert isinstance(refused, Refusal)
    assert refused.reason is RefusalReason.WRONG_LANE


@pytest.mark.parametrize("stemi", [True, False, None])
def test_a_finding_comes_back_as_it_was(*, stemi: bool | None) -> None:
    finding = EcgFinding(
        encounter_id=ENCOUNTER,
        ecg_id=ID,
        stemi=stemi,
        territory=("inferior",),
        criteria=("one", "two"),
        declined=None if stemi is not None else "NOISE",
        recorded_us=5,
        frame=FrameRef("AMB-01", 1, STREAM.segment, 7, 0),
        stamped_us=9,
    )
    assert decode_record(HEADERS_ECG_FINDING, encode_ecg_finding(finding)) == finding
