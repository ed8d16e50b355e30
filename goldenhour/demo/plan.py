"""What a demo run consists of, as data: its options, its programs, its kills."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from goldenhour.stack.program import Program
from ports.tls import TlsFiles


class Engine(StrEnum):
    """What carries the records."""

    AUTO = "auto"
    """A real Kafka, or where none can be had the in-memory twin under a banner."""
    KAFKA = "kafka"
    """A real Kafka, or failure."""
    MEMORY = "memory"
    """The in-memory twin."""


KILLABLE: Final = ("gateway", "worker", "command-center", "vehicle")
FIRST_KILL_S: Final = 20
BETWEEN_KILLS_S: Final = 15
WORKERS: Final = 2
ALONE: Final = frozenset({"gateway", "command-center"})
"""Programs of which a demo runs one."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The command line of one demo run."""

    home: Path
    engine: Engine = Engine.AUTO
    headless: bool = False
    seconds: int | None = None
    """Length of the story; None: until Ctrl-C."""
    report: Path | None = None
    seed: int = 1
    auto_ports: bool = False
    """Take free ports instead of the fixed ones."""
    kill: tuple[str, ...] = ()
    scenario: str = "demo"
    channels: int = 2
    """Channels of detection; with one, both workers share it."""
    bootstrap: str | None = None
    tls: bool = False
    """Mutual TLS between vehicles, gateway, command center and whoever reads the feed."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One process to kill with SIGKILL, at a second of the story."""

    what: str
    at_s: int


def kills(names: tuple[str, ...]) -> tuple[Kill, ...]:
    """Return when each named program is killed: one after the other, each once.

    Raises:
        ValueError: a name is not one of KILLABLE.
    """
    unknown = [name for name in names if name not in KILLABLE]
    if unknown:
        message = f"--kill: {', '.join(unknown)}: not one of {', '.join(KILLABLE)}"
        raise ValueError(message)
    return tuple(
        Kill(name, FIRST_KILL_S + BETWEEN_KILLS_S * place) for place, name in enumerate(names)
    )


def tls_options(certificates: Path | None, name: str) -> tuple[str, ...]:
    """Return the options by which a server speaks TLS; of no folder, none."""
    if certificates is None:
        return ()
    return TlsFiles.in_folder(certificates, name, revoked=True).options()


def gateway(
    bootstrap: str, port: int, metrics_port: int, home: Path, tls: tuple[str, ...] = ()
) -> Program:
    """Return the gateway; images lie in ``objects`` in its home, the demo's own."""
    return Program(
        "gateway",
        (
            "gateway",
            "--bootstrap", bootstrap,
            "--address", f"127.0.0.1:{port}",
            "--metrics-port", str(metrics_port),
            "--home", str(home),
            *tls,
        ),
    )  # fmt: skip


def worker(
    number: int, bootstrap: str, metrics_port: int, home: Path, channel: str = "a"
) -> Program:
    """Return one of the workers of the `patients` app."""
    return _worker(f"worker-{number}", "patients", channel, bootstrap, metrics_port, home)


def with_spares(program: Program, channels: int) -> Program:
    """Return a program with a spare, if it is one that nobody goes on for while it is away.

    Of two channels of workers the other one does; images wait, and waveforms are judged in the
    vehicle as well.
    """
    alone = program.name in ALONE or (channels == 1 and program.name.startswith("worker-"))
    return program.with_spare() if alone else program


def channel_of(number: int, channels: int) -> str:
    """Return the channel of the worker of this number: the first of every run is of channel A."""
    return "ab"[(number - 1) % channels]


def waveforms(bootstrap: str, metrics_port: int, home: Path) -> Program:
    """Return the worker of the `waveforms` app, channel A."""
    return _worker("waveforms", "waveforms", "a", bootstrap, metrics_port, home)


def imaging(bootstrap: str, metrics_port: int, home: Path) -> Program:
    """Return the worker of the `imaging` app, channel A."""
    return _worker("imaging", "imaging", "a", bootstrap, metrics_port, home)


def _worker(  # noqa: PLR0917 - in the order of its command line
    name: str, app: str, channel: str, bootstrap: str, metrics_port: int, home: Path
) -> Program:
    """Return a worker that takes its old place in the group when it comes back in time.

    As a new member it would wait until the group has given up the one that was killed.
    """
    return Program(
        name,
        (
            "worker",
            "--app", app,
            "--channel", channel,
            "--bootstrap", bootstrap,
            "--metrics-port", str(metrics_port),
            "--member", name,
            "--home", str(home / name),
        ),
    )  # fmt: skip


def command_center(  # noqa: PLR0917 - where everything lies
    bootstrap: str,
    port: int,
    board_port: int,
    metrics_port: int,
    home: Path,
    tls: tuple[str, ...] = (),
    *,
    channels: int = 1,
    gateway: str | None = None,
) -> Program:
    """Return the command center, which misses a channel that does not run.

    Through ``gateway`` it watches over detection with synthetic patients.
    """
    heartbeat = () if gateway is None else ("--gateway", gateway)
    return Program(
        "command-center",
        (
            "command-center",
            "--bootstrap", bootstrap,
            "--address", f"127.0.0.1:{port}",
            "--http-address", f"127.0.0.1:{board_port}",
            "--metrics-port", str(metrics_port),
            "--channels", str(channels),
            "--home", str(home / "command-center"),
            *heartbeat,
            "--objects", str(home / "objects"),
            *tls,
        ),
    )  # fmt: skip


def board_url(http_address: str) -> str:
    """Return where the board of a center is."""
    return f"http://{http_address}/"


def websocket_url(http_address: str) -> str:
    """Return where the feed of a center is over WebSocket."""
    return f"ws://{http_address}/v1/alerts"


def simulate(
    options: DemoOptions,
    *,
    gateway_address: str,
    alerts_address: str,
    bootstrap: str,
    home: Path,
    report: Path,
    kills_file: Path,
    certificates: Path | None = None,
) -> Program:
    """Return the fleet that plays the story and judges the feed."""
    tls = () if certificates is None else ("--tls-folder", str(certificates))
    length = () if options.seconds is None else ("--seconds", str(options.seconds))
    return Program(
        "simulate",
        (
            "simulate",
            "--scenario", options.scenario,
            "--seed", str(options.seed),
            "--gateway", gateway_address,
            "--alerts", alerts_address,
            "--kafka", bootstrap,
            "--home", str(home / "simulate"),
            "--report", str(report),
            "--kills", str(kills_file),
            *length,
            *tls,
        ),
    )  # fmt: skip
