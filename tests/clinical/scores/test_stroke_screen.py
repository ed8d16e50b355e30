"""The screen for stroke: every one of its 243 examinations."""

from itertools import product

from clinical.scores.stroke_screen import Sign, StrokeScreen, Verdict, verdict

EVERY = [StrokeScreen(*signs) for signs in product((True, False, None), repeat=5)]


def test_one_abnormal_sign_is_positive_whatever_was_not_examined() -> None:
    """Cincinnati: any one of them."""
    positive = [one for one in EVERY if verdict(one) is Verdict.POSITIVE]
    assert len(positive) == 3**5 - 2**5
    assert all(True in one.signs.values() for one in positive)


def test_it_is_negative_only_when_all_five_are_normal() -> None:
    """One screen of all speaks against a stroke."""
    negative = [one for one in EVERY if verdict(one) is Verdict.NEGATIVE]
    assert negative == [StrokeScreen(False, False, False, False, False)]  # noqa: FBT003


def test_what_was_not_finished_is_incomplete() -> None:
    """Nothing abnormal, and something not examined: never negative."""
    incomplete = [one for one in EVERY if verdict(one) is Verdict.INCOMPLETE]
    assert len(incomplete) == 2**5 - 1
    assert all(one.missing and not one.abnormal for one in incomplete)


def test_each_sign_alone_is_positive_and_is_named() -> None:
    """By the field that it is."""
    for sign in Sign:
        screen = StrokeScreen(**{sign.value: True})
        assert verdict(screen) is Verdict.POSITIVE
        assert screen.abnormal == (sign,)
        assert set(screen.missing) == set(Sign) - {sign}
