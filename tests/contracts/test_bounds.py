"""Every bound of docs/limits.md has a test that reaches it: the vehicle's and the gateway's tables.

The mirrored test file names the bound, or ``REACHED`` names the test that reaches it by another
way.
"""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
HELD: Final = ("Vehicle", "Gateway")
ROW: Final = re.compile(r"^\| `(?P<name>\w+)` \| [^|]+ \| `(?P<path>[\w/]+\.py)` \|", re.MULTILINE)

SPOOL: Final = "tests/vehicle/spool/test_spool.py"
GATEWAY: Final = "tests/streams/gateway"

REACHED: Final = {
    ("vehicle/spool/spool.py", "FRAMES_MAX"): f"{SPOOL}::test_a_full_spool_refuses_vitals_first",
    ("vehicle/spool/spool.py", "BYTES_MAX"): f"{SPOOL}::test_a_spool_is_full_of_bytes_as_well",
    ("vehicle/spool/spool.py", "ALARM_RESERVE"): f"{SPOOL}::test_a_full_spool_refuses_vitals_first",
    (
        "vehicle/spool/spool.py",
        "WAVEFORM_SHARE",
    ): f"{SPOOL}::test_waveforms_are_refused_before_vitals_are",
    ("vehicle/spool/spool.py", "NEARLY_FULL"): (
        "tests/vehicle/uplink/test_shedding.py"
        "::test_a_cut_leaves_nothing_out_until_the_spool_is_nearly_full"
    ),
    (
        "vehicle/spool/spool.py",
        "ROOM_AGAIN",
    ): f"{SPOOL}::test_room_returns_when_frames_were_acknowledged",
    ("vehicle/cabin/contract.py", "LINE_BYTES"): (
        "tests/vehicle/cabin/test_server.py::test_nonsense_ends_only_the_screen_that_said_it"
    ),
    ("vehicle/cabin/contract.py", "REQUEST_S"): (
        "tests/vehicle/screen/test_line.py"
        "::test_a_screen_waits_for_an_answer_no_longer_than_its_bound"
    ),
    ("vehicle/uplink/outbox.py", "BEHIND_FRAMES"): (
        "tests/vehicle/test_client.py::test_waveforms_wait_while_the_lanes_above_are_behind"
    ),
    ("streams/gateway/uplink/pledges.py", "MAX_PENDING_BYTES"): (
        f"{GATEWAY}/uplink/test_pledges.py::test_readers_wait_while_the_backlog_is_full"
    ),
    ("streams/gateway/uplink/stream.py", "OUTBOX_KEPT"): (
        f"{GATEWAY}/uplink/test_stream.py::test_a_unit_that_does_not_even_read_is_let_go"
    ),
    ("streams/gateway/reception/units.py", "FRAMES_PER_SECOND"): (
        f"{GATEWAY}/reception/test_units.py::test_a_unit_that_waits_as_told_never_exceeds_its_rate"
    ),
    ("streams/gateway/reception/units.py", "BURST_FRAMES"): (
        f"{GATEWAY}/reception/test_units.py::test_a_burst_is_free_and_then_the_pace_counts"
    ),
    ("streams/gateway/uplink/segments.py", "SEGMENTS_KEPT"): (
        f"{GATEWAY}/uplink/test_segments.py::test_the_book_forgets_the_segment_opened_longest_ago"
    ),
    ("streams/gateway/following/ownership.py", "ENCOUNTERS_KEPT"): (
        f"{GATEWAY}/following/test_ownership.py::test_the_cache_is_bounded"
    ),
    ("streams/gateway/following/exchange.py", "ENTRIES_KEPT"): (
        f"{GATEWAY}/following/test_exchange.py::test_a_history_lets_go_of_the_oldest_and_says_so"
    ),
    ("streams/gateway/following/exchange.py", "POSTS_WAITING"): (
        f"{GATEWAY}/test_downlink.py::test_a_unit_that_does_not_keep_up_is_sent_away"
    ),
    ("streams/gateway/uplink/foreign.py", "REPORTS_KEPT"): (
        f"{GATEWAY}/uplink/test_foreign.py::test_what_is_remembered_is_bounded_and_let_go_in_time"
    ),
    ("streams/gateway/reception/reception.py", "OPEN_WITHIN_S"): (
        f"{GATEWAY}/test_attacks.py::test_slow_sender"
    ),
    ("vehicle/imaging/window.py", "WINDOW_FIRST_BYTES"): (
        "tests/vehicle/imaging/test_session.py"
        "::test_no_more_than_the_credit_and_the_window_is_on_its_way"
    ),
    ("vehicle/settings.py", "images_quiet_s"): (
        "tests/vehicle/imaging/test_quiet.py::test_a_series_is_finished_once_it_was_quiet"
    ),
}


def _bounds() -> list[tuple[str, str]]:
    page = (ROOT / "docs/limits.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    found = [(it["path"], it["name"]) for held in HELD for it in ROW.finditer(sections[held])]
    assert len(found) > 70
    return found


def _mirrored(path: str) -> Path:
    folder, _, name = path.rpartition("/")
    return ROOT / "tests" / folder / f"test_{name}"


def _named(path: str, name: str) -> bool:
    mirrored = _mirrored(path)
    text = mirrored.read_text(encoding="utf-8") if mirrored.exists() else ""
    return re.search(rf"\b{name}\b", text) is not None


@pytest.mark.parametrize("bound", _bounds(), ids="::".join)
def test_a_bound_has_a_test_that_reaches_it(bound: tuple[str, str]) -> None:
    """Named in its mirrored test file, or reached by the test that the table says."""
    assert _named(*bound) or bound in REACHED
    if bound in REACHED:
        path, _, test = REACHED[bound].partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")


def test_the_tables_name_no_bound_that_is_gone() -> None:
    assert set(REACHED) <= set(_bounds())
