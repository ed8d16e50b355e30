from pathlib import Path

import pytest
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ports.settings import WRONG_SETTINGS, settings_of


class Kiln(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    home: Path = Path("here")
    kiln_port: int = Field(default=7, le=65_535)
    patience_s: int = Field(default=3, ge=0)


def kiln(**options: object) -> Kiln:
    return settings_of(Kiln, options, port="kiln_port")


def test_an_option_goes_before_the_environment_and_that_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An option that was not given is None, and hides nothing."""
    monkeypatch.setenv("GOLDENHOUR_KILN_PORT", "8")
    monkeypatch.setenv("GOLDENHOUR_PATIENCE_S", "5")
    settings = kiln(home=None, port=9)
    assert settings == Kiln(home=Path("here"), kiln_port=9, patience_s=5)


def test_what_is_wrong_is_said_by_every_name_that_it_has(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line each and no traceback; a setting without an option is named by its variable."""
    monkeypatch.setenv("GOLDENHOUR_PATIENCE_S", "-1")
    with pytest.raises(SystemExit) as ended:
        kiln(home=None, port=70_000)
    assert ended.value.code == WRONG_SETTINGS
    port, patience = capsys.readouterr().err.splitlines()
    assert port.startswith("--port, GOLDENHOUR_KILN_PORT: ")
    assert port.endswith("65535")
    assert patience.startswith("GOLDENHOUR_PATIENCE_S: ")
