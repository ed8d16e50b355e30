"""The supervisor, over real child processes."""

import asyncio
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from goldenhour.stack import probe, supervisor
from goldenhour.stack.program import READY_TIMEOUT_US, Program
from goldenhour.stack.supervisor import ProgramFailed, Stack
from ports.clock import SystemClock
from tests.patience import PATIENCE_S

_SERVES = """
import json, signal, sys
from ports.program import die_with_supervisor
die_with_supervisor()
print(json.dumps({"ready": "toy", "count": str(1)}), flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.pause()
"""


@dataclass(frozen=True, slots=True)
class _Toy(Program):
    code: str = _SERVES

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-c", self.code)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_killed_program_comes_back_and_is_counted(tmp_path: Path) -> None:
    """SIGKILL is followed by a new process that says that it is ready."""
    stack = Stack(tmp_path, SystemClock())
    assert (await stack.start(_Toy("toy", ())))["ready"] == "toy"
    toy = stack.named("toy")
    first = toy.pid

    toy.kill()
    await toy.wait_ready()

    assert toy.pid != first
    assert toy.restarts == 1
    await stack.stop()


_HANGS_WHILE_THERE_IS = """
import signal
from pathlib import Path
if Path({there!r}).exists():
    signal.pause()
"""


async def test_a_program_that_hangs_while_it_starts_again_is_killed_and_started_anew(
    tmp_path: Path,
) -> None:
    """It has no port yet at which it could be asked; nobody would else ever notice."""
    stack = Stack(tmp_path, SystemClock())
    hanging = tmp_path / "hanging"
    code = _HANGS_WHILE_THERE_IS.format(there=str(hanging)) + _SERVES
    await stack.start(_Toy("toy", (), code=code))
    toy = stack.named("toy")

    hanging.touch()
    toy._ready_timeout_us = 100_000
    toy.kill()
    async with asyncio.timeout(PATIENCE_S):
        while toy.restarts < 2:
            await SystemClock().sleep_us(10_000)
        hanging.unlink()
        toy._ready_timeout_us = READY_TIMEOUT_US
        await toy.wait_ready()

    await stack.stop()


async def test_stopping_leaves_nothing_running(tmp_path: Path) -> None:
    """Every child has ended when ``stop`` returns, and none is restarted."""
    stack = Stack(tmp_path, SystemClock())
    for name in ("toy-1", "toy-2"):
        await stack.start(_Toy(name, ()))
    pids = [program.pid for program in stack.programs.values()]

    await stack.stop()

    assert not any(_runs(pid) for pid in pids)
    assert not stack.programs


async def test_a_program_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    """The error names the log file and repeats what the program said last."""
    stack = Stack(tmp_path, SystemClock())

    with pytest.raises(ProgramFailed, match=r"toy\.log(.|\n)*no such slice"):
        await stack.start(_Toy("toy", (), code="raise SystemExit('no such slice')"))

    await stack.stop()


async def test_a_child_dies_with_its_supervisor(tmp_path: Path) -> None:
    """Kill -9 of the supervising process leaves no program behind."""
    code = f"""
import asyncio
from pathlib import Path
from goldenhour.stack.supervisor import Stack
from ports.clock import SystemClock
from tests.goldenhour.stack.test_supervisor import _Toy
async def main():
    stack = Stack(Path({str(tmp_path)!r}), SystemClock())
    await stack.start(_Toy("toy", ()))
    print(stack.named("toy").pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, cwd=Path.cwd()
    )
    assert supervisor.stdout is not None
    child = int(await supervisor.stdout.readline())

    supervisor.kill()
    await supervisor.wait()

    clock = SystemClock()
    async with asyncio.timeout(PATIENCE_S):
        while _runs(child) and not _zombie(child):
            await clock.sleep_us(10_000)


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


_ANSWERS = """
import json, signal, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from ports.program import die_with_supervisor
die_with_supervisor()
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
said = {"ready": "toy", "metrics": f"127.0.0.1:{server.server_port}"}
print(json.dumps(said), flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.pause()
"""


async def test_a_program_that_does_not_answer_is_killed_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped cannot end itself; one that answers is left alone."""
    monkeypatch.setattr(supervisor, "PROBED_EVERY_US", 100_000)
    monkeypatch.setattr(probe, "ANSWER_S", 1.0)
    stack = Stack(tmp_path, SystemClock())
    for name in ("hangs", "answers"):
        await stack.start(_Toy(name, (), code=_ANSWERS))
    hangs, answers = stack.named("hangs"), stack.named("answers")
    first = hangs.pid

    os.kill(first, signal.SIGSTOP)
    async with asyncio.timeout(PATIENCE_S):
        while hangs.restarts == 0:
            await SystemClock().sleep_us(50_000)
        await hangs.wait_ready()

    assert hangs.pid != first
    assert (hangs.restarts, answers.restarts) == (1, 0)
    await stack.stop()


async def test_a_supervisor_that_is_busy_itself_kills_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks come to their end while its event loop stands still: the program answered all along."""
    monkeypatch.setattr(supervisor, "PROBED_EVERY_US", 1_000)
    monkeypatch.setattr(supervisor, "UNANSWERED_MAX", 2)
    monkeypatch.setattr(probe, "ANSWER_S", PATIENCE_S)
    begun, stands, ended = (threading.Semaphore(0) for _ in range(3))
    looks: list[bool] = []

    def look(address: str) -> bool:
        begun.release()
        assert stands.acquire(timeout=PATIENCE_S)
        looks.append(probe.answers(address))
        ended.release()
        return looks[-1]

    monkeypatch.setattr(supervisor, "answers", look)
    stack = Stack(tmp_path, SystemClock())
    await stack.start(_Toy("answers", (), code=_ANSWERS))

    for _ in range(4):
        assert await asyncio.to_thread(begun.acquire, timeout=PATIENCE_S)
        stands.release()
        assert ended.acquire(timeout=PATIENCE_S), "the event loop stands still until a look is over"

    stands.release(1_000)
    assert looks[:4] == [True] * 4
    assert stack.named("answers").restarts == 0
    await stack.stop()
