"""A judgement's ground in words."""

import pytest

from clinical.signals.verification import NOT_JUDGED, Ground, Judgement
from clinical.signals.verification_words import WORDS, Language, reason


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "the pulse goes on: longest pause 0.6 s"), ("zh-CN", "脉搏持续:最长间歇 0.6 秒")],
)
def test_the_number_stands_in_the_words(language: Language, said: str) -> None:
    judged = Judgement(keep=False, likelihood=0.01, ground=Ground.PULSE_GOES_ON, value=0.6125)
    assert reason(judged, language) == said


def test_a_part_is_written_in_per_cent() -> None:
    judged = Judgement(keep=False, likelihood=0.01, ground=Ground.BEATS_AS_USUAL, value=0.957)
    assert reason(judged, "en") == "96 % of beats are like the usual ones"


@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_has_words_in_both_languages_with_or_without_its_number(
    ground: Ground,
) -> None:
    judged = Judgement(keep=True, likelihood=None, ground=ground, value=None)
    assert reason(judged, "en").isascii()
    assert not reason(judged, "zh-CN").isascii()
    assert WORDS[ground].en.count("{}") == WORDS[ground].zh.count("{}")


def test_an_alarm_that_was_not_judged_says_that_it_is_kept() -> None:
    assert reason(NOT_JUDGED, "en") == "not judged, so kept"
