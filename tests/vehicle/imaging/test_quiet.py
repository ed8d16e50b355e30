"""When a series is finished: nothing changed for a while, or the scanner says so."""

from vehicle.imaging.quiet import Quiet

QUIET_US = 5_000_000


def finished(
    quiet: Quiet, at_us: int, fingerprint: str = "a", *, complete: bool = False, busy: bool = False
) -> int | None:
    return quiet.finished("series", fingerprint, at_us, complete=complete, busy=busy)


def test_a_series_is_finished_once_it_was_quiet() -> None:
    """And it was finished when it changed last."""
    quiet = Quiet(QUIET_US)
    assert finished(quiet, 100) is None
    assert finished(quiet, 100 + QUIET_US - 1) is None
    assert finished(quiet, 100 + QUIET_US) == 100


def test_a_change_begins_the_wait_anew() -> None:
    quiet = Quiet(QUIET_US)
    assert finished(quiet, 0, "a") is None
    assert finished(quiet, QUIET_US, "b") is None
    assert finished(quiet, 2 * QUIET_US - 1, "b") is None
    assert finished(quiet, 2 * QUIET_US, "b") == QUIET_US


def test_a_scanner_that_says_so_is_not_waited_for() -> None:
    assert finished(Quiet(QUIET_US), 7, complete=True) == 7


def test_while_somebody_stores_into_it_no_time_passes() -> None:
    """Not even when the scanner has said that it is complete."""
    quiet = Quiet(QUIET_US)
    assert finished(quiet, 0, busy=True) is None
    assert finished(quiet, QUIET_US, busy=True, complete=True) is None
    assert finished(quiet, QUIET_US + 1) is None
    assert finished(quiet, 2 * QUIET_US) == QUIET_US


def test_a_series_that_is_gone_is_forgotten() -> None:
    quiet = Quiet(QUIET_US)
    assert finished(quiet, 0) is None
    quiet.keep(set())
    assert finished(quiet, QUIET_US) is None
