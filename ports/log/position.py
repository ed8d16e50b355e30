"""What a position means in a partition; one rule for every driver of the log."""

from ports.log.port import EARLIEST, LATEST, OffsetGone, TopicPartition


def offset_of(partition: TopicPartition, position: int, first: int, last: int) -> int:
    """Return the offset that a position means in a partition that keeps ``[first, last)``.

    Raises:
        OffsetGone: it lies outside ``[first, last]``.
    """
    if position == EARLIEST:
        return first
    if position == LATEST:
        return last
    if first <= position <= last:
        return position
    message = f"{partition.topic}/{partition.partition} keeps {first} to {last}, not {position}"
    raise OffsetGone(message)
