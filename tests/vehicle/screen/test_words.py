import pytest

from clinical.alarms.catalogue import RULES
from clinical.alarms.rule import Cause
from clinical.items import CrewFinding
from clinical.vitals import Vital
from vehicle.screen.words import Language, alarm_words, check_first, word

NAMES = [*map(str, Vital), *(one.name for one in CrewFinding)]


@pytest.mark.parametrize("name", NAMES)
def test_every_vital_and_event_has_words_in_both_languages(name: str) -> None:
    assert name not in {word(name, Language.EN), word(name, Language.ZH)}


@pytest.mark.parametrize("cause", Cause)
def test_alarms_speak_in_the_words_of_the_center(cause: Cause) -> None:
    rule = RULES[cause]
    assert alarm_words(cause, Language.EN) == rule.words_en
    assert check_first(cause, Language.ZH) == rule.check_first_zh
