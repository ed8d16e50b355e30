import pytest
from pydantic import ValidationError

from simulators.settings import SimulateSettings


def test_a_setting_comes_from_the_environment_unless_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOLDENHOUR_SEED", "7")
    assert SimulateSettings().seed == 7
    assert SimulateSettings(seed=8).seed == 8


@pytest.mark.parametrize("name", ["seconds", "units", "drain_s", "connect_s"])
def test_a_setting_that_makes_no_sense_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        SimulateSettings.model_validate({name: 0})
