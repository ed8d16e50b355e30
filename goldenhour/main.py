"""The ``goldenhour`` command: a table of sub-commands, each imported only when it is called.

A sub-command is a typer application, or a function with typer's options. Looking it up by name and
handing over the remaining arguments keeps every ``--help`` quick, whatever the others need.
"""

import os
import sys
from importlib import import_module
from typing import Final, NamedTuple

import typer

from ports.spare.waiting import standing_back

GRPC_ENVIRONMENT: Final = {"GRPC_ENABLE_FORK_SUPPORT": "0", "GRPC_VERBOSITY": "ERROR"}
"""What gRPC reads when it is imported: children are started by exec, never used as forks, and a
link that went away is said by our own log."""


class Command(NamedTuple):
    """A sub-command: its name, where it is (``module:attribute``), and what it does."""

    name: str
    target: str
    help: str


COMMANDS: Final = (
    Command("demo", "goldenhour.demo.main:app", "Run everything in one terminal, with a story."),
    Command("broker", "goldenhour.broker.main:app", "Start, stop and show a real Apache Kafka."),
    Command("gateway", "streams.gateway.main:main", "Take frames from units into the log."),
    Command("worker", "streams.engine.main:main", "Judge patients: one Faust worker."),
    Command("command-center", "command_center.main:main", "Fold, store and serve the alarms."),
    Command("vehicle", "vehicle.main:main", "Be the client in one vehicle."),
    Command("crew-screen", "vehicle.screen.main:main", "Show the crew its patient, on a tablet."),
    Command("simulate", "simulators.main:main", "Drive many vehicle clients from a seed."),
    Command("feed", "goldenhour.feed.main:app", "Read the alert feed as a dispatcher would."),
    Command("certs", "goldenhour.certs.main:app", "Give out, renew and revoke certificates."),
    Command("lab", "goldenhour.lab.main:app", "Run the live detectors over a file."),
    Command("bench", "goldenhour.bench.main:app", "Measure, as ratios to a floor."),
    Command("world", "goldenhour.world.main:world", "Play the whole system from seeds."),
    Command("doctor", "goldenhour.doctor.main:app", "Say what this machine lacks, and the mend."),
)


def main() -> None:
    """Run the sub-command that the command line names."""
    for name, value in GRPC_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    arguments = sys.argv[1:]
    command = next((entry for entry in COMMANDS if arguments[:1] == [entry.name]), None)
    if command is None:
        overview()(arguments, prog_name="goldenhour")
    else:
        application = standing_back(lambda: load(command))
        application(arguments[1:], prog_name=f"goldenhour {command.name}")


def load(command: Command) -> typer.Typer:
    """Import a sub-command; a plain function becomes an application of one command."""
    module, _, attribute = command.target.partition(":")
    target = getattr(import_module(module), attribute)
    if isinstance(target, typer.Typer):
        return target
    application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    application.command(help=command.help)(target)
    return application


def overview() -> typer.Typer:
    """Return the application that only lists the sub-commands and refuses unknown ones."""
    application = typer.Typer(
        help="Golden Hour: finds the patient who is getting worse. Not a medical device.",
        no_args_is_help=True,
        add_completion=False,
    )
    application.callback()(_nothing)
    for command in COMMANDS:
        application.command(command.name, help=command.help)(_nothing)
    return application


def _nothing() -> None:
    """Do nothing: the overview never runs a command."""
