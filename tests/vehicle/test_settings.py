"""Settings of a vehicle: what the environment says, the command line overrides."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from vehicle.settings import VehicleSettings
from wire.frames import Lane


def test_a_lane_may_have_a_gateway_of_its_own() -> None:
    """A slice has its own gateway address; the others share one."""
    settings = VehicleSettings(unit_id="A1", gateway="g:1", gateway_alarm="slice:1")
    assert settings.addresses == {
        Lane.ALARM: "slice:1",
        Lane.VITALS: "g:1",
        Lane.WAVEFORM: "g:1",
    }
    assert settings.spool_folder == Path(".goldenhour/vehicle/A1")


def test_the_command_line_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is read once, with the prefix GOLDENHOUR_."""
    monkeypatch.setenv("GOLDENHOUR_GATEWAY", "from-environment:1")
    assert VehicleSettings(unit_id="A1").gateway == "from-environment:1"
    assert VehicleSettings(unit_id="A1", gateway="given:1").gateway == "given:1"


def test_a_source_is_lines_or_a_recording() -> None:
    """A recording is named by its path."""
    assert VehicleSettings(unit_id="A1").recording is None
    played = VehicleSettings(unit_id="A1", source="recording:night.csv")
    assert played.recording == Path("night.csv")


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit_id": "a b"},
        {"unit_id": ""},
        {"unit_id": "A1", "source": "tape"},
        {"unit_id": "A1", "encounter": "4711"},
    ],
)
def test_what_cannot_be_is_refused_at_the_start(wrong: dict[str, str]) -> None:
    """A wrong setting never reaches a gateway."""
    with pytest.raises(ValidationError):
        VehicleSettings.model_validate(wrong)
