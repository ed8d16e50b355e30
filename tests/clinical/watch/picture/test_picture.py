from clinical.items import Vitals
from clinical.scores import news2
from clinical.scores.chart import Refused
from clinical.vitals import Consciousness, Vital
from clinical.watch.carry import Carry
from clinical.watch.encounter import provisional
from clinical.watch.picture.picture import PictureRow, PictureVital, PictureVitals, picture_row
from clinical.watch.scores.scoring import Scoring
from tests.clinical.watch.bedside import at

STATE = provisional("encounter-1", "unit-1", at(0))


def _row(carry: Carry, second: float) -> PictureRow:
    result = news2.score(Scoring(carry).inputs(STATE, at(second)))
    score = result if isinstance(result, Refused) else result.total
    return picture_row(STATE, carry, score, now_us=at(second), captured_us=at(0), received_us=at(1))


def test_a_row_shows_only_what_is_still_valid() -> None:
    carry = Carry()
    carry.on_item(Vitals(heart_rate_bpm=70, systolic_mmhg=120), at(0), at(0))
    assert _row(carry, 61).vitals == (PictureVital(Vital.SYSTOLIC, 120, at(0)),)


def test_the_vital_signs_of_a_row_are_a_sequence() -> None:
    """Whoever reads them need not know that they are columns."""
    carry = Carry()
    carry.on_item(Vitals(heart_rate_bpm=70, systolic_mmhg=0), at(0), at(0))
    vitals = _row(carry, 1).vitals
    heart, pressure = vitals
    assert (heart, pressure.value) == (PictureVital(Vital.HEART_RATE, 70, at(0)), 0)
    assert (vitals[0], vitals[1:], len(vitals)) == (heart, (pressure,), 2)
    assert PictureVitals.of((heart, pressure)) == vitals
    assert hash(vitals) == hash((heart, pressure))
    assert repr(vitals) == repr((heart, pressure))
    assert not PictureVitals.of(())


def test_a_refused_score_shows_its_lower_bound_and_why() -> None:
    carry = Carry()
    carry.on_item(Vitals(respiration_per_min=26), at(0), at(0))
    row = _row(carry, 0)
    assert (row.news2_total, row.news2_at_least) == (None, 3)
    assert "MISSING:heart_rate_bpm" in row.news2_refusals


def test_a_complete_score_shows_its_total() -> None:
    carry = Carry()
    item = Vitals(
        heart_rate_bpm=95,
        respiration_per_min=16,
        spo2_percent=97,
        systolic_mmhg=120,
        temperature_c=37,
        consciousness=Consciousness.ALERT,
        on_oxygen=False,
    )
    carry.on_item(item, at(0), at(0))
    row = _row(carry, 0)
    assert (row.news2_total, row.news2_at_least, row.news2_refusals) == (1, None, ())
