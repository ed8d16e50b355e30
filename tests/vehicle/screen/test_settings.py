import pytest
from pydantic import ValidationError

from vehicle.screen.settings import ScreenSettings


def test_the_defaults_are_those_of_a_vehicle() -> None:
    settings = ScreenSettings()
    assert (settings.screen_port, settings.screen_language) == (7430, "zh-CN")


@pytest.mark.parametrize(
    "wrong",
    [{"screen_port": -1}, {"screen_language": "fr"}, {"screen_light": "dusk"}, {"unit_id": "a b"}],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ScreenSettings.model_validate(wrong)
