"""Settings of a worker: read once from options and the environment, then frozen."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, SettingsConfigDict

from clinical.alarms.priority import Source


class App(StrEnum):
    """The apps that a worker can run."""

    PATIENTS = "patients"
    """Judges patients; the only app that raises alarms."""
    WAVEFORMS = "waveforms"
    """Judges waveforms; says what it finds to ``patients``."""
    IMAGING = "imaging"
    """Judges how far series of images have come, and their geometry."""


NICENESS: Final[Mapping[App, int]] = {App.PATIENTS: 0, App.WAVEFORMS: 0, App.IMAGING: 10}
"""How far the worker of an app stands back where programs of one machine want more processor than
there is: images wait for what raises alarms, and keep a tenth (nice(1)). Fibrillation is found in
waveforms, so these stand back behind nothing."""


class Channel(StrEnum):
    """The two channels of detection; each reads everything and judges alike."""

    A = "a"
    B = "b"

    @property
    def source(self) -> Source:
        """How what this channel says is signed."""
        return Source.CENTER_A if self is Channel.A else Source.CENTER_B


class WorkerSettings(BaseSettings):
    """A worker's settings; environment variables are these names after ``GOLDENHOUR_``."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True, extra="ignore")

    app: App = App.PATIENTS
    channel: Channel = Channel.A
    bootstrap: str = "127.0.0.1:9092"
    """Kafka, as host:port, several separated by commas."""
    metrics_port: int = 7492
    """On loopback; 0 takes a free one."""
    home: Path = Path(".goldenhour")
    """Folder of run state."""
    member: str | None = None
    """Name of this worker in its group, the same after a restart; None: a new one each time."""
    log_json: bool = False

    @property
    def group(self) -> str:
        """The Kafka consumer group."""
        return f"{self.app}-{self.channel}"
