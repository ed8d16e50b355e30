"""Spares of the real programs: what they hold while they wait, and what is left to do then."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from goldenhour.broker.free_port import free_port
from goldenhour.broker.running import RunningBroker
from goldenhour.demo import plan
from goldenhour.stack import supervisor
from goldenhour.stack.probe import answers
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from tests.goldenhour.stack.processes import niceness_of_threads, open_sockets
from tests.kafka.stack import CLOCK
from tests.patience import PATIENCE_S, PATIENCE_US

_SAYS_WHAT_IT_IMPORTS: Mapping[str, str] = {"PYTHONPROFILEIMPORTTIME": "1"}


def _programs(bootstrap: str, home: Path) -> list[Program]:
    return [
        plan.gateway(bootstrap, free_port(), 0, home),
        plan.command_center(bootstrap, free_port(), free_port(), 0, home),
        plan.worker(1, bootstrap, 0, home),
    ]


@pytest.mark.parametrize("name", ["gateway", "command-center", "worker-1"])
async def test_a_spare_has_loaded_everything_and_opened_nothing(
    name: str, own_kafka: RunningBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds no socket, and no thread of lower priority; after its word it imports nothing more.

    It then serves where the one before it did.
    """
    monkeypatch.setattr(supervisor, "STEADY_US", 0)
    program = next(it for it in _programs(own_kafka.bootstrap, tmp_path) if it.name == name)
    stack = Stack(tmp_path, CLOCK, PATIENCE_US)
    try:
        kept = replace(program, spare=True, environment=_SAYS_WHAT_IT_IMPORTS)
        before = await stack.start(kept)
        running = stack.named(name)
        assert running.spare is not None
        async with asyncio.timeout(PATIENCE_S):
            await running.spare.loaded.wait()
        waits = running.spare.pid
        assert waits is not None
        assert not open_sockets(waits)
        assert set(niceness_of_threads(waits)) == {os.getpriority(os.PRIO_PROCESS, 0)}

        monkeypatch.setattr(running.spare, "keep", lambda: None)
        said = len(program.log_file(tmp_path).read_bytes())
        running.kill()
        async with asyncio.timeout(PATIENCE_S):
            await running.wait_ready()

        assert running.pid == waits
        assert running.ready.get("address") == before.get("address")
        if pages := running.ready.get("http"):
            async with asyncio.timeout(PATIENCE_S):
                while not await asyncio.to_thread(answers, pages):
                    pass
        lines = program.log_file(tmp_path).read_text()[said:].splitlines()
        assert [line for line in lines if line.startswith("import time:")] == []
    finally:
        await stack.stop()
