"""Train the trees of the shock decision, and say how they do on patients they have not seen.

    .cache/training/bin/python -m bench.training.shockable --data DIR

Development records only: ``vfdb``, of which each record is judged by trees that were taught
without it, and ``mitdb`` and ``cinc2015``, in thirds. Windows lie wholly within one annotated
rhythm; noise is left out. Each is used as it is and once more stretched in time, scaled and with
noise added. Windows of tachycardia and flutter slowed to half their rate are taught as not
shockable. Of the alarms of ``cinc2015`` those that were true ventricular ones are left out, as
nobody says which seconds of them are. A record weighs as the root of its windows of a rhythm; both
classes weigh the same. Windows that were annotated as shockable while complexes come more slowly
than ``SLOW_BPM`` are not taught.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import wfdb
from sklearn.linear_model import LogisticRegression

from clinical.signals.shock_features import NAMES, features_of
from clinical.signals.shock_judge import ShockJudge, gate
from clinical.signals.shock_window import WINDOW_S, in_bands
from goldenhour.bench.accuracy.annotated import SHOCKABLE, Rhythms, rhythm_at, rhythms_of

ROOT = Path(__file__).parents[2]
JUDGE = ROOT / "clinical" / "signals" / "shock_judge.json"
FOLDS = ROOT / "goldenhour" / "bench" / "accuracy" / "shockable_folds.json"
SEED = 7
SLOW_BPM = 128.0
STEP_S = {"VF": 2, "VFL": 1, "VT": 2, "N": 6, "ASYS": 1}
CINC_STARTS_S = (4, 16, 28, 38, 44, 48, 52, 56)
TREES: dict[str, Any] = {
    "n_estimators": 150,
    "learning_rate": 0.05,
    "num_leaves": 6,
    "min_child_samples": 40,
    "subsample": 0.7,
    "subsample_freq": 1,
    "colsample_bytree": 0.3,
    "reg_lambda": 5,
    "verbose": -1,
    "n_jobs": 1,
    "random_state": SEED,
    "deterministic": True,
}


@dataclass(frozen=True)
class Lead:
    """One lead of a record, with the rhythms annotated on it."""

    record: str
    rate_hz: float
    samples: np.ndarray
    rhythms: Rhythms


@dataclass(frozen=True)
class Spoilt:
    """What is done to a window that is taught once more."""

    gain: float
    noise: np.ndarray
    """In standard deviations of the window."""


@dataclass
class Table:
    """Windows as features, and what is known of them."""

    features: np.ndarray
    shockable: np.ndarray
    record: np.ndarray
    rhythm: np.ndarray
    weight: np.ndarray


def wfdb_leads(folder: Path) -> Iterator[Lead]:
    """Yield every lead of every record of a folder."""
    for header in sorted(folder.glob("*.hea")):
        base = header.with_suffix("")
        record = wfdb.rdrecord(str(base))
        rhythms = rhythms_of(base, record.sig_len)
        for lead in range(record.n_sig):
            name = f"{folder.name}/{base.name}"
            yield Lead(name, float(record.fs), record.p_signal[:, lead], rhythms)


def cinc_leads(folder: Path) -> Iterator[tuple[str, Lead]]:
    """Yield the ECG leads of the alarms that are taught, with the alarm's name and truth."""
    with (folder / "ALARMS.csv").open() as lines:
        alarms = {row["record"]: row for row in csv.DictReader(lines)}
    for path in sorted(folder.glob("*.npz")):
        alarm = alarms.get(path.stem)
        if alarm is None:
            continue
        name = alarm["alarm"] + alarm["true_alarm"]
        if name in {"Ventricular_Flutter_Fib1", "Ventricular_Tachycardia1"}:
            continue
        held = np.load(path)
        for lead in np.flatnonzero(held["units"] == "mV"):
            if held["names"][lead] in {"ABP", "PLETH", "RESP"}:
                continue
            counts = held["adc"][:, lead].astype(float)
            counts[counts == np.iinfo(np.int16).min] = np.nan
            samples = (counts - held["baseline"][lead]) / held["gain"][lead]
            yield name, Lead(f"cinc2015/{path.stem}", 250.0, samples, ())


class Gathering:
    """Windows as they are met, measured in batches at the end."""

    def __init__(self) -> None:
        """Begin with none."""
        self._windows: dict[int, list[tuple[np.ndarray, tuple[bool, str, str, float]]]] = {}

    def add(
        self,
        lead: Lead,
        first: int,
        told: tuple[bool, str, float],
        speed: float = 1.0,
        spoilt: Spoilt | None = None,
    ) -> None:
        """Take a window, played at a speed and spoilt; skip it where it did not come whole."""
        count, length = round(WINDOW_S * lead.rate_hz * speed), round(WINDOW_S * lead.rate_hz)
        window = lead.samples[first : first + count]
        if len(window) < count or not np.isfinite(window).all():
            return
        played = np.interp(np.linspace(0, count - 1, length), np.arange(count), window)
        if spoilt is not None:
            played = (played - played[0]) * spoilt.gain
            played += spoilt.noise * played.std()
        shockable, rhythm, weight = told
        self._windows.setdefault(length, []).append(
            (played, (shockable, lead.record, rhythm, weight))
        )

    def table(self) -> Table:
        """Measure everything."""
        rows = [row for length in sorted(self._windows) for row in self._windows[length]]
        features = []
        for length in sorted(self._windows):
            windows = [window for window, _ in self._windows[length]]
            features += [
                features_of(in_bands(np.stack(windows[start : start + 256])))
                for start in range(0, len(windows), 256)
            ]
        told = [each for _, each in rows]
        return Table(
            np.concatenate(features),
            np.array([each[0] for each in told]),
            np.array([each[1] for each in told]),
            np.array([each[2] for each in told]),
            np.array([each[3] for each in told]),
        )


def gather(data: Path) -> Table:
    """Return the windows that are taught."""
    chance, gathering = np.random.default_rng(SEED), Gathering()
    for folder in ("vfdb", "mitdb"):
        for lead in wfdb_leads(data / folder):
            _teach(lead, gathering, chance)
    for name, lead in cinc_leads(data / "cinc2015"):
        for start in CINC_STARTS_S:
            gathering.add(lead, round(start * lead.rate_hz), (False, name, 0.5))
    return gathering.table()


def _teach(lead: Lead, gathering: Gathering, chance: np.random.Generator) -> None:
    length, start_s = round(WINDOW_S * lead.rate_hz), 0
    while (start_s + WINDOW_S) * lead.rate_hz < len(lead.samples):
        first = round(start_s * lead.rate_hz)
        rhythm = rhythm_at(lead.rhythms, first, first + length)
        start_s += STEP_S.get(SHOCKABLE.get(rhythm or "", rhythm or ""), 4) if rhythm else 1
        if rhythm is None or rhythm == "NOISE":
            continue
        shockable = rhythm in SHOCKABLE
        gathering.add(lead, first, (shockable, rhythm, 1.0))
        gain = float(np.exp(chance.uniform(np.log(0.4), np.log(2.2))))
        noise = float(chance.choice([0, 0.05, 0.1]))
        spoilt = Spoilt(gain, noise * chance.normal(size=length))
        gathering.add(lead, first, (shockable, rhythm, 0.7), chance.uniform(0.85, 1.2), spoilt)
        if rhythm in {"VT", "VFL"}:
            slow = chance.uniform(0.4, 0.52)
            gathering.add(lead, first, (False, "SLOW", 0.5), slow, spoilt)


def kept(table: Table) -> np.ndarray:
    """Return which windows are taught: none that is called shockable while slow."""
    interval_s = table.features[:, NAMES.index("qrs_interval_s")]
    return ~(table.shockable & (60.0 / interval_s < SLOW_BPM))


def weights(table: Table) -> np.ndarray:
    """Return weights by which records, and both classes, are heard alike."""
    key = np.char.add(np.char.add(table.record, " "), table.rhythm)
    _, which, counts = np.unique(key, return_inverse=True, return_counts=True)
    weight = table.weight / np.sqrt(counts[which])
    shock = table.shockable
    weight[shock] *= weight[~shock].sum() / weight[shock].sum()
    evened: np.ndarray = weight / weight.mean()
    return evened


def fit(table: Table, chosen: np.ndarray) -> lightgbm.LGBMClassifier:
    """Fit trees behind the gate to the chosen windows."""
    part = Table(*(getattr(table, name)[chosen] for name in Table.__dataclass_fields__))
    return lightgbm.LGBMClassifier(**TREES).fit(
        part.features, part.shockable, sample_weight=weights(part), init_score=gate(part.features)
    )


def exported(model: lightgbm.LGBMClassifier, scale: float, offset: float) -> dict[str, Any]:
    """Return the trees as the arrays that ``ShockJudge`` reads."""
    arrays: dict[str, list[list[Any]]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value")
    }
    size, depth = 2 * TREES["num_leaves"] - 1, 0
    for tree in model.booster_.dump_model()["tree_info"]:
        rows: list[list[Any]] = []
        depth = max(depth, _flatten(tree["tree_structure"], rows))
        rows += [[0, 0.0, index, index, 0.0] for index in range(len(rows), size)]
        for column, name in enumerate(arrays):
            arrays[name].append([row[column] for row in rows])
    return {
        "features": list(NAMES),
        "trained_by": "bench/training/shockable.py",
        "trained_on": "MIT-BIH vfdb (11 records), mitdb (22), PhysioNet/CinC 2015 (see the card)",
        "scale": round(scale, 4),
        "offset": round(offset, 4),
        "depth": depth,
        **arrays,
    }


def _flatten(node: dict[str, Any], rows: list[list[Any]]) -> int:
    """Append a subtree to the rows; return its depth."""
    index = len(rows)
    if "leaf_value" in node:
        rows.append([0, 0.0, index, index, float(f"{node['leaf_value']:.4g}")])
        return 0
    rows.append([node["split_feature"], float(f"{node['threshold']:.6g}"), 0, 0, 0.0])
    rows[index][2] = len(rows)
    left = _flatten(node["left_child"], rows)
    rows[index][3] = len(rows)
    return 1 + max(left, _flatten(node["right_child"], rows))


def calibration(log_odds: np.ndarray, shockable: np.ndarray) -> tuple[float, float]:
    """Return scale and offset by which scores of unseen patients become log odds."""
    line = LogisticRegression(C=1e6, class_weight="balanced")
    line.fit(np.clip(log_odds, -12, 12)[:, None], shockable)
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def parts(records: np.ndarray) -> list[list[str]]:
    """Return which records are left out together: each of ``vfdb`` alone, a third of the others."""
    alone = sorted({each for each in records if each.startswith("vfdb/")})
    others = sorted({each for each in records if not each.startswith("vfdb/")})
    return [[each] for each in alone] + [others[start::3] for start in range(3)]


def main() -> None:
    """Train on everything, and once more for each part that is left out, to judge that part."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--data", type=Path, required=True)
    given = reader.parse_args()
    table = gather(given.data)
    taught = kept(table)
    unseen = np.zeros(len(taught))
    left_out, models = parts(table.record), []
    for part in left_out:
        judged = np.isin(table.record, part)
        models.append(fit(table, taught & ~judged))
        judge = ShockJudge.of(json.dumps(exported(models[-1], 1.0, 0.0)))
        unseen[judged] = judge.log_odds(table.features[judged])
    plain = (table.weight == 1.0) & np.char.startswith(table.record, "vfdb/")
    line = calibration(unseen[plain], table.shockable[plain])
    _write(JUDGE, exported(fit(table, taught), *line))
    folds = {
        "of": {record: index for index, part in enumerate(left_out) for record in part},
        "judges": [exported(model, *line) for model in models],
    }
    _write(FOLDS, folds)
    sys.stdout.write(f"{taught.sum()} windows; log odds are {line[0]:.3f} x + {line[1]:.3f}\n")
    for name in np.unique(table.rhythm):
        chosen = (table.rhythm == name) & ~np.char.startswith(table.record, "vfdb/")
        if chosen.any():
            called = (line[0] * unseen[chosen] + line[1] > 0).mean()
            sys.stdout.write(
                f"{name}: {called:.2%} of {chosen.sum()} windows of one lead, unseen\n"
            )


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
