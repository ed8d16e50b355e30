from clinical.alarms.catalogue import RULES
from clinical.alarms.change import Change
from clinical.alarms.identity import alarm_id
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.watch.announcing.announcing import ENDED_KEPT, Announcer
from clinical.watch.finding import Finding
from tests.clinical.watch.bedside import at, frame

RULE = RULES[Cause.SPO2_LOW]


def _finding(
    phase: Phase, second: float = 0, sequence: int = 1, *, recorded: bool = False
) -> Finding:
    change = Change(phase, Priority.MEDIUM, at(0), at(second), frame(sequence))
    return Finding(RULE, "", change, {"spo2_percent": 88.0}, recorded_only=recorded)


def _announcer() -> Announcer:
    return Announcer("encounter-1", Source.CENTER_B)


def test_a_start_explains_itself_and_an_end_says_when() -> None:
    announcer = _announcer()
    start = announcer.announce(_finding(Phase.START), "unit-1", at(10))
    assert start.alarm_id == alarm_id("encounter-1", "SPO2_LOW", frame(1))
    assert (start.revision, start.active, start.source) == (1, True, Source.CENTER_B)
    assert start.reason is not None
    assert start.reason.rule == "spo2_percent < 90 for 8-25 s"
    assert start.reason.values == {"spo2_percent": 88.0}
    end = announcer.announce(_finding(Phase.END, 30), "unit-1", at(31))
    assert (end.alarm_id, end.revision, end.active) == (start.alarm_id, 2, False)
    assert (end.until_us, end.reason) == (at(30), None)


def test_a_source_that_may_have_said_more_than_it_knows_counts_on_from_a_number() -> None:
    """Of alarms that it knows, and of those that it has forgotten."""
    announcer = _announcer()
    announcer.announce(_finding(Phase.START), "unit-1", at(10))
    announcer.count_from(100)
    assert announcer.announce(_finding(Phase.END, 30), "unit-1", at(31)).revision == 101
    assert announcer.announce(_finding(Phase.START, sequence=2), "unit-1", at(40)).revision == 101


def test_an_alarm_learned_of_ten_seconds_after_it_was_due_is_late_and_stays_so() -> None:
    announcer = _announcer()
    assert not announcer.announce(_finding(Phase.START, 15), "unit-1", at(25)).late
    late = announcer.announce(_finding(Phase.START, 15, sequence=2), "unit-1", at(25.1))
    assert late.late
    assert announcer.announce(_finding(Phase.ESCALATE, 26, sequence=2), "unit-1", at(26)).late


def test_a_rise_after_a_long_time_does_not_make_an_alarm_late() -> None:
    announcer = _announcer()
    announcer.announce(_finding(Phase.START), "unit-1", at(10))
    assert not announcer.announce(_finding(Phase.ESCALATE), "unit-1", at(600)).late


def test_what_is_recorded_only_never_sounds() -> None:
    said = _announcer().announce(_finding(Phase.END, 5, recorded=True), "unit-1", at(100))
    assert (said.recorded_only, said.active, said.late) == (True, False, False)
    assert (said.since_us, said.until_us) == (at(0), at(5))
    assert said.reason is not None


def test_ended_alarms_are_remembered_within_a_bound_and_live_ones_always() -> None:
    announcer = _announcer()
    announcer.announce(_finding(Phase.START, sequence=1), "unit-1", at(0))
    for sequence in range(2, ENDED_KEPT + 10):
        announcer.announce(_finding(Phase.START, sequence=sequence), "unit-1", at(0))
        announcer.announce(_finding(Phase.END, sequence=sequence), "unit-1", at(0))
    assert len(announcer.snapshot()["revisions"]) == ENDED_KEPT + 1
    assert announcer.announce(_finding(Phase.END, sequence=1), "unit-1", at(1)).revision == 2
