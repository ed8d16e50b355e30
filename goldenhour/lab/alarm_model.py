"""The learned model that judges arrhythmia alarms, read from its committed file."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from clinical.signals.verification import AlarmModel, ArrhythmiaAlarm, Forest

MODEL_FILE: Final = Path(__file__).with_name("false_alarms.json")


def read_alarm_model(path: Path = MODEL_FILE) -> AlarmModel:
    """Read the model; where it comes from stands in the file under ``provenance``."""
    written = json.loads(path.read_text(encoding="utf-8"))
    return AlarmModel(
        forests={
            ArrhythmiaAlarm(name): _forest(forest) for name, forest in written["forests"].items()
        },
        limit=float(written["limit"]),
    )


def _forest(written: dict[str, Any]) -> Forest:
    return Forest(
        names=tuple(written["names"]),
        usual=np.array(written["usual"], np.float64),
        roots=np.array(written["roots"], np.intp),
        asked=np.array(written["asked"], np.intp),
        limits=np.array(written["limits"], np.float64),
        below=np.array(written["below"], np.intp),
    )
