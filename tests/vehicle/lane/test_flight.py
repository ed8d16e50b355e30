"""How many frames may be on their way, without any I/O."""

from clinical.instant import SECOND_US
from vehicle.lane.flight import FLIGHT_LEAST, IN_GOOD_TIME_US, Flight
from wire.frames import Lane
from wire.limits import CREDIT_FRAMES


def test_late_acknowledgements_halve_the_flight_to_the_least() -> None:
    """On a thin link little is on its way, so that the rest can be overtaken or left out."""
    flight = Flight(Lane.WAVEFORM)
    for number in range(1, 20):
        now_us = number * 10 * SECOND_US
        flight.sent(number, 1, now_us)
        flight.acknowledged(number, now_us + IN_GOOD_TIME_US + 1)
    assert flight.within(CREDIT_FRAMES) == FLIGHT_LEAST[Lane.WAVEFORM]


def test_a_delay_halves_it_once() -> None:
    """The acknowledgements of one crowd are one piece of news."""
    flight = Flight(Lane.VITALS)
    for sequence in range(1, 57):
        flight.sent(sequence, 1, 0)
        flight.acknowledged(sequence, 1)
    assert flight.size == FLIGHT_LEAST[Lane.VITALS] + 56
    for sequence in (61, 62, 63):
        flight.sent(sequence, 1, 10 * SECOND_US)
    for sequence in (61, 62, 63):
        flight.acknowledged(sequence, 15 * SECOND_US + sequence)
    assert flight.size == (FLIGHT_LEAST[Lane.VITALS] + 56) // 2


def test_acknowledgements_in_good_time_widen_it_up_to_the_credit() -> None:
    """The gateway's credit is never exceeded."""
    flight = Flight(Lane.VITALS)
    for sequence in range(1, 1_000):
        flight.sent(sequence, 1, 0)
        flight.acknowledged(sequence, IN_GOOD_TIME_US)
        assert flight.within(CREDIT_FRAMES) <= CREDIT_FRAMES
    assert flight.within(CREDIT_FRAMES) == CREDIT_FRAMES
    assert flight.within(8) == 8


def test_the_alarm_lane_has_the_whole_credit() -> None:
    """However late its acknowledgements are."""
    flight = Flight(Lane.ALARM)
    flight.sent(1, 1, 0)
    flight.acknowledged(1, 100 * SECOND_US)
    assert flight.within(CREDIT_FRAMES) == CREDIT_FRAMES


def _requests(frames: int, delay_us: int) -> int:
    """Return the requests in which so many frames go, one on its way at a time."""
    flight, gone, requests = Flight(Lane.VITALS), 0, 0
    while gone < frames:
        size = min(flight.within(CREDIT_FRAMES), frames - gone)
        gone += size
        requests += 1
        flight.sent(gone, size, requests * SECOND_US)
        flight.acknowledged(gone, requests * SECOND_US + delay_us)
    return requests


def test_what_a_cut_left_behind_goes_in_few_requests() -> None:
    """Half an hour at a frame every ten seconds; each request is twice as long as the last."""
    assert _requests(180, IN_GOOD_TIME_US // 2) == 5


def test_what_comes_just_in_time_widens_it_by_one() -> None:
    """Twice as much would take more than the time that is good."""
    assert _requests(8 + 9 + 10, IN_GOOD_TIME_US // 2 + 1) == 3
