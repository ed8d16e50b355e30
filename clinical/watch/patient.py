"""The patient watch: everything that is judged of one patient, as one object driven by items.

The same watch runs in the vehicle and at the center. It reads no clock: ``now_us`` and
``ingress_us`` come with the data, so that a second channel, a restart and a replay see the same
sequence and say the same. The watch removes duplicates, keeps the encounter's state, has what comes
judged (``bedside``), and announces what is found.

At the center the watch is also the only writer of the encounter's state, and has a part of its own
(``center``): silence, and what the vehicle's watch says. In the vehicle it judges no silence and
writes no state.
"""

from collections.abc import Mapping
from typing import Any, Final, Self
from zlib import crc32

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.alarms.transition import EncounterClosed, SourceStatus, Transition
from clinical.instant import MINUTE_US
from clinical.items import (
    Capture,
    Discarded,
    EdgeTransition,
    EncounterEvent,
    ForeignFrame,
    Item,
    VitalsRow,
    Word,
    frame_of,
)
from clinical.scores import news2
from clinical.scores.choice import is_child
from clinical.watch.announcing.announcing import Announcer
from clinical.watch.bedside import Bedside
from clinical.watch.center import AtCenter
from clinical.watch.due import earliest
from clinical.watch.encounter import (
    EncounterState,
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
from clinical.watch.ordering import Ordering
from clinical.watch.part import Part
from clinical.watch.picture.glancing import Glancing
from clinical.watch.picture.picture import Glance, PictureRow, picture_row
from clinical.watch.picture.thinning import Thinning
from clinical.watch.quiet import Quiet
from clinical.watch.scores.shock import shock_of

Emission = Transition | EncounterState | EncounterClosed | SourceStatus | LimitSet
Emissions = list[Emission]

NOTHING: Final[Emissions] = []
"""What almost every item leads to; shared, and never to be added to."""

_LATER_PARTS: Final[Mapping[str, Any]] = {
    "staff_limits": {},
    "child_scoring": {},
    "minutes": {},
    "trending": {},
    "deteriorating": {},
    "foreign": {},
    "leads": {},
    "images": {},
    "infarction": {},
    "rhythms": {},
    "interventions": {},
    "examining": {},
    "situation": {},
    "covering": {},
    "rising": {},
    "edge_words": {},
    "agreement": {},
    "thinning": {},
}
"""Beginnings of the parts that a snapshot of an earlier release lacks."""


class PatientWatch:
    """All judgement of one encounter by one source."""

    __slots__ = (
        "_announcer",
        "_asked",
        "_bedside",
        "_captured_us",
        "_center",
        "_closed",
        "_encounter_id",
        "_glancing",
        "_now_us",
        "_ordering",
        "_quiet",
        "_received_us",
        "_source",
        "_state",
        "_still",
        "_thinning",
    )

    def __init__(self, encounter_id: str, source: Source) -> None:
        """Begin with nothing known of the patient; ``source`` is who judges."""
        self._encounter_id = encounter_id
        self._source = source
        self._state = provisional(encounter_id, "", 0)
        self._closed = False
        self._still = False
        self._asked = False
        """Whether there is a score by situation, while ``_still``."""
        self._now_us = 0
        self._captured_us = 0
        self._received_us = 0
        self._ordering = Ordering()
        self._bedside = Bedside(crc32(encounter_id.encode()) % MINUTE_US)
        self._thinning = Thinning()
        self._center = None if source is Source.EDGE else AtCenter(self._ordering)
        self._announcer = Announcer(encounter_id, source)
        silence = self._center.silence if self._center else None
        self._glancing = Glancing(self._bedside, self._thinning)
        self._quiet = Quiet(self._bedside, self._ordering, silence)

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
            findings += self._bedside.moved(captured_us)
            findings += self._center.moved(captured_us) if self._center else NO_FINDINGS
        findings += self._bedside.on_item(item, capture, self._state, captured_us, self._now_us)
        if not findings and self._state is before and type(item) is not EdgeTransition:
            return NOTHING
        forwarded = self._forwarded(item)
        return [*forwarded, *self._announced(findings), *self._changed(before, captured_us)]

    def on_row(
        self, row: VitalsRow, received_us: int, now_us: int, ingress_us: int | None = None
    ) -> Emissions | None:
        """Take a quiet row over, as ``on_item`` would its item, or change nothing.

        ``ingress_us`` is that of the newest tick before it that has to be passed over. Returns
        what is to be written, which is nothing but where the row closes a minute or lacks a vital;
        None when it was not quiet, and its item is for ``on_item``, after ``pass_over``.
        """
        captured_us = row[5]
        if not (self._still or self._settled()) or captured_us < self._captured_us:
            return None
        minutes = self._bedside.minutes
        closes = captured_us >= minutes.ends_us
        lacks = self._quiet.take(row, self._state.unit_id, received_us, ingress_us)
        if lacks is None:
            return None
        self._captured_us = captured_us
        self._received_us = max(self._received_us, received_us)
        self._now_us = max(self._now_us, now_us)
        if closes or lacks or self._asked:
            return self._judged_by_name(row, received_us)
        if captured_us >= minutes.due_us:
            minutes.sample(captured_us)
        return NOTHING

    def on_word(self, word: Word, now_us: int) -> Emissions:
        """Judge what a gateway or another app says of this patient; return what is to be written.

        Findings are about the unit that holds the patient. A refused frame is about another one:
        the gateway can be behind, and a frame of the unit that by now holds the patient is none.
        """
        if isinstance(word, LimitChange | LimitSet):
            return self._limited(word, now_us)
        foreign = type(word) is ForeignFrame
        if self._closed or (word.frame.unit_id == self._state.unit_id) is foreign:
            return NOTHING
        self._still = False
        self._now_us = max(self._now_us, now_us)
        return self._announced(self._bedside.on_word(word, self._now_us))

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
        words: list[Transition] = []
        if self._center:
            findings += self._center.on_tick(before, now_us, ingress_us)
            words = self._center.words_due(now_us)
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
        center_us = self._center.due_us(state) if self._center else None
        standby_us = standby_ends_us(state)
        if self._still or self._settled():
            return earliest(standby_us, center_us)
        return earliest(self._bedside.due_us, self._ordering.due_us, standby_us, center_us)

    def pass_over(self, now_us: int, ingress_us: int) -> None:
        """Take note of ticks before ``due_us``, of which this is the newest."""
        self._now_us = max(self._now_us, now_us)
        if self._center and not self._closed:
            self._center.silence.pass_over(self._state, ingress_us)

    @property
    def quiet_us(self) -> int:
        """Healthy ingress time without a frame of the unit, at the last tick."""
        return self._center.silence.quiet_us if self._center else 0

    @property
    def silent(self) -> bool:
        """Tell whether the unit is called silent."""
        return self._center is not None and self._center.silence.told

    def inputs(self) -> news2.News2Inputs:
        """Return what of the patient may be scored at the newest instant known here."""
        return self._bedside.inputs(self._state, self._now_us)

    def row(self, at_us: int = 0) -> PictureRow:
        """Return the patient as the board shows it at ``at_us``, or the newest instant known here.

        Only ticks have passed in between.
        """
        bedside, state = self._bedside, self._state
        now_us = max(self._now_us, at_us)
        return picture_row(
            state,
            bedside.carry,
            bedside.scoring.score(state, now_us),
            now_us=now_us,
            captured_us=self._captured_us or None,
            received_us=self._received_us or None,
            thinned=self._thinning.current(now_us),
            instead=bedside.child_scoring.shown(state, now_us),
            outlook=bedside.deteriorating.outlook,
            arrows=bedside.trending.arrows,
            shock=shock_of(bedside.carry, state, now_us),
            limits=bedside.staff_limits.current,
            examined=bedside.examining.shown,
            situated=bedside.situation.shown(state, now_us),
        )

    def glance(self, at_us: int = 0) -> PictureRow | Glance:
        """Return what ``row`` does, the quick way where only its numbers are new."""
        state, now_us = self._state, max(self._now_us, at_us)
        captured_us, received_us = self._captured_us, self._received_us
        seen = self._glancing.look(state, now_us, captured_us, received_us, still=self._still)
        if seen is not None:
            return seen
        row = self.row(at_us)
        self._glancing.remember(row, state, now_us)
        return row

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

    def _parts(self) -> tuple[tuple[str, Part], ...]:
        """Return every processor by name, those first that others look at."""
        return (
            ("ordering", self._ordering),
            *self._bedside.parts(),
            ("thinning", self._thinning),
            ("announcer", self._announcer),
            *(self._center.parts() if self._center else ()),
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

    def _limited(self, word: LimitChange | LimitSet, now_us: int) -> Emissions:
        """Judge by what staff have set; the center says what came of it."""
        if self._closed:
            return NOTHING
        self._still = False
        self._now_us = max(self._now_us, now_us)
        staff = self._bedside.staff_limits
        if isinstance(word, LimitSet):
            return self._announced(staff.on_set(word, self._now_us))
        answer, findings = staff.on_change(word, self._now_us)
        return [*self._announced(findings), *([] if answer is None else [answer])]

    def _heard(self, capture: Capture, captured_us: int) -> Findings:
        """Take note that a frame came, and judge its clock and the silence before it."""
        self._captured_us = max(self._captured_us, captured_us)
        self._received_us = max(self._received_us, capture.received_us)
        findings = NO_FINDINGS
        if self._ordering.suspect:
            findings += self._ordering.on_item(capture)
        if self._center and capture.frame.unit_id == self._state.unit_id:
            findings += self._center.on_item(capture)
        return findings

    def _forwarded(self, item: Item) -> Emissions:
        """Return what the vehicle's watch said; only the center writes it."""
        if type(item) is not EdgeTransition or self._center is None:
            return NOTHING
        if item.transition.encounter_id != self._encounter_id:
            return NOTHING
        return [*self._center.on_edge(item.transition, self._now_us)]

    def _settled(self) -> bool:
        """Tell whether nothing stands by now, and remember it."""
        child = is_child(self._state.age_years)
        own = child or self._bedside.limits.own
        own = own or self._captured_us < self._bedside.interventions.last_us
        self._asked = self._bedside.situation.asked
        self._still = not self._closed and not own and self._quiet.still()
        return self._still

    def _judged_by_name(self, row: VitalsRow, received_us: int) -> Emissions:
        """Judge what a quiet row leaves to others."""
        capture = Capture(frame_of(row), row[5], received_us, row[6])
        findings = self._bedside.on_quiet(capture, self._state, row[5], self._now_us)
        if not findings:
            return NOTHING
        self._still = False
        return self._announced(findings)

    def _matured(self, now_us: int) -> Findings:
        return self._bedside.on_tick(self._state, now_us) + self._ordering.on_tick(now_us)

    def _announced(self, findings: Findings) -> Emissions:
        unit_id, now_us = self._state.unit_id, self._now_us
        said = [self._announcer.announce(finding, unit_id, now_us) for finding in findings]
        if self._center:
            for transition in said:
                self._center.on_announced(transition)
        return [*said]

    def _changed(self, before: EncounterState, at_us: int) -> Emissions:
        """Return what a change of the encounter leads to; its end also ends all that holds."""
        if self._state == before:
            return NOTHING
        self._closed = self._state.closed
        emissions: Emissions = []
        if self._closed:
            words = self._center.words_left() if self._center else ()
            emissions += [*words, *self._announced(self._close(at_us))]
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
        findings = self._bedside.close(at_us) + self._ordering.close(at_us)
        return findings + (self._center.close(at_us) if self._center else NO_FINDINGS)
