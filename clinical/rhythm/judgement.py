"""Which dangerous rhythm a patient is in, decided every second from what the leads show.

- **Fibrillation, and tachycardia that calls for a shock**: the decision of ``shockable`` on the
  four seconds that end now. Windows a second apart overlap, so their evidence must not be added up:
  four chains of memory take turns, each of which sees every fourth window, just as the lab judges a
  recording. One window must be sure, or shown by several leads alike, or ``SHOCKS`` in a row speak
  for it. Waves that repeat themselves are tachycardia, else fibrillation.
- **Ventricular tachycardia** also by beats: five ventricular ones in a row over 100/min.
- **Asystole**: no beat for four seconds on a lead that shows a signal.
- **Extreme bradycardia and tachycardia**: five beats under 40/min, 17 beats over 140/min.
- **Pacing that is not captured**: stimuli without a beat after them (``pacing``).
- **Pacing that is not delivered**: neither stimulus nor beat when a stimulus was due.

Of several, the gravest is told. Pulses that go on (``pulse``) contradict fibrillation and asystole,
and, nearly as fast as the stimuli, failing capture; beats found on leads that cannot be trusted say
nothing. What was told stands until the leads have shown otherwise for ``CLEAR`` seconds, and no
answer changes nothing; fibrillation whose waves become regular is still told of as fibrillation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from statistics import fmean, median
from typing import Any, Final

from clinical.rhythm.arrhythmia import GRAVITY, Arrhythmia, Call
from clinical.rhythm.pacing import PULSES_PART, Spikes
from clinical.rhythm.pulse import Witness
from clinical.signals.beats import DELAY, LEARNING, Beat, Kind
from clinical.signals.candidates import AHEAD
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.signals.rhythm import REPEATING
from clinical.signals.shock_window import WINDOW_S
from clinical.signals.shockable import DECLINED, ShockDecision, ShockState, decide

SHOCKS: Final = 2
SHOCK_ODDS: Final = 0.5
SHOCK_ODDS_TOGETHER: Final = 3.0
"""So many windows in a row, a second apart, of which each speaks for a shock by these log odds, and
all together by those, are fibrillation or tachycardia; so is one that is sure (``shockable``).
"""

EACH_LEAD_ODDS: Final = 1.5
"""And so is one window of two leads or more of which each speaks for a shock by these log odds."""

CLEAR: Final = 4
"""Seconds that show otherwise before what was told is over."""

GAP_S: Final = 4.0
"""Without a beat for so long it is asystole."""

PRESSING_ODDS: Final = -3.0
PRESSING_GAP_S: Final = GAP_S / 2
"""Where the newest window speaks so little against a shock, or there is no beat for so long, the
next second may decide: it is judged as soon as it is known."""

RUN: Final = 5
RUN_BPM: Final = 100.0
"""So many ventricular beats in a row, faster than this, are tachycardia."""

SLOW: Final = 5
SLOW_BPM: Final = 40.0
FAST: Final = 17
FAST_BPM: Final = 140.0

NEWEST_S: Final = 3.0
"""Fast beats that ended longer ago are no rhythm any longer."""

TRUSTED: Final = 0.2
"""Beats whose leads can be trusted less, at the median, say nothing."""

SOUND: Final = 0.3
"""A lead that can be trusted less cannot show that there is no beat."""

REPEATED_S: Final = 5.0
"""Between two calls of one rhythm that lasts."""

BEATS_KEPT: Final = FAST
"""The newest beats that are remembered."""

_PULSELESS: Final = frozenset(
    {
        Arrhythmia.VENTRICULAR_FIBRILLATION,
        Arrhythmia.ASYSTOLE,
        Arrhythmia.PACING_NOT_CAPTURED,
        Arrhythmia.PACING_NOT_DELIVERED,
    }
)
"""What pulses that go on contradict. Tachycardia may have pulses, and often has at first."""

Evidence = tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, slots=True)
class Second:
    """What the leads of a patient show in the window that ends now, a value of each lead."""

    leads: tuple[str, ...]
    log_odds: tuple[float, ...]
    """For a shock; NaN where the window says nothing."""
    span_mv: tuple[float, ...]
    repetition: tuple[float, ...]
    sound: tuple[float, ...]
    """The worst second's trust, 0 to 1."""
    alive: tuple[float, ...]
    """The worst second's movement, 0 to 1."""
    quality: tuple[float, ...]
    """How far the newest second can be trusted, its height included, 0 to 1."""
    stimuli: tuple[int, ...] = ()
    """Pacing spikes that any lead showed, at the working rate from sample 0."""


@dataclass(frozen=True, slots=True)
class _Found:
    arrhythmia: Arrhythmia
    since_s: float
    confidence: float
    evidence: Evidence
    by_shock: bool = False
    pulses_under_bpm: float = 0.0
    """Pulses that are slower do not contradict it; 0: any do that go on."""


def _shown(second: Second) -> dict[str, float]:
    """Return the leads that can show that there is no beat, with how far each can be trusted."""
    return {
        lead: sound
        for lead, sound, alive in zip(second.leads, second.sound, second.alive, strict=True)
        if sound >= SOUND and alive > 0
    }


def _graver(found: _Found, told: Arrhythmia) -> bool:
    return GRAVITY[found.arrhythmia] > GRAVITY[told]


class Judgement:
    """What is remembered of a patient's rhythm."""

    __slots__ = (
        "_agreed",
        "_beats",
        "_clear",
        "_number",
        "_odds",
        "_said_s",
        "_spikes",
        "_states",
        "_told",
    )

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._told: Arrhythmia | None = None
        self.begin()

    def begin(self) -> None:
        """Begin a new run; what was told stands until it is judged."""
        self._number = 0
        self._states = [ShockState()] * WINDOW_S
        self._agreed = False
        """Whether the newest such window shows it in every lead of several."""
        self._odds: list[float] = []
        """For a shock, by the newest windows that said anything."""
        self._beats: list[Beat] = []
        self._spikes = Spikes()
        self._clear = 0
        self._said_s: float | None = None

    def on_second(self, second: Second, beats: Sequence[Beat], witness: Witness) -> Call | None:
        """Judge a second and the beats that it decided; return what is new."""
        self._beats = [*self._beats, *beats][-BEATS_KEPT:]
        if max(second.sound, default=0.0) >= SOUND:
            self._spikes = self._spikes.after(second.stimuli)
        decision = self._decided(second)
        self._number += 1
        found = self._borne_out(self._gravest(second, decision), witness)
        return self._news(found, decision)

    @property
    def pressing(self) -> bool:
        """Whether the next second may tell of fibrillation or asystole."""
        odds = self._odds[-1] if self._odds else -inf
        return odds >= PRESSING_ODDS or self._decided_s - self._last_s >= PRESSING_GAP_S

    @property
    def _last_s(self) -> float:
        """When the newest beat was; before there is one, when the first could have been."""
        return self._beats[-1].sample / WORKING_RATE_HZ if self._beats else float(LEARNING)

    @property
    def _now_s(self) -> float:
        return float(self._number)

    @property
    def _decided_s(self) -> float:
        """Until when beats are decided."""
        return self._now_s - (AHEAD + DELAY) / WORKING_RATE_HZ

    def _decided(self, second: Second) -> ShockDecision | None:
        """Return whether the window that ends now calls for a shock; None: it is not yet whole."""
        if self._number < WINDOW_S - 1:
            return None
        turn = self._number % WINDOW_S
        spans = [span if isfinite(span) else 0.0 for span in second.span_mv]
        decision, self._states[turn] = decide(self._states[turn], second.log_odds, spans)
        told = [odds for odds in second.log_odds if isfinite(odds)]
        if decision.leads:
            agreed = len(told) > 1 and min(told) >= EACH_LEAD_ODDS
            self._agreed = agreed and self._states[turn].log_odds >= SHOCK_ODDS
            self._odds = [*self._odds, self._states[turn].log_odds][-SHOCKS:]
        return decision

    def _gravest(self, second: Second, decision: ShockDecision | None) -> _Found | None:
        if decision is not None and self._shocking:
            return self._shocked(second, decision)
        likely = decision is not None and decision.likely
        return (
            (None if likely else self._still(second))
            or self._ventricular()
            or self._regular(Arrhythmia.EXTREME_TACHYCARDIA, FAST)
            or self._unanswered(second)
            or self._regular(Arrhythmia.EXTREME_BRADYCARDIA, SLOW)
            or self._undelivered(second)
        )

    @property
    def _shocking(self) -> bool:
        odds = self._odds
        enough = len(odds) == SHOCKS and sum(odds) >= SHOCK_ODDS_TOGETHER
        sure = bool(odds) and odds[-1] >= DECLINED[1]
        return sure or (enough and min(odds) >= SHOCK_ODDS) or self._agreed

    def _shocked(self, second: Second, decision: ShockDecision) -> _Found:
        waves = [each for each in second.repetition if isfinite(each)]
        repetition = fmean(waves) if waves else 0.0
        which = Arrhythmia.VENTRICULAR_FIBRILLATION
        if repetition >= REPEATING:
            which = Arrhythmia.VENTRICULAR_TACHYCARDIA
        shown = [
            lead for lead, odds in zip(second.leads, second.log_odds, strict=True) if isfinite(odds)
        ]
        evidence: Evidence = (
            ("leads", " ".join(shown)),
            ("shock_probability", round(decision.probability, 4)),
            ("repetition", round(repetition, 2)),
        )
        since_s = max(0.0, self._now_s - WINDOW_S)
        return _Found(which, since_s, decision.probability, evidence, by_shock=True)

    def _still(self, second: Second) -> _Found | None:
        """Return asystole, if a lead shows that there is no beat."""
        last_s = self._last_s
        gap_s = self._decided_s - last_s
        if gap_s < GAP_S or not (shown := _shown(second)):
            return None
        evidence: Evidence = (("leads", " ".join(shown)), ("gap_s", round(gap_s, 1)))
        stimuli_bpm = self._spikes.rate_bpm(last_s)
        if stimuli_bpm is not None:
            evidence += (("stimuli_bpm", round(stimuli_bpm, 1)),)
        return _Found(Arrhythmia.ASYSTOLE, last_s, max(shown.values()), evidence)

    @property
    def _beats_since_s(self) -> float:
        """From when on all beats are remembered."""
        whole = len(self._beats) < BEATS_KEPT
        return 0.0 if whole else self._beats[0].sample / WORKING_RATE_HZ

    def _undelivered(self, second: Second) -> _Found | None:
        """Return pacing that is not delivered, if a lead shows that there is no beat either."""
        found = self._spikes.undelivered(self._beats, self._beats_since_s, self._decided_s)
        if found is None or not (shown := _shown(second)):
            return None
        rate_bpm = 60 / found.interval_s
        evidence: Evidence = (
            ("leads", " ".join(shown)),
            ("stimuli_bpm", round(rate_bpm, 1)),
            ("pause_s", round(found.pause_s, 1)),
        )
        return _Found(
            Arrhythmia.PACING_NOT_DELIVERED,
            found.since_s,
            max(shown.values()),
            evidence,
            pulses_under_bpm=PULSES_PART * rate_bpm,
        )

    def _unanswered(self, second: Second) -> _Found | None:
        """Return pacing that is not captured, if a lead shows that no beat follows."""
        unanswered = self._spikes.unanswered(self._beats, self._beats_since_s, self._decided_s)
        if unanswered is None or not (shown := _shown(second)):
            return None
        part, which = unanswered.count / unanswered.stimuli, Arrhythmia.PACING_NOT_CAPTURED
        evidence: Evidence = (
            ("leads", " ".join(shown)),
            ("stimuli_bpm", round(unanswered.rate_bpm, 1)),
            ("stimuli", float(unanswered.stimuli)),
            ("stimuli_unanswered", float(unanswered.count)),
        )
        return _Found(
            which,
            unanswered.since_s,
            part * max(shown.values()),
            evidence,
            pulses_under_bpm=PULSES_PART * unanswered.rate_bpm,
        )

    def _ventricular(self) -> _Found | None:
        run = self._beats[-RUN:]
        if any(beat.kind is not Kind.VENTRICULAR for beat in run):
            return None
        return self._rate(Arrhythmia.VENTRICULAR_TACHYCARDIA, RUN, over_bpm=RUN_BPM)

    def _regular(self, which: Arrhythmia, count: int) -> _Found | None:
        if which is Arrhythmia.EXTREME_TACHYCARDIA:
            return self._rate(which, count, over_bpm=FAST_BPM)
        return self._rate(which, count, under_bpm=SLOW_BPM)

    def _rate(
        self,
        which: Arrhythmia,
        count: int,
        *,
        over_bpm: float | None = None,
        under_bpm: float | None = None,
    ) -> _Found | None:
        """Return a rhythm, if the newest beats are so fast or so slow, and can be trusted."""
        beats = self._beats[-count:]
        if len(beats) < count:
            return None
        first_s, last_s = (beats[at].sample / WORKING_RATE_HZ for at in (0, -1))
        rate_bpm = 60 * (count - 1) / (last_s - first_s)
        trust = median(beat.quality for beat in beats)
        if trust < TRUSTED:
            return None
        if over_bpm is not None and (rate_bpm <= over_bpm or self._now_s - last_s > NEWEST_S):
            return None
        if under_bpm is not None and rate_bpm >= under_bpm:
            return None
        evidence: Evidence = (
            ("rate_bpm", round(rate_bpm, 1)),
            ("beats", float(count)),
            ("quality", round(trust, 2)),
        )
        return _Found(which, first_s, trust, evidence)

    def _borne_out(self, found: _Found | None, witness: Witness) -> _Found | None:
        """Return what was found unless pulses contradict it."""
        if found is None or found.arrhythmia not in _PULSELESS:
            return found
        pulses_bpm = witness.rate_bpm()
        return found if pulses_bpm is None or pulses_bpm < found.pulses_under_bpm else None

    def _news(self, found: _Found | None, decision: ShockDecision | None) -> Call | None:
        """Return what is said of this second; None: nothing that is new."""
        told = self._told
        if found is not None and (told is None or self._stands(found, told)):
            self._clear = 0
            which = found.arrhythmia if told is None or _graver(found, told) else told
            due = self._said_s is None or self._now_s - self._said_s >= REPEATED_S
            return self._say(found, which) if which is not told or due else None
        if decision is None or decision.shockable is not False:
            return None
        self._clear += 1
        if told is None:
            return self._say(None, None) if self._said_s is None else None
        if self._clear < CLEAR:
            return None
        return self._say(found, None if found is None else found.arrhythmia)

    def _stands(self, found: _Found, told: Arrhythmia) -> bool:
        """Tell whether what was found bears out what was told, or is graver."""
        waves = found.by_shock and told is Arrhythmia.VENTRICULAR_FIBRILLATION
        return waves or found.arrhythmia is told or _graver(found, told)

    def _say(self, found: _Found | None, which: Arrhythmia | None) -> Call:
        since_s = max(0.0, self._now_s - self._clear) if found is None else found.since_s
        self._told, self._said_s, self._clear = which, self._now_s, 0
        if found is None:
            return Call(None, since_s, self._now_s, 1.0, ())
        return Call(which, since_s, self._now_s, found.confidence, found.evidence)

    def snapshot(self) -> dict[str, Any]:
        """Return all that it remembers, as plain data."""
        return {
            "told": self._told and self._told.value,
            "number": self._number,
            "states": [[state.log_odds, state.begun] for state in self._states],
            "odds": list(self._odds),
            "agreed": self._agreed,
            "beats": [[beat.sample, beat.quality, beat.kind.value] for beat in self._beats],
            "spikes": [self._spikes.begun, *self._spikes.samples],
            "clear": self._clear,
            "said_s": self._said_s,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._told = None if state["told"] is None else Arrhythmia(state["told"])
        self._number = state["number"]
        self._states = [ShockState(*each) for each in state["states"]]
        self._odds, self._agreed = list(state["odds"]), state["agreed"]
        self._beats = [Beat(at, quality, Kind(kind)) for at, quality, kind in state["beats"]]
        begun, *spikes = state.get("spikes", (0,))
        self._spikes = Spikes(tuple(spikes), begun)
        self._clear, self._said_s = state["clear"], state["said_s"]
