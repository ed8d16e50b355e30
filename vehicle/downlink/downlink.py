"""What comes down to a unit: messages, requests, limits of staff, and what alarms are folded from.

    gateway --> receive() --> message --> inbox --> spool --> receipt (ALARM lane)
                         |--> live view --> receipt
                         |--> limits of staff --> edge watch --> what it says
                         +--> entry of an alarm --> the crew's book

Each arrival comes with a token to resume behind it. Token and book are stored together, so neither
runs ahead of the other; a message is receipted once the disk holds it. The stream is
dialled once the ALARM lane is on the air, and gives way to other units that dial
(``vehicle/lane/backoff.py``). The client runs ``receive()``, and once a second has what changed
stored.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from random import Random
from typing import Final

from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import Transition
from ports.clock import Clock
from vehicle.downlink.inbox import HeldMessage, Inbox, arrival_of, receipt_of
from vehicle.downlink.live_view import LiveView
from vehicle.edge.watch import EdgeWatch
from vehicle.lane.backoff import Backoff
from vehicle.lane.link import DownlinkArrival, Link, LinkDown
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import Spool
from vehicle.spool.store import Entry, Snapshot, StoredMessage
from vehicle.uplink.outbox import Outbox, ref_of
from wire.alarms import MessageReceipt
from wire.frames import Lane
from wire.messages import Message
from wire.unit_items import CrewAnswer, Receipt, ReceiptStage

_TOKEN: Final = "downlink"  # noqa: S105 - a name in the spool, not a secret
_ANSWERS: Final = "answers"

Say = Callable[[str, Sequence[Transition]], None]
"""Sends what the edge watch said of an encounter."""


class Downlink:
    """What one unit hears of the center."""

    def __init__(
        self,
        unit_id: str,
        link: Link,
        spool: Spool,
        clock: Clock,
        rng: Random,
        *,
        outbox: Outbox,
        edge: EdgeWatch,
        say: Say,
    ) -> None:
        """Hear nothing yet: ``restore``, then run ``receive``."""
        self._unit_id = unit_id
        self._link = link
        self._spool = spool
        self._outbox = outbox
        self._edge = edge
        self._clock = clock
        self._rng = rng
        self._say = say
        self._inbox = Inbox()
        self._live_view = LiveView()
        self._token: bytes | None = None
        self._unreceipted = 0
        self.unsaved = False
        """Whether book or token have changed since they were stored."""

    @property
    def held(self) -> tuple[HeldMessage, ...]:
        """Every message that the unit holds, oldest first; superseded and expired ones too."""
        return self._inbox.messages

    @property
    def messages(self) -> tuple[HeldMessage, ...]:
        """The messages that still stand."""
        return self._inbox.current(self._outbox.now_us())

    def chunk_us(self, encounter_id: str) -> int:
        """Return how long the waveform chunks of a patient shall be: shorter while one watches."""
        return self._live_view.chunk_us(encounter_id, self._outbox.now_us())

    def restore(
        self, messages: Sequence[StoredMessage], snapshots: Mapping[str, bytes], *, book: bool
    ) -> None:
        """Resume from the spool; without the ``book`` everything kept is asked for again."""
        self._inbox = Inbox(messages, snapshots.get(_ANSWERS))
        self._token = snapshots.get(_TOKEN) if book else None

    async def receive(self) -> None:
        """Take what arrives, over every link that comes, until cancelled."""
        backoff = Backoff(self._rng)
        while True:
            await self._outbox.way_free()
            with suppress(LinkDown):
                arrivals = self._link.downlink(self._unit_id, self._token)
                async with aclosing(arrivals):
                    async for arrival in arrivals:
                        backoff.reset()
                        self._take(arrival)
            await self._clock.sleep_us(backoff.next_us())

    def note(
        self, message_id: str, person: str, stage: ReceiptStage, answer: CrewAnswer | None
    ) -> SequenceRef:
        """Say that a person saw or answered a message; UnknownMessage when there is none."""
        held = self._inbox.note(message_id, stage, answer)
        answers = Snapshot(self._unit_id, _ANSWERS, self._inbox.answers())
        return self._receipt(held.message, receipt_of(held, person), held.stored(), answers)

    def save(self) -> None:
        """Store book and resume token together.

        While a message waits for its receipt they are not stored: a crash has it sent again.
        """
        if self._unreceipted:
            return
        self.unsaved = False
        entries: list[Entry] = [self._edge.book_snapshot()]
        if self._token is not None:
            entries.append(Snapshot(self._unit_id, _TOKEN, self._token))
        self._outbox.put(entries)

    def _take(self, arrival: DownlinkArrival) -> None:
        now_us = self._outbox.now_us()
        self._token = arrival.resume_token or self._token
        self.unsaved = True
        match arrival.what:
            case None | MessageReceipt():
                return
            case Message(live_chunk_ms=int()) as request:
                self._receipt(request, self._live_view.receive(request, now_us))
            case Message() as message:
                held = self._inbox.receive(message, now_us)
                self._receipt_when_held(message, arrival_of(held), held.stored())
            case LimitSet() as limit:
                self._say(limit.encounter_id, self._edge.on_limit(limit, now_us))
            case entry:
                self._edge.apply(entry, now_us)

    def _receipt_when_held(self, message: Message, receipt: Receipt, stored: Entry) -> None:
        """Say that the unit holds a message once its disk does: upon this the center lets it go."""
        self._unreceipted += 1

        def held() -> None:
            self._unreceipted -= 1
            self._receipt(message, receipt)

        self._spool.put([stored], held, urgent=True)

    def _receipt(self, message: Message, receipt: Receipt, *stored: Entry) -> SequenceRef:
        _, spooled = self._outbox.number(message.encounter_id, [receipt], Lane.ALARM)
        self._outbox.put([spooled, *stored])
        return ref_of(spooled)
