"""Kafka's default partitioner, so that tools outside find a key where this project puts it.

The hash is the variant of MurmurHash2 in Apache Kafka's client
(``org.apache.kafka.common.utils.Utils.murmur2``), on unsigned 32-bit words.
"""

from functools import lru_cache
from typing import Final

KEYS_REMEMBERED: Final = 65_536
"""Keys whose partition is kept; beyond it the least recently asked is computed again."""

_SEED: Final = 0x9747B28C
_M: Final = 0x5BD1E995
_R: Final = 24
_WORD: Final = 0xFFFFFFFF
_POSITIVE: Final = 0x7FFFFFFF


def murmur2(data: bytes) -> int:
    """Return Kafka's 32-bit MurmurHash2 of the data, unsigned."""
    h = _SEED ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _WORD
        k = (k ^ k >> _R) * _M & _WORD
        h = h * _M & _WORD ^ k
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _WORD
    h = (h ^ h >> 13) * _M & _WORD
    return h ^ h >> 15


@lru_cache(maxsize=KEYS_REMEMBERED)
def partition_of(key: str, partitions: int) -> int:
    """Return the partition, from 0, that Kafka's default partitioner gives this key."""
    return (murmur2(key.encode()) & _POSITIVE) % partitions
