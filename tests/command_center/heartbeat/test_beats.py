"""Which channel lets the alarm of a synthetic patient wait."""

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from command_center.heartbeat.beats import BEAT_US, DEAF_US, Beats

A, B = Source.CENTER_A, Source.CENTER_B


def test_a_channel_that_does_not_answer_an_acknowledged_beat_is_deaf() -> None:
    """Six seconds after the acknowledgement, in its partition, until it answers."""
    beats = Beats()
    beats.sent(0, 0)
    beats.acknowledged(SECOND_US)
    beats.answered(0, A, 2 * SECOND_US)
    assert beats.deaf(0, SECOND_US + DEAF_US - 1) == set()
    assert beats.deaf(0, SECOND_US + DEAF_US) == {B}
    assert beats.deaf(1, SECOND_US + DEAF_US) == set()
    beats.answered(0, B, 9 * SECOND_US)
    assert beats.deaf(0, 9 * SECOND_US) == set()


def test_further_beats_do_not_put_the_deadline_off() -> None:
    beats = Beats()
    for beat in range(5):
        beats.sent(0, beat * BEAT_US)
        beats.acknowledged(beat * BEAT_US)
    assert beats.deaf(0, DEAF_US) == {A, B}


def test_a_beat_that_no_gateway_takes_says_nothing_about_detection() -> None:
    beats = Beats()
    beats.sent(0, 0)
    assert beats.deaf(0, 99 * SECOND_US) == set()


def test_an_answer_says_how_long_it_took() -> None:
    beats = Beats()
    assert beats.answered(0, A, 5) is None
    beats.sent(0, 100)
    assert beats.answered(0, A, 350) == 250
