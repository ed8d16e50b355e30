"""UUID version 7 (RFC 9562, section 5.7) from a given instant and given randomness."""

from typing import Final
from uuid import UUID

RANDOM_BYTES: Final = 10
"""Bytes of randomness that one id needs."""

_VERSION: Final = 0x7
_VARIANT: Final = 0b10


def uuid7(now_us: int, randomness: bytes) -> UUID:
    """Return the UUID of an instant in microseconds since the Unix epoch.

    Raises:
        ValueError: the randomness has not RANDOM_BYTES bytes.
    """
    if len(randomness) != RANDOM_BYTES:
        message = f"{RANDOM_BYTES} bytes of randomness are needed, not {len(randomness)}"
        raise ValueError(message)
    random_bits = int.from_bytes(randomness, "big")
    upper_12 = random_bits >> 62 & 0xFFF
    lower_62 = random_bits & (1 << 62) - 1
    return UUID(
        int=now_us // 1_000 << 80 | _VERSION << 76 | upper_12 << 64 | _VARIANT << 62 | lower_62
    )
