"""What counts as lost, as told twice, and as a gap."""

from dataclasses import replace

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.view import AlarmState, AlarmView
from goldenhour.bench.crash.judging import Injected, Kill, Told, added_s, gaps_s, judge, spread

CAUSE = "NEWS2_HIGH"
SECOND_US = 1_000_000


def injected(number: int, at_s: float) -> Injected:
    return Injected("e1", bytes([number]) * 16, int(at_s * SECOND_US))


def told(number: int, at_s: float, *, phase: Phase = Phase.START, revision: int = 1) -> Told:
    view = AlarmView(
        alarm_id=bytes([number]) * 16,
        aliases=(),
        revision=revision,
        encounter_id="e1",
        unit_id="u",
        cause=CAUSE,
        subject="",
        category=Category.PHYSIOLOGICAL,
        priority=Priority.HIGH,
        state=AlarmState.ACTIVE,
        phase=phase,
        active_since_us=0,
        learned_us=0,
        ended_us=None,
        late=False,
        sources=(Source.CENTER_A,),
        reason=None,
        frame=FrameRef("u", 2, bytes(16), 1, 0),
    )
    return Told(view, int(at_s * SECOND_US))


def test_each_alarm_told_once_is_neither_lost_nor_duplicated() -> None:
    verdict = judge(
        [injected(1, 1)], [told(1, 1.02), told(1, 4, phase=Phase.END, revision=2)], CAUSE
    )
    assert (verdict.lost, verdict.duplicated) == ((), 0)
    assert verdict.delays_us == {injected(1, 1).alarm_id: 20_000}


def test_an_alarm_that_is_never_told_is_lost() -> None:
    assert judge([injected(1, 1)], [told(2, 1)], CAUSE).lost == (injected(1, 1),)


def test_an_alarm_that_another_one_took_up_is_told() -> None:
    """An alias: the episode was open."""
    one = told(2, 3, phase=Phase.UPDATE, revision=3)
    taken = Told(replace(one.alarm, aliases=(injected(1, 1).alarm_id,)), one.at_us)
    assert judge([injected(1, 1)], [taken], CAUSE).lost == ()


def test_an_alarm_of_the_same_capture_under_another_frame_is_told() -> None:
    """A killed vehicle sends an unconfirmed frame again."""
    one = told(2, 3)
    same = Told(replace(one.alarm, active_since_us=SECOND_US), one.at_us)
    assert judge([injected(1, 1)], [same], CAUSE).lost == ()


def test_a_revision_that_comes_again_and_an_alarm_that_begins_anew_are_duplicates() -> None:
    again = [told(1, 1), told(1, 2)]
    anew = [told(1, 1), told(1, 3, revision=3)]
    assert judge([], again, CAUSE).duplicated == 1
    assert judge([], anew, CAUSE).duplicated == 1


def test_the_gap_of_a_kill_is_the_longest_wait_of_an_alarm_around_it() -> None:
    all_injected = [injected(1, 1), injected(2, 50), injected(3, 51), injected(4, 99)]
    verdict = judge(all_injected, [told(1, 1.1), told(2, 53), told(3, 51.5), told(4, 99.1)], CAUSE)
    kill = Kill("worker-1", 50 * SECOND_US, 52 * SECOND_US, 3)
    assert gaps_s(all_injected, verdict, [kill]) == [3.0]
    assert added_s(all_injected, verdict, [kill])["p50"] == 0.4


def test_a_spread_of_nothing_is_nothing() -> None:
    assert spread([]) == {}
    assert spread([1.0, 5.0, 2.0]) == {"p50": 2.0, "max": 5.0}
