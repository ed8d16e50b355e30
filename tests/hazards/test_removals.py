"""The removals keep step with the sources and with docs/hazards.md, and each was seen."""

import re
from typing import Final

import pytest

from tests.hazards.removals import ROOT, Removal, removals
from tests.hazards.seen_failing import PAGE, rows_by_digest

NAMED: Final = re.compile(r"`(tests/[\w/]+\.py::\w+)`")

NOT_TRIED: Final = frozenset(
    {
        "tests/browser/test_accessibility.py::test_the_board_has_no_grave_finding",
        "tests/browser/test_board.py::test_a_long_list_is_drawn_where_it_is_looked_at",
        "tests/browser/test_board.py::test_a_lost_center_is_said_within_3_s_and_mended_without_a_reload",
        "tests/browser/test_sound.py::test_an_alarm_is_heard_once_the_page_was_touched",
        "tests/browser/test_board.py::test_a_newer_alarm_does_not_slip_under_the_finger",
        "tests/browser/test_board.py::test_stopped_detection_cannot_be_missed",
        "tests/browser/test_crew_screen.py::test_a_screen_that_stopped_says_so_itself",
        "tests/browser/test_crew_screen.py::test_an_acknowledgement_of_the_center_is_shown_and_silences_nothing_here",
        "tests/browser/test_ct.py::test_a_hole_between_slices_is_shown_as_a_hole",
        "tests/browser/test_ct.py::test_every_window_is_drawn_as_pydicom_says",
        "tests/browser/test_ct.py::test_the_head_is_gone_through_by_keys_and_wheel",
        "tests/browser/test_leads.py::test_neighbours_are_joined_and_a_hole_is_not",
        "tests/browser/test_map.py::test_units_stand_where_they_are_coloured_only_by_alarms",
        "tests/browser/test_map.py::test_who_stands_close_is_counted_and_the_worst_is_seen",
        "tests/browser/test_marks.py::test_a_heart_that_stands_still_has_no_rate",
        "tests/browser/test_marks.py::test_seconds_that_cannot_be_trusted_are_shaded_in_their_lead",
        "tests/browser/test_strip.py::test_a_frozen_strip_stands_still_and_goes_on",
        "tests/browser/test_strip.py::test_a_gap_stays_empty",
        "tests/browser/test_strip.py::test_a_lead_that_shows_nothing_says_so_in_words",
        "tests/browser/test_whole_way.py::test_a_message_goes_there_and_its_answers_come_back",
        "tests/goldenhour/test_broker_cluster.py::test_a_lost_node_costs_no_record_and_comes_back",
        "tests/kafka/test_channels.py::test_a_killed_and_a_stopped_worker_cost_no_alarm_a_second",
        "tests/simulators/test_scanner.py::test_a_scan_becomes_a_complete_series_in_the_log",
        "tests/streams/engine/test_faust_worker.py::test_a_consumer_that_does_not_go_back_ends_the_worker",
        "tests/streams/engine/test_faust_worker.py::test_a_fetcher_that_ends_without_a_word_ends_the_worker",
    }
)
"""Tests of controls that nobody has taken out yet."""


@pytest.mark.parametrize("removal", removals(), ids=lambda it: f"{it.test} {it.digest}")
def test_what_a_removal_takes_out_stands_in_the_source(removal: Removal) -> None:
    """Exactly once, so that it is known what is missing."""
    source = (ROOT / removal.file).read_text(encoding="utf-8")
    assert removal.spoiled(source) != source


def test_every_control_has_a_removal_or_is_known_to_lack_one() -> None:
    """By the test that proves it; a test that gains a removal leaves the list."""
    named = set(NAMED.findall((ROOT / "docs/hazards.md").read_text(encoding="utf-8")))
    tried = {one.test for one in removals()}
    assert tried <= named
    assert named - tried == NOT_TRIED


def test_every_removal_was_seen() -> None:
    """As it is now: ``make hazards`` tries those that were changed since, and writes the page."""
    seen = rows_by_digest(PAGE.read_text(encoding="utf-8"))
    assert set(seen) == {one.digest for one in removals()}
