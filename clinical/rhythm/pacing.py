"""Whether the heart answers its pacemaker, and whether that fires: what follows each stimulus.

Spikes that follow one another within ``GROUP_S`` are one stimulus, and its last spike the one that
the ventricles should answer. A beat within ``ANSWER_S`` after it is taken for the answer, and one
as late as the answers of most: what paces the atria alone may take long to be conducted. A stimulus
soon after a beat falls on muscle that cannot answer, and is passed over. ``UNANSWERED`` of
the newest ``WEIGHED`` others without a beat are pacing that is not captured: three in a row, or
every other one.

That an answer was no more than a beat of the heart's own at the right moment cannot be told from
one lead: with beats of its own a heart must fail to answer for somewhat longer until it is told.

A pacemaker waits for a beat no longer than its interval. Neither stimulus nor beat for more than
``UNDELIVERED`` of them is pacing that is not delivered: a single beat that was not found, which the
pacemaker has sensed, or a single stimulus that was not told makes no pause as long. How long its
interval is, is seen from the stimuli before; where the heart's own beats come between these it is
taken for longer than it is, and a pause must be longer too.

Whether blood moves is asked of a pleth or an arterial pressure: pulses nearly as fast as the
stimuli say that beats are there which the leads do not show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from math import inf
from statistics import median
from typing import Final, Self

from clinical.signals.beats import Beat
from clinical.signals.resampling import WORKING_RATE_HZ

GROUP_S: Final = 0.4
"""The longest time from the stimulus of the atria to that of the ventricles."""

ANSWER_S: Final = 0.4
"""From a stimulus to the middle of the QRS complex that answers it; of the atria, with the time
through the AV node."""

LATE_S: Final = 0.6
ALIKE_S: Final = 0.05
ALIKE: Final = 3
"""So many beats that follow stimuli within the first time, most of those that do, by as much to
within the second, are answers."""

REFRACTORY_S: Final = 0.3
"""After a beat for so long the ventricles cannot answer."""

WEIGHED: Final = 6
UNANSWERED: Final = 3

LATELY_S: Final = 12.0
"""A stimulus longer ago says nothing of now."""

SETTLING_S: Final = 6.0
"""Until beats are found as well as ever after a lead is known to be paced: the first spikes were
still taken for beats, as tall as they are."""

PAUSE_S: Final = 60.0
"""After a longer pause they begin anew."""

UNDELIVERED: Final = 2.0
"""A pause of more such intervals should have had a stimulus in it."""

UNDELIVERED_LATE_S: Final = 0.15
"""And of so much more: beats and stimuli are in the middle of a QRS complex, and a little apart."""

SEEN: Final = 5
"""So many stimuli within ``LATELY_S`` before a pause say how long the interval is."""

INTERVAL_MAX_S: Final = 2.0
"""Stimuli further apart, under 30/min, say nothing of when the next is due."""

PAUSED_S: Final = 3.0
"""A pause that ended longer ago is over."""

SPIKES_KEPT: Final = 32
"""Newest spikes of a patient: 12 s of two chambers at 80/min."""

PULSES_PART: Final = 0.8
"""Pulses as fast as this part of the stimuli show that these are answered."""

_TOGETHER_S: Final = 0.02
"""Spikes of several leads no further apart are one."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Pacing that is not captured."""

    since_s: float
    """When the first of the stimuli was that was not answered."""
    stimuli: int
    """Stimuli that were weighed."""
    count: int
    """Those of them without an answer."""
    rate_bpm: float
    """Of the stimuli."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Pacing that did not come when it should."""

    since_s: float
    """The last stimulus or beat before the pause."""
    pause_s: float
    """Until the next, or until now."""
    interval_s: float
    """Of the stimuli before."""


@dataclass(frozen=True, slots=True)
class Spikes:
    """The newest spikes of one patient, at the working rate from sample 0, ascending."""

    samples: tuple[int, ...] = ()
    begun: int = 0
    """When the first of them came of those without a long pause."""

    def after(self, more: Sequence[int]) -> Self:
        """Return them with those that the newest second showed in any lead."""
        if not more:
            return self
        first = min(more)
        paused = not self.samples or first - self.samples[-1] > PAUSE_S * WORKING_RATE_HZ
        samples: list[int] = []
        for sample in sorted({*self.samples, *more}):
            if not samples or sample - samples[-1] > _TOGETHER_S * WORKING_RATE_HZ:
                samples.append(sample)
        return type(self)(tuple(samples[-SPIKES_KEPT:]), first if paused else self.begun)

    def rate_bpm(self, since_s: float) -> float | None:
        """Return how often stimuli came since then; None: fewer than three."""
        stimuli = [at_s for at_s in self._stimuli_s() if at_s >= since_s]
        if len(stimuli) < UNANSWERED:
            return None
        return 60 / median(after - before for before, after in pairwise(stimuli))

    def unanswered(
        self, beats: Sequence[Beat], since_s: float, known_s: float
    ) -> Unanswered | None:
        """Tell whether the newest stimuli are not captured.

        Args:
            beats: ascending.
            since_s: from when on all beats are among them.
            known_s: until when beats are decided.
        """
        if not self.samples:
            return None
        settled_s = self.begun / WORKING_RATE_HZ + SETTLING_S
        since_s = max(since_s, known_s - LATELY_S, settled_s)
        found: list[tuple[float, float]] = []
        beats_s = [beat.sample / WORKING_RATE_HZ for beat in beats]
        for at_s in self._stimuli_s():
            gaps = [beat_s - at_s for beat_s in beats_s]
            if not since_s <= at_s <= known_s - ANSWER_S:
                continue
            if not any(-REFRACTORY_S <= gap <= 0 for gap in gaps):
                found.append((at_s, min((gap for gap in gaps if gap > 0), default=inf)))
        usual_s = _usual_s([gap for _, gap in found if gap <= LATE_S])
        weighed = found[-WEIGHED:]
        without = [at_s for at_s, gap in weighed if gap > ANSWER_S and abs(gap - usual_s) > ALIKE_S]
        rate_bpm = self.rate_bpm(since_s)
        if len(without) < UNANSWERED or rate_bpm is None:
            return None
        return Unanswered(without[0], len(weighed), len(without), rate_bpm)

    def undelivered(
        self, beats: Sequence[Beat], since_s: float, known_s: float
    ) -> Undelivered | None:
        """Tell whether a stimulus did not come when it should, in the newest pause that was so.

        Args:
            beats: ascending.
            since_s: from when on all beats are among them.
            known_s: until when beats are decided.
        """
        stimuli_s = self._stimuli_s()
        since_s = max(since_s, self.begun / WORKING_RATE_HZ + SETTLING_S)
        beats_s = [beat.sample / WORKING_RATE_HZ for beat in beats]
        events_s = sorted(at_s for at_s in (*stimuli_s, *beats_s) if since_s <= at_s <= known_s)
        for begin_s, end_s in reversed([*pairwise([*events_s, known_s])]):
            if end_s < known_s - PAUSED_S:
                return None
            before_s = [at_s for at_s in stimuli_s if begin_s - LATELY_S <= at_s <= begin_s]
            if len(before_s) < SEEN:
                continue
            interval_s = median(after - before for before, after in pairwise(before_s))
            late_s = end_s - begin_s - UNDELIVERED * interval_s
            if late_s > UNDELIVERED_LATE_S and interval_s <= INTERVAL_MAX_S:
                return Undelivered(begin_s, end_s - begin_s, interval_s)
        return None

    def _stimuli_s(self) -> list[float]:
        """Return when each stimulus was: the last of spikes that belong together."""
        spikes_s = [sample / WORKING_RATE_HZ for sample in self.samples]
        last = [after - before > GROUP_S for before, after in pairwise(spikes_s)]
        return [*compress(spikes_s, last), *spikes_s[-1:]]


def _usual_s(gaps: Sequence[float]) -> float:
    """Return how late most answers are; minus infinity: they are not alike."""
    usual_s = median(gaps) if gaps else -inf
    alike = sum(abs(gap - usual_s) <= ALIKE_S for gap in gaps)
    return usual_s if alike >= max(ALIKE, len(gaps) / 2) else -inf
