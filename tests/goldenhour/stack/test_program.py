"""Programs as data."""

from goldenhour.stack.program import BACK_OFF_MOST_US, Program, back_off_us, parse_ready


def test_a_ready_line_is_told_from_every_other_line() -> None:
    """Only a JSON object with the key ``ready`` says that a program serves."""
    assert parse_ready(b'{"ready": "gateway", "address": "127.0.0.1:1"}\n') == {
        "ready": "gateway",
        "address": "127.0.0.1:1",
    }
    for other in (b"", b"starting\n", b'{"captured": 1}', b'["ready"]', b"{"):
        assert parse_ready(other) is None


def test_the_pause_before_a_restart_doubles_up_to_its_bound() -> None:
    """A program that keeps dying is restarted more and more slowly, and never given up."""
    pauses = [back_off_us(count) for count in range(10)]

    assert pauses[:3] == [100_000, 200_000, 400_000]
    assert pauses[-1] == BACK_OFF_MOST_US


def test_the_command_line_is_the_one_a_person_would_type() -> None:
    """Everything after ``python -m goldenhour`` is the program's own arguments."""
    assert Program("gateway", ("gateway", "--address", "a")).command[1:] == (
        "-m",
        "goldenhour",
        "gateway",
        "--address",
        "a",
    )
