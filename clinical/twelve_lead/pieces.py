"""A twelve-lead ECG on its way: cut into pieces, and joined again from pieces in any order.

An ECG is some 100 kB, and travels on the lane of the alarms. In pieces an alarm waits for one of
them at most. Pieces come again after a lost link and are then passed over. One that contradicts a
piece that came before spoils the whole ECG: which of the two is true cannot be known.
"""

from dataclasses import dataclass
from typing import Final

PIECE_BYTES: Final = 16_384
"""Bytes of one piece."""

PIECES_MAX: Final = 16
"""Pieces of one ECG; a larger ECG cannot be sent."""

ECG_ID_BYTES: Final = 16
"""Length of the id of an ECG."""


class TooLargeError(ValueError):
    """An ECG needs more than ``PIECES_MAX`` pieces: the sender's fault."""


class SpoiltError(ValueError):
    """Pieces of one ECG contradict each other: the sender's fault."""


@dataclass(frozen=True, slots=True)
class EcgPiece:
    """A piece of a serialised ECG."""

    ecg_id: bytes
    index: int
    count: int
    content: bytes


def cut(ecg_id: bytes, content: bytes) -> tuple[EcgPiece, ...]:
    """Return the pieces of a serialised ECG.

    Raises:
        TooLargeError: it is larger than can be sent.
    """
    starts = range(0, len(content), PIECE_BYTES)
    if not 1 <= len(starts) <= PIECES_MAX:
        message = f"an ECG is 1 to {PIECES_MAX * PIECE_BYTES} bytes, not {len(content)}"
        raise TooLargeError(message)
    return tuple(
        EcgPiece(ecg_id, index, len(starts), content[start : start + PIECE_BYTES])
        for index, start in enumerate(starts)
    )


class Assembly:
    """The pieces of one ECG that came. ``take`` takes one; ``whole`` is the ECG, once it is."""

    def __init__(self, count: int) -> None:
        """Begin with none of so many pieces."""
        self.count = count
        self._content: dict[int, bytes] = {}

    def take(self, piece: EcgPiece) -> bool:
        """Take a piece; return whether it is new.

        Raises:
            SpoiltError: it contradicts what came before.
        """
        known = self._content.get(piece.index)
        if piece.count != self.count or (known is not None and known != piece.content):
            message = f"piece {piece.index} contradicts what came before"
            raise SpoiltError(message)
        self._content[piece.index] = piece.content
        return known is None

    @property
    def came(self) -> int:
        """How many pieces came."""
        return len(self._content)

    @property
    def whole(self) -> bytes | None:
        """The serialised ECG; None while a piece is missing."""
        if len(self._content) < self.count:
            return None
        return b"".join(self._content[index] for index in range(self.count))
