"""``goldenhour broker`` from the shell: background, status, foreground."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from goldenhour.broker.state import process_lives, read_state
from tests.patience import PATIENCE_S

GOLDENHOUR = Path(sys.executable).with_name("goldenhour")


def _broker(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GOLDENHOUR, "broker", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_broker_in_the_background_is_shown_and_stopped(
    tmp_path: Path, broker_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It outlives the command that started it, and nothing of it outlives stop."""
    monkeypatch.setenv("GOLDENHOUR_CACHE", str(broker_cache))
    started = _broker("start", "--home", tmp_path, "--ports", "auto")
    try:
        assert re.fullmatch(r"kafka 4\.\d+\.\d+ at 127\.0\.0\.1:\d+\n", started.stdout), started
        shown = _broker("status", "--home", tmp_path)
        assert shown.returncode == 0
        assert shown.stdout.startswith(started.stdout.strip())
        state = read_state(tmp_path / "broker")
        assert state is not None
        assert not state.orphaned
    finally:
        stopped = _broker("stop", "--home", tmp_path)
    assert stopped.stdout.startswith("stopped")
    assert not process_lives(state.pid)
    assert _broker("status", "--home", tmp_path).returncode == 1


def test_a_broker_in_the_foreground_ends_cleanly_when_asked(
    tmp_path: Path, broker_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM, like Ctrl-C, stops the broker first and then exits with 0."""
    monkeypatch.setenv("GOLDENHOUR_CACHE", str(broker_cache))
    command = [str(GOLDENHOUR), "broker", "run", "--home", str(tmp_path), "--ports", "auto"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert "Ctrl-C stops it" in running.stdout.readline()
        state = read_state(tmp_path / "broker")
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=PATIENCE_S) == 0
    assert state is not None
    assert not process_lives(state.pid)


def test_ports_other_than_auto_are_refused(tmp_path: Path) -> None:
    answer = _broker("start", "--home", tmp_path, "--ports", "some")
    assert answer.returncode == 2
    assert "auto" in answer.stderr
