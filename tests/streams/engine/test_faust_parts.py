"""What of Faust a worker loads, seen in a process of its own."""

import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE_S

_MAKES_A_WORKER = """
import asyncio, sys
from pathlib import Path
from clinical.alarms.priority import Source
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from streams.engine.main import load
from streams.engine.settings import App, WorkerSettings

judging = load(App.PATIENTS)
before = set(sys.modules)

async def make():
    settings = WorkerSettings(home=Path(sys.argv[1]))
    log = MemoryLog()
    runners = judging.Runners(log, await log.writer(), Source.CENTER_A)
    judging.FaustWorker(settings, runners, lambda _: None, SystemClock())

asyncio.run(make())
unused = ("aiohttp", "venusian", "yaml")
print([name for name in unused if name in sys.modules], sorted(set(sys.modules) - before))
"""


def test_a_worker_is_made_of_what_was_loaded_before_and_loads_nothing_that_it_never_uses(
    tmp_path: Path,
) -> None:
    """A spare has loaded all of it, and a cold start is not kept up by the rest of Faust."""
    said = subprocess.run(
        [sys.executable, "-c", _MAKES_A_WORKER, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    assert said.stdout.strip() == "[] []"
