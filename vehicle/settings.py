"""Settings of the program ``vehicle``: read once, printed at the start, never changed."""

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ports.tls import TlsSettings
from vehicle.spool.spool import BYTES_MAX, FRAMES_MAX
from wire.frames import Lane
from wire.limits import MAX_BAY, UNIT_ID, UUID_TEXT

_RECORDING: Final = "recording:"


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
    gateway_imaging: str | None = None
    """Address of the gateway of the IMAGING lane's slice."""
    home: Path = Path(".goldenhour")
    """Folder of run state; the spool lies in ``vehicle/UNIT_ID`` below it."""
    source: str = Field(default="stdin", pattern=f"^(stdin|{_RECORDING}.+)$")
    """``stdin`` or ``recording:PATH``."""
    encounter: str | None = Field(default=None, pattern=f"^{UUID_TEXT.pattern}$")
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
    images: Path | None = None
    """Drop folder of the scanner: each folder in it is a series."""
    images_quiet_s: float = Field(default=5, ge=0.5)
    """A series that has not changed for so long is finished, seconds."""
    dicom_address: str | None = None
    """Where a scanner stores images by DICOM, ``host:port``; port 0 takes a free one."""
    dicom_ae_title: str = Field(default="GOLDENHOUR", pattern=r"^[A-Z0-9_-]{1,16}$")
    """The application entity title under which the scanner knows this vehicle."""
    vehicle_metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    """Port of the metrics; 0 takes a free one, none serves none."""
    log_json: bool = False
    """Logs as JSON lines instead of for a console."""

    @property
    def recording(self) -> Path | None:
        """The file that is played; None when frames come as JSON lines."""
        if not self.source.startswith(_RECORDING):
            return None
        return Path(self.source.removeprefix(_RECORDING))

    @property
    def addresses(self) -> dict[Lane, str]:
        """The gateway of each lane."""
        return {
            Lane.ALARM: self.gateway_alarm or self.gateway,
            Lane.VITALS: self.gateway_vitals or self.gateway,
            Lane.WAVEFORM: self.gateway_waveform or self.gateway,
        }

    @property
    def imaging_address(self) -> str:
        """The gateway of the IMAGING lane."""
        return self.gateway_imaging or self.gateway

    @property
    def images_folder(self) -> Path | None:
        """Where series are looked for; None when the vehicle has no scanner."""
        if self.images is None and self.dicom_address is not None:
            return self.spool_folder / "images"
        return self.images

    @property
    def spool_folder(self) -> Path:
        """Where this unit's spool lies."""
        return spool_folder(self.home, self.unit_id)


def spool_folder(home: Path, unit_id: str) -> Path:
    """Return the folder of a unit's spool."""
    return home / "vehicle" / unit_id
