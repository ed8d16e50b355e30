"""Kafka's default partitioner, as Kafka's own tests pin it."""

import pytest

from wire.partition import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_hash_equals_kafkas(key: bytes, signed: int) -> None:
    """The vectors of org.apache.kafka.common.utils.UtilsTest.testMurmur2."""
    assert murmur2(key) == signed & 0xFFFFFFFF


def test_empty_key_has_a_partition() -> None:
    assert 0 <= partition_of("", 4) < 4


def test_partition_drops_the_sign_as_kafka_does() -> None:
    """Kafka takes toPositive(murmur2(key)) % partitions, where toPositive clears the sign bit."""
    assert partition_of("foobar", 4) == (-790332482 & 0x7FFFFFFF) % 4
    assert partition_of("é", 7) == (murmur2("é".encode()) & 0x7FFFFFFF) % 7
