"""The report of a run: what was sent, what of it is in the log, what was said, and how fast.

Pure: everything that was observed comes in as ``Evidence``. What was not observed (no feed, no
log) is absent from the report, and absent is not a success: ``verdict`` asks only for what was.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from clinical.alarms.fatigue import Sounded, fatigue
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.view import AlarmState
from simulators.story import SECOND_US
from simulators.verdict.alert_feed import Delivered
from simulators.verdict.classification import Standing, Truth, described, matches, standing
from simulators.verdict.ledger import FrameKey, LedgerEntry
from simulators.verdict.reader import LeftOut, left_out
from wire.frames import Lane
from wire.images import SeriesState

AT_ONCE: Final = frozenset(
    {Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM, Cause.SYSTOLIC_LOW, Cause.NO_PULSE}
)
"""Causes without a delay: from the frame to the feed nothing waits on purpose."""
LINK_SETTLES_S: Final = 3
"""A link counts as whole again so long after its fault."""

Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was observed of a run."""

    truth: Truth
    seed: int
    seconds: float
    """Length of the story."""
    entries: Sequence[LedgerEntry]
    """The ledger."""
    acknowledged: int
    """Of the entries."""
    present: AbstractSet[FrameKey] | None
    """Frames that an independent reader found in the log; None: there was no reader."""
    receipts: Mapping[str, int]
    """Receipts found in the log, by unit; their frames cannot be told apart there."""
    deliveries: Sequence[Delivered] | None
    """What the feed delivered; None: nobody listened."""
    studies: Mapping[tuple[str, str], SeriesState] | None = None
    """Newest state of each series by encounter and series; None: there was no reader."""
    discarded: Sequence[LeftOut] = ()
    """What units said in the log that they left out."""


def report_of(evidence: Evidence) -> Report:
    """Return the report as JSON has it."""
    truth = evidence.truth
    return {
        "scenario": truth.scenario.name,
        "units": len(truth.scenario.units),
        "seconds": round(evidence.seconds, 1),
        "seed": evidence.seed,
        "frames_sent": len(evidence.entries),
        "frames_acknowledged": evidence.acknowledged,
        **({} if evidence.present is None else _losses(evidence, evidence.present)),
        **({} if evidence.deliveries is None else _alarms(evidence, evidence.deliveries)),
        **({} if evidence.studies is None else _images(evidence, evidence.studies)),
        "kills": [
            {"what": it.what, "at_s": it.at_s, "recovered_s": it.recovered_s} for it in truth.kills
        ],
    }


def verdict(report: Mapping[str, Any]) -> bool:
    """Tell whether nothing was lost, missed, shown twice, or said without a reason."""
    faults = (
        "frames_lost",
        "alarms_missed",
        "alarms_unexpected",
        "alarms_shown_twice",
        "tales_told_again",
        "tales_told_by_one_place",
    )
    whole = report.get("ct_series_complete") is not False
    return report["frames_sent"] > 0 and whole and not any(report.get(name) for name in faults)


def _images(evidence: Evidence, studies: Mapping[tuple[str, str], SeriesState]) -> Report:
    """Tell of the series whose scan was part of the story; nothing when there was none."""
    truth = evidence.truth
    due = [truth.ids[one.encounter] for one in truth.scenario.scans if one.at_s < evidence.seconds]
    if not due:
        return {}
    states = [state for (encounter_id, _), state in studies.items() if encounter_id in due]
    waits_s = [
        (state.viewable_us - state.scanned_us) / SECOND_US
        for state in states
        if state.viewable_us is not None and state.scanned_us is not None
    ]
    complete = {state.encounter_id for state in states if state.complete_us is not None}
    return {
        "ct_series_complete": complete >= set(due),
        "ct_first_image_s": round(max(waits_s), 3) if waits_s else None,
        "ct_slices_stored": sum(state.slices_stored for state in states),
    }


def _losses(evidence: Evidence, present: AbstractSet[FrameKey]) -> Report:
    """Count the absent; one that a client made itself may be a receipt that the log holds."""
    missing = [entry for entry in evidence.entries if entry.frame not in present]
    discarded = left_out((entry.frame for entry in missing), evidence.discarded)
    absent = [entry for entry in missing if entry.frame not in discarded]
    own = Counter(it.unit for it in absent if it.sent_us is None and it.lane == Lane.ALARM)
    excused = sum(min(count, evidence.receipts.get(unit, 0)) for unit, count in own.items())
    lost = Counter(entry.unit for entry in absent)
    by_lane = Counter(Lane(lane).name for _, lane, _, _ in discarded)
    return {
        "frames_lost": len(absent) - excused,
        "frames_discarded": len(discarded),
        "discarded_by_lane": dict(by_lane),
        "lost_by_unit": dict(lost) if absent else {},
    }


def _alarms(evidence: Evidence, deliveries: Sequence[Delivered]) -> Report:
    truth = evidence.truth
    first: dict[bytes, Delivered] = {}
    for delivered in deliveries:
        first.setdefault(delivered.alarm.alarm_id, delivered)
    expectations = [
        (one, [it for it in deliveries if matches(it, one, truth)])
        for one in truth.scenario.expectations
        if one.until_s <= evidence.seconds
    ]
    expected = {it.alarm.alarm_id for _, seen in expectations for it in seen}
    standings = {alarm_id: standing(it, truth) for alarm_id, it in first.items()}
    unexpected = [
        it
        for alarm_id, it in first.items()
        if standings[alarm_id] is Standing.UNEXPECTED and alarm_id not in expected
    ]
    counts = Counter(of for alarm_id, of in standings.items() if alarm_id not in expected)
    revisions = Counter((it.alarm.alarm_id, it.alarm.revision) for it in deliveries)
    missed = sum(not seen for _, seen in expectations)
    return {
        "alarms_expected": len(expectations),
        "alarms_seen": len(expectations) - missed,
        "alarms_missed": missed,
        "alarms_unexpected": len(unexpected),
        "alarms_attributable": counts[Standing.ATTRIBUTABLE],
        "alarms_on_recordings": counts[Standing.ON_RECORDING],
        "alarms_shown_twice": sum(count - 1 for count in revisions.values()),
        "alarms_delivered": len(deliveries),
        "expectations": [
            {
                "encounter": one.encounter,
                "any_of": [str(cause) for cause in one.any_of],
                "min_priority": one.min_priority,
                "after_s": one.after_s,
                "within_s": one.within_s,
                "seen": bool(seen),
                "cause": seen[0].alarm.cause if seen else None,
                "at_s": round(truth.second(seen[0].at_us), 3) if seen else None,
            }
            for one, seen in expectations
        ],
        "unexpected": [described(it, truth) for it in unexpected],
        **_tales(truth, deliveries),
        "latency_ms": _latency_ms(evidence, list(first.values())),
        "fatigue": _fatigue(evidence, deliveries),
    }


def _tales(truth: Truth, deliveries: Sequence[Delivered]) -> Report:
    """Tell of the patients who live through a tale; nothing when there are none.

    Each alarm of it is told once, and by the vehicle and the center.
    """
    keys = {truth.ids[one.key]: one.key for one in truth.scenario.encounters if one.tale}
    if not keys:
        return {}
    sources: dict[tuple[str, str, str], dict[bytes, set[Source]]] = {}
    for it in deliveries:
        alarm = it.alarm
        if alarm.encounter_id in keys and alarm.frame.unit_id:
            about = (keys[alarm.encounter_id], alarm.cause, alarm.subject)
            sources.setdefault(about, {}).setdefault(alarm.alarm_id, set()).update(alarm.sources)
    of_one = [
        f"{key} {cause}"
        for (key, cause, _), told in sources.items()
        if not all(Source.EDGE in said and said - {Source.EDGE} for said in told.values())
    ]
    return {
        "tales": len(keys),
        "tales_told_again": sum(len(told) - 1 for told in sources.values()),
        "tales_told_by_one_place": sorted(of_one),
    }


def _fatigue(evidence: Evidence, deliveries: Sequence[Delivered]) -> Report:
    """Tell what the alarms of the story asked of one person who answers all of them."""
    truth = evidence.truth
    newest = {it.alarm.alarm_id: it.alarm for it in deliveries}
    highest: dict[bytes, Priority] = {}
    for it in deliveries:
        alarm = it.alarm
        highest[alarm.alarm_id] = max(alarm.priority, highest.get(alarm.alarm_id, alarm.priority))
    sounded = [
        Sounded(
            alarm.encounter_id,
            alarm.cause,
            alarm.subject,
            highest[alarm_id],
            alarm.learned_us,
            alarm.ended_us,
        )
        for alarm_id, alarm in newest.items()
        if alarm.state is not AlarmState.RECORDED
    ]
    end_us = truth.started_us + round(evidence.seconds * SECOND_US)
    return fatigue(sounded, truth.started_us, end_us, len(truth.scenario.encounters)).plain()


def _latency_ms(evidence: Evidence, first: Sequence[Delivered]) -> Report:
    """Measure alarms that wait for nothing, on links that were whole."""
    sent_us = {it.frame: it.sent_us for it in evidence.entries if it.sent_us is not None}
    latencies = sorted(
        (it.at_us - sent) / 1_000
        for it in first
        if it.alarm.cause in AT_ONCE
        and it.alarm.phase is Phase.START
        and not it.alarm.late
        and (sent := sent_us.get(_key(it.alarm.frame))) is not None
        and _whole(it.alarm.unit_id, sent, evidence.truth)
    )
    return {
        "p50": percentile(latencies, 0.50),
        "p99": percentile(latencies, 0.99),
        "max": percentile(latencies, 1.0),
        "count": len(latencies),
    }


def _key(frame: FrameRef) -> FrameKey:
    return (frame.unit_id, frame.lane, frame.segment, frame.sequence)


def _whole(unit_id: str, at_us: int, truth: Truth) -> bool:
    second = (at_us - truth.started_us) / SECOND_US
    return not any(
        fault.unit == unit_id and fault.at_s <= second <= fault.at_s + fault.for_s + LINK_SETTLES_S
        for fault in truth.scenario.faults
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank percentile of ordered values, 3 decimals; None of none."""
    if not ordered:
        return None
    return round(ordered[max(0, ceil(share * len(ordered)) - 1)], 3)
