import msgspec
import pytest

from vehicle.cabin.contract import (
    Done,
    Enter,
    Link,
    Trend,
    Trends,
    View,
    decode_request,
    decode_said,
    encode,
)


def test_lines_are_read_back_as_they_were_said() -> None:
    link = Link(connected=True, changed_us=1, waiting=2, waiting_us=None, refused=0)
    for said in (
        View("A1", 5, link, [], []),
        Trends({"e1": Trend([1], {"heart_rate_bpm": [None]}, [None])}),
        Done(7),
    ):
        line = encode(said)
        assert line.endswith(b"\n")
        assert decode_said(line) == said


def test_a_request_names_its_kind() -> None:
    line = b'{"type":"enter","request":1,"encounter_id":"e1","finding":"NO_PULSE"}\n'
    assert decode_request(line) == Enter(1, "e1", "NO_PULSE")


@pytest.mark.parametrize(
    "line", [b"", b"GET / HTTP/1.1\r\n", b'{"type":"view"}', b'{"type":"enter","request":"1"}']
)
def test_anything_else_is_no_request(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_request(line)
