from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.priority import Phase
from clinical.alarms.rule import Cause
from clinical.watch.finding import NO_FINDINGS, hold, release, withdraw
from tests.clinical.watch.bedside import at, frame


def test_a_finding_names_cause_subject_and_what_it_rests_on() -> None:
    condition = FlagCondition(RULES[Cause.NO_PULSE], "left wrist")
    (found,) = hold(condition, at(0), frame(1), {"felt": "no"})
    assert (found.rule.cause, found.subject) == (Cause.NO_PULSE, "left wrist")
    assert (found.change.phase, found.values) == (Phase.START, {"felt": "no"})


def test_what_changes_nothing_is_no_finding() -> None:
    condition = FlagCondition(RULES[Cause.NO_PULSE])
    assert release(condition, at(0), frame(1)) is NO_FINDINGS
    assert withdraw(condition, at(0)) is NO_FINDINGS
    hold(condition, at(0), frame(1))
    assert hold(condition, at(1), frame(2)) is NO_FINDINGS
    assert [x.change.phase for x in release(condition, at(2), frame(3))] == [Phase.END]
