"""The command center's settings: read once, checked, printed, handed down."""

from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ports.tls import TlsSettings

STORE_FILE: Final = "center.sqlite"
"""Name of the store in the home."""


class CenterSettings(TlsSettings):
    """Settings of one center process; each is also an environment variable, GOLDENHOUR_..."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    bootstrap: str = "127.0.0.1:9092"
    """Kafka, as host:port."""
    center_address: str = "127.0.0.1:7410"
    """Where subscribers connect, as host:port; port 0 takes a free one."""
    center_http_address: str = "127.0.0.1:7420"
    """Where the board and the feed over WebSocket are, as host:port; port 0 takes a free one."""
    center_metrics_port: int = Field(default=0, ge=0, le=65_535)
    """Loopback port of the metrics; 0 takes a free one."""
    center_id: str = Field(default="center-1", min_length=1, max_length=64)
    """Names this center in the alarms that it raises itself."""
    center_channels: int = Field(default=1, ge=1, le=2)
    """Channels of detection that are to run; a further one that was seen is expected as well."""
    center_gateway: str | None = None
    """Gateway for the heartbeat of synthetic patients, as host:port; None: there is none."""
    home: Path = Path(".goldenhour")
    """Folder of run state; the store is ``center.sqlite`` in it."""
    objects: str | None = None
    """Where images are kept, the gateways' own: a folder, or ``s3://BUCKET/PREFIX``; only read.
    ``objects`` in the home unless given."""
    center_store_url: str | None = None
    """SQLAlchemy URL of the store in place of the one in the home; SQLite is what is tested."""
    board_sound: bool = True
    """Whether boards sound, where nobody has chosen otherwise in their browser."""
    center_acknowledge_timeout_ms: int = Field(default=2_000, ge=1, le=60_000)
    """Longest wait for an action to be read back from the log."""
    center_waiting_per_subscriber: int = Field(default=10_000, ge=1)
    """Changes that may wait for one subscriber; one that lags further is ended and can resume."""
    center_changes_kept: int = Field(default=1_000_000, ge=1)
    """Newest changes kept for subscribers that resume; deliveries are kept to the same number."""
    log_json: bool = False
    """Whether log lines are JSON objects."""

    @property
    def objects_place(self) -> str:
        """Where the gateways keep images."""
        return self.objects or str(self.home / "objects")

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.center_store_url or f"sqlite:///{self.home.absolute() / STORE_FILE}"
