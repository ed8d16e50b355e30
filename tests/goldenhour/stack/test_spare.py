"""The supervisor and the spares that it keeps, over real child processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from goldenhour.stack import supervisor
from goldenhour.stack.program import STEADY_US, Program
from goldenhour.stack.supervisor import Stack, Supervised
from ports.clock import SystemClock
from ports.spare import keeping
from tests.goldenhour.stack.processes import gone
from tests.patience import PATIENCE_S

_SERVES = """
import asyncio, sys
from ports.program import run, say_ready

async def serve(stop):
    say_ready("toy", stands_back=str(standing), input=str(len(sys.stdin.read())))
    await stop.wait()
    return 0

standing = []
sys.exit(run(serve, lambda: standing.append("loaded")))
"""
_DIES_BEFORE_IT_IS_LOADED = (
    """
import os, sys
if "GOLDENHOUR_SPARE" in os.environ:
    sys.exit(3)
"""
    + _SERVES
)
_NEVER_READY_AS_A_SPARE = """
import asyncio, os, sys
from ports.program import run, say_ready

was_spare = "GOLDENHOUR_SPARE" in os.environ

async def serve(stop):
    if not was_spare:
        say_ready("toy")
    await stop.wait()
    return 0

sys.exit(run(serve))
"""
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class _Toy(Program):
    code: str = _SERVES

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-c", self.code)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await _CLOCK.sleep_us(10_000)


async def _started(stack: Stack, code: str = _SERVES) -> tuple[Supervised, keeping.SpareKeeper]:
    """Start a toy of which a spare is kept."""
    await stack.start(_Toy("toy", (), spare=True, code=code))
    toy = stack.named("toy")
    assert toy.spare is not None
    return toy, toy.spare


async def _loaded(spare: keeping.SpareKeeper) -> int:
    """Return the process of a spare that waits."""
    async with asyncio.timeout(PATIENCE_S):
        await spare.loaded.wait()
    assert spare.pid is not None
    return spare.pid


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """An empty stack; what a test starts on it is stopped, however the test ends."""
    stack = Stack(tmp_path, _CLOCK)
    try:
        yield stack
    finally:
        await stack.stop()


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every program for one that has lived long enough."""
    monkeypatch.setattr(supervisor, "STEADY_US", 0)


@pytest.mark.usefixtures("steady")
async def test_a_spare_takes_the_place_of_the_program_that_was_killed(stack: Stack) -> None:
    """It is the process that waited; what it loads is loaded before; the next one waits after."""
    toy, spare = await _started(stack)
    waited = await _loaded(spare)

    toy.kill()
    await toy.wait_ready()

    assert toy.pid == waited
    assert (toy.restarts, toy.promotions) == (1, 1)
    assert toy.ready["stands_back"] == "['loaded']"
    assert toy.ready["input"] == "0"
    assert await _loaded(spare) not in {waited, None}


async def test_a_program_that_dies_soon_is_started_cold(stack: Stack) -> None:
    """A spare makes no crash loop quicker: who was ready for less than 5 s is paused for."""
    toy, spare = await _started(stack)
    waits = await _loaded(spare)
    assert STEADY_US == 5_000_000

    toy.kill()
    await toy.wait_ready()

    assert toy.pid != waits
    assert (toy.restarts, toy.promotions) == (1, 0)
    assert spare.pid == waits


@pytest.mark.usefixtures("steady")
async def test_a_spare_that_died_is_started_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody but the spare notices, and the new one takes over like the first."""
    monkeypatch.setattr(keeping, "SPARE_BACK_OFF_FIRST_US", 1_000)
    toy, spare = await _started(stack)
    first, lived = await _loaded(spare), toy.pid

    os.kill(first, signal.SIGKILL)
    await _until(lambda: spare.pid != first and spare.loaded.is_set())
    assert toy.pid == lived
    toy.kill()
    await toy.wait_ready()

    assert (toy.restarts, toy.promotions) == (1, 1)


@pytest.mark.usefixtures("steady")
async def test_without_a_spare_the_program_is_started_cold(stack: Stack) -> None:
    """A spare that cannot be loaded costs no program its restart."""
    toy, spare = await _started(stack, _DIES_BEFORE_IT_IS_LOADED)

    toy.kill()
    await toy.wait_ready()

    assert (toy.restarts, toy.promotions) == (1, 0)
    assert not spare.loaded.is_set()


@pytest.mark.usefixtures("steady")
async def test_a_spare_that_does_not_become_ready_gives_way_to_a_cold_start(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever became of it while it waited, the program comes back."""
    monkeypatch.setattr(supervisor, "PROMOTED_TIMEOUT_US", 100_000)
    toy, spare = await _started(stack, _NEVER_READY_AS_A_SPARE)
    await _loaded(spare)

    toy.kill()
    await toy.wait_ready()

    assert (toy.restarts, toy.promotions) == (2, 1)


async def test_stopping_ends_the_spare_first(stack: Stack) -> None:
    """No spare takes the place of a program that was told to stop, and none is left."""
    toy, spare = await _started(stack)
    pids = [toy.pid, await _loaded(spare)]

    assert await toy.stop() == 0

    assert (toy.restarts, toy.promotions) == (0, 0)
    assert all(gone(pid) for pid in pids)


@pytest.fixture
def heeded() -> Iterator[None]:
    """Nothing ignores SIGINT, as all do that a shell has started in its background."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_spare_ends_at_a_signal(stack: Stack, number: signal.Signals) -> None:
    """It has nothing to finish."""
    _, spare = await _started(stack)
    waits = await _loaded(spare)

    os.kill(waits, number)
    await _until(lambda: gone(waits))


async def test_a_spare_dies_with_its_supervisor(tmp_path: Path) -> None:
    """Kill -9 of the supervising process leaves no spare behind."""
    code = f"""
import asyncio
from pathlib import Path
from goldenhour.stack.supervisor import Stack
from tests.goldenhour.stack.test_spare import _CLOCK, _loaded, _started
async def main():
    toy, spare = await _started(Stack(Path({str(tmp_path)!r}), _CLOCK))
    print(toy.pid, await _loaded(spare), flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    supervising = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, cwd=Path.cwd()
    )
    assert supervising.stdout is not None
    pids = [int(pid) for pid in (await supervising.stdout.readline()).split()]

    supervising.kill()
    await supervising.wait()

    assert len(pids) == 2
    await _until(lambda: all(gone(pid) for pid in pids))
