"""Beats against the annotations of the MIT-BIH Arrhythmia Database, beside public detectors.

The judge of beats was trained on these records. What it does on records it has not seen is its
cross-validation, written down in its file by ``bench/training/beats.py`` when it was trained; what
it does now on those it has seen stands beside it. Public detectors are given the same records in
the same run: each lead alone, as they are made, and the better lead of each record counts for them.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import repeat
from pathlib import Path
from pkgutil import get_data
from typing import Any, Final

import numpy as np

from clinical.signals.beats import Kind
from clinical.signals.recorded import detect
from clinical.signals.resampling import WORKING_RATE_HZ
from goldenhour.bench.accuracy.annotations import (
    Floats,
    Reference,
    Tally,
    compare,
    read_reference,
)
from goldenhour.lab.beats import ecg_leads
from goldenhour.lab.recordings import Signal, read_recording

_SECTION_OPENING: Final = """## Heart beats

MIT-BIH Arrhythmia Database (doi:10.13026/C2F305), all leads of each record, whole records, matched
one for one within 150 ms, ventricular flutter left out (EC57). The cross-validated figures are the
ones to expect on other patients; by record, they stand first.
"""
_COLUMNS: Final = (
    "| record | beats | missed | made up | ventricular missed | made up "
    "| as shipped: missed | made up |"
)
_PEERS_OPENING: Final = """Public detectors in the same run, on the same records: the better lead of
each record counts for them. CPU is that of one recording in chunks of a second; this project's
arrays then hold a single patient (for thousands at once see `goldenhour bench ecg`).
"""

PROCESSES: Final = 2

GAIN_PER_MV: Final = 200
"""Steps per mV, as in the recordings: ``gqrs`` counts in steps."""

Find = Callable[[Signal], Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a detector made of some records."""

    tally: Tally
    cpu_s: float
    lead_s: float
    """Seconds of leads that it was given."""

    @property
    def cpu_us_per_lead_second(self) -> float:
        """CPU time for a second of one lead."""
        return 1e6 * self.cpu_s / self.lead_s


def section(folder: Path) -> str:
    """Return the section on the beats of the records in a folder."""
    bases = sorted(path.with_suffix("") for path in folder.glob("*.hea"))
    unseen = cross_validated()
    with ProcessPoolExecutor(PROCESSES) as pool:
        outcomes = list(pool.map(own, bases))
        rows = {name: list(pool.map(peer, bases, repeat(name))) for name in peers()}
    seen = {base.name: outcome for base, outcome in zip(bases, outcomes, strict=True)}
    total = sum((unseen[name] for name in sorted(unseen)), Tally())
    now = sum((outcome.tally for outcome in seen.values()), Tally())
    lines = [
        _SECTION_OPENING,
        f"- Records not seen in training (cross-validated): {_said(total)}.",
        f"- The judge as shipped, on the records it was trained on: {_said(now)}.",
        "",
        _COLUMNS,
        "|---|---|---|---|---|---|---|---|",
        *(_row(name, unseen.get(name, Tally()), seen[name].tally) for name in seen),
        "",
        *_peer_lines({**rows, "this project, as shipped": outcomes}),
        "",
    ]
    return "\n".join(lines)


def cross_validated() -> dict[str, Tally]:
    """Return how the judge did on each record when it was trained without it."""
    written = json.loads(get_data("clinical.signals", "beat_judge.json") or b"{}")
    rows = written["provenance"]["cross_validated"]
    return {name: Tally(*row) for name, row in rows.items()}


def own(base: Path) -> Outcome:
    """Run the live detector over all leads of a record."""
    leads, reference = ecg_leads(read_recording(base)), read_reference(base)
    begun = time.process_time()
    beats = detect([lead.samples for lead in leads], [lead.rate_hz for lead in leads])
    spent = time.process_time() - begun
    times_s = np.array([beat.sample / WORKING_RATE_HZ for beat in beats])
    ventricular = np.array([beat.kind is Kind.VENTRICULAR for beat in beats], bool)
    return Outcome(compare(reference, times_s, ventricular), spent, _lead_s(leads))


def peer(base: Path, name: str) -> Outcome:
    """Run a public detector over each lead of a record; the better one's tally counts."""
    find = peers()[name]
    leads, reference = ecg_leads(read_recording(base)), read_reference(base)
    begun = time.process_time()
    found = [np.asarray(find(lead), np.float64) / lead.rate_hz for lead in leads]
    spent = time.process_time() - begun
    tallies = [_plain(reference, times_s) for times_s in found]
    return Outcome(min(tallies, key=lambda one: one.missed + one.made_up), spent, _lead_s(leads))


def _plain(reference: Reference, times_s: Floats) -> Tally:
    return compare(reference, times_s, np.zeros(len(times_s), bool))


def _lead_s(leads: Sequence[Signal]) -> float:
    return sum(len(lead.samples) / lead.rate_hz for lead in leads)


def peers() -> dict[str, Find]:
    """Return the public detectors that are installed here."""
    from wfdb.processing import gqrs_detect, xqrs_detect  # noqa: PLC0415

    finders: dict[str, Find] = {
        "wfdb XQRS": lambda lead: xqrs_detect(lead.samples, lead.rate_hz, verbose=False),
        "wfdb gqrs": lambda lead: gqrs_detect(
            lead.samples, lead.rate_hz, adc_gain=GAIN_PER_MV, adc_zero=0
        ),
    }
    if find_spec("neurokit2"):
        import neurokit2  # noqa: PLC0415

        def with_neurokit(lead: Signal) -> Any:  # noqa: ANN401 - what the library returns
            clean = neurokit2.ecg_clean(lead.samples, sampling_rate=lead.rate_hz)
            return neurokit2.ecg_peaks(clean, sampling_rate=lead.rate_hz)[1]["ECG_R_Peaks"]

        finders["neurokit2"] = with_neurokit
    return finders


def _peer_lines(rows: Mapping[str, Sequence[Outcome]]) -> list[str]:
    return [
        _PEERS_OPENING,
        "| detector | Se % | +P % | missed | made up | CPU us per lead-second |",
        "|---|---|---|---|---|---|",
        *(_peer_row(name, outcomes) for name, outcomes in rows.items()),
    ]


def _peer_row(name: str, outcomes: Sequence[Outcome]) -> str:
    tally = sum((outcome.tally for outcome in outcomes), Tally())
    cpu_s = sum(outcome.cpu_s for outcome in outcomes)
    cost = Outcome(tally, cpu_s, sum(outcome.lead_s for outcome in outcomes))
    return (
        f"| {name} | {tally.sensitivity_percent:.2f} | {tally.predictivity_percent:.2f} "
        f"| {tally.missed} | {tally.made_up} | {cost.cpu_us_per_lead_second:.0f} |"
    )


def _said(tally: Tally) -> str:
    return (
        f"Se **{tally.sensitivity_percent:.3f} %**, +P **{tally.predictivity_percent:.3f} %** "
        f"({tally.missed} missed and {tally.made_up} made up of {tally.matched + tally.missed}); "
        f"ventricular or not: Se {tally.ventricular_sensitivity_percent:.1f} %, "
        f"+P {tally.ventricular_predictivity_percent:.1f} %"
    )


def _row(name: str, unseen: Tally, seen: Tally) -> str:
    return (
        f"| {name} | {unseen.matched + unseen.missed} | {unseen.missed} | {unseen.made_up} "
        f"| {unseen.ventricular_missed} | {unseen.ventricular_made_up} "
        f"| {seen.missed} | {seen.made_up} |"
    )
