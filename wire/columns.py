"""A micro-batch of plain vital signs as columns: one array for the numbers of all its frames.

For work that does the same to every frame. The frames are read as in ``wire.rows``; but the numbers
of all items, with their tags, are laid end to end as they came, and protobuf's nine bytes for a
``double`` are read as an array without a copy. The layouts say whose they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clinical.items import Vitals
from clinical.watch.carry import VITALS
from clinical.watch.ordering import UNCERTAIN_US
from wire.reading import reading
from wire.rows import (
    BEGIN,
    DOUBLE,
    LAYOUTS,
    ROW_BATCH,
    SHAPES,
    UNSHAPED,
    VITALS_LANE,
    end_of_numbers,
    rest_of,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The frames of a micro-batch, one place each in every column."""

    encounter_id: Sequence[str]
    captured_us: NDArray[np.int64]
    numbers: NDArray[np.float64]
    """By frame and vital, in the order of ``watch.carry.VITALS``; not a number: absent."""
    rests: Sequence[Vitals]
    """What the frames say beside their numbers, each once."""
    rest: NDArray[np.int64]
    """Which of them each frame says."""


def decode_columns(value: bytes) -> Columns | None:
    """Return the columns of a batch; None unless every frame is plain.

    Raises:
        Unreadable: the bytes are no batch.
    """
    with reading("RecordBatch"):
        pb: Any = ROW_BATCH.FromString(value)
    encounters: list[str] = []
    captured_us: list[int] = []
    doubles: list[bytes] = []
    layouts: list[int] = []
    rest: list[int] = []
    rests: dict[bytes, int] = {}
    for frame in pb.frames:
        items = frame.items
        encounter_id = frame.encounter_id
        if len(items) != 1 or frame.lane != VITALS_LANE or not encounter_id:
            return None
        if frame.captured_uncertainty_us > UNCERTAIN_US:
            return None
        item: bytes = items[0]
        size, end = SHAPES.get(item[:BEGIN], UNSHAPED)
        if size != len(item):
            return None
        layout = _NUMBER_OF_LAYOUT.get(item[BEGIN:end:DOUBLE])
        if layout is None:
            end = end_of_numbers(item)
            layout = _NUMBER_OF_LAYOUT[item[BEGIN:end:DOUBLE]]
        encounters.append(encounter_id)
        captured_us.append(frame.captured_at_us)
        doubles.append(item[BEGIN:end])
        layouts.append(layout)
        rest.append(rests.setdefault(item[end:], len(rests)))
    known = [rest_of(data) for data in rests]
    if any(each is None or each.marks for each in known):
        return None
    numbers = np.full((len(encounters), len(VITALS)), np.nan)
    numbers[_PRESENT.take(layouts, axis=0)] = np.frombuffer(b"".join(doubles), _TAGGED)["value"]
    said = [each for each in known if each is not None]
    instants, which = np.array(captured_us, np.int64), np.array(rest, np.int64)
    return Columns(encounters, instants, numbers, said, which)


_TAGGED: Final = np.dtype([("tag", "u1"), ("value", "<f8")])
"""A double as protobuf writes it."""
_NUMBER_OF_LAYOUT: Final = {tags: number for number, tags in enumerate(LAYOUTS)}
_PRESENT: Final = np.array(
    [[vital in present for vital in range(len(VITALS))] for present, _ in LAYOUTS.values()]
)
"""Which vitals each layout has; they lie in the order of ``VITALS``."""
