"""One patient's waveforms as they come: what is late, what begins a new run, and what is judged.

The first seconds of a run wait in an opening, so that leads whose first chunks come one after the
other begin together. A lead that comes later, or a chunk that does not go on where its lead was,
opens a new run; what was said of the rhythm stands until the new run says otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.judgement import Judgement, Second
from clinical.rhythm.plain import from_plain, to_plain
from clinical.rhythm.pulse import Witness
from clinical.rhythm.run import Run, judged
from clinical.signals.beats import Beat
from clinical.signals.quality import Quality
from clinical.signals.resampling import BLOCK
from clinical.signals.shock_window import WINDOW_S
from clinical.signals.waveform import WaveformChunk

OPENING_S: Final = 2.0
"""A run begins when so much of one of its leads has come, in two chunks or more."""

LEADS_MAX: Final = 16
"""Leads of one patient that are judged; further ones are passed over."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """The newest seconds of each ECG lead of a run, the newest last."""

    window: Floats
    """In mV at the working rate, shape (leads, samples)."""
    sound: Floats
    """How far each second can be trusted, its height left aside, 0 to 1: shape (leads, seconds)."""
    alive: Floats
    """Whether the lead moves at all in each, 0 to 1."""

    @classmethod
    def empty(cls, leads: int) -> Self:
        """Return a look at nothing yet."""
        seconds = np.zeros((leads, WINDOW_S), np.float32)
        return cls(np.zeros((leads, WINDOW_S * BLOCK), np.float32), seconds, seconds)

    @classmethod
    def joined(cls, looks: Sequence["Look"]) -> Self:
        """Return the leads of some looks, one's after another's."""
        return cls(
            np.concatenate([look.window for look in looks]),
            np.concatenate([look.sound for look in looks]),
            np.concatenate([look.alive for look in looks]),
        )

    def after(self, raw: NDArray[np.float64], quality: Quality) -> Self:
        """Return the look a second later, of leads of which these are the newest second."""
        sound = np.minimum(np.minimum(quality.present, quality.noise), quality.pop)
        alive = np.minimum(quality.flat, quality.saturated)
        return type(self)(
            np.concatenate((self.window[:, BLOCK:], raw), axis=1, dtype=np.float32),
            np.concatenate((self.sound[:, 1:], sound[:, None]), axis=1, dtype=np.float32),
            np.concatenate((self.alive[:, 1:], alive[:, None]), axis=1, dtype=np.float32),
        )

    def of(self, rows: slice) -> Self:
        """Return the look at some of the leads."""
        return type(self)(
            self.window[rows].copy(), self.sound[rows].copy(), self.alive[rows].copy()
        )


class Bed:
    """All that is remembered of one patient's waveforms."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._opening: list[WaveformChunk] = []
        self._newest_us: dict[str, int] = {}
        """The end of what came of each lead."""
        self.run: Run | None = None
        self.judgement = Judgement()
        self.look = Look.empty(0)

    def push(self, chunk: WaveformChunk) -> None:
        """Take a chunk; one that is no newer than what came of its lead is passed over."""
        newest_us = self._newest_us
        if chunk.end_us <= newest_us.get(chunk.lead, 0) or not judged(chunk):
            return
        if chunk.lead not in newest_us and len(newest_us) >= LEADS_MAX:
            return
        newest_us[chunk.lead] = chunk.end_us
        if self.run is not None:
            if self.run.take(chunk):
                return
            self.run = None
            self._opening = []
        self._opening.append(chunk)

    def settle(self) -> bool:
        """Begin a run if enough has come; return whether a second can be judged."""
        if self.run is None and self._opened_s() >= OPENING_S:
            self._begin()
        if self.run is None:
            return False
        self.run.settle()
        return self.run.ready

    def _opened_s(self) -> float:
        """Return how much has come of the lead of which most came, in two chunks or more.

        Behind its second chunk the first ones of all leads have come, however long they are.
        """
        lengths: dict[str, list[float]] = {}
        for chunk in self._opening:
            lengths.setdefault(chunk.lead, []).append(len(chunk.samples) / chunk.rate_hz)
        return max((sum(each) for each in lengths.values() if len(each) > 1), default=0.0)

    def _begin(self) -> None:
        opening, self._opening = self._opening, []
        self.run = Run(opening)
        self.judgement.begin()
        self.look = Look.empty(len(self.run.leads))
        for chunk in opening:
            if self.run is not None and not self.run.take(chunk):
                self.run = None
                self._opening = []
            if self.run is None:
                self._opening.append(chunk)

    def hold(self) -> object:
        """Return what the run has taken and not judged, for ``put_back``."""
        return None if self.run is None else self.run.bank.hold()

    def put_back(self, held: Any) -> None:  # noqa: ANN401 - as ``hold`` gave it
        """Undo that a second was begun and failed."""
        if self.run is not None:
            self.run.bank.put_back(held)

    def conclude(self, look: Look, second: Second, beats: Sequence[Beat]) -> Call | None:
        """Judge the newest second; return what is new."""
        self.look = look
        if self.run is None:
            return None
        self.run.number += 1
        return self.judgement.on_second(second, beats, Witness(self.run.pulses))

    def at_us(self, seconds: float) -> int:
        """Return the instant of a second of the run, by the unit's clock."""
        begun_us = 0 if self.run is None else self.run.begun_us
        return begun_us + round(seconds * 1_000_000)

    def snapshot(self) -> dict[str, Any]:
        """Return all that it remembers, as plain data."""
        return {
            "newest_us": dict(self._newest_us),
            "opening": [_chunk_to_plain(chunk) for chunk in self._opening],
            "run": None if self.run is None else self.run.snapshot(),
            "windows": to_plain([self.look.window, self.look.sound, self.look.alive]),
            "judgement": self.judgement.snapshot(),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Return a bed that goes on where ``snapshot`` was taken."""
        bed = cls()
        bed._newest_us = dict(state["newest_us"])
        bed._opening = [WaveformChunk(*chunk) for chunk in state["opening"]]
        bed.run = None if state["run"] is None else Run.restore(state["run"])
        bed.look = Look(*from_plain(state["windows"]))
        bed.judgement.restore(state["judgement"])
        return bed


def _chunk_to_plain(chunk: WaveformChunk) -> list[Any]:
    return [
        chunk.lead,
        chunk.rate_hz,
        chunk.scale_uv_per_bit,
        chunk.start_us,
        chunk.first_sample,
        tuple(chunk.samples),
        chunk.lowest,
        chunk.highest,
        chunk.attached,
    ]
