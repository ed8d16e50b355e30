"""UUID version 7."""

from uuid import UUID

import pytest

from wire.uuid7 import RANDOM_BYTES, uuid7


def test_the_example_of_the_rfc() -> None:
    """RFC 9562, appendix A.6: the instant 0x017F22E279B0 ms with its rand_a and rand_b."""
    randomness = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(RANDOM_BYTES, "big")

    made = uuid7(0x017F22E279B0 * 1_000, randomness)

    assert made == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    assert made.version == 7


def test_later_ids_sort_later() -> None:
    """Ids of different milliseconds sort by time, whatever the randomness."""
    assert uuid7(1_000, b"\xff" * RANDOM_BYTES) < uuid7(2_000, b"\0" * RANDOM_BYTES)


def test_too_little_randomness_is_an_error() -> None:
    """Nothing is padded."""
    with pytest.raises(ValueError, match="10 bytes"):
        uuid7(0, b"")
