"""Instants are integer microseconds since the Unix epoch, UTC (docs/adr/0003).

The stream path compares and subtracts instants millions of times a minute; integers do that
exactly and cheaply. Aware ``datetime`` values appear only where a person reads them.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_datetime(instant_us: int) -> datetime:
    """Return the aware UTC datetime of an instant in microseconds since the Unix epoch."""
    return _EPOCH + timedelta(microseconds=instant_us)


def from_datetime(moment: datetime) -> int:
    """Return microseconds since the Unix epoch of an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND
