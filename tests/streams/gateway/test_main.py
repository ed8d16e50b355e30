"""The program's edges: settings come from one place, and a refused start says why."""

import socket
from pathlib import Path

import pytest
import typer
from pydantic import ValidationError

import ports.program
from ports.log.memory_log import MemoryLog
from streams.gateway import main as program
from streams.gateway.settings import GatewaySettings


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


def test_a_busy_port_names_the_setting_and_exits_with_1(said: list[str]) -> None:
    """The reader knows what to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(typer.Exit) as ended:
            program.main(address=f"127.0.0.1:{port}", metrics_port=0)
        assert ended.value.exit_code == 1
        with pytest.raises(typer.Exit) as ended:
            program.main(address="127.0.0.1:0", metrics_port=port)
        assert ended.value.exit_code == 1
    assert "--address" in said[0]
    assert "--metrics-port" in said[1]


def test_without_tls_nothing_but_loopback_is_bound(said: list[str]) -> None:
    """An address that others could reach is refused."""
    with pytest.raises(typer.Exit) as ended:
        program.main(address="0.0.0.0:0", metrics_port=0)
    assert ended.value.exit_code == 1
    assert "loopback" in said[0]


def test_settings_come_from_the_environment_and_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """One frozen object; what is out of range is refused at the start."""
    monkeypatch.setenv("GOLDENHOUR_GATEWAY_ADDRESS", "127.0.0.1:7999")
    monkeypatch.setenv("GOLDENHOUR_HOME", "/elsewhere")
    settings = GatewaySettings()
    assert settings.gateway_address == "127.0.0.1:7999"
    assert settings.home == Path("/elsewhere")
    with pytest.raises(ValidationError):
        settings.bootstrap = "other:1"
    with pytest.raises(ValidationError):
        GatewaySettings(gateway_metrics_port=70_000)
