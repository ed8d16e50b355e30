"""Frames and captures as a bedside would send them, for the tests of this folder."""

from typing import Any

from clinical.alarms.identity import FrameRef
from clinical.instant import SECOND_US
from clinical.items import Capture, Vitals
from clinical.vitals import Vital

START_US = 1_700_000_000 * SECOND_US


def at(second: float) -> int:
    """Return the instant so many seconds from the start."""
    return START_US + round(second * SECOND_US)


def frame(sequence: int = 1, *, item: int = 0, segment: int = 1, unit: str = "unit-1") -> FrameRef:
    """Return a reference to an item on the vitals lane."""
    return FrameRef(unit, 2, bytes([segment]) * 16, sequence, item)


def capture(
    second: float,
    sequence: int,
    *,
    received: float | None = None,
    segment: int = 1,
    unit: str = "unit-1",
    boot_id: str | None = "boot",
) -> Capture:
    """Return the capture of an item, received at once unless said otherwise."""
    arrival = second if received is None else received
    name = frame(sequence, segment=segment, unit=unit)
    return Capture(name, at(second), at(arrival), boot_id)


def reading(vital: Vital, value: float) -> Vitals:
    """Return an item with one good value."""
    values: dict[str, Any] = {vital.value: value}
    return Vitals(**values)
