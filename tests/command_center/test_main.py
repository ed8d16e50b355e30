"""The program's edges: settings come from one place, and a refused start says why."""

import asyncio
import json
import socket
from pathlib import Path

import grpc
import pytest
import typer
from grpc_health.v1 import health_pb2
from pydantic import ValidationError

import ports.program
from command_center import main as program
from command_center.feed import messages, service
from command_center.settings import CenterSettings
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program logs as errors, with a log in memory in place of Kafka."""
    errors: list[str] = []

    class Log:
        def info(self, *_: object, **__: object) -> None:
            """Not of interest here."""

        def error(self, _: str, *, error: str) -> None:
            errors.append(error)

    monkeypatch.setattr(program, "KafkaLog", lambda *_, **__: MemoryLog())
    monkeypatch.setattr(program, "configure_logging", lambda **_: None)
    for module in (program, ports.program):
        monkeypatch.setattr(module, "_log", Log())
    return errors


def test_a_busy_port_names_the_setting_and_exits_with_1(said: list[str], tmp_path: Path) -> None:
    """The reader knows what to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for address, metrics_port in ((f"127.0.0.1:{port}", 0), ("127.0.0.1:0", port)):
            with pytest.raises(typer.Exit) as ended:
                program.main(address=address, metrics_port=metrics_port, home=tmp_path)
            assert ended.value.exit_code == 1
    assert "--address" in said[0]
    assert "--metrics-port" in said[1]


async def test_it_says_ready_serves_health_and_stops(
    said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON line with the addresses; every service is SERVING; stop ends it."""
    stop = asyncio.Event()
    settings = CenterSettings(
        center_address="127.0.0.1:0", center_http_address="127.0.0.1:0", home=tmp_path
    )
    running = asyncio.create_task(program.run(settings, stop, MemoryLog()))
    while not (line := capsys.readouterr().out):
        await SystemClock().sleep_us(2_000)
        assert not running.done()
    ready = json.loads(line)
    assert ready["ready"] == "command-center"
    async with grpc.aio.insecure_channel(ready["address"]) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        for name in (service.SERVICE, messages.SERVICE, ""):
            answer = await check(health_pb2.HealthCheckRequest(service=name))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
    stop.set()
    await running


def test_settings_come_from_the_environment_and_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """One frozen object; what is out of range is refused at the start."""
    monkeypatch.setenv("GOLDENHOUR_CENTER_ADDRESS", "127.0.0.1:7999")
    monkeypatch.setenv("GOLDENHOUR_HOME", "/elsewhere")
    settings = CenterSettings()
    assert settings.center_address == "127.0.0.1:7999"
    assert settings.store_url == "sqlite:////elsewhere/center.sqlite"
    with pytest.raises(ValidationError):
        settings.home = Path()
    monkeypatch.setenv("GOLDENHOUR_CENTER_CHANGES_KEPT", "0")
    with pytest.raises(ValidationError):
        CenterSettings()
