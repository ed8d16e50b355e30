"""What the live judgement of limits makes of a harder night, beside fixed delays on the same night.

The *plain* alarms are what a monitor with the default limits and no delay would sound: one for each
stretch beyond a limit. A *fixed* delay leaves out those that are over before it. The live watch is
compared with the fixed delay that is as late as the watch itself: whose delay is the watch's median
latency over the true sustained excursions. What counts as missed is a true excursion of 30 s or
more with no alarm of its limit while it lasts; a nuisance, an alarm while the patient truly was not
beyond its limit, not even briefly.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clinical.alarms.catalogue import RULES
from clinical.alarms.fatigue import Sounded, fatigue
from clinical.alarms.priority import Category
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from goldenhour.lab.alarms_replay import IN_COLUMNS, Alarm, about_a_signal, judged
from simulators.patients.stress import HEART_RATE, RESPIRATION, SPO2, Night, Signals, night

SUSTAINED_S: Final = 30
FIXED_S: Final = (0, 6, 8, 10, 12, 15, 20, 25, 29)

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Limit:
    """One of the plain default limits, and the causes of the catalogue that tell of it."""

    signal: int
    lowest: float
    highest: float
    causes: tuple[Cause, ...]

    def beyond(self, values: Signals) -> NDArray[np.bool_]:
        """Tell which values are beyond the limit; a missing one is not."""
        return (values < self.lowest) | (values > self.highest)


LIMITS: Final[Mapping[str, Limit]] = {
    "heart rate < 50": Limit(HEART_RATE, 50, inf, (Cause.HEART_RATE_LOW, Cause.HEART_RATE_ZERO)),
    "heart rate > 120": Limit(HEART_RATE, -inf, 120, (Cause.HEART_RATE_HIGH,)),
    "SpO2 < 90": Limit(SPO2, 90, inf, (Cause.SPO2_LOW,)),
    "respiration < 8": Limit(RESPIRATION, 8, inf, (Cause.RESPIRATION_LOW, Cause.APNOEA)),
    "respiration > 30": Limit(RESPIRATION, -inf, 30, (Cause.RESPIRATION_HIGH,)),
}


def measure(recordings: Mapping[str, Signals], hours: float, seed: int) -> dict[str, Any]:
    """Return the figures of every recording made to so many hours."""
    made = nights(recordings, hours, seed)
    bedsides = judged(table(made))
    alarms = {name: list(filter(about_a_signal, bedsides[name].alarms.values())) for name in made}
    watch = _figures(made, lambda name, limit: _of(alarms[name], limit))
    as_late = _fixed(made, watch["latency_s_median"])
    plain = _fixed(made, 0)["alarms"]
    technical = sum(
        RULES[alarm.cause].category is Category.TECHNICAL for x in alarms.values() for alarm in x
    )
    return {
        "patients": len(made),
        "hours_each": hours,
        "seed": seed,
        "plain_alarms": plain,
        "watch": {
            **watch,
            "fewer_than_plain": round(1 - watch["alarms"] / plain, 3),
            "technical_alarms": technical,
            "fatigue": _fatigue(alarms, hours),
        },
        "fixed_as_late": {**as_late, "fewer_than_plain": round(1 - as_late["alarms"] / plain, 3)},
        "fixed": {f"{delay} s": _fixed(made, delay)["alarms"] for delay in FIXED_S},
    }


def nights(recordings: Mapping[str, Signals], hours: float, seed: int) -> dict[str, Night]:
    """Return the night of every recording; the same seed makes the same nights."""
    random = np.random.default_rng(seed)
    return {name: night(signals, hours, random) for name, signals in recordings.items()}


def read_recordings(folder: Path) -> dict[str, Signals]:
    """Return the recordings of a folder, ``bidmc_NN.csv`` as in the simulators', by name."""
    found: dict[str, Signals] = {}
    for path in sorted(folder.glob("bidmc_*.csv")):
        with path.open(newline="", encoding="utf-8") as rows:
            lines = list(csv.reader(rows))[1:]
        columns = [[float(cell) if cell else np.nan for cell in line[1:5]] for line in lines]
        found[path.stem] = np.array(columns, np.float64).T
    return found


def table(made: Mapping[str, Night]) -> Iterator[str]:
    """Yield nights as the lines of a table for ``lab alarms-replay``."""
    yield ",".join(IN_COLUMNS)
    for name, one in made.items():
        for second, shown in enumerate(one.shown.T):
            yield ",".join([name, str(second), *("" if np.isnan(x) else f"{x:g}" for x in shown)])


def truth(made: Mapping[str, Night]) -> Iterator[tuple[str, str, Span]]:
    """Yield patient, limit and span of every true sustained excursion."""
    for name, one in made.items():
        for words in LIMITS:
            for begin, end in _truly(one, words):
                if end - begin >= SUSTAINED_S:
                    yield name, words, (begin, end)


def _truly(one: Night, words: str) -> list[tuple[int, int]]:
    """Return when the patient truly was beyond a limit, however briefly."""
    limit = LIMITS[words]
    return _stretches(limit.beyond(one.true[limit.signal]))


def _figures(
    made: Mapping[str, Night], raised: Callable[[str, str], Sequence[Span]]
) -> dict[str, Any]:
    spans = {(name, words): raised(name, words) for name in made for words in LIMITS}
    latencies: list[float] = []
    missed = 0
    for name, words, (begin, end) in truth(made):
        during = [max(0, a - begin) for a, b in spans[name, words] if a < end and b > begin]
        latencies += [min(during)] if during else []
        missed += not during
    count = sum(map(len, spans.values()))
    founded = sum(
        any(a < end and b > begin for begin, end in _truly(made[name], words))
        for (name, words), raised_spans in spans.items()
        for a, b in raised_spans
    )
    return {
        "alarms": count,
        "nuisance_share": round(1 - founded / count, 3) if count else 0.0,
        "true_sustained": len(latencies) + missed,
        "missed": missed,
        "latency_s_median": median(latencies),
        "latency_s_p90": quantiles(latencies, n=10)[-1],
    }


def _fixed(made: Mapping[str, Night], delay_s: float) -> dict[str, Any]:
    def raised(name: str, words: str) -> list[Span]:
        limit = LIMITS[words]
        stretches = _stretches(limit.beyond(made[name].shown[limit.signal]))
        return [(begin + delay_s, end) for begin, end in stretches if end - begin > delay_s]

    return _figures(made, raised)


def _of(alarms: Sequence[Alarm], words: str) -> list[Span]:
    causes = LIMITS[words].causes
    return [(x.raised_s, x.ended_s or inf) for x in alarms if x.cause in causes]


def _stretches(beyond: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.diff(np.concatenate([[0], beyond.astype(np.int8), [0]]))
    begins, ends = (np.flatnonzero(edges == edge).tolist() for edge in (1, -1))
    return list(zip(begins, ends, strict=True))


def _fatigue(alarms: Mapping[str, Sequence[Alarm]], hours: float) -> dict[str, Any]:
    """Return what all of them, technical ones too, ask of an operator for each patient."""
    sounded = [
        Sounded(name, x.cause, "", x.priority, _us(x.raised_s), _us(x.ended_s or x.raised_s))
        for name, those in alarms.items()
        for x in those
    ]
    end_us = round(hours * 3600 * SECOND_US)
    return fatigue(sounded, 0, end_us, len(alarms), operators=len(alarms)).plain()


def _us(second: float) -> int:
    return round(second * SECOND_US)
