"""The scores that are for some patients only: T-RTS, RTS and MGAP of the injured, qSOFA.

The crew says that a patient is injured, or that an infection is suspected; no monitor can. From
then on these scores are read off the newest values that may still be judged and the newest Glasgow
Coma Scale, and two alarms rest on them: that a trauma centre is advised, and that it may be sepsis.
Which score is for whom is ``clinical.scores.choice``'s to say. What nobody has said is not known:
no score is used then, and the refusal says so.

Of the trauma scores lower is worse: of an incomplete one it counts what it can be at most. Of qSOFA
its lower bound counts. What the publications counted once by hand a monitor says each second, so a
score must stay where it asks for a response for the rule's delay, and be clear of it for the rule's
``clear_us``. An alarm goes on while the score is incomplete: nobody gets better for want of data.
It ends at once when the crew says that there is no injury, or no infection.

qSOFA rests on three of the values of NEWS2. While NEWS2_HIGH holds, which asks for more, it begins
no alarm of its own: one story. Where to drive is another matter than how ill somebody is, so the
alarm of the trauma scores stands beside NEWS2.

A backlog is scored at its end, on what is then still fresh.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.scores import gcs
from clinical.scores.chart import RefusalReason
from clinical.scores.choice import INFECTION, INJURY, Situation
from clinical.scores.observed import Observed
from clinical.watch.carry import CONSCIOUSNESS_WINDOW_US, RESPIRATION, SYSTOLIC, Carry
from clinical.watch.crew.examined import Examined, newest
from clinical.watch.crew.examining import Examining
from clinical.watch.encounter import EncounterState
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.scores.again import Again
from clinical.watch.scores.assessed import Signs, assessed
from clinical.watch.scores.lasting import Lasting
from clinical.watch.scores.scoring import Scoring
from clinical.watch.scores.situated import COMA, SituatedScore, why_sepsis, why_trauma

GCS_WINDOW_US: Final = CONSCIOUSNESS_WINDOW_US
"""How long after its capture a Glasgow Coma Scale may be judged."""


class SituationScoring:
    """The scores by situation of one patient."""

    __slots__ = (
        "_carry",
        "_examined",
        "_examining",
        "_gcs",
        "_scoring",
        "_sepsis",
        "_situation",
        "_trauma",
        "again",
    )

    def __init__(self, carry: Carry, scoring: Scoring, examining: Examining) -> None:
        """Begin with nothing said; the others know the values, what is doubted, what was found."""
        self._carry = carry
        self._scoring = scoring
        self._examining = examining
        self._examined: tuple[Examined, ...] = ()
        """What the next two were read off."""
        self._situation = Situation()
        self._gcs: tuple[int, gcs.Gcs] | None = None
        """The newest scale of coma, and when it was captured."""
        self._trauma = Lasting(Cause.TRAUMA_CENTRE_ADVISED)
        self._sepsis = Lasting(Cause.SEPSIS_SUSPECTED)
        self.again = Again()

    @property
    def asked(self) -> bool:
        """Tell whether the crew has said anything that one of these scores asks for."""
        return self._look().stated

    @property
    def due_us(self) -> int | None:
        """When a backlog that waits is scored, or what is doubted."""
        return self.again.due_us

    def on_item(
        self,
        state: EncounterState,
        captured_us: int,
        frame: FrameRef,
        now_us: int,
        *,
        backlog: bool,
    ) -> Findings:
        """Score after an item of vital signs that ``carry`` has taken over.

        An item captured before the newest one completes the record only.
        """
        if not self.asked or not self.again.accept(captured_us):
            return NO_FINDINGS
        doubted = bool(self._scoring.doubts.contradicted)
        if not self.again.at_once(frame, now_us, doubted=doubted, backlog=backlog):
            return NO_FINDINGS
        return self._judge(state, captured_us, frame, now_us)

    def on_examination(
        self, state: EncounterState, captured_us: int, frame: FrameRef, now_us: int
    ) -> Findings:
        """Score after an examination, on the values that are known by then."""
        if not self.asked:
            return NO_FINDINGS
        return self._judge(state, max(captured_us, self.again.newest_us), frame, now_us)

    def on_tick(self, state: EncounterState, now_us: int) -> Findings:
        """Score the end of a backlog, and what is doubted, once nothing has come for a while."""
        due = self.again.take(now_us)
        if due is None:
            return NO_FINDINGS
        if due.believed:
            self._scoring.doubts.clear()
        return self._judge(state, due.captured_us, due.frame, now_us)

    def shown(self, state: EncounterState, now_us: int) -> tuple[SituatedScore, ...]:
        """Return every score by situation as a row shows it; none while nothing was said."""
        if not self.asked:
            return ()
        return assessed(self._signs(state, now_us)).shown

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return self._trauma.close(at_us) + self._sepsis.close(at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing was said."""
        if not self.asked:
            return {}
        return {
            **self.again.snapshot(),
            "trauma": self._trauma.snapshot(),
            "sepsis": self._sepsis.snapshot(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an empty one is the beginning."""
        if not state:
            return
        self.again.restore(state)
        self._trauma.restore(state["trauma"])
        self._sepsis.restore(state["sepsis"])

    def _look(self) -> Situation:
        """Return what the crew has said of the situation."""
        examined = self._examining.shown
        if examined is not self._examined:
            self._examined = examined
            injury, infection = newest(examined, INJURY), newest(examined, INFECTION)
            scale = newest(examined, COMA)
            self._situation = Situation(
                None if injury is None else injury.examination.injury,
                None if infection is None else infection.examination.infection_suspected,
            )
            self._gcs = None
            if scale is not None and scale.examination.gcs is not None:
                self._gcs = (scale.captured_us, scale.examination.gcs)
        return self._situation

    def _signs(self, state: EncounterState, now_us: int) -> Signs:
        """Return what may be scored at ``now_us``, but for the doubted."""
        respiration, systolic = self._sign(RESPIRATION, now_us), self._sign(SYSTOLIC, now_us)
        return Signs(
            self._look(), state.age_years, state.pregnant, respiration, systolic, self._coma(now_us)
        )

    def _sign(self, vital: int, now_us: int) -> float | RefusalReason | None:
        carry = self._carry
        if vital in self._scoring.doubts.contradicted:
            return RefusalReason.IMPLAUSIBLE
        value = carry.values[vital]
        return value if value is None or carry.fresh(vital, now_us) else RefusalReason.STALE

    def _coma(self, now_us: int) -> int | RefusalReason:
        """Return the total of the newest scale of coma, or why there is none."""
        if self._gcs is None:
            return RefusalReason.MISSING
        captured_us, scale = self._gcs
        total = gcs.total(scale)
        if total is None:
            return RefusalReason.UNTESTABLE if scale.untestable else RefusalReason.MISSING
        return RefusalReason.STALE if now_us - captured_us > GCS_WINDOW_US else total

    def _judge(self, state: EncounterState, at_us: int, frame: FrameRef, now_us: int) -> Findings:
        signs = self._signs(state, now_us)
        found = assessed(signs)
        if found.trauma is None:
            findings = self._trauma.end(at_us, frame)
        else:
            reached, known = found.trauma
            values = partial(_why, why_trauma, signs)
            findings = self._trauma.judge(at_us, frame, reached=reached, known=known, values=values)
        if found.sepsis is None:
            return findings + self._sepsis.end(at_us, frame)
        reached, known = found.sepsis
        return findings + self._sepsis.judge(
            at_us,
            frame,
            reached=reached and (self._sepsis.stands or not self._scoring.high),
            known=known,
            values=partial(_why, why_sepsis, signs),
        )


def _why(
    explain: Callable[[Observed], dict[str, float | str]], signs: Signs
) -> dict[str, float | str]:
    return explain(signs.observed)
