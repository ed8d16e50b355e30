"""What the user may say about the broker, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from goldenhour.home import Home, cache_folder, default_home

DEFAULT_PORT: Final = 9092
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker runs from and where it listens (always on loopback)."""

    home: Path
    """The home of the stack; the broker's data lie in its ``broker`` folder."""
    cache: Path
    """Where jars and class archive are kept between homes."""
    port: int | None = DEFAULT_PORT
    """The port to listen on; None takes a free one."""
    bootstrap: str | None = None
    """The address of a broker that somebody else runs; then none is started."""
    kafka_folder: Path | None = None
    """An unpacked Kafka distribution, or a folder of its jars; needs Java."""
    secure: bool = False
    """Let nobody in without TLS and a password; both are made in the broker's folder."""
    start_timeout_s: float = START_TIMEOUT_S
    """How long a broker may take until a record went through it."""
    stop_timeout_s: float = STOP_TIMEOUT_S
    """How long a broker may take to stop before it is killed."""

    @property
    def folder(self) -> Path:
        """The folder of the broker's own state."""
        return Home(self.home).broker_folder.absolute()


def settings_from(
    environment: Mapping[str, str],
    *,
    home: Path | None = None,
    port: int | None = DEFAULT_PORT,
    bootstrap: str | None = None,
) -> BrokerSettings:
    """Combine what was given on the command line with the environment and the defaults."""
    folder = environment.get("GOLDENHOUR_KAFKA_FOLDER")
    return BrokerSettings(
        home=home or default_home(environment),
        cache=cache_folder(environment),
        port=port,
        bootstrap=bootstrap or environment.get("GOLDENHOUR_KAFKA") or None,
        kafka_folder=Path(folder) if folder else None,
        secure=environment.get("GOLDENHOUR_BROKER_SECURE") not in {None, "", "0"},
    )
