import pytest
from pydantic import ValidationError

from clinical.alarms.priority import Source
from streams.engine.settings import App, Channel, WorkerSettings


def test_the_channels_sign_with_different_names_in_different_groups() -> None:
    a, b = WorkerSettings(channel=Channel.A), WorkerSettings(channel=Channel.B)
    assert (a.group, b.group) == ("patients-a", "patients-b")
    assert (a.channel.source, b.channel.source) == (Source.CENTER_A, Source.CENTER_B)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDENHOUR_BOOTSTRAP", "10.0.0.1:9092")
    monkeypatch.setenv("GOLDENHOUR_CHANNEL", "b")
    settings = WorkerSettings()
    assert (settings.bootstrap, settings.channel) == ("10.0.0.1:9092", Channel.B)


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLDENHOUR_METRICS_PORT", "1")
    assert WorkerSettings(app=App.PATIENTS, metrics_port=2).metrics_port == 2


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        WorkerSettings().metrics_port = 3
