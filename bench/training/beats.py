"""Train the judge of beats: which candidates are beats, and which beats are ventricular.

    .cache/training/bin/python -m bench.training.beats /path/to/mitdb OUT.json

Development records of the MIT-BIH Arrhythmia Database, and the views of them of ``beat_views``.
Candidates are gathered by the live detector, first under a rule of thumb, then under judges trained
on the first gathering; those that are judged in cross-validation never saw the record. What the
detector then misses and makes up with leads together is written down with the judge, which is
trained on all records.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass, fields
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from bench.training.beat_views import views_of
from clinical.signals.bank import Bank, Ints
from clinical.signals.beat_judge import CLIP, BeatJudge, Judge
from clinical.signals.beats import PAST, REFRACTORY, BeatDetector, Kind
from clinical.signals.candidates import MEASURES, Candidates
from clinical.signals.recorded import CLOSING_S, blocks_of
from clinical.signals.resampling import WORKING_RATE_HZ
from goldenhour.bench.accuracy.annotations import (
    NORMAL,
    VENTRICULAR,
    WINDOW_S,
    Reference,
    Tally,
    compare,
    read_reference,
)
from goldenhour.lab.beats import ecg_leads
from goldenhour.lab.recordings import Signal, read_recording

FOLDS: Final = 4
PROCESSES: Final = 2
UNITS: Final = 24
EPOCHS: Final = 8
NETS: Final = 3
"""Nets for beats whose logits are averaged; for ventricular ones there is one."""

UNLIKE: Final = 0.6
"""Beats less like the normal ones than this are learnt ``AGAIN`` times more: they are rare, and of
as many kinds as there are hearts."""

AGAIN: Final = 2

GAP: Final = len(MEASURES)
GAP_OF_INTERVAL: Final = GAP + 1
Floats = NDArray[np.float64]


class Rule:
    """The rule of thumb under which the first candidates are gathered."""

    RISE, RISE_OVERDUE, RISE_OF_T_WAVE = 0.42, 0.3, 0.6
    LIKE, WIDE, EARLY, OVERDUE = 0.55, 1.36, 0.9, 1.4
    REFRACTORY_S, T_WAVE_S = 0.18, 0.36

    def judge(self, measures: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Take high rises for beats, lower ones if a beat is overdue, and not T waves."""
        rise, strange = measures[:, 0], measures[:, MEASURES.index("like_normal")] < self.LIKE
        gap_s, gap = measures[:, GAP], measures[:, GAP_OF_INTERVAL]
        least = np.where(gap > self.OVERDUE, self.RISE_OVERDUE, self.RISE)
        least = np.where((gap_s < self.T_WAVE_S) & strange, self.RISE_OF_T_WAVE, least)
        wide = measures[:, MEASURES.index("width")] > self.WIDE
        beat = (gap_s > self.REFRACTORY_S) & (rise > least)
        return beat, strange & ((gap < self.EARLY) | wide)


class Gathering(BeatDetector):
    """A detector that keeps the candidates it decides."""

    def __init__(self, bank: Bank, judge: BeatJudge) -> None:
        super().__init__(bank, judge)
        self.whose: list[Ints] = []
        self.samples: list[Ints] = []
        self.measures: list[Floats] = []

    def measures_of(self, candidates: Candidates, of: Ints, whose: Ints, sample: Ints) -> Floats:
        """Measure as the detector does."""
        measures = super().measures_of(candidates, of, whose, sample)
        self.whose.append(whose)
        self.samples.append(sample)
        self.measures.append(measures)
        return measures


class Annotated(NamedTuple):
    """Leads of one record, as they are or changed, and where its beats are."""

    record: str
    leads: Sequence[Signal]
    reference: Reference


@dataclass(frozen=True)
class Gathered:
    """Candidates of one record, seen through some of its leads."""

    record: str
    measures: Floats
    beat: Floats
    """1: a beat; 0: none; -1: not to be learnt from."""
    ventricular: Floats


def gather(many: Sequence[Annotated], judge: BeatJudge) -> list[tuple[Gathered, Tally]]:
    """Run the live detector over some recordings; label the candidates of each, and score it."""
    leads = [lead for one in many for lead in one.leads]
    owners = [index for index, one in enumerate(many) for _ in one.leads]
    bank = Bank([lead.rate_hz for lead in leads], owners)
    detector = Gathering(bank, judge)
    ends_s = [len(one.leads[0].samples) / one.leads[0].rate_hz for one in many]
    blocks = blocks_of(bank, [lead.samples for lead in leads], max(ends_s) + CLOSING_S)
    beats = [beat for block in blocks for beat in detector.on_block(block).each()]
    whose, samples = np.concatenate(detector.whose), np.concatenate(detector.samples)
    measures = np.concatenate(detector.measures)
    found = []
    for index, (one, end_s) in enumerate(zip(many, ends_s, strict=True)):
        own = [beat for patient, beat in beats if patient == index]
        own = [beat for beat in own if beat.sample < end_s * WORKING_RATE_HZ]
        reference = one.reference.until(end_s)
        tally = compare(
            reference,
            np.array([beat.sample / WORKING_RATE_HZ for beat in own]),
            np.array([beat.kind is Kind.VENTRICULAR for beat in own], bool),
        )
        rows = np.flatnonzero(whose == index)
        rows = rows[np.argsort(samples[rows], kind="stable")]
        times_s, measured = samples[rows] / WORKING_RATE_HZ, measures[rows]
        known = (times_s < end_s) & (measured[:, GAP] > REFRACTORY / WORKING_RATE_HZ)
        beat, ventricular = _labels(times_s[known], measured[known], reference)
        found.append((Gathered(one.record, measured[known], beat, ventricular), tally))
    return found


def _labels(times_s: Floats, measures: Floats, reference: Reference) -> tuple[Floats, Floats]:
    beat, ventricular = np.zeros(len(times_s)), np.full(len(times_s), -1.0)
    for at, code in zip(reference.times_s, reference.codes, strict=True):
        near = np.flatnonzero(np.abs(times_s - at) <= WINDOW_S)
        if len(near):
            chosen = near[np.argmax(measures[near, 0])]
            beat[chosen] = 1
            if code in VENTRICULAR or code in NORMAL:
                ventricular[chosen] = code in VENTRICULAR
    for begin, end in reference.excluded_s:
        beat[(times_s > begin - 2 * WINDOW_S) & (times_s < end + 2 * WINDOW_S)] = -1
    return beat, ventricular


def train(gathered: Sequence[Gathered]) -> dict[str, list[Any]]:
    """Return the coefficients of a judge: nets for beats, one for ventricular ones."""
    measures = np.concatenate([some.measures for some in gathered])
    beat = np.concatenate([some.beat for some in gathered])
    ventricular = np.concatenate([some.ventricular for some in gathered])
    mean, scale = measures.mean(axis=0), measures.std(axis=0) + 1e-6
    inputs = np.clip((measures - mean) / scale, -CLIP, CLIP).astype(np.float32)
    unlike = (beat == 1) & (measures[:, MEASURES.index("like_normal")] < UNLIKE)
    again = np.concatenate((np.flatnonzero(beat >= 0), np.repeat(np.flatnonzero(unlike), AGAIN)))
    nets = [_net(inputs[again], beat[again], seed) for seed in range(NETS)]
    known = ventricular >= 0
    nets.append(_net(inputs[known], ventricular[known], 0))
    out, bias = np.zeros((len(nets) * UNITS, 2)), np.zeros(2)
    for index, net in enumerate(nets):
        output, share = (0, 1 / NETS) if index < NETS else (1, 1.0)
        out[index * UNITS : (index + 1) * UNITS, output] = share * net.coefs_[1][:, 0]
        bias[output] += share * net.intercepts_[1][0]
    return {
        "mean": _rounded(mean),
        "scale": _rounded(scale),
        "hidden": _rounded(np.concatenate([net.coefs_[0] for net in nets], axis=1)),
        "hidden_bias": _rounded(np.concatenate([net.intercepts_[0] for net in nets])),
        "out": _rounded(out),
        "out_bias": _rounded(bias),
    }


def _net(inputs: NDArray[np.float32], labels: Floats, seed: int) -> MLPClassifier:
    net = MLPClassifier((UNITS,), alpha=0.1, batch_size=512, max_iter=EPOCHS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return net.fit(inputs, labels)


def _rounded(values: Floats) -> list[Any]:
    rounded = np.array([float(f"{value:.5g}") for value in values.ravel()])
    nested: list[Any] = rounded.reshape(values.shape).tolist()
    return nested


def main() -> None:
    """Train, cross-validate and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write(options.folder, options.out)


def _read(base: Path) -> Annotated:
    return Annotated(base.name, ecg_leads(read_recording(base)), read_reference(base))


def _seen(bases: Sequence[Path]) -> list[Gathered]:
    """Gather the candidates of records under the rule of thumb: whole, and each other view."""
    views = [
        [Annotated(whole.record, *view) for view in views_of(whole.leads, whole.reference, seed)]
        for seed, whole in enumerate(map(_read, bases))
    ]
    together = [[one for one in some if one] for some in zip_longest(*views)]
    return [seen for some in together for seen, _ in gather(some, Rule())]


def _judged(aside: Sequence[Path], others: Sequence[Gathered]) -> list[tuple[Gathered, Tally]]:
    """Train without some records, then judge them."""
    judge = Judge.of(json.dumps(train(others)))
    return gather([_read(base) for base in aside], judge)


def write(folder: Path, out: Path) -> None:
    """Train on the records of a folder and write the coefficients with their provenance."""
    bases = sorted(path.with_suffix("") for path in folder.glob("*.hea"))
    with ProcessPoolExecutor(PROCESSES) as pool:
        parts = [bases[part::PROCESSES] for part in range(PROCESSES)]
        first = [seen for part in pool.map(_seen, parts) for seen in part]
        folds = [bases[fold::FOLDS] for fold in range(FOLDS)]
        names = [{base.name for base in aside} for aside in folds]
        others = [[seen for seen in first if seen.record not in known] for known in names]
        judged = [pair for fold in pool.map(_judged, folds, others) for pair in fold]
    total = sum((tally for _, tally in judged), Tally())
    rows = {seen.record: list(astuple(tally)) for seen, tally in judged}
    sys.stdout.write(f"cross-validated: {total}\n")
    provenance = {
        "source": "MIT-BIH Arrhythmia Database 1.0.0, doi:10.13026/C2F305, ODC-BY 1.0",
        "script": "bench/training/beats.py",
        "measures": [*MEASURES, *PAST],
        "cross_validated_columns": [field.name for field in fields(Tally)],
        "cross_validated": dict(sorted(rows.items())),
    }
    learnt = train([*first, *(seen for seen, _ in judged)])
    out.write_text(json.dumps({"provenance": provenance, **learnt}) + "\n")


if __name__ == "__main__":
    main()
