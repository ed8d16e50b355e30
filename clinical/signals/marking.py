"""Marks on the leads of one patient as they come live: beats, quality, heart rate, rhythm.

Chunks of leads become the input of a bank of their own. A lead that is heard for the first time
waits until a second of it has come in two chunks or more, so that the leads of a frame begin
together: at the latest of their first samples, which is sample 0 of the bank. From then on a
chunk's own number says where it
belongs, so marks do not depend on how the samples were cut.

A *run* ends, and everything begins anew with the next, where a lead changes its rate, counts from
another beginning or comes after a long hole, and where a further lead appears. A lead that stays
behind the others is filled as missing, so that it never holds them up.

Every second of the bank is marked by its quality; every fourth closes a window of rhythm, judged as
``goldenhour lab rhythm`` does. A mark is no alarm: only the patient watch raises those.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.instant import SECOND_US
from clinical.signals.bank import Bank, Block
from clinical.signals.beats import Beat, BeatDetector
from clinical.signals.candidates import AHEAD
from clinical.signals.heart_rate import INTERVALS, HeartRate, heart_rate
from clinical.signals.quality import quality_of
from clinical.signals.resampling import BLOCK, RATE_MAX_HZ, RATE_MIN_HZ
from clinical.signals.rhythm import Rhythm, named, shocked
from clinical.signals.shock_window import MISSING_MAX, WINDOW_S, Floats
from clinical.signals.shockable import ShockDecision, ShockState, decide, evidence_of
from clinical.signals.waveform import WaveformChunk

GATHERED_US: Final = SECOND_US
"""So much of a lead must have come, in two chunks or more, before a run begins."""

LEADS_MAX: Final = 12
"""Leads of one patient that are marked; those that come later are drawn without marks."""

LEADS_BEHIND_S: Final = 3
"""A lead that is so far behind the newest is filled as missing and what comes of it later is lost;
chunks are at most a second long."""

HOLE_S: Final = 10
"""A longer hole in a lead ends the run."""

AGREES_US: Final = SECOND_US
"""A chunk whose number and time disagree by more comes from another beginning of its lead."""

CHUNKS_GATHERED: Final = 256
"""Chunks that wait for a run to begin; beyond, the oldest are let go."""

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


@dataclass(slots=True)
class _Lead:
    """A lead of a run."""

    origin: Origin
    end_sample: int
    end_us: int

    def follows(self, chunk: WaveformChunk) -> bool:
        """Whether a chunk belongs to the same run of this lead."""
        ahead = chunk.first_sample - self.end_sample
        expected_us = self.end_us + round(ahead * SECOND_US / self.origin.rate_hz)
        return (
            chunk.rate_hz == self.origin.rate_hz
            and ahead <= HOLE_S * chunk.rate_hz
            and abs(chunk.start_us - expected_us) <= AGREES_US
        )

    def take(self, chunk: WaveformChunk) -> None:
        """Note how far the lead has come."""
        if chunk.end_sample > self.end_sample:
            self.end_sample, self.end_us = chunk.end_sample, chunk.end_us


class _Run:
    """The bank of some leads, and what is known of their rhythm."""

    def __init__(self, number: int, firsts: Sequence[WaveformChunk]) -> None:
        """Begin at the latest of the first chunks of some leads."""
        self.number = number
        begin_us = max(chunk.start_us for chunk in firsts)
        self._leads = {
            chunk.lead: _Lead(_origin(chunk, begin_us), chunk.first_sample, chunk.start_us)
            for chunk in firsts
        }
        self._index = {name: index for index, name in enumerate(self._leads)}
        self._bank = Bank([lead.origin.rate_hz for lead in self._leads.values()])
        self._detector = BeatDetector(self._bank)
        self._beats: deque[Beat] = deque(maxlen=BEATS_KEPT)
        self._window: deque[Floats] = deque(maxlen=WINDOW_S)
        self._shock = ShockState()
        self._rate: HeartRate | None = None
        self._rhythm: Rhythm | None = None

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where each lead begins."""
        return tuple(lead.origin for lead in self._leads.values())

    def knows(self, chunk: WaveformChunk) -> bool:
        """Whether a chunk is of a lead of this run."""
        return chunk.lead in self._leads

    def fits(self, chunk: WaveformChunk) -> bool:
        """Whether a chunk goes on where its lead is, or fills what was before."""
        return self._leads[chunk.lead].follows(chunk)

    @property
    def full(self) -> bool:
        """Whether no further lead is marked."""
        return len(self._leads) >= LEADS_MAX

    def push(self, chunk: WaveformChunk) -> None:
        """Take a chunk that fits."""
        lead, index = self._leads[chunk.lead], self._index[chunk.lead]
        lead.take(chunk)
        samples_mv = np.asarray(chunk.samples, np.float64) * (chunk.scale_uv_per_bit / 1_000)
        self._bank.push(index, chunk.first_sample - lead.origin.sample, samples_mv)

    def marks(self) -> Marks | None:
        """Return what has become known; None where nothing has."""
        self._fill_behind()
        seconds: list[MarkedSecond] = []
        beats: list[Beat] = []
        for block in self._bank.blocks():
            number = int(block.number[0])
            quality = quality_of(block).overall
            seconds.append(MarkedSecond(number, tuple(float(grade) for grade in quality)))
            found = self._detector.on_block(block).of(0)
            beats += found
            self._beats.extend(found)
            self._weigh(number, block)
        if not seconds:
            return None
        return Marks(
            self.number, self.origins, tuple(seconds), tuple(beats), self._rate, self._rhythm
        )

    def _fill_behind(self) -> None:
        """Let no lead hold up the others."""
        ends_s = [self._bank.end_of(index) / rate for index, rate in enumerate(self._bank.rates_hz)]
        for index, rate in enumerate(self._bank.rates_hz):
            missing = int((max(ends_s) - LEADS_BEHIND_S - ends_s[index]) * rate)
            if missing > 0:
                self._bank.push(index, self._bank.end_of(index), np.full(missing, np.nan))

    def _weigh(self, number: int, block: Block) -> None:
        """Take rate and rhythm after a block."""
        looked = BLOCK * (number + 1) - AHEAD
        self._rate = heart_rate(list(self._beats)[-INTERVALS - 1 :], looked)
        self._window.append(_with_holes(block))
        if (number + 1) % WINDOW_S:
            return
        windows = np.concatenate(self._window, axis=1)
        evidence = evidence_of(list(windows))
        decision, self._shock = decide(
            self._shock, evidence.log_odds.tolist(), evidence.span_mv.tolist()
        )
        label = _label(decision, evidence.repetition)
        self._rhythm = label or named(self._beats, float(number + 1))


class LiveMarks:
    """Marks the leads of one patient. ``take`` takes chunks as they come."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._gathered: deque[WaveformChunk] = deque(maxlen=CHUNKS_GATHERED)
        self._run: _Run | None = None
        self._runs = 0

    def take(self, chunks: Sequence[WaveformChunk]) -> tuple[Marks, ...]:
        """Take chunks in the order in which they came; return what they brought, oldest first."""
        brought: list[Marks] = []
        for chunk in chunks:
            if not RATE_MIN_HZ <= chunk.rate_hz <= RATE_MAX_HZ or not chunk.samples:
                continue
            if self._ends(chunk):
                self._note(brought)
                self._run = None
            if self._run is None:
                self._gather(chunk)
            elif self._run.knows(chunk):
                self._run.push(chunk)
        self._note(brought)
        return tuple(brought)

    def _ends(self, chunk: WaveformChunk) -> bool:
        """Whether a chunk ends the run."""
        if self._run is None:
            return False
        return not (self._run.fits(chunk) if self._run.knows(chunk) else self._run.full)

    def _gather(self, chunk: WaveformChunk) -> None:
        """Keep a chunk until enough of its lead has come, then begin a run."""
        self._gathered.append(chunk)
        alike = [one for one in self._gathered if one.lead == chunk.lead]
        if len(alike) == 1 or chunk.end_us - alike[0].start_us < GATHERED_US:
            return
        firsts: dict[str, WaveformChunk] = {}
        for one in self._gathered:
            if len(firsts) < LEADS_MAX:
                firsts.setdefault(one.lead, one)
        self._runs += 1
        self._run = _Run(self._runs, list(firsts.values()))
        for one in self._gathered:
            if self._run.knows(one) and self._run.fits(one):
                self._run.push(one)
        self._gathered.clear()

    def _note(self, brought: list[Marks]) -> None:
        marks = self._run.marks() if self._run is not None else None
        if marks is not None:
            brought.append(marks)


def _origin(first: WaveformChunk, begin_us: int) -> Origin:
    ahead = round((begin_us - first.start_us) * first.rate_hz / SECOND_US)
    return Origin(first.lead, first.first_sample + ahead, first.rate_hz)


def _with_holes(block: Block) -> NDArray[np.float64]:
    """Return a block's samples, NaN in the seconds of which too much is missing."""
    holed = block.missing[:, None] > MISSING_MAX
    samples: NDArray[np.float64] = np.where(holed, np.nan, block.raw)
    return samples


def _label(decision: ShockDecision, repetition: Floats) -> Rhythm | None:
    """Return what the shock decision already says of the rhythm; None: the beats say."""
    if not decision.leads:
        return Rhythm.NOISE
    if not decision.likely:
        return None
    return shocked(float(np.nanmean(repetition)))
