"""Settings of the program ``simulate``: read once, printed at the start, never changed."""

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

JUDGE: Final = "dispatcher"
"""Name of the certificate by which the feed is read."""


class SimulateSettings(BaseSettings):
    """Each can be given as GOLDENHOUR_NAME; the command line overrides."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    scenario: str = "demo"
    """Name of a scenario, or path of its file."""
    units: int | None = Field(default=None, ge=1, le=100_000)
    """In the place of a scenario: so many ambulances, made from the seed."""
    seed: int = 1
    """Of every patient and every jitter."""
    gateway: str = "127.0.0.1:7400"
    """Address of the gateway."""
    alerts: str | None = None
    """Address of the alert feed that is judged; none: nobody listens."""
    kafka: str | None = None
    """Kafka that is read at the end, host:port; none: losses are not looked for."""
    home: Path = Path(".goldenhour/simulate")
    """Folder of run state: ledger, spools, story."""
    seconds: float | None = Field(default=None, gt=0)
    """Length of the story; none: until SIGTERM."""
    report: Path | None = None
    """Where the report goes."""
    tls_folder: Path | None = None
    """Folder with a certificate for each unit, and one for ``JUDGE``: mutual TLS on every link."""
    kills: Path | None = None
    """File that says at the end what was killed when."""
    connect_s: float = Field(default=60, gt=0)
    """Longest wait for every unit to reach the center."""
    drain_s: float = Field(default=20, gt=0)
    """Longest wait for acknowledgements after the story."""
    stop_drain_s: float = Field(default=10, gt=0)
    """The same after SIGTERM."""
    log_json: bool = False
    """Whether log lines are JSON objects."""
