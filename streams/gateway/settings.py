"""The gateway's settings: read once, checked, printed, handed down."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wire.limits import BATCH_GAP_MS


class GatewaySettings(BaseSettings):
    """Settings of one gateway process; each is also an environment variable, GOLDENHOUR_..."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    bootstrap: str = "127.0.0.1:9092"
    """Kafka, as host:port."""
    gateway_address: str = "127.0.0.1:7400"
    """Where units connect, as host:port; port 0 takes a free one."""
    gateway_metrics_port: int = Field(default=0, ge=0, le=65_535)
    """Loopback port of the metrics; 0 takes a free one."""
    home: Path = Path(".goldenhour")
    """Folder of run state."""
    objects: str | None = None
    """Where images are kept: a folder, or ``s3://BUCKET/PREFIX``; ``objects`` in the home unless
    given."""
    gateway_batch_gap_ms: int = Field(default=BATCH_GAP_MS, ge=0, le=1_000)
    """Shortest time from one batch of a partition to the next."""
    gateway_drain_ms: int = Field(default=3_000, ge=0, le=60_000)
    """Longest time that a stopping gateway waits for what it has taken to become durable."""
    log_json: bool = False
    """Whether log lines are JSON objects."""

    @property
    def objects_place(self) -> str:
        """Where images are kept."""
        return self.objects or str(self.home / "objects")
