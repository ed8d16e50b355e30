from clinical.vitals import Vital
from clinical.watch.picture.picture import PictureRow, PictureVital
from vehicle.cabin.trending import TREND_SAMPLES, TREND_STEP_US, TrendBook


def row(encounter: str, **values: float) -> PictureRow:
    vitals = tuple(PictureVital(Vital(name), value, 0) for name, value in values.items())
    return PictureRow(encounter, "A1", None, 0, 0, vitals, 3, None, (), not_judged=False)


def test_a_sample_is_taken_when_it_is_time() -> None:
    book = TrendBook()
    book.sample([row("e1", heart_rate_bpm=80)], 0)
    book.sample([row("e1", heart_rate_bpm=90)], TREND_STEP_US - 1)
    book.sample([row("e1", spo2_percent=97)], TREND_STEP_US)
    trend = book.trends().encounters["e1"]
    assert trend.at_us == [0, TREND_STEP_US]
    assert trend.vitals["heart_rate_bpm"] == [80, None]
    assert trend.vitals["spo2_percent"] == [None, 97]
    assert trend.news2 == [3, 3]
    assert book.version == 2


def test_a_clock_that_steps_back_does_not_stop_it() -> None:
    book = TrendBook()
    book.sample([row("e1", heart_rate_bpm=80)], TREND_STEP_US)
    book.sample([row("e1", heart_rate_bpm=81)], 0)
    assert book.version == 2


def test_it_is_bounded_and_forgets_who_is_gone() -> None:
    book = TrendBook()
    for number in range(TREND_SAMPLES + 1):
        book.sample([row("e1", heart_rate_bpm=80)], number * TREND_STEP_US)
    assert len(book.trends().encounters["e1"].at_us) == TREND_SAMPLES
    book.sample([row("e2")], (TREND_SAMPLES + 1) * TREND_STEP_US)
    assert set(book.trends().encounters) == {"e2"}
