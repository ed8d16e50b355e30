import os
import signal
import subprocess
import sys

import pytest

from ports.log.port import LogLost
from ports.program import (
    COLLECT_AFTER_OBJECTS,
    COLLECT_MIDDLE_AFTER,
    INTERRUPTED,
    SUPERVISOR,
    unless_refused,
)
from tests.patience import PATIENCE_S

PROGRAM = """
import asyncio, sys
from ports.program import run

async def main(stop):
    print(type(asyncio.get_running_loop()).__module__, flush=True)
    await stop.wait()
    print("draining", flush=True)
    {drain}
    return 7

sys.exit(run(main))
"""

SERVES = """
import gc
from ports.program import say_ready

say_ready("x")
print(gc.get_freeze_count(), len(gc.get_objects()))
"""

GROWS = """
import gc
from ports.program import collect_in_small_steps

collect_in_small_steps()
gc.freeze()
most = 0

def looked(phase, about):
    global most
    if phase == "start":
        young = sum(len(gc.get_objects(each)) for each in range(about["generation"] + 1))
        most = max(most, young)

gc.callbacks.append(looked)
kept = [[] for _ in range(400_000)]
print(most)
"""


def _start(drain: str) -> "subprocess.Popen[str]":
    """Start a program and return when it runs; it says on which loop."""
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(drain=drain)], stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline().startswith("uvloop")
    return started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_program_drain_and_gives_its_exit_code(number: signal.Signals) -> None:
    with _start("pass") as program:
        program.send_signal(number)
        output, _ = program.communicate(timeout=PATIENCE_S)
    assert output == "draining\n"
    assert program.returncode == 7


def test_a_second_signal_cuts_the_drain_short() -> None:
    with _start("await asyncio.Event().wait()") as program:
        assert program.stdout is not None
        program.send_signal(signal.SIGTERM)
        assert program.stdout.readline() == "draining\n"
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=PATIENCE_S)
    assert program.returncode == INTERRUPTED


def test_a_program_whose_supervisor_is_gone_does_not_begin() -> None:
    """Between the start of a child and its first word the supervisor can end; so must the child."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(drain="pass")],
        env={**os.environ, SUPERVISOR: "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == INTERRUPTED
    assert not ended.stdout


async def test_a_program_that_was_refused_says_so_in_its_exit_code_and_others_raise() -> None:
    async def ends(error: Exception | None) -> None:
        if error is not None:
            raise error

    assert await unless_refused(ends(None), (LogLost,)) == 0
    assert await unless_refused(ends(LogLost("no broker")), (LogLost,)) == 1
    with pytest.raises(KeyError):
        await unless_refused(ends(KeyError("a bug")), (LogLost,))


def test_what_is_loaded_when_a_program_serves_is_not_collected_again() -> None:
    """A full collection looks at what came since, not at the libraries."""
    said = subprocess.run(
        [sys.executable, "-c", SERVES],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    ready, counts = said.stdout.splitlines()
    frozen, looked_at = map(int, counts.split())
    assert ready == '{"ready": "x"}'
    assert frozen > 10_000
    assert looked_at < 1_000


def test_what_comes_at_once_is_looked_at_in_small_steps() -> None:
    """A thousand units bring hundreds of thousands of objects, and nobody waits for all of them."""
    grown = subprocess.run(
        [sys.executable, "-c", GROWS],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    rounds = COLLECT_MIDDLE_AFTER + 2
    assert 0 < int(grown.stdout) < (rounds + 1) * COLLECT_AFTER_OBJECTS
