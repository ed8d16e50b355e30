"""A real Prometheus over the programs of one stack, and what it answers."""

import asyncio
import json
import math
import shutil
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from goldenhour.broker.free_port import free_port
from goldenhour.stack.targets import scrape_targets
from ports.addresses import Addresses, AddressesUnknown, read_addresses
from ports.clock import SystemClock

DEPLOYED = Path(__file__).parents[2] / "deploy" / "prometheus"
STEP_US = 200_000
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where it answers."""

    port: int

    async def query(self, expr: str) -> list[float]:
        """Return the values that an expression has now; those that are no number are left out."""
        answer = await self._get("/api/v1/query", query=expr)
        values = [float(one["value"][1]) for one in answer["data"]["result"]]
        return [value for value in values if math.isfinite(value)]

    async def rules(self) -> list[dict[str, Any]]:
        """Return every alert rule as Prometheus evaluated it last."""
        answer = await self._get("/api/v1/rules")
        return [rule for group in answer["data"]["groups"] for rule in group["rules"]]

    async def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}{path}?{urlencode(parameters)}"
        return dict(json.loads(await asyncio.to_thread(_read, url)))


def _read(url: str) -> bytes:
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback, of this test
        return bytes(answer.read())


def watching(addresses: Addresses, folder: Path) -> AbstractAsyncContextManager[Prometheus]:
    """Run Prometheus over the programs of a demo."""
    return prometheus_over(json.dumps(scrape_targets(addresses.metrics)), folder)


@asynccontextmanager
async def prometheus_over(targets: str, folder: Path) -> AsyncIterator[Prometheus]:
    """Run Prometheus with the deployed configuration, but a scrape each second.

    ``targets`` is the text of its targets file.
    """
    for name in ("prometheus.yaml", "alerts.yaml"):
        shutil.copy(DEPLOYED / name, folder / name)
    (folder / "targets.json").write_text(targets)
    config = folder / "prometheus.yaml"
    config.write_text(config.read_text().replace("_interval: 5s", "_interval: 1s"))
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
        stdout=DEVNULL,
    )
    try:
        yield Prometheus(port)
    finally:
        await _ended(process)


@asynccontextmanager
async def demo(home: Path, *options: str) -> AsyncIterator[Addresses]:
    """Run a whole demo on free ports as a user would, until it is stopped."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "goldenhour", "demo", "--headless", "--ports", "auto"),
        *("--engine", "kafka", "--home", str(home), *options),
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        while (addresses := _known(home)) is None:
            assert process.returncode is None, "the demo ended"
            await CLOCK.sleep_us(STEP_US)
        yield addresses
    finally:
        await _ended(process)


def _known(home: Path) -> Addresses | None:
    try:
        return read_addresses(home)
    except AddressesUnknown:
        return None


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()
