"""Settings of the program ``vehicle``: read once, printed at the start, never changed."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ports.tls import TlsSettings
from vehicle.spool import BYTES_MAX, FRAMES_MAX
from wire.frames import Lane
from wire.limits import MAX_BAY, UNIT_ID


class VehicleSettings(TlsSettings):
    """Each can be given as GOLDENHOUR_NAME; the command line overrides."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    unit_id: str = Field(pattern=f"^{UNIT_ID.pattern}$")
    """The unit."""
    gateway: str = "127.0.0.1:7400"
    """Address of the gateway of every lane that has none of its own."""
    gateway_alarm: str | None = None
    """Address of the gateway of the ALARM lane's slice."""
    gateway_vitals: str | None = None
    """Address of the gateway of the VITALS lane's slice."""
    gateway_waveform: str | None = None
    """Address of the gateway of the WAVEFORM lane's slice."""
    home: Path = Path(".goldenhour")
    """Folder of run state; the spool lies in ``vehicle/UNIT_ID`` below it."""
    source: str = Field(default="stdin", pattern=r"^(stdin|recording:.+)$")
    """``stdin`` or ``recording:PATH``."""
    encounter: str | None = None
    """The encounter that is opened at the start and that lines without one concern."""
    bay: str | None = Field(default=None, max_length=MAX_BAY)
    """The bay of that encounter."""
    drain_s: float = Field(default=20, ge=0)
    """Longest wait for acknowledgements after the source has ended, seconds."""
    stop_drain_s: float = Field(default=5, ge=0)
    """Longest wait for acknowledgements after SIGTERM, seconds."""
    spool_frames: int = Field(default=FRAMES_MAX, ge=100)
    """Frames that the spool holds at most."""
    spool_bytes: int = Field(default=BYTES_MAX, ge=100_000)
    """Bytes of frames that the spool holds at most."""
    vehicle_metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    """Port of the metrics; 0 takes a free one, none serves none."""
    log_json: bool = False
    """Logs as JSON lines instead of for a console."""

    @property
    def addresses(self) -> dict[Lane, str]:
        """The gateway of each lane."""
        return {
            Lane.ALARM: self.gateway_alarm or self.gateway,
            Lane.VITALS: self.gateway_vitals or self.gateway,
            Lane.WAVEFORM: self.gateway_waveform or self.gateway,
        }

    @property
    def spool_folder(self) -> Path:
        """Where this unit's spool lies."""
        return spool_folder(self.home, self.unit_id)


def spool_folder(home: Path, unit_id: str) -> Path:
    """Return the folder of a unit's spool."""
    return home / "vehicle" / unit_id
