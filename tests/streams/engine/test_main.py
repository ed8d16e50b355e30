import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from goldenhour.main import COMMANDS, load
from ports.logging import configure_logging
from streams.engine.main import run
from streams.engine.settings import NICENESS, App, WorkerSettings
from tests.patience import PATIENCE_S


def silent_address(listener: socket.socket) -> str:
    """An address that takes connections and never answers."""
    listener.bind(("127.0.0.1", 0))
    host, port = listener.getsockname()
    return f"{host}:{port}"


async def test_a_worker_that_waits_for_a_broker_still_stops_at_once(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        settings = WorkerSettings(bootstrap=silent_address(nobody), metrics_port=0, home=tmp_path)
        stop = asyncio.Event()
        running = asyncio.ensure_future(run(settings, stop))
        await asyncio.wait([running], timeout=0.3)
        stop.set()
        assert await asyncio.wait_for(running, PATIENCE_S) == 0


async def test_a_busy_port_of_the_metrics_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the option; there is no traceback."""
    configure_logging(json=True)
    with socket.socket() as taken:
        port = int(silent_address(taken).rpartition(":")[2])
        settings = WorkerSettings(metrics_port=port, home=tmp_path)
        assert await run(settings, asyncio.Event()) == 1
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert "--metrics-port" in said[-1]["error"]


@pytest.mark.parametrize(
    ("app", "niceness"), [(App.PATIENTS, 0), (App.WAVEFORMS, 0), (App.IMAGING, 10)]
)
async def test_alarms_come_before_images_where_processors_are_short(
    app: App, niceness: int, tmp_path: Path
) -> None:
    """The worker of images stands back by itself, whoever starts it."""
    with socket.socket() as nobody:
        command = [
            *(sys.executable, "-m", "goldenhour", "worker", "--app", app, "--metrics-port", "0"),
            *("--bootstrap", silent_address(nobody), "--home", str(tmp_path)),
        ]
        worker = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
        try:
            assert worker.stderr is not None
            await asyncio.wait_for(worker.stderr.readline(), PATIENCE_S)
            mine = os.getpriority(os.PRIO_PROCESS, 0)
            behind = os.getpriority(os.PRIO_PROCESS, worker.pid) - mine
            assert behind == niceness == NICENESS[app]
        finally:
            worker.kill()
            await worker.wait()


def test_help_loads_neither_faust_nor_kafka() -> None:
    """Else ``goldenhour worker --help`` takes a second."""
    asked = (
        "import sys, json, streams.engine.main;"
        "print(json.dumps([name for name in ('faust', 'aiokafka') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_command_is_in_the_table() -> None:
    (command,) = [each for each in COMMANDS if each.name == "worker"]
    assert load(command) is not None
