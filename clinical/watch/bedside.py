"""What is judged of the patient alike in the vehicle and at the center.

Each processor judges one thing and returns findings. The bedside hands every item, every word of
another app and the passing of time to those that it concerns, in one fixed order. It knows no
source, no revision and no life cycle: who says what is found is the watch's business.
"""

from clinical.items import (
    Capture,
    CrewEvent,
    CrewExamination,
    DeviceStatus,
    EcgFinding,
    EdgeTransition,
    EncounterEvent,
    ForeignFrame,
    Item,
    LeadFinding,
    RhythmFinding,
    Told,
    Vitals,
)
from clinical.scores import news2
from clinical.scores.choice import EarlyWarning, choose
from clinical.watch.announcing.covering import Covering
from clinical.watch.announcing.rising import Rising
from clinical.watch.carry import Carry
from clinical.watch.crew.crew import Crew
from clinical.watch.crew.examining import Examining
from clinical.watch.crew.interventions import Interventions
from clinical.watch.due import first_due, timed
from clinical.watch.encounter import EncounterState
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.outlook.deteriorating import Deteriorating
from clinical.watch.outlook.minutes import Minutes
from clinical.watch.outlook.trending import Trending
from clinical.watch.part import Part
from clinical.watch.scores.child_scoring import ChildScoring
from clinical.watch.scores.doubting import MAY_JUMP, Beside
from clinical.watch.scores.scoring import Scoring
from clinical.watch.scores.situation_scoring import SituationScoring
from clinical.watch.told.foreign import Foreign
from clinical.watch.told.images import Images
from clinical.watch.told.infarction import InfarctionWatch
from clinical.watch.told.leads import Leads
from clinical.watch.told.rhythms import Rhythms
from clinical.watch.vital_signs.judging import Judging
from clinical.watch.vital_signs.limits import Limits
from clinical.watch.vital_signs.sensors import Sensors
from clinical.watch.vital_signs.staff_limits import StaffLimits


class Bedside:
    """The processors of one patient."""

    __slots__ = (
        "carry",
        "child_scoring",
        "covering",
        "crew",
        "deteriorating",
        "examining",
        "foreign",
        "images",
        "infarction",
        "interventions",
        "judging",
        "leads",
        "limits",
        "minutes",
        "rhythms",
        "rising",
        "scoring",
        "sensors",
        "situation",
        "staff_limits",
        "timed",
        "trending",
    )

    def __init__(self, phase_us: int) -> None:
        """Begin with nothing known of the patient, whose minutes begin at ``phase_us``."""
        self.carry = Carry()
        self.limits = Limits(self.carry)
        self.staff_limits = StaffLimits(self.limits)
        self.scoring = Scoring(self.carry)
        self.child_scoring = ChildScoring(self.carry, self.scoring.doubts)
        self.minutes = Minutes(self.carry, phase_us)
        self.trending = Trending()
        self.deteriorating = Deteriorating(self.carry)
        self.judging = Judging(self.carry)
        self.sensors = Sensors(self.carry)
        self.leads = Leads()
        self.images = Images()
        self.infarction = InfarctionWatch()
        self.rhythms = Rhythms()
        self.interventions = Interventions(self.rhythms)
        self.covering = Covering(self.rhythms, self.limits)
        self.rising = Rising(self.limits)
        self.crew = Crew()
        self.examining = Examining()
        self.situation = SituationScoring(self.carry, self.scoring, self.examining)
        self.foreign = Foreign()
        self.timed = timed(part for _, part in self.parts())
        """Those that are told the time."""

    def on_item(
        self, item: Item, capture: Capture, state: EncounterState, captured_us: int, now_us: int
    ) -> Findings:
        """Judge an item of the patient that ``state`` describes, in order at ``captured_us``."""
        frame, findings = capture.frame, NO_FINDINGS
        if type(item) is Vitals:
            findings = self._on_vitals(item, capture, state, captured_us, now_us)
        elif type(item) is DeviceStatus:
            findings = self.sensors.on_status(item, captured_us, frame)
            findings += self.interventions.on_status(item, captured_us, frame, now_us)
        elif type(item) is CrewEvent:
            findings = self.crew.on_item(item, captured_us, frame)
            findings += self.interventions.on_crew(item, captured_us, frame, now_us)
        elif type(item) is CrewExamination:
            findings = self.examining.on_item(item, captured_us, frame, state.age_years)
            findings += self.situation.on_examination(state, captured_us, frame, now_us)
        elif type(item) is EncounterEvent:
            findings = self.limits.suit(state.age_years, captured_us)
        if type(item) is not EdgeTransition:
            # The vehicle does not hear its own words, and both are to say the same.
            if captured_us < self.interventions.last_us:
                self.judging.excuse(self.interventions.excused(captured_us), captured_us)
            findings += self.judging.on_item(captured_us, capture.received_us, frame)
        return self._passed(findings, now_us) if findings else findings

    def on_quiet(
        self, capture: Capture, state: EncounterState, captured_us: int, now_us: int
    ) -> Findings:
        """Judge what a quiet row leaves to others: situation, its minute, and what it lacks."""
        frame = capture.frame
        findings = self.situation.on_item(state, captured_us, frame, now_us, backlog=False)
        findings += self._on_minute(capture, state, captured_us)
        findings += self.judging.on_item(captured_us, capture.received_us, frame)
        return self._passed(findings, now_us) if findings else findings

    def on_word(self, word: Told, now_us: int) -> Findings:
        """Judge what a gateway or another app says of the patient."""
        if isinstance(word, ForeignFrame):
            return self.foreign.on_item(word, now_us)
        if isinstance(word, LeadFinding):
            return self.leads.on_item(word)
        if isinstance(word, EcgFinding):
            return self.infarction.on_item(word)
        if isinstance(word, RhythmFinding):
            if word.at_us < self.interventions.last_us:
                withheld = self.interventions.on_rhythm(word)
                if withheld is not None:
                    return withheld
            findings = self.rhythms.on_item(word)
            return findings + self.covering.uncovered(word.at_us)
        return self.images.on_item(word)

    def on_tick(self, state: EncounterState, now_us: int) -> Findings:
        """Let what holds mature as time passes."""
        findings = (
            self.staff_limits.on_tick(now_us)
            + self.limits.on_tick(now_us)
            + self.scoring.on_tick(state, now_us)
            + self.child_scoring.on_tick(state, now_us)
            + self.situation.on_tick(state, now_us)
            + self.sensors.on_tick(now_us)
            + self.foreign.on_tick(now_us)
            + self.leads.on_tick(now_us)
            + self.interventions.on_tick(now_us)
        )
        return (self._passed(findings, now_us) if findings else findings) + self.rising.on_tick(
            now_us
        )

    @property
    def due_us(self) -> int | None:
        """The earliest instant at which a tick can matter to any of them."""
        return first_due(self.timed)

    def moved(self, at_us: int) -> Findings:
        """End what was judged of the former unit's waveforms and images."""
        findings = self.leads.close(at_us) + self.images.close(at_us) + self.rhythms.close(at_us)
        return findings + self.covering.uncovered(at_us)

    def close(self, at_us: int) -> Findings:
        """End what holds, because the encounter is over."""
        findings = (
            self.limits.close(at_us)
            + self.scoring.close(at_us)
            + self.child_scoring.close(at_us)
            + self.trending.close(at_us)
            + self.deteriorating.close(at_us)
            + self.sensors.close(at_us)
            + self.judging.close(at_us)
            + self.leads.close(at_us)
            + self.images.close(at_us)
            + self.infarction.close(at_us)
            + self.crew.close(at_us)
            + self.examining.close(at_us)
            + self.situation.close(at_us)
            + self.interventions.close(at_us)
            + self.foreign.close(at_us)
        )
        return self.rising.closed(self.covering.passed(findings)) + self.rhythms.close(at_us)

    def inputs(self, state: EncounterState, now_us: int) -> news2.News2Inputs:
        """Return what of the patient may be scored at this instant."""
        return self.scoring.inputs(state, now_us)

    def parts(self) -> tuple[tuple[str, Part], ...]:
        """Return every processor by name, those first that others look at."""
        return (
            ("carry", self.carry),
            ("staff_limits", self.staff_limits),
            ("limits", self.limits),
            ("scoring", self.scoring),
            ("child_scoring", self.child_scoring),
            ("minutes", self.minutes),
            ("trending", self.trending),
            ("deteriorating", self.deteriorating),
            ("judging", self.judging),
            ("sensors", self.sensors),
            ("leads", self.leads),
            ("images", self.images),
            ("infarction", self.infarction),
            ("rhythms", self.rhythms),
            ("interventions", self.interventions),
            ("covering", self.covering),
            ("rising", self.rising),
            ("crew", self.crew),
            ("examining", self.examining),
            ("situation", self.situation),
            ("foreign", self.foreign),
        )

    def _passed(self, findings: Findings, now_us: int) -> Findings:
        """Return what is to be said of findings, and what begins since a rhythm covers no more."""
        if self.interventions.known:
            findings = self.interventions.explained(findings)
        findings = self.covering.passed(findings) + self.covering.uncovered(now_us)
        return self.rising.passed(findings)

    def _on_vitals(
        self, item: Vitals, capture: Capture, state: EncounterState, captured_us: int, now_us: int
    ) -> Findings:
        frame, carry = capture.frame, self.carry
        if captured_us < self.interventions.last_us:
            item = self.interventions.judged(item, captured_us)
        before = tuple([(carry.values[x], carry.captured_us[x]) for x in MAY_JUMP])
        taken = carry.on_item(item, captured_us, capture.received_us)
        findings = self.staff_limits.on_tick(captured_us)
        findings += self.limits.on_item(taken, captured_us, frame, now_us)
        beside = Beside(self.limits.doubted(), self.limits.sounding(), before)
        backlog = bool(taken.backlog)
        return (
            findings
            + self.scoring.on_item(taken, state, captured_us, frame, now_us, beside)
            + self.child_scoring.on_item(state, captured_us, frame, now_us, backlog=backlog)
            + self.situation.on_item(state, captured_us, frame, now_us, backlog=backlog)
            + self.sensors.on_vitals(item, taken, captured_us, frame)
            + self._on_minute(capture, state, captured_us)
        )

    def _on_minute(self, capture: Capture, state: EncounterState, captured_us: int) -> Findings:
        """Judge a minute that this frame closes."""
        closed = self.minutes.on_item(captured_us, capture.received_us)
        if closed is None:
            return NO_FINDINGS
        frame, scoring = capture.frame, self.scoring
        adult = choose(state.age_years, pregnant=state.pregnant).used is EarlyWarning.NEWS2
        return self.trending.on_minute(
            closed, captured_us, frame, judged=adult, covered=scoring.stands
        ) + self.deteriorating.on_minute(
            closed, captured_us, frame, judged=adult, covered=scoring.high
        )
