"""The command line finds each sub-command by its row, and loads no more than that."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from goldenhour.main import COMMANDS, Command, load
from tests.patience import PATIENCE_S

SIGNALS = ("scipy.fft", "scipy.ndimage", "scipy.signal", "scipy.stats")
"""What filters and beats need; to load it costs more than all else that a program loads."""

STARTED = {
    "command_center.main": (*SIGNALS, "aiohttp", "fastapi", "faust", "nicegui", "pydicom"),
    "streams.gateway.main": (*SIGNALS, "aiohttp", "faust", "nicegui", "sqlalchemy"),
    "streams.engine.main streams.engine.apps streams.engine.faust_worker": (
        *SIGNALS,
        "aiohttp",
        "fastapi",
        "nicegui",
        "rich",
        "sqlalchemy",
        "streams.engine.imaging_host",
        "streams.engine.waveform_host",
    ),
    "vehicle.main": (*SIGNALS, "aiohttp", "faust", "nicegui", "pydicom", "sqlalchemy"),
}
"""What a program imports until it serves, and what must not be among it."""

HEAVY = ("aiokafka", "faust", "grpc", "numpy", "scipy", "sqlalchemy")


def _help(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("goldenhour")
    return subprocess.run(
        [program, *arguments, "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_the_overview_lists_every_command() -> None:
    answer = _help()
    assert answer.returncode == 0
    assert all(command.name in answer.stdout for command in COMMANDS)


_HELP_OF_EACH = """
import sys
from goldenhour.main import main
for name in sys.argv[1:]:
    sys.argv = ["goldenhour", name, "--help"]
    try:
        main()
    except SystemExit as ended:
        print("ended with", ended.code)
"""


def test_every_command_answers_help() -> None:
    """One process asks all of them: what each loads is the greater part of its time."""
    names = [command.name for command in COMMANDS]
    answer = subprocess.run(
        [sys.executable, "-c", _HELP_OF_EACH, *names],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    answers = answer.stdout.split("ended with 0\n")
    assert answers.pop() == ""
    assert len(answers) == len(names), answer.stdout
    for name, said in zip(names, answers, strict=True):
        assert f"Usage: goldenhour {name}" in said


@pytest.mark.parametrize("name", ["broker", "doctor"])
def test_help_loads_nothing_heavy(name: str) -> None:
    """Help is quick because what a command needs is imported when it runs."""
    command = next(command for command in COMMANDS if command.name == name)
    module = command.target.partition(":")[0]
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("modules", STARTED)
def test_a_program_starts_without_what_it_rarely_needs(modules: str) -> None:
    """A program that was killed is soon back: signals, board and other apps are loaded later."""
    imports = ", ".join(modules.split())
    code = f"import sys, {imports}; print([m for m in {STARTED[modules]!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_an_unknown_command_is_refused() -> None:
    program = Path(sys.executable).with_name("goldenhour")
    answer = subprocess.run(
        [program, "nonsense"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert answer.returncode == 2
    assert "nonsense" in answer.stderr


def test_a_function_and_an_application_are_both_commands() -> None:
    for target in ("goldenhour.doctor.main:doctor", "goldenhour.doctor.main:app"):
        assert isinstance(load(Command("doctor", target, "Say.")), typer.Typer)
