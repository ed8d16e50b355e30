"""What the crew is doing to the patient, and what is not judged for so long.

The rules stand in ``clinical.alarms.intervention``. An intervention lasts from when it was said
until it is said to be over, or until its time is up; said again in between it lasts longer. A value
counts by when it was captured, not by when it arrives, so that the vehicle and the center leave out
the same ones. What an intervention forges is marked as an artefact before anything judges it. The
findings of a rhythm that it forges wait: that there is none any more counts when it is over; what
there is will be repeated then, as long as it lasts (``clinical.rhythm.judgement``).

That something is not judged is said for as long as it is so: ``JUDGEMENT_WITHHELD``, medium once
the waveforms show a rhythm to shock, since nobody may miss it whom the crew's hands hide.

What was entered by mistake is withdrawn by naming its frame (``clinical.watch.crew.crew``). A
patient to whom nothing is done costs nothing here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.intervention import (
    AIRWAY,
    INTERVENTIONS,
    OF_THE_AIRWAY,
    SECURED,
    Intervention,
    InterventionRule,
)
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.items import CrewEvent, CrewFinding, DeviceStatus, RhythmFinding, Vitals
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.vitals import Quality, Vital
from clinical.watch.crew.stretches import Said, Stretch, end_us, run, stretches
from clinical.watch.due import earliest
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, release, withdraw
from clinical.watch.told.rhythms import Rhythms

SAID_KEPT: Final = 64
"""Newest words of beginnings and ends, and newest withdrawals, that are remembered of a patient;
what was captured during an older intervention and comes even later is judged."""

_RULE: Final = RULES[Cause.JUDGEMENT_WITHHELD]
_TO_SHOCK: Final = frozenset(
    {Arrhythmia.VENTRICULAR_FIBRILLATION, Arrhythmia.VENTRICULAR_TACHYCARDIA}
)
_OF_THE_CREW: Final = frozenset(
    finding
    for rule in INTERVENTIONS.values()
    for finding in (rule.begun_by, *rule.ended_by)
    if finding is not None
)


class Interventions:
    """What is done to one patient."""

    __slots__ = (
        "_conditions",
        "_over",
        "_rhythms",
        "_said",
        "_stretches",
        "_untold_us",
        "_withdrawn",
        "last_us",
    )

    def __init__(self, rhythms: Rhythms) -> None:
        """Begin with nothing done; ``rhythms`` is told what waited."""
        self._rhythms = rhythms
        self._said: list[Said] = []
        self._withdrawn: list[FrameRef] = []
        self._conditions: dict[Intervention, FlagCondition] = {}
        self._over: RhythmFinding | None = None
        """That there is no dangerous rhythm any more, said while that cannot be judged."""
        self._untold_us: int | None = None
        """When the next is told that has begun and is not told yet."""
        self._stretches: dict[Intervention, tuple[Stretch, ...]] = {}
        self.last_us = 0
        """What was captured from here on is forged by nothing that is known of."""

    @property
    def known(self) -> bool:
        """Tell whether anything was ever done."""
        return bool(self._said)

    @property
    def stand(self) -> bool:
        """Tell whether anything is told, or will be by itself."""
        waits = self._over is not None or self._untold_us is not None
        return bool(self._conditions) or waits

    def on_crew(self, item: CrewEvent, captured_us: int, frame: FrameRef, now_us: int) -> Findings:
        """Take in what the crew does, or the withdrawal of an earlier word."""
        if item.withdraws is not None:
            return self._withdraw(item.withdraws, now_us)
        if item.finding not in _OF_THE_CREW or frame in self._withdrawn:
            return NO_FINDINGS
        return self._hear(_words(item.finding, captured_us, frame), now_us)

    def on_status(
        self, item: DeviceStatus, captured_us: int, frame: FrameRef, now_us: int
    ) -> Findings:
        """Take in whether the cuff squeezes the limb that the oximeter is on."""
        squeezes = item.cuff_inflated and bool(item.cuff_above_oximeter)
        if squeezes is None or squeezes == self._squeezed:
            return NO_FINDINGS
        word = (captured_us, Intervention.CUFF, squeezes, frame)
        return self._hear([word], now_us)

    def judged(self, item: Vitals, captured_us: int) -> Vitals:
        """Return an item without the values that are forged."""
        forged = {
            vital: Quality.ARTEFACT
            for rule in self._covering(captured_us)
            for vital in rule.forged
            if not (rule.zero_counts and getattr(item, vital.value) == 0)
            and getattr(item, vital.value) is not None
        }
        return replace(item, marks={**forged, **item.marks}) if forged else item

    def excused(self, captured_us: int) -> frozenset[Vital]:
        """Return the vital signs that are left out of what was captured at this instant."""
        return frozenset().union(*(rule.forged for rule in self._covering(captured_us)))

    def explained(self, findings: Findings) -> Findings:
        """Return findings of the breath with what the crew has done to the airway."""
        if not any(
            name is Intervention.INTUBATION and not begins for _, name, begins, _ in self._said
        ):
            return findings
        return tuple(
            replace(finding, values={**finding.values, AIRWAY: SECURED})
            if finding.rule.cause in OF_THE_AIRWAY
            else finding
            for finding in findings
        )

    def on_rhythm(self, word: RhythmFinding) -> Findings | None:
        """Return what follows of a rhythm that cannot be judged; None: it can be."""
        covering = next((rule for rule in self._covering(word.at_us) if rule.rhythm), None)
        if covering is None or word.arrhythmia is Arrhythmia.ASYSTOLE:
            self._over = None
            return None
        self._over = word if word.arrhythmia is None else None
        condition = self._conditions.get(covering.intervention)
        if condition is None or word.arrhythmia not in _TO_SHOCK:
            return NO_FINDINGS
        values = {"intervention": covering.intervention.value, "rhythm": word.arrhythmia.name}
        changes = condition.set_level(Priority.MEDIUM, word.at_us, word.frame)
        return findings_of(condition, changes, values)

    def on_tick(self, now_us: int) -> Findings:
        """End what is over by itself."""
        return self._tell(now_us) if self.stand else NO_FINDINGS

    @property
    def due_us(self) -> int | None:
        """When the first of what is told is over, or the next is told."""
        ends = (end_us(self._stretches[name]) for name in self._conditions)
        return earliest(*ends, self._untold_us, None if self._over is None else self.last_us)

    def close(self, at_us: int) -> Findings:
        """End what is told, and forget what was done."""
        findings = NO_FINDINGS
        for condition in self._conditions.values():
            findings += withdraw(condition, at_us)
        self._conditions.clear()
        self._said, self._over, self._untold_us = [], None, None
        self._recount()
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing was ever done."""
        if not (self._said or self._withdrawn):
            return {}
        return {
            "said": [
                [at_us, name.value, begins, frame_to_plain(frame)]
                for at_us, name, begins, frame in self._said
            ],
            "withdrawn": [frame_to_plain(frame) for frame in self._withdrawn],
            "conditions": [
                [name.value, condition.snapshot()] for name, condition in self._conditions.items()
            ],
            "untold_us": self._untold_us,
            "over": None if self._over is None else _over_to_plain(self._over),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if not state:
            return
        self._said = [
            (at_us, Intervention(name), begins, frame_from_plain(frame))
            for at_us, name, begins, frame in state["said"]
        ]
        self._withdrawn = [frame_from_plain(frame) for frame in state["withdrawn"]]
        for name, plain in state["conditions"]:
            condition = self._conditions[Intervention(name)] = FlagCondition(_RULE, name)
            condition.restore(plain)
        self._untold_us = state["untold_us"]
        self._over = None if state["over"] is None else _over_from_plain(state["over"])
        self._recount()

    def _hear(self, words: list[Said], now_us: int) -> Findings:
        """Take in what is said to begin or end."""
        self._said = sorted([*self._said, *words], key=itemgetter(0))[-SAID_KEPT:]
        self._recount()
        return self._tell(now_us)

    def _withdraw(self, withdrawn: FrameRef, now_us: int) -> Findings:
        self._withdrawn = [*self._withdrawn, withdrawn][-SAID_KEPT:]
        remaining = [word for word in self._said if word[3] != withdrawn]
        if len(remaining) == len(self._said):
            return NO_FINDINGS
        self._said = remaining
        self._recount()
        return self._tell(now_us)

    @property
    def _squeezed(self) -> bool:
        """Tell whether the cuff was said to squeeze that limb last; said again, it is no news."""
        words = [begins for _, name, begins, _ in self._said if name is Intervention.CUFF]
        return bool(words) and words[-1]

    def _recount(self) -> None:
        """Find when each intervention lasted, by all that was said."""
        self._stretches = {
            name: tuple(stretches(rule, self._said)) for name, rule in INTERVENTIONS.items()
        }
        self.last_us = max(map(end_us, self._stretches.values()))

    def _covering(self, at_us: int) -> Iterator[InterventionRule]:
        """Return the interventions that last at this instant."""
        if at_us >= self.last_us:
            return
        for name, lasted in self._stretches.items():
            if any(began_us <= at_us < over_us for began_us, over_us, _ in lasted):
                yield INTERVENTIONS[name]

    def _tell(self, now_us: int) -> Findings:
        """Say what lasts at this instant, as far as it is not said, and what does not any more."""
        at_us = max(now_us, self._said[-1][0] if self._said else 0)
        findings, untold_us = NO_FINDINGS, None
        for name, rule in INTERVENTIONS.items():
            lasts, condition = run(self._stretches[name], at_us), self._conditions.get(name)
            if lasts is None:
                findings += self._untell(name, at_us)
            elif condition is None and at_us >= lasts[0] + rule.told_after_us:
                condition = self._conditions[name] = FlagCondition(_RULE, name.value)
                changes = condition.set(active=True, at_us=lasts[0], frame=lasts[2])
                findings += findings_of(condition, changes, {"intervention": name.value})
            elif condition is None:
                untold_us = earliest(untold_us, lasts[0] + rule.told_after_us, lasts[1])
        self._untold_us = untold_us
        return findings + self._give_back(at_us)

    def _untell(self, name: Intervention, at_us: int) -> Findings:
        """Say that an intervention is over that was told."""
        condition = self._conditions.pop(name, None)
        if condition is None or condition.frame is None:
            return NO_FINDINGS
        over_us = min(end_us(self._stretches[name]) or at_us, at_us)
        return release(condition, over_us, condition.frame)

    def _give_back(self, at_us: int) -> Findings:
        """Let what waited for its end be judged."""
        over = self._over
        if over is None or at_us < self.last_us:
            return NO_FINDINGS
        self._over = None
        return self._rhythms.on_item(over)


def _words(finding: CrewFinding, at_us: int, frame: FrameRef) -> list[Said]:
    """Return what a finding says of each intervention that it begins or ends."""
    return [
        (at_us, name, finding is rule.begun_by, frame)
        for name, rule in INTERVENTIONS.items()
        if finding is rule.begun_by or finding in rule.ended_by
    ]


def _over_to_plain(word: RhythmFinding) -> list[Any]:
    return [
        word.encounter_id,
        word.since_us,
        word.at_us,
        word.confidence,
        [list(pair) for pair in word.evidence],
        frame_to_plain(word.frame),
        word.stamped_us,
    ]


def _over_from_plain(plain: list[Any]) -> RhythmFinding:
    encounter_id, since_us, at_us, confidence, evidence, frame, stamped_us = plain
    pairs = tuple((name, value) for name, value in evidence)
    ref = frame_from_plain(frame)
    return RhythmFinding(encounter_id, None, since_us, at_us, confidence, pairs, ref, stamped_us)
