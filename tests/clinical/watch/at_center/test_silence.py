from dataclasses import replace

from clinical.alarms.priority import Phase
from clinical.instant import SECOND_US
from clinical.watch.at_center.silence import Silence
from clinical.watch.encounter import EncounterStatus, provisional
from clinical.watch.finding import Findings
from tests.clinical.watch.bedside import at, capture, frame

OPEN = provisional("encounter-1", "unit-1", at(0))
STANDBY = replace(OPEN, status=EncounterStatus.STANDBY)


def _ticked(silence: Silence, first: int, last: int, offset_s: int = 0) -> Findings:
    """Tick every second with ingress time that is ``offset_s`` behind the clock."""
    findings: Findings = ()
    for second in range(first, last + 1):
        ingress_us = (second - offset_s) * SECOND_US
        findings += silence.on_tick(OPEN, at(second), ingress_us)
    return findings


def test_ten_seconds_without_a_frame_is_silence_named_after_the_last_frame() -> None:
    silence = Silence()
    silence.on_item(capture(0, 7))
    assert _ticked(silence, 0, 9) == ()
    (raised,) = _ticked(silence, 10, 20)
    assert (raised.change.phase, raised.change.since_us) == (Phase.START, at(0))
    assert raised.change.frame == frame(7)


def test_the_next_frame_ends_it_however_old_it_is() -> None:
    silence = Silence()
    silence.on_item(capture(0, 7))
    _ticked(silence, 0, 15)
    (ended,) = silence.on_item(capture(1, 8, received=16))
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(16))
    assert _ticked(silence, 16, 25) == ()


def test_time_that_no_healthy_ingress_saw_is_no_silence() -> None:
    silence = Silence()
    silence.on_item(capture(0, 1))
    assert _ticked(silence, 0, 5) == ()
    assert _ticked(silence, 60, 63, offset_s=54) == ()
    assert len(_ticked(silence, 64, 64, offset_s=54)) == 1


def test_a_host_that_counts_anew_makes_no_silence() -> None:
    silence = Silence()
    _ticked(silence, 0, 100)
    silence.on_item(capture(100, 1))
    assert _ticked(silence, 101, 110, offset_s=101) == ()
    assert len(_ticked(silence, 111, 111, offset_s=101)) == 1


def test_a_standby_expects_silence_and_counting_begins_after_it() -> None:
    silence = Silence()
    silence.on_item(capture(0, 1))
    for second in range(60):
        assert silence.on_tick(STANDBY, at(second), second * SECOND_US) == ()
    assert _ticked(silence, 60, 68) == ()
    assert len(_ticked(silence, 69, 69)) == 1


def test_a_unit_that_was_never_heard_is_not_silent() -> None:
    assert _ticked(Silence(), 0, 60) == ()
