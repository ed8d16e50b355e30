"""What the center alone judges of a patient: silence, and what the vehicle's own watch says.

The vehicle's watch judges the same frames by the same rules; the center forwards what it said
(``edge_words``), compares it with what it says itself (``agreement``), and notices when nothing is
heard any more (``silence``). None of this exists in the vehicle.
"""

from clinical.alarms.transition import Transition
from clinical.items import Capture
from clinical.watch.at_center.agreement import Agreement
from clinical.watch.at_center.edge_words import EdgeWords
from clinical.watch.at_center.silence import Silence
from clinical.watch.due import earliest
from clinical.watch.encounter import EncounterState, EncounterStatus
from clinical.watch.finding import Findings
from clinical.watch.ordering import Ordering
from clinical.watch.part import Part


class AtCenter:
    """The center's part of one patient's watch."""

    __slots__ = ("_agreement", "_edge_words", "silence")

    def __init__(self, ordering: Ordering) -> None:
        """Begin with nothing heard; ``ordering`` knows what has arrived."""
        self.silence = Silence()
        self._edge_words = EdgeWords()
        self._agreement = Agreement(ordering)

    def on_item(self, capture: Capture) -> Findings:
        """Take note of a frame of the owning unit."""
        return self.silence.on_item(capture)

    def on_edge(self, said: Transition, now_us: int) -> list[Transition]:
        """Take in what the vehicle said; return what of it is to be written now."""
        self._agreement.on_edge(said, now_us)
        return [*self._edge_words.on_item(said, now_us)]

    def on_announced(self, said: Transition) -> None:
        """Take in what this watch says itself."""
        self._agreement.on_center(said)

    def on_tick(self, state: EncounterState, now_us: int, ingress_us: int) -> Findings:
        """Judge silence and agreement at this instant."""
        return self.silence.on_tick(state, now_us, ingress_us) + self._agreement.on_tick(now_us)

    def due_us(self, state: EncounterState) -> int | None:
        """Return the earliest instant at which a tick can matter to any of them."""
        silent_us = self.silence.due_us if state.status is EncounterStatus.OPEN else None
        return earliest(self._edge_words.due_us, self._agreement.due_us, silent_us)

    def words_due(self, now_us: int) -> list[Transition]:
        """Return the vehicle's words that have waited long enough."""
        return [*self._edge_words.on_tick(now_us)]

    def moved(self, at_us: int) -> Findings:
        """Forget what the former unit's watch said."""
        return self._agreement.close(at_us)

    def words_left(self) -> list[Transition]:
        """Return the vehicle's words that still wait, because the encounter is over."""
        return [*self._edge_words.close()]

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return self.silence.close(at_us) + self._agreement.close(at_us)

    def parts(self) -> tuple[tuple[str, Part], ...]:
        """Return what has a state, by name."""
        return (
            ("edge_words", self._edge_words),
            ("silence", self.silence),
            ("agreement", self._agreement),
        )
