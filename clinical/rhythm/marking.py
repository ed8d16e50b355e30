"""Marks on the leads of one patient as they come live: beats, quality, heart rate, rhythm.

Leads are brought together and judged as for the alarms of a rhythm (``bed``), from where somebody
began to watch: sample 0 of a run lies at a place of each lead's own count of samples, so marks do
not depend on how the samples were cut. With a new run everything begins anew.

Every second is marked by its quality; every fourth closes a window of rhythm, judged as
``goldenhour lab rhythm`` does. A mark is no alarm: only the patient watch raises those.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean
from typing import Final

from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.bed import Bed, Look
from clinical.rhythm.judgement import Second
from clinical.rhythm.ward import judge
from clinical.signals.beats import Beat
from clinical.signals.candidates import AHEAD
from clinical.signals.heart_rate import INTERVALS, HeartRate, heart_rate
from clinical.signals.resampling import BLOCK
from clinical.signals.rhythm import Rhythm, named, shocked
from clinical.signals.shock_window import WINDOW_S
from clinical.signals.shockable import ShockDecision, ShockState, decide
from clinical.signals.waveform import WaveformChunk

BEATS_KEPT: Final = 160
"""Newest beats, over which rate and rhythm are taken: the rhythm's time at 400 per minute."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where sample 0 of a run lies in a lead."""

    lead: str
    sample: int
    """Position since the lead began, as its chunks count."""
    rate_hz: float


@dataclass(frozen=True, slots=True)
class MarkedSecond:
    """How far each lead could be trusted in one second of a run."""

    number: int
    quality: tuple[float, ...]
    """Of each lead in the order of ``Marks.origins``, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one or more seconds of a run brought."""

    run: int
    """Counts the runs of the patient, from 1."""
    origins: tuple[Origin, ...]
    seconds: tuple[MarkedSecond, ...]
    beats: tuple[Beat, ...]
    """Those that were decided now, up to 1.75 s after they happened."""
    heart_rate: HeartRate | None
    """By the newest beats; None: too few of them."""
    rhythm: Rhythm | None
    """Of the newest whole window of four seconds; None: none is whole yet."""


class _MarkedBed(Bed):
    """A bed that remembers what each second shows, until it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._runs = 0
        self._brought: list[Marks] = []
        self._begin_marks()

    def _begin_marks(self) -> None:
        self._origins: tuple[Origin, ...] = ()
        self._seconds: list[MarkedSecond] = []
        self._fresh: list[Beat] = []
        self._beats: deque[Beat] = deque(maxlen=BEATS_KEPT)
        self._shock = ShockState()
        self._rate: HeartRate | None = None
        self._rhythm: Rhythm | None = None

    def _begin(self) -> None:
        self._note()
        super()._begin()
        self._runs += 1
        self._begin_marks()
        if self.run is not None:
            self._origins = tuple(Origin(*place) for place in self.run.places)

    def conclude(self, look: Look, second: Second, beats: Sequence[Beat]) -> Call | None:
        """Note a second."""
        call = super().conclude(look, second, beats)
        if self.run is not None:
            number = self.run.number - 1
            self._seconds.append(MarkedSecond(number, second.quality))
            self._fresh += beats
            self._beats.extend(beats)
            looked = BLOCK * (number + 1) - AHEAD
            self._rate = heart_rate(list(self._beats)[-INTERVALS - 1 :], looked)
            if (number + 1) % WINDOW_S == 0:
                self._weigh(second, float(number + 1))
        return call

    def _weigh(self, second: Second, end_s: float) -> None:
        decision, self._shock = decide(self._shock, second.log_odds, second.span_mv)
        label = _label(decision, second.repetition)
        self._rhythm = label or named(self._beats, end_s)

    def _note(self) -> None:
        """Keep what became known of the run since then as one."""
        if self._seconds:
            seconds, beats = tuple(self._seconds), tuple(self._fresh)
            self._brought.append(
                Marks(self._runs, self._origins, seconds, beats, self._rate, self._rhythm)
            )
            self._seconds, self._fresh = [], []

    def brought(self) -> tuple[Marks, ...]:
        """Return what became known since it was asked last, oldest first."""
        self._note()
        brought, self._brought = tuple(self._brought), []
        return brought


class LiveMarks:
    """Marks the leads of one patient. ``take`` takes chunks as they come."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._bed = _MarkedBed()

    def take(self, chunks: Sequence[WaveformChunk]) -> tuple[Marks, ...]:
        """Take chunks in the order in which they came; return what they brought, oldest first.

        Raises:
            Exception: whatever broke the judgement.
        """
        for chunk in chunks:
            self._bed.push(chunk)
            for _, said in judge([self._bed]):
                if isinstance(said, Exception):
                    raise said
        return self._bed.brought()


def _label(decision: ShockDecision, repetition: Sequence[float]) -> Rhythm | None:
    """Return what the shock decision already says of the rhythm; None: the beats say."""
    if not decision.leads:
        return Rhythm.NOISE
    if not decision.likely:
        return None
    return shocked(fmean(filter(isfinite, repetition)))
