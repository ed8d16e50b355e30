"""A frame inside a record batch without decoding it: tag, length, the bytes as received.

Protobuf's wire format makes a message whose only content is a repeated field the concatenation
of its elements, so a batch is built at the cost of copying (protobuf.dev, Encoding).
"""

from typing import Final

_FRAMES_TAG: Final = b"\x1a"
"""Field 3, length-delimited: ``frames`` of ``ambulance.log.v1.RecordBatch``."""


def framed(data: bytes) -> bytes:
    """Return the bytes of a frame as one element of a batch's field ``frames``."""
    return _FRAMES_TAG + varint(len(data)) + data


def varint(number: int) -> bytes:
    """Return a non-negative number in protobuf's variable-length form."""
    septets = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits per byte
        septets.append(number & 0x7F | 0x80)
        number >>= 7
    septets.append(number)
    return bytes(septets)
