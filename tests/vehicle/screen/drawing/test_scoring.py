from tests.vehicle.screen.scenes import patient, scene
from vehicle.cabin.contract import Score
from vehicle.screen.drawing.scoring import scoring
from vehicle.screen.words import Language


def test_a_score_says_what_it_asks_for() -> None:
    drawn = scoring(scene(patient(score=Score(9, 9, "high", {}, []))))
    assert ">9<" in drawn
    assert "critical-care team" in drawn
    assert "grade-3" in drawn


def test_a_refused_score_says_at_least_and_what_is_missing() -> None:
    score = Score(None, 3, "low-medium", {}, [("STALE", "heart_rate_bpm")])
    drawn = scoring(scene(patient(score=score)))
    assert "at least" in drawn
    assert "Heart rate (too old)" in drawn
    chinese = scoring(scene(patient(score=score), language=Language.ZH))
    assert "心率 (已过时)" in chinese


def test_nothing_known_asks_for_nothing() -> None:
    """A score of nothing is no reassurance."""
    drawn = scoring(scene(patient(score=Score(None, 0, "low", {}, [("MISSING", "age_years")]))))
    assert "nurse" not in drawn
