"""Where Prometheus finds the programs of a stack, as its file-based service discovery reads it.

``deploy/prometheus/targets.json`` is this for the demo's fixed ports; a test holds it to that.
"""

from collections.abc import Mapping
from typing import Any, Final

_APPS: Final = {"worker": "patients", "waveforms": "waveforms", "imaging": "imaging"}
_CHANNELS: Final = "ab"


def scrape_targets(metrics: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return one entry per program: its address, and the labels that alerts and graphs go by.

    Args:
        metrics: address of each program's metrics, ``host:port``, by the program's name in the
            stack, as ``Addresses.metrics`` has it; of two channels each worker is one in turn.
    """
    return [
        {"targets": [address], "labels": _labels(name)} for name, address in sorted(metrics.items())
    ]


def _labels(name: str) -> dict[str, str]:
    kind, _, number = name.partition("-") if name.startswith("worker-") else (name, "", "1")
    if kind in _APPS:
        channel = _CHANNELS[(int(number) - 1) % len(_CHANNELS)]
        return {"program": "worker", "app": _APPS[kind], "channel": channel}
    return {"program": kind}
