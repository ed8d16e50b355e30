from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from clinical.alarms.priority import Phase
from clinical.imaging.geometry import Geometry
from simulators.scenario import Scan
from simulators.verdict.alert_feed import Delivered
from simulators.verdict.ledger import FrameKey, LedgerEntry
from simulators.verdict.reader import LeftOut
from simulators.verdict.report import Evidence, percentile, report_of, verdict
from tests.simulators.samples import SEGMENT, at, delivered, truth
from wire.images import SeriesState


def entry(unit: str, sequence: int, sent_s: float | None = 19.9, lane: int = 2) -> LedgerEntry:
    sent_us = None if sent_s is None else at(sent_s)
    return LedgerEntry(unit, lane, SEGMENT.hex(), sequence, None, sent_us, sent_us)


SENT = [entry("A", 1), entry("A", 2)]
GOOD = delivered("ill", second=20)


def report(
    deliveries: Sequence[Delivered] | None = (GOOD,),
    entries: Sequence[LedgerEntry] = SENT,
    present: AbstractSet[FrameKey] | None = None,
    receipts: Mapping[str, int] | None = None,
    seconds: float = 90,
) -> dict[str, Any]:
    found = {it.frame for it in entries} if present is None else present
    return report_of(
        Evidence(truth(), 1, seconds, entries, len(entries), found, receipts or {}, deliveries)
    )


def test_a_good_run() -> None:
    good = report()
    assert verdict(good)
    assert (good["alarms_expected"], good["alarms_seen"], good["alarms_missed"]) == (1, 1, 0)
    assert good["expectations"][0]["cause"] == "NEWS2_HIGH"
    assert good["expectations"][0]["at_s"] == 20
    assert (good["alarms_unexpected"], good["alarms_attributable"]) == (0, 0)
    assert (good["frames_sent"], good["frames_acknowledged"], good["frames_lost"]) == (2, 2, 0)
    assert good["units"] == 4


def test_what_was_not_seen_is_missed() -> None:
    bad = report([])
    assert bad["alarms_missed"] == 1
    assert bad["expectations"][0]["seen"] is False
    assert not verdict(bad)


def test_an_expectation_whose_window_outlasts_the_story_is_not_asked_for() -> None:
    assert report([], seconds=39)["alarms_expected"] == 0


def test_a_further_alarm_after_the_onset_is_attributable() -> None:
    good = report([GOOD, delivered("ill", "SPO2_LOW", 25)])
    assert (good["alarms_attributable"], good["alarms_unexpected"]) == (1, 0)
    assert verdict(good)


def test_an_alarm_without_a_reason_is_listed_and_fails() -> None:
    bad = report([GOOD, delivered("well", "SPO2_LOW", 25)])
    assert bad["alarms_unexpected"] == 1
    assert [(it["encounter"], it["cause"]) for it in bad["unexpected"]] == [("well", "SPO2_LOW")]
    assert not verdict(bad)


def test_an_alarm_before_its_onset_is_unexpected() -> None:
    assert report([GOOD, delivered("ill", "SPO2_LOW", 5)])["alarms_unexpected"] == 1


def test_the_silence_of_a_tunnel_is_no_fault() -> None:
    good = report([GOOD, delivered("tunnel", "UNIT_SILENT", 31, technical=True)])
    assert (good["alarms_attributable"], good["alarms_unexpected"]) == (1, 0)


def test_recordings_are_counted_by_themselves() -> None:
    good = report([GOOD, delivered("recorded", "SPO2_LOW", 5)])
    assert (good["alarms_on_recordings"], good["alarms_unexpected"]) == (1, 0)
    assert verdict(good)


def test_a_change_that_is_delivered_again_was_shown_twice() -> None:
    update = delivered("ill", second=21, revision=2, phase=Phase.UPDATE)
    assert report([GOOD, update])["alarms_shown_twice"] == 0
    bad = report([GOOD, update, update])
    assert bad["alarms_shown_twice"] == 1
    assert not verdict(bad)


def test_a_capture_that_is_nowhere_is_lost() -> None:
    bad = report(present={SENT[0].frame})
    assert bad["frames_lost"] == 1
    assert bad["lost_by_unit"] == {"A": 1}
    assert not verdict(bad)


def test_a_receipt_in_the_log_excuses_one_frame_that_the_client_made_itself() -> None:
    """The log of alarms no longer names the frame; no capture of a patient is excused."""
    own = [*SENT, entry("A", 3, None, 1), entry("A", 4, None, 1)]
    there = {it.frame for it in SENT}
    assert report(entries=own, present=there, receipts={"A": 1})["frames_lost"] == 1
    assert report(entries=own, present=there, receipts={"A": 5})["frames_lost"] == 0
    assert report(present=set(), receipts={"A": 5})["frames_lost"] == 2


def test_what_was_not_observed_is_absent() -> None:
    blind = report_of(Evidence(truth(), 1, 90, SENT, 2, None, {}, None))
    assert "frames_lost" not in blind
    assert "alarms_missed" not in blind
    assert verdict(blind)


def test_a_run_that_sent_nothing_is_no_success() -> None:
    assert not verdict(report(entries=[]))


def test_latency_is_arrival_minus_sending_of_the_source_frame() -> None:
    latency = report([GOOD])["latency_ms"]
    assert latency == {"p50": 100.0, "p99": 100.0, "max": 100.0, "count": 1}


@pytest.mark.parametrize(
    "other",
    [
        delivered("ill", "HEART_RATE_HIGH", 30, sequence=2),
        delivered("ill", "SYSTOLIC_LOW", 30, sequence=2, late=True),
        delivered("ill", "SYSTOLIC_LOW", 30, sequence=2, phase=Phase.ESCALATE),
        delivered("ill", "SYSTOLIC_LOW", 30, sequence=99),
    ],
    ids=["delayed on purpose", "late", "no start", "frame unknown"],
)
def test_latency_is_measured_only_where_nothing_waits_on_purpose(other: Delivered) -> None:
    assert report([GOOD, other])["latency_ms"]["count"] == 1


def test_latency_is_not_measured_through_a_tunnel() -> None:
    through = delivered("tunnel", "SYSTOLIC_LOW", 45)
    inside = report([GOOD, through], entries=[*SENT, entry("C", 1, 30)])
    after = report([GOOD, through], entries=[*SENT, entry("C", 1, 44)])
    assert (inside["latency_ms"]["count"], after["latency_ms"]["count"]) == (1, 2)


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(it) for it in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)) == (
        50,
        99,
        100,
    )
    assert percentile([7.0], 0.5) == 7
    assert percentile([], 0.5) is None


def scanned(
    viewable_s: float | None = 20.4, complete_s: float | None = 22, encounter: str = "ill"
) -> dict[tuple[str, str], SeriesState]:
    """What the log says of a series that left the scanner at second 20."""
    state = SeriesState(
        truth().ids[encounter],
        "A",
        "1.0",
        "1.2",
        28,
        28,
        at(20),
        None if viewable_s is None else at(viewable_s),
        "key",
        None if complete_s is None else at(complete_s),
        Geometry(None, None, None, ()),
        at(22),
    )
    return {(state.encounter_id, state.series_uid): state}


def imaging(
    studies: Mapping[tuple[str, str], SeriesState] | None, seconds: float = 90
) -> dict[str, Any]:
    known = truth()
    scans = (Scan(encounter="ill", at_s=20, series="ct_head_ge.tar.xz"),)
    story = replace(known, scenario=structs.replace(known.scenario, scans=scans))
    found = {it.frame for it in SENT}
    return report_of(Evidence(story, 1, seconds, SENT, 2, found, {}, [GOOD], studies))


def test_a_series_is_told_with_the_wait_for_its_first_image() -> None:
    good = imaging(scanned())
    assert (good["ct_series_complete"], good["ct_first_image_s"]) == (True, 0.4)
    assert good["ct_slices_stored"] == 28
    assert verdict(good)


@pytest.mark.parametrize("studies", [{}, scanned(complete_s=None), scanned(encounter="well")])
def test_a_series_that_did_not_come_whole_is_no_success(
    studies: dict[tuple[str, str], SeriesState],
) -> None:
    bad = imaging(studies)
    assert bad["ct_series_complete"] is False
    assert not verdict(bad)


def test_a_series_that_cannot_be_viewed_has_no_wait() -> None:
    assert imaging(scanned(viewable_s=None, complete_s=None))["ct_first_image_s"] is None


@pytest.mark.parametrize("seconds", [20, 5])
def test_of_a_scan_that_was_ahead_nothing_is_said(seconds: float) -> None:
    """Neither is anything said when nobody read the log."""
    assert "ct_series_complete" not in imaging(scanned(), seconds)
    assert "ct_series_complete" not in imaging(None)


def test_what_was_left_out_and_said_is_counted_apart_from_what_is_lost() -> None:
    """By lane; a frame that is there all the same counts as there."""
    entries = [entry("A", n, lane=3) for n in range(1, 7)]
    said = [LeftOut("A", 3, SEGMENT, 1, 4), LeftOut("B", 3, SEGMENT, 5, 9)]
    evidence = Evidence(truth(), 1, 90, entries, 6, {entries[0].frame}, {}, [GOOD], discarded=said)
    counted = report_of(evidence)
    assert (counted["frames_lost"], counted["frames_discarded"]) == (2, 3)
    assert counted["discarded_by_lane"] == {"WAVEFORM": 3}
    assert not verdict(counted)
    assert report()["frames_discarded"] == 0


def test_what_the_alarms_ask_of_an_operator_is_a_figure() -> None:
    """One alarm, however often it changes, of all patients of the story."""
    rise = replace(GOOD, alarm=replace(GOOD.alarm, revision=2, phase=Phase.UPDATE))
    load = report([GOOD, rise])["fatigue"]
    assert load["alarms"] == 1
    assert load["shares"][GOOD.alarm.priority.name] == 1
    assert load["per_operator_10_min"]["peak"] == 1
    assert load["patient_hours"] == pytest.approx(len(truth().scenario.encounters) * 90 / 3600)
    assert report([])["fatigue"]["alarms"] == 0
