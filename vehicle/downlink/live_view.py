"""How long the waveform chunks of a patient are: short while somebody at the center watches.

The center asks again while the watching lasts; so a request is only kept in memory, and after a new
start the unit is asked anew. Shorter chunks cost more and are therefore never sent unasked.
"""

from typing import Final

from clinical.instant import SECOND_US
from wire.messages import Message
from wire.unit_items import Receipt, ReceiptStage

CHUNK_US: Final = SECOND_US
"""Length of a waveform chunk while nobody watches."""

VIEWS_MAX: Final = 64
"""Requests that a unit honours at a time; of more, those that last longest."""

_MS_US: Final = 1_000


class LiveView:
    """The requests of one unit that still stand."""

    def __init__(self) -> None:
        """Begin with nobody watching."""
        self._requests: dict[str, Message] = {}

    def receive(self, request: Message, now_us: int) -> Receipt:
        """Take a request; return the receipt, EXPIRED when it came after its time."""
        if request.expires_us <= now_us:
            return Receipt(request.message_id, ReceiptStage.EXPIRED)
        self._requests.pop(request.supersedes or "", None)
        self._requests[request.message_id] = request
        standing = [one for one in self._requests.values() if one.expires_us > now_us]
        standing.sort(key=lambda one: one.expires_us)
        self._requests = {one.message_id: one for one in standing[-VIEWS_MAX:]}
        return Receipt(request.message_id, ReceiptStage.DELIVERED)

    def chunk_us(self, encounter_id: str, now_us: int) -> int:
        """Return the length of the chunks of a patient: the shortest that is asked for."""
        lengths = [
            (one.live_chunk_ms or 0) * _MS_US
            for one in self._requests.values()
            if one.expires_us > now_us and one.encounter_id in {None, encounter_id}
        ]
        return min([CHUNK_US, *filter(None, lengths)])
