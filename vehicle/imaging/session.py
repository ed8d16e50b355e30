"""The upload of one series without I/O: what the gateway holds, and which bytes go next.

    held(...)      the gateway said what it holds; sending goes on from there
    next()         the bytes to send, None while the credit or the window is used up
    progressed()   the gateway holds more of an object
    refused()      the gateway lets go of an object: from the beginning, or never again
    lose()         the stream is over; whatever is not held is sent again

An object goes after the other, in the order of the series, so the first slice is whole as early
as the link allows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vehicle.imaging.series import Series, SeriesObject
from vehicle.imaging.window import Window

ATTEMPTS_MAX: Final = 3
"""Times that an object whose bytes differed from its digest is sent; then it is given up."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of one object."""

    one: SeriesObject
    offset: int
    size: int


@dataclass(slots=True)
class _Standing:
    one: SeriesObject
    held: int = 0
    sent: int = 0
    stored: bool = False
    attempts: int = 1
    given_up: bool = False

    @property
    def waiting(self) -> bool:
        """Whether bytes of it are still to be sent."""
        return not (self.stored or self.given_up) and self.sent < self.one.size_bytes


class UploadSession:
    """The upload of one series."""

    def __init__(self, series: Series) -> None:
        """Begin with nothing held."""
        self.series = series
        self._standings = {one.sop_uid: _Standing(one) for one in series.objects}
        self._open = False
        self._credit_bytes = 0
        self.window = Window()

    @property
    def done(self) -> bool:
        """Whether nothing is left to do: every object is stored or given up."""
        return all(one.stored or one.given_up for one in self._standings.values())

    @property
    def stored(self) -> tuple[str, ...]:
        """The objects that are stored, by SOP Instance UID."""
        return tuple(uid for uid, one in self._standings.items() if one.stored)

    @property
    def given_up(self) -> tuple[str, ...]:
        """The objects that the gateway will not take."""
        return tuple(uid for uid, one in self._standings.items() if one.given_up)

    @property
    def in_flight_bytes(self) -> int:
        """Bytes that were sent and are not known to be held."""
        return sum(one.sent - one.held for one in self._standings.values())

    def held(self, objects: Iterable[tuple[str, int, bool]], credit_bytes: int) -> None:
        """Take over what the gateway holds: SOP Instance UID, bytes, stored."""
        self._open = True
        self._credit_bytes = credit_bytes
        for sop_uid, held, stored in objects:
            standing = self._standings.get(sop_uid)
            if standing is not None:
                standing.held = standing.sent = min(held, standing.one.size_bytes)
                standing.stored = stored

    def next(self) -> Piece | None:
        """Return what to send now, which counts as sent; None when nothing may go."""
        room = min(self._credit_bytes, self.window.size_bytes) - self.in_flight_bytes
        if not self._open or room <= 0:
            return None
        standing = next((one for one in self._standings.values() if one.waiting), None)
        if standing is None:
            return None
        size = min(self.window.piece_bytes, standing.one.size_bytes - standing.sent)
        piece = Piece(standing.one, standing.sent, size)
        standing.sent += size
        return piece

    def progressed(self, sop_uid: str, held: int, *, stored: bool) -> None:
        """Note that the gateway holds more of an object."""
        standing = self._standings.get(sop_uid)
        if standing is not None:
            standing.held = max(standing.held, min(held, standing.sent))
            standing.stored = standing.stored or stored

    def refused(self, sop_uid: str, *, again: bool) -> None:
        """Note that the gateway let go of an object; it may be worth sending again."""
        standing = self._standings.get(sop_uid)
        if standing is None:
            return
        standing.held = standing.sent = 0
        standing.attempts += 1
        standing.given_up = not again or standing.attempts > ATTEMPTS_MAX

    def lose(self) -> None:
        """Forget the stream."""
        self._open = False
        self.window = Window()
        for standing in self._standings.values():
            standing.sent = standing.held
