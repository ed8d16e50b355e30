"""The synthetic patients by which the center watches over detection: how they are known.

Their encounters are UUIDv7 of the year 1970, which no vehicle makes, one for each partition; their
unit bears a reserved prefix. A gateway admits such an encounter from such a unit only, and nothing
else from it. Whoever lists, counts or tells passes them by.
"""

from hashlib import blake2b
from itertools import count
from typing import Final

from wire.partition import partition_of
from wire.uuid7 import RANDOM_BYTES, uuid7

UNIT_PREFIX: Final = "heartbeat."
"""Begins the id of the unit that a center is for its heartbeat."""

ENCOUNTER_PREFIX: Final = "00000000-0000-7"
"""Begins the id of every synthetic encounter."""


def synthetic(encounter_id: str) -> bool:
    """Tell whether this encounter is no patient's."""
    return encounter_id.startswith(ENCOUNTER_PREFIX)


def synthetic_unit(unit_id: str) -> bool:
    """Tell whether this unit is a center's heartbeat."""
    return unit_id.startswith(UNIT_PREFIX)


def unit_of(center_id: str) -> str:
    """Return the unit that a center is for its heartbeat."""
    return UNIT_PREFIX + center_id


def encounter_of(center_id: str, partition: int, partitions: int) -> str:
    """Return the encounter of a center's synthetic patient in this partition."""
    for number in count():
        seed = blake2b(f"{center_id}/{number}".encode(), digest_size=RANDOM_BYTES).digest()
        encounter_id = str(uuid7(0, seed))
        if partition_of(encounter_id, partitions) == partition:
            return encounter_id
    raise AssertionError
