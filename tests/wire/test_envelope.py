"""A frame in its batch is its own bytes behind protobuf's tag and length."""

from google.protobuf.internal.encoder import _VarintBytes  # type: ignore[attr-defined]
from hypothesis import given
from hypothesis import strategies as st

from ambulance.log.v1 import record_pb2
from wire.envelope import framed, varint


@given(st.integers(0, 2**63 - 1))
def test_varint_equals_protobufs_own(number: int) -> None:
    assert varint(number) == _VarintBytes(number)


def test_an_empty_frame_is_a_frame() -> None:
    """No bytes are an element too: an empty frame is counted, not lost."""
    assert len(record_pb2.RecordBatch.FromString(framed(b"") * 2).frames) == 2
