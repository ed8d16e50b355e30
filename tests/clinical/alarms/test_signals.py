"""What is heard and seen of an alarm lies within IEC 60601-1-8, and is what a page plays.

The bounds are those of Tables 2, 3 and 4 of IEC 60601-1-8:2006+A1:2012+A2:2020.
"""

import json
from math import log10

import pytest

from clinical.alarms.priority import Priority
from clinical.alarms.signals import BURSTS, FLASHES, HARMONICS, signals_plain

LOW, MEDIUM, HIGH = Priority
PULSES = {HIGH: 10, MEDIUM: 3, LOW: 2}
PULSE_MS = {HIGH: (75, 200), MEDIUM: (125, 250), LOW: (125, 250)}
GAP_MS = {HIGH: (50, 125), MEDIUM: (125, 250), LOW: (125, 250)}
AGAIN_MS = {HIGH: (2_500, 15_000), MEDIUM: (2_500, 30_000)}
FLASH_HZ = {HIGH: (1.4, 2.8), MEDIUM: (0.4, 0.8)}


@pytest.mark.parametrize("priority", Priority)
def test_a_burst_has_the_pulses_of_its_priority(priority: Priority) -> None:
    burst = BURSTS[priority]
    assert len(burst.starts_ms) == PULSES[priority]
    lowest, highest = PULSE_MS[priority]
    assert lowest <= burst.pulse_ms <= highest
    ordinary = [gap for at, gap in enumerate(burst.gaps_ms) if priority is not HIGH or at in {0, 1}]
    assert all(GAP_MS[priority][0] <= gap <= GAP_MS[priority][1] for gap in ordinary)
    assert burst.length_ms == burst.pulse_ms * PULSES[priority] + sum(burst.gaps_ms)


def test_high_is_three_and_two_and_again_three_and_two() -> None:
    """Where the third and fourth pulse part, one is left out; in the middle stands a pause."""
    burst = BURSTS[HIGH]
    x = burst.gaps_ms[0]
    missing = 2 * x + burst.pulse_ms
    assert burst.gaps_ms[:4] == burst.gaps_ms[5:] == (x, x, missing, x)
    assert 350 <= burst.gaps_ms[4] <= 1_300


def test_high_and_medium_come_again_and_low_does_not() -> None:
    for priority, (shortest, longest) in AGAIN_MS.items():
        again = BURSTS[priority].again_after_ms
        assert again is not None
        assert shortest <= again <= longest
    assert BURSTS[LOW].again_after_ms is None


@pytest.mark.parametrize("priority", Priority)
def test_a_pulse_has_four_harmonics_that_can_be_heard_beside_it(priority: Priority) -> None:
    """150 to 1000 Hz, at least four components within 300 to 4000 Hz and 15 dB."""
    frequency = BURSTS[priority].frequency_hz
    assert 150 <= frequency <= 1_000
    components = [frequency * order for order in range(1, len(HARMONICS) + 1)]
    assert sum(300 <= component <= 4_000 for component in components) >= 4
    assert all(abs(20 * log10(strength / HARMONICS[0])) <= 15 for strength in HARMONICS)


def test_marks_flash_within_their_rates() -> None:
    """Lit for 20 to 60 % of the time; low does not flash."""
    for priority, (slowest, fastest) in FLASH_HZ.items():
        flash = FLASHES[priority]
        assert slowest <= 1_000 / flash.period_ms <= fastest
        assert 0.2 <= flash.lit <= 0.6
    assert FLASHES[LOW].lit == 1


def test_a_page_is_told_the_same() -> None:
    plain = json.loads(json.dumps(signals_plain()))
    for priority, burst in BURSTS.items():
        told = plain["bursts"][str(int(priority))]
        assert tuple(told["starts_ms"]) == burst.starts_ms
        assert told["again_after_ms"] == burst.again_after_ms
        assert plain["flashes"][str(int(priority))]["period_ms"] == FLASHES[priority].period_ms
