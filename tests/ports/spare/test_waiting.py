"""A process that waits as a spare, seen by whoever started it."""

import os
import subprocess
import sys

from ports.spare.waiting import LOADED, SPARE, STANDING_BACK
from tests.patience import PATIENCE_S

_PROGRAM = """
import asyncio, os, sys, threading
from ports.program import run

def load():
    print("loads at", os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), flush=True)

async def serve(stop):
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    print("runs at", own, threading.active_count(), "GOLDENHOUR_SPARE" in os.environ, flush=True)
    print("reads", sys.stdin.read(), flush=True)
    return 0

sys.exit(run(serve, load))
"""


def _run(said: bytes, *, spare: bool) -> tuple[int, list[str]]:
    waits = {SPARE: "1"} if spare else {}
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=said,
        env={**os.environ, **waits},
        stdout=subprocess.PIPE,
        timeout=PATIENCE_S,
        check=False,
    )
    return ended.returncode, ended.stdout.decode().splitlines()


def test_a_spare_stands_back_while_it_loads_and_not_once_it_is_the_program() -> None:
    """The thread that will be the program has its own priority, and the one that loaded is gone."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    code, said = _run(b"go\nmore\n", spare=True)
    assert code == 0
    assert said[0] == f"loads at {min(own + STANDING_BACK, 19)}"
    assert said[1] == LOADED.decode().strip()
    assert said[2] == f"runs at {own} 1 False"


def test_what_follows_the_word_is_the_programs_own_input() -> None:
    """A vehicle that is fed by its standard input loses nothing of it."""
    assert _run(b"go\nfirst\nsecond\n", spare=True)[1][3:] == ["reads first", "second", ""]


def test_a_spare_that_nobody_can_give_the_word_ends() -> None:
    """Its supervisor is gone, or has taken it for superfluous."""
    code, said = _run(b"", spare=True)
    assert code == 0
    assert len(said) == 2


def test_a_program_that_is_no_spare_begins_at_once() -> None:
    """It loads what it needs when it comes to it, and its input is its own from the first byte."""
    code, said = _run(b"first\n", spare=False)
    assert code == 0
    assert said[0].startswith("runs at")
    assert said[1] == "reads first"
