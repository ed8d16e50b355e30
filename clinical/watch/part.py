"""What every part of the patient watch can do with its state.

A part that is told the time as well says when that can matter (``clinical.watch.due``).
"""

from collections.abc import Mapping
from typing import Any, Protocol


class Part(Protocol):
    """Something that judges one thing about one patient and can be stored."""

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as plain data that MessagePack can carry."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        ...
