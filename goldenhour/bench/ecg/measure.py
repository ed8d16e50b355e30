"""``goldenhour bench ecg``: what it costs to judge thousands of ECG leads on one core.

Leads of two to a patient come a second at a time, as they do from vehicles, and go through bank
and detector alone; then, of ``WARD`` patients, through all that is found of a rhythm
(``findings``), a round of many and of few. Beside the first stands what public detectors take
for one such lead in the same run: XQRS of ``wfdb`` (Python), and ``neurokit2`` where it is
installed (in the training environment). They take turns with ours, a second of all leads and then
one lead each, and figures are medians: machines change their pace. All of it is CPU time of one
thread.
"""

import json
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray

from clinical.rhythm.ward import TOGETHER
from clinical.signals.bank import Bank
from clinical.signals.beats import BeatDetector
from clinical.signals.resampling import WORKING_RATE_HZ
from goldenhour.bench.ecg.findings import FEW, bytes_of, findings_of
from goldenhour.home import replace_file

LEADS_OF_A_PATIENT: Final = 2
DIFFERENT: Final = 64
"""Leads that are made; the others repeat them, each begun at another second."""

WARMING_S: Final = 5
WARD: Final = 256
"""Patients of whom everything is found."""

OURS: Final = "ours"
PEER_S: Final = 120
"""Seconds of a lead that the public detectors are given."""

WAVES: Final = ((-0.16, 0.1, 0.02), (0.0, 1.0, 0.012), (0.25, 0.3, 0.05))
"""P wave, QRS complex and T wave: seconds from the beat, mV, and seconds of width."""

Samples = NDArray[np.float64]
Peer = Callable[[Samples], Any]
"""Finds the beats of a whole lead."""


def ecg(
    out: Annotated[Path, typer.Option(help="File for the figures, JSON.")],
    leads: Annotated[int, typer.Option(min=2, help="Leads at 250 Hz, two to a patient.")] = 10_000,
    seconds: Annotated[int, typer.Option(min=1, help="Measured stream time.")] = 10,
) -> None:
    """CPU per lead-second for beats, beside public detectors, and for all findings; memory."""
    figures = measure(leads, seconds)
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))


def measure(leads: int, seconds: int) -> dict[str, object]:
    """Return the figures of all three."""
    made = made_leads(WARMING_S + seconds + DIFFERENT)
    spent, beats, held = _by_turns(made, leads, seconds, _peers())
    peers = {name: median(costs) for name, costs in spent.items()}
    own = peers.pop(OURS)
    return {
        "leads": leads,
        "seconds": seconds,
        "beats": beats,
        "cpu_us_per_lead_second": round(own * 1e6, 2),
        "cores_for_all_leads": round(own * leads, 3),
        "bytes_per_lead": held // leads,
        "all_findings": [
            findings_of(made, min(WARD, leads // LEADS_OF_A_PATIENT), seconds, together)
            for together in (TOGETHER, FEW)
        ],
        "peers_cpu_us_per_lead_second": {name: round(cpu * 1e6, 1) for name, cpu in peers.items()},
        "times_faster": {name: round(cpu / own, 1) for name, cpu in peers.items()},
    }


def made_leads(seconds: int) -> Samples:
    """Return leads with beats, drift and noise, shape (DIFFERENT, samples), in mV, from a seed."""
    rng = np.random.default_rng(7)
    at = np.arange(seconds * WORKING_RATE_HZ) / WORKING_RATE_HZ
    made = 0.03 * rng.standard_normal((DIFFERENT, len(at)))
    for index in range(DIFFERENT):
        steps = (0.5 + index / DIFFERENT) * (1 + 0.05 * rng.standard_normal(3 * seconds))
        made[index] += 0.3 * np.sin(2 * np.pi * 0.2 * at + index)
        for beat_s in np.cumsum(steps):
            near = slice(*np.searchsorted(at, (beat_s - 0.3, beat_s + 0.5)))
            for offset_s, height_mv, width_s in WAVES:
                away = (at[near] - beat_s - offset_s) / width_s
                made[index, near] += height_mv * np.exp(-0.5 * away**2)
    return made


def _by_turns(
    made: Samples, leads: int, seconds: int, peers: Mapping[str, Peer]
) -> tuple[dict[str, list[float]], int, int]:
    """Return CPU seconds per lead-second of ours and each peer, beats found, and bytes held."""
    bank = Bank([WORKING_RATE_HZ] * leads, [lead // LEADS_OF_A_PATIENT for lead in range(leads)])
    detector = BeatDetector(bank)
    (lead, *_), beats = made_leads(PEER_S), 0
    spent: dict[str, list[float]] = {name: [] for name in (OURS, *peers)}
    for find in peers.values():
        find(lead)  # what a first call loads is not counted
    for second in range(WARMING_S + seconds):
        chunks = [_chunk(made, number, second) for number in range(leads)]
        begun = time.process_time()
        for number, chunk in enumerate(chunks):
            bank.push(number, second * WORKING_RATE_HZ, chunk)
        found = sum(len(detector.on_block(block).sample) for block in bank.blocks())
        if second < WARMING_S:
            continue
        spent[OURS].append((time.process_time() - begun) / leads)
        beats += found
        for name, find in peers.items():
            begun = time.process_time()
            find(lead)
            spent[name].append((time.process_time() - begun) / PEER_S)
    return spent, beats, bytes_of(bank.snapshot()) + bytes_of(detector.snapshot())


def _chunk(made: Samples, lead: int, second: int) -> Samples:
    begin = (second + lead // DIFFERENT % DIFFERENT) * WORKING_RATE_HZ
    return made[lead % DIFFERENT, begin : begin + WORKING_RATE_HZ]


def _peers() -> dict[str, Peer]:
    from wfdb.processing import xqrs_detect  # noqa: PLC0415

    peers: dict[str, Peer] = {
        "wfdb_xqrs": lambda lead: xqrs_detect(lead, WORKING_RATE_HZ, verbose=False)
    }
    if find_spec("neurokit2"):
        import neurokit2  # noqa: PLC0415

        peers["neurokit2"] = lambda lead: neurokit2.ecg_peaks(
            neurokit2.ecg_clean(lead, sampling_rate=WORKING_RATE_HZ),
            sampling_rate=WORKING_RATE_HZ,
        )
    return peers
