"""What several tests share: one real Kafka per session, with all topics."""

import asyncio
import logging
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import BrokerSettings
from goldenhour.home import cache_folder
from goldenhour.main import GRPC_ENVIRONMENT

START_TIMEOUT_S = 90.0


def pytest_configure() -> None:
    """Tell gRPC what the command line tells it, before any test imports it."""
    for name, value in GRPC_ENVIRONMENT.items():
        os.environ.setdefault(name, value)


Result = TypeVar("Result")


@pytest.fixture(scope="session")
def broker_cache() -> Path:
    """The jars of the machine: a test never fetches its own."""
    return cache_folder(os.environ)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, broker_cache: Path) -> Iterator[RunningBroker]:
    """A real broker with all topics, started once per session on a free port."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    settings = BrokerSettings(
        home=tmp_path_factory.mktemp("kafka"),
        cache=broker_cache,
        port=None,
        start_timeout_s=START_TIMEOUT_S,
    )
    broker = _run_aside(start_broker(settings))
    try:
        yield broker
    finally:
        _run_aside(broker.stop())


def _run_aside(work: Coroutine[Any, Any, Result]) -> Result:
    """Run in a loop of its own, so that no test's loop is touched."""
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(asyncio.run, work).result()
