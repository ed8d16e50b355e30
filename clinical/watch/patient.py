"""The patient watch: everything that is judged of one patient, as one object driven by items.

The same watch runs in the vehicle and at the center. It reads no clock: ``now_us`` and
``ingress_us`` come with the data, so that a second channel, a restart and a replay see the same
sequence and say the same. Inside, each processor judges one thing and returns findings; the watch
hands every item to those that it concerns, in one fixed order, and announces what they find.

At the center the watch is also the only writer of the encounter's state, and forwards what the
vehicle's watch said (``edge_words``), and compares it with its own (``agreement``). After a move
what the former unit's watch said does not count any more. In the vehicle it judges no silence and
writes no state.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol, Self

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.transition import EncounterClosed, SourceStatus, Transition
from clinical.items import (
    Capture,
    CrewEvent,
    DeviceStatus,
    Discarded,
    EdgeTransition,
    EncounterEvent,
    ForeignFrame,
    Item,
    LeadFinding,
    SeriesFinding,
    Vitals,
    VitalsRow,
)
from clinical.scores import news2
from clinical.watch.agreement import Agreement
from clinical.watch.announcing import Announcer
from clinical.watch.carry import Carry
from clinical.watch.crew import Crew
from clinical.watch.due import earliest
from clinical.watch.edge_words import EdgeWords
from clinical.watch.encounter import (
    EncounterState,
    EncounterStatus,
    admits,
    advance,
    from_plain,
    provisional,
    resumed,
    standby_ends_us,
    standby_over,
    to_plain,
)
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.foreign import Foreign
from clinical.watch.images import Images
from clinical.watch.judging import Judging
from clinical.watch.leads import Leads
from clinical.watch.limits import Limits
from clinical.watch.ordering import Ordering
from clinical.watch.picture import PictureRow, picture_row
from clinical.watch.quiet import Quiet
from clinical.watch.scoring import Scoring
from clinical.watch.sensors import Sensors
from clinical.watch.silence import Silence
from clinical.watch.thinning import Thinning

Emission = Transition | EncounterState | EncounterClosed | SourceStatus
Emissions = list[Emission]

NOTHING: Final[Emissions] = []
"""What almost every item leads to; shared, and never to be added to."""

_LATER_PARTS: Final[Mapping[str, Any]] = {
    "foreign": {},
    "leads": {},
    "images": {},
    "edge_words": {},
    "agreement": {},
    "thinning": {},
}
"""Beginnings of the parts that a snapshot of an earlier release lacks."""


class _Part(Protocol):
    """What every processor can do with its state."""

    def snapshot(self) -> dict[str, Any]: ...

    def restore(self, state: Mapping[str, Any]) -> None: ...


class PatientWatch:
    """All judgement of one encounter by one source."""

    __slots__ = (
        "_agreement",
        "_announcer",
        "_captured_us",
        "_carry",
        "_center",
        "_closed",
        "_crew",
        "_edge_words",
        "_encounter_id",
        "_foreign",
        "_images",
        "_judging",
        "_leads",
        "_limits",
        "_now_us",
        "_ordering",
        "_quiet",
        "_received_us",
        "_scoring",
        "_sensors",
        "_silence",
        "_source",
        "_state",
        "_still",
        "_thinning",
    )

    def __init__(self, encounter_id: str, source: Source) -> None:
        """Begin with nothing known of the patient; ``source`` is who judges."""
        self._encounter_id = encounter_id
        self._source = source
        self._center = source is not Source.EDGE
        self._state = provisional(encounter_id, "", 0)
        self._closed = False
        self._still = False
        self._now_us = 0
        self._captured_us = 0
        self._received_us = 0
        self._carry = Carry()
        self._ordering = Ordering()
        self._limits = Limits(self._carry)
        self._scoring = Scoring(self._carry)
        self._judging = Judging(self._carry)
        self._sensors = Sensors(self._carry)
        self._leads = Leads()
        self._images = Images()
        self._crew = Crew()
        self._edge_words = EdgeWords()
        self._silence = Silence()
        self._thinning = Thinning()
        self._foreign = Foreign()
        self._agreement = Agreement(self._ordering)
        self._announcer = Announcer(encounter_id, source)
        self._quiet = Quiet(
            self._carry,
            self._ordering,
            self._limits,
            self._scoring,
            self._judging,
            self._sensors,
            self._leads,
            self._foreign,
            self._silence if self._center else None,
        )

    @property
    def state(self) -> EncounterState:
        """The encounter as the events so far make it; of no unit before the first item."""
        return self._state

    @property
    def closed(self) -> bool:
        """Tell whether the encounter is over; a closed watch has nothing more to say."""
        return self._closed

    def on_item(self, item: Item, capture: Capture, now_us: int) -> Emissions:
        """Judge one item; return what is to be written, in order.

        ``now_us`` is the highest stamp of the stream so far. A duplicate, an item of a unit that
        does not hold the patient, and an item after the end have no effect.
        """
        self._still = False
        captured_us = self._ordering.admit(capture)
        if captured_us is None or self._closed:
            return NOTHING
        self._now_us = max(self._now_us, now_us)
        frame = capture.frame
        if type(item) is Discarded:
            return self._left_out(item, capture)
        before = self._state
        if frame.unit_id != before.unit_id and not self._accept(item, captured_us, frame):
            return NOTHING
        if type(item) is EncounterEvent:
            self._state = advance(self._state, item, frame.unit_id, captured_us)
        findings = self._heard(capture, captured_us)
        if self._state.unit_id != before.unit_id:
            findings += self._leads.close(captured_us) + self._images.close(captured_us)
            findings += self._agreement.close(captured_us)
        if type(item) is Vitals:
            findings += self._on_vitals(item, capture, captured_us)
        elif type(item) is DeviceStatus:
            findings += self._sensors.on_status(item, captured_us, frame)
        elif type(item) is CrewEvent:
            findings += self._crew.on_item(item, captured_us, frame)
        findings += self._judging.on_item(captured_us, capture.received_us, frame)
        if not findings and self._state is before and type(item) is not EdgeTransition:
            return NOTHING
        forwarded = self._forwarded(item)
        return [*forwarded, *self._announced(findings), *self._changed(before, captured_us)]

    def on_row(self, row: VitalsRow, received_us: int, now_us: int) -> bool:
        """Take a quiet row over, as ``on_item`` would its item, or change nothing.

        Returns whether it was quiet; if not, the item of the row is for ``on_item``.
        """
        captured_us = row[5]
        if not (self._still or self._settled()) or captured_us < self._captured_us:
            return False
        if not self._quiet.take(row, self._state.unit_id, received_us):
            return False
        self._captured_us = captured_us
        self._received_us = max(self._received_us, received_us)
        self._now_us = max(self._now_us, now_us)
        return True

    def on_foreign(self, foreign: ForeignFrame, now_us: int) -> Emissions:
        """Judge that a gateway refused a frame of another unit; return what is to be written.

        The gateway can be behind: a frame of the unit that by now holds the patient is none.
        """
        if self._closed or foreign.frame.unit_id == self._state.unit_id:
            return NOTHING
        self._still = False
        self._now_us = max(self._now_us, now_us)
        return self._announced(self._foreign.on_item(foreign, self._now_us))

    def on_lead(self, finding: LeadFinding, now_us: int) -> Emissions:
        """Judge what the waveforms say of a lead; return what is to be written."""
        if self._closed or finding.frame.unit_id != self._state.unit_id:
            return NOTHING
        self._still = False
        self._now_us = max(self._now_us, now_us)
        return self._announced(self._leads.on_item(finding))

    def on_series(self, finding: SeriesFinding, now_us: int) -> Emissions:
        """Judge what the images say of a series; return what is to be written."""
        if self._closed or finding.frame.unit_id != self._state.unit_id:
            return NOTHING
        self._now_us = max(self._now_us, now_us)
        return self._announced(self._images.on_item(finding))

    def on_tick(self, now_us: int, ingress_us: int) -> Emissions:
        """Judge the passing of time; return what is to be written, in order.

        ``ingress_us`` is the healthy ingress time of the host, in microseconds from any start; the
        vehicle's watch does not use it.
        """
        self._now_us = now_us = max(self._now_us, now_us)
        before = self._state
        if self._closed:
            return NOTHING
        if standby_over(before, now_us):
            self._state = resumed(before)
        findings = NO_FINDINGS if self._still or self._settled() else self._matured(now_us)
        if self._center:
            findings += self._silence.on_tick(before, now_us, ingress_us)
            findings += self._agreement.on_tick(now_us)
        words = self._edge_words.on_tick(now_us)
        if not findings and not words and self._state is before:
            return NOTHING
        self._still = False
        return [*words, *self._announced(findings), *self._changed(before, now_us)]

    @property
    def due_us(self) -> int | None:
        """The earliest instant at which a tick can matter; None: not before anything else does."""
        if self._closed:
            return None
        state = self._state
        parts: list[int | None] = [
            self._limits.due_us,
            self._scoring.due_us,
            self._sensors.due_us,
            self._ordering.due_us,
            self._foreign.due_us,
            self._leads.due_us,
            self._edge_words.due_us,
            standby_ends_us(state),
        ]
        if self._center:
            parts.append(self._agreement.due_us)
            if state.status is EncounterStatus.OPEN:
                parts.append(self._silence.due_us)
        return earliest(parts)

    def pass_over(self, now_us: int, ingress_us: int) -> None:
        """Take note of ticks before ``due_us``, of which this is the newest."""
        if now_us > self._now_us:
            self._now_us = now_us
        if self._center and not self._closed:
            self._silence.pass_over(self._state, ingress_us)

    @property
    def quiet_us(self) -> int:
        """Healthy ingress time without a frame of the unit, at the last tick."""
        return self._silence.quiet_us

    @property
    def silent(self) -> bool:
        """Tell whether the unit is called silent."""
        return self._silence.told

    def inputs(self) -> news2.News2Inputs:
        """Return what of the patient may be scored at the newest instant known here."""
        return self._scoring.inputs(self._state, self._now_us)

    def row(self) -> PictureRow:
        """Return the patient as the board shows it at the newest instant known here."""
        return picture_row(
            self._state,
            self._carry,
            self._scoring.score(self._state, self._now_us),
            now_us=self._now_us,
            captured_us=self._captured_us or None,
            received_us=self._received_us or None,
            thinned=self._thinning.current(self._now_us),
        )

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state as plain data that MessagePack can carry."""
        return {
            "encounter_id": self._encounter_id,
            "source": self._source.value,
            "state": to_plain(self._state),
            "now_us": self._now_us,
            "captured_us": self._captured_us,
            "received_us": self._received_us,
            **{name: part.snapshot() for name, part in self._parts()},
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> Self:
        """Return a watch that goes on where ``snapshot`` was taken."""
        watch = cls(snapshot["encounter_id"], Source(snapshot["source"]))
        watch._state = from_plain(snapshot["state"])
        watch._closed = watch._state.closed
        watch._now_us = snapshot["now_us"]
        watch._captured_us = snapshot["captured_us"]
        watch._received_us = snapshot["received_us"]
        states = {**_LATER_PARTS, **snapshot}
        for name, part in watch._parts():
            part.restore(states[name])
        return watch

    def count_from(self, revision: int) -> None:
        """Give every later word a greater revision than this."""
        self._announcer.count_from(revision)

    def _parts(self) -> tuple[tuple[str, _Part], ...]:
        """Return every processor by name, those first that others look at."""
        return (
            ("carry", self._carry),
            ("ordering", self._ordering),
            ("limits", self._limits),
            ("scoring", self._scoring),
            ("judging", self._judging),
            ("sensors", self._sensors),
            ("leads", self._leads),
            ("images", self._images),
            ("crew", self._crew),
            ("edge_words", self._edge_words),
            ("silence", self._silence),
            ("foreign", self._foreign),
            ("agreement", self._agreement),
            ("thinning", self._thinning),
            ("announcer", self._announcer),
        )

    def _accept(self, item: Item, captured_us: int, frame: FrameRef) -> bool:
        """Tell whether an item of another than the owning unit concerns this patient.

        The first unit heard of becomes the owner, provisionally until it opens the encounter.
        """
        if not self._state.unit_id:
            self._state = provisional(self._encounter_id, frame.unit_id, captured_us)
            return True
        claims = type(item) is EncounterEvent and frame.unit_id == self._state.offered_to_unit_id
        return claims or admits(self._state, frame.unit_id, captured_us)

    def _left_out(self, item: Discarded, capture: Capture) -> Emissions:
        """Count what the unit left out; it is no news of the patient."""
        if capture.frame.unit_id == self._state.unit_id:
            self._thinning.on_item(item, capture)
        return NOTHING

    def _heard(self, capture: Capture, captured_us: int) -> Findings:
        """Take note that a frame came, and judge its clock and the silence before it."""
        self._captured_us = max(self._captured_us, captured_us)
        self._received_us = max(self._received_us, capture.received_us)
        findings = NO_FINDINGS
        if self._ordering.suspect:
            findings += self._ordering.on_item(capture)
        if self._center and capture.frame.unit_id == self._state.unit_id:
            findings += self._silence.on_item(capture)
        return findings

    def _on_vitals(self, item: Vitals, capture: Capture, captured_us: int) -> Findings:
        frame, now_us = capture.frame, self._now_us
        taken = self._carry.on_item(item, captured_us, capture.received_us)
        findings = self._limits.on_item(taken, captured_us, frame, now_us)
        doubted = self._limits.doubted()
        return (
            findings
            + self._scoring.on_item(taken, self._state, captured_us, frame, now_us, doubted)
            + self._sensors.on_vitals(item, taken, captured_us, frame)
        )

    def _forwarded(self, item: Item) -> Emissions:
        """Return what the vehicle's watch said; only the center writes it."""
        if type(item) is not EdgeTransition or not self._center:
            return NOTHING
        if item.transition.encounter_id != self._encounter_id:
            return NOTHING
        self._agreement.on_edge(item.transition)
        return [*self._edge_words.on_item(item.transition, self._now_us)]

    def _settled(self) -> bool:
        """Tell whether nothing stands by now, and remember it."""
        self._still = not self._closed and self._quiet.still()
        return self._still

    def _matured(self, now_us: int) -> Findings:
        return (
            self._limits.on_tick(now_us)
            + self._scoring.on_tick(self._state, now_us)
            + self._sensors.on_tick(now_us)
            + self._ordering.on_tick(now_us)
            + self._foreign.on_tick(now_us)
            + self._leads.on_tick(now_us)
        )

    def _announced(self, findings: Findings) -> Emissions:
        unit_id, now_us = self._state.unit_id, self._now_us
        said = [self._announcer.announce(finding, unit_id, now_us) for finding in findings]
        for transition in said:
            self._agreement.on_center(transition)
        return list(said)

    def _changed(self, before: EncounterState, at_us: int) -> Emissions:
        """Return what a change of the encounter leads to; its end also ends all that holds."""
        if self._state == before:
            return NOTHING
        self._closed = self._state.closed
        emissions: Emissions = []
        if self._closed:
            emissions += [*self._edge_words.close(), *self._announced(self._close(at_us))]
        if self._center:
            emissions.append(self._state)
            if before.unit_id not in {"", self._state.unit_id}:
                emissions.append(
                    SourceStatus(self._encounter_id, Source.EDGE, live=False, at_us=at_us)
                )
        if self._closed:
            emissions.append(EncounterClosed(self._encounter_id, at_us))
        return emissions

    def _close(self, at_us: int) -> Findings:
        return (
            self._limits.close(at_us)
            + self._scoring.close(at_us)
            + self._sensors.close(at_us)
            + self._judging.close(at_us)
            + self._leads.close(at_us)
            + self._images.close(at_us)
            + self._crew.close(at_us)
            + self._silence.close(at_us)
            + self._foreign.close(at_us)
            + self._ordering.close(at_us)
            + self._agreement.close(at_us)
        )
