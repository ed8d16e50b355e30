"""Where the programs of a demo listen on loopback."""

from enum import StrEnum
from typing import Final

from goldenhour.broker.settings import DEFAULT_PORT


class Ports(StrEnum):
    """Which ports a demo takes."""

    FIXED = "fixed"
    """Those of ``PORTS``."""
    AUTO = "auto"
    """Free ones."""


PORTS: Final = {
    "gateway": 7400,
    "alerts": 7410,
    "board": 7420,
    "metrics-gateway": 7490,
    "metrics-command-center": 7491,
    "metrics-worker-1": 7492,
    "metrics-worker-2": 7493,
    "metrics-waveforms": 7494,
    "metrics-imaging": 7495,
    "kafka": DEFAULT_PORT,
}
"""The fixed ports."""
