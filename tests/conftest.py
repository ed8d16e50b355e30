"""What several tests share: a real Kafka for each process of a session, with all topics.

The files of the suite are shared out to several processes (``make test``). What one process starts
is its own: a broker, ports that were free, folders below its own temporary one.
"""

import asyncio
import faulthandler
import fcntl
import logging
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import BrokerSettings
from goldenhour.home import cache_folder
from goldenhour.main import GRPC_ENVIRONMENT
from tests.patience import PATIENCE_S

ENDED_WITHIN_S = 60.0
"""How long a process may take to end behind its last test, before it tells its stacks."""

STDERR = 2


def pytest_configure() -> None:
    """Tell gRPC what the command line tells it, before any test imports it.

    Properties are judged by what they find, not by how fast a busy machine finds it.
    """
    for name, value in GRPC_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    settings.register_profile(
        "unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("unhurried")


def pytest_sessionfinish() -> None:
    """Have a process that does not end tell where each of its threads is.

    A test that stands still is told of by ``faulthandler_timeout``; this is for what comes behind
    the last one. It is written by a thread of its own, to where the process began to write.
    """
    faulthandler.dump_traceback_later(ENDED_WITHIN_S, file=STDERR)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the cases of a test in one order, so that every process collects the same list.

    Cases made from a set come in an order of their own in each process.
    """
    tests = groupby(items, lambda item: item.nodeid.partition("[")[0])
    items[:] = [case for _, cases in tests for case in sorted(cases, key=lambda it: it.nodeid)]


Result = TypeVar("Result")


@pytest.fixture(scope="session")
def broker_cache() -> Path:
    """The jars of the machine: a test never fetches its own."""
    return cache_folder(os.environ)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, broker_cache: Path) -> Iterator[RunningBroker]:
    """A real broker with all topics, started once per process on a free port."""
    with _broker(tmp_path_factory.mktemp("kafka"), broker_cache) as broker:
        yield broker


@pytest.fixture(scope="module")
def own_kafka(
    tmp_path_factory: pytest.TempPathFactory, broker_cache: Path
) -> Iterator[RunningBroker]:
    """A broker in whose topics there is nothing but what the tests of one file write."""
    with _broker(tmp_path_factory.mktemp("own-kafka"), broker_cache) as broker:
        yield broker


@contextmanager
def _broker(home: Path, cache: Path) -> Iterator[RunningBroker]:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    wanted = BrokerSettings(home=home, cache=cache, port=None, start_timeout_s=PATIENCE_S)
    with _one_at_a_time(cache):
        broker = _run_aside(start_broker(wanted))
    try:
        yield broker
    finally:
        _run_aside(broker.stop())


@contextmanager
def _one_at_a_time(cache: Path) -> Iterator[None]:
    """Let one process fetch the jars and make the class archive, and the others use them."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_aside(work: Coroutine[Any, Any, Result]) -> Result:
    """Run in a loop of its own, so that no test's loop is touched."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(asyncio.run, work).result()
