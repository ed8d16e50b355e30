"""Messages from the center as the crew sees them, and the receipts that go back.

A message is kept with the furthest stage it reached; coming again, it changes nothing, and is
receipted again, since the center did not hear of it. One that arrives after its time is shown as
expired and never as something to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from vehicle.spool.store import MESSAGES_PER_UNIT, StoredMessage
from wire.messages import Message, decode_message, encode_message
from wire.unit_items import CrewAnswer, Receipt, ReceiptStage


class UnknownMessage(LookupError):  # noqa: N818 - named for what is wrong
    """The unit holds no such message, or it came after its time."""


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message and how far it came."""

    message: Message
    stage: ReceiptStage
    answer: CrewAnswer | None = None

    def stored(self) -> StoredMessage:
        """Return it as the spool keeps it."""
        body = encode_message(self.message)
        return StoredMessage(self.message.unit_id, self.message.message_id, int(self.stage), body)


class Inbox:
    """The messages of one unit."""

    def __init__(self, stored: Iterable[StoredMessage] = (), answers: bytes | None = None) -> None:
        """Resume from what the spool kept, oldest first, and from ``answers``."""
        given = _answers(answers)
        self._held = {
            one.message_id: HeldMessage(
                decode_message(one.body), ReceiptStage(one.stage), given.get(one.message_id)
            )
            for one in stored
        }

    @property
    def messages(self) -> tuple[HeldMessage, ...]:
        """Everything held, oldest first; superseded and expired messages too."""
        return tuple(self._held.values())

    def current(self, now_us: int) -> tuple[HeldMessage, ...]:
        """Return what still stands: in time, and superseded by nothing."""
        superseded = {one.message.supersedes for one in self._held.values()}
        return tuple(
            one
            for one in self._held.values()
            if one.message.expires_us > now_us and one.message.message_id not in superseded
        )

    def receive(self, message: Message, now_us: int) -> HeldMessage:
        """Take a message, unless it is held already, and return it as it is held."""
        known = self._held.get(message.message_id)
        if known is not None:
            return known
        expired = message.expires_us <= now_us
        stage = ReceiptStage.EXPIRED if expired else ReceiptStage.DELIVERED
        held = HeldMessage(message, stage)
        self._held[message.message_id] = held
        if len(self._held) > MESSAGES_PER_UNIT:
            del self._held[next(iter(self._held))]
        return held

    def answers(self) -> bytes:
        """Return what was answered as bytes for the spool."""
        given = {name: int(one.answer) for name, one in self._held.items() if one.answer}
        return msgspec.msgpack.encode(given)

    def note(
        self, message_id: str, stage: ReceiptStage, answer: CrewAnswer | None = None
    ) -> HeldMessage:
        """Note that a person saw or answered a message; UnknownMessage when none can have."""
        held = self._held.get(message_id)
        if held is None or held.stage is ReceiptStage.EXPIRED:
            raise UnknownMessage(message_id)
        noted = replace(held, stage=max(held.stage, stage), answer=answer or held.answer)
        self._held[message_id] = noted
        return noted


def arrival_of(held: HeldMessage) -> Receipt:
    """Return the receipt that says that the unit holds a message, or that it came too late."""
    expired = held.stage is ReceiptStage.EXPIRED
    return Receipt(
        held.message.message_id, ReceiptStage.EXPIRED if expired else ReceiptStage.DELIVERED
    )


def receipt_of(held: HeldMessage, person: str | None = None) -> Receipt:
    """Return the receipt that says how far a message came."""
    return Receipt(held.message.message_id, held.stage, person, held.answer)


def _answers(state: bytes | None) -> dict[str, CrewAnswer]:
    """Return what a spool kept; what another version wrote is passed over."""
    try:
        return {} if state is None else msgspec.msgpack.decode(state, type=dict[str, CrewAnswer])
    except msgspec.MsgspecError:
        return {}
