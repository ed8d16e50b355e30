"""Worlds are played in processes beside one another, and each of them is heard."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from goldenhour.world import playing
from goldenhour.world.case import Case, Size, draw
from goldenhour.world.playing import Outcome, plain_of, play_aside

FLOOD = """
import pathlib, sys
for _ in range(200):
    print(sys.argv[1], flush=True)
pathlib.Path(sys.argv[2]).touch()
"""

WAITS = """
import pathlib, sys, time
while not pathlib.Path(sys.argv[2]).exists():
    time.sleep(0.01)
print(sys.argv[1], flush=True)
"""

CASES = [draw(seed, Size(units=1, seconds=10)) for seed in range(2)]


def _said(case: Case) -> str:
    """Return what a process says of a night, long enough that a pipe does not hold 200 of them."""
    return json.dumps(plain_of(Outcome(case, {"a promise": ["word " * 200]}, "", 1, 1.0, 1.0)))


def test_a_process_with_much_to_say_does_not_wait_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one here ends only when the second has said all."""

    def child(share: Sequence[Case]) -> "subprocess.Popen[str]":
        (case,) = share
        program = FLOOD if case is CASES[1] else WAITS
        return subprocess.Popen(
            [sys.executable, "-c", program, _said(case), tmp_path / "all was said"],
            stdout=subprocess.PIPE,
            text=True,
        )

    monkeypatch.setattr(playing, "_child", child)
    heard = [outcome.case.seed for outcome in play_aside(CASES, 2)]
    assert sorted(heard) == [0] + [1] * 200


def test_a_process_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nights that were not played are not taken for clean ones."""

    def child(_: Sequence[Case]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit(3)"], stdout=subprocess.PIPE, text=True
        )

    monkeypatch.setattr(playing, "_child", child)
    with pytest.raises(ChildProcessError):
        list(play_aside(CASES, 2))
