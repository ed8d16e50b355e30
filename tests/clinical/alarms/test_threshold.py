"""A condition becomes an alarm after its delay, keeps its name, and ends past its hysteresis."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.alarms.catalogue import RULES
from clinical.alarms.change import NOTHING, Change
from clinical.alarms.identity import FrameRef
from clinical.alarms.patience import Trust
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import Cause
from clinical.alarms.threshold import ThresholdCondition

S = 1_000_000


def frame(sequence: int) -> FrameRef:
    """Return the frame of this sequence."""
    return FrameRef("A-01", 2, bytes(16), sequence, 0)


def feed(condition: ThresholdCondition, values: Sequence[float], start_s: int = 0) -> list[Change]:
    """Give one value per second, its frame numbered by its second."""
    changes: list[Change] = []
    for second, value in enumerate(values, start_s):
        changes += condition.sample(value, second * S, frame(second))
    return changes


def phases(changes: list[Change]) -> list[tuple[Phase, Priority, int]]:
    """Reduce changes to phase, priority and second."""
    return [(change.phase, change.priority, change.at_us // S) for change in changes]


def threshold(cause: Cause) -> ThresholdCondition:
    """Return a fresh condition of this cause."""
    return ThresholdCondition(RULES[cause])


def test_an_in_band_sample_changes_nothing() -> None:
    """The ordinary case allocates nothing: always the same empty answer."""
    condition = threshold(Cause.SPO2_LOW)
    assert condition.sample(90, S, frame(1)) is NOTHING
    assert condition.snapshot() == {}
    assert condition.tick(2 * S) is NOTHING


def test_at_once_means_with_the_first_sample() -> None:
    """A cause without delay sounds on the frame that shows it."""
    changes = threshold(Cause.SYSTOLIC_LOW).sample(89, 7 * S, frame(7))
    assert changes == (Change(Phase.START, Priority.HIGH, 7 * S, 7 * S, frame(7), 89),)


def test_a_delay_is_served_in_full() -> None:
    """Nine seconds are no alarm; the tenth is, named after the first frame of the run."""
    condition = threshold(Cause.SPO2_LOW)
    assert feed(condition, [85] * 10) == []
    (change,) = condition.sample(85, 10 * S, frame(10))
    assert (change.phase, change.since_us, change.frame) == (Phase.START, 0, frame(0))


def test_values_of_several_depths_serve_one_wait() -> None:
    """What makes an alarm is how far times how long: each value says what share it serves."""
    condition = threshold(Cause.RESPIRATION_LOW)
    assert phases(feed(condition, [5, 4] * 30)) == [(Phase.START, Priority.MEDIUM, 18)]


def test_a_clear_value_takes_back_what_was_served() -> None:
    """Artefact in the midst of a violation does not begin the wait anew; a long clear time does."""
    condition = threshold(Cause.SPO2_LOW)
    changes = feed(condition, [85] * 9 + [97, 97] + [85] * 5)
    assert phases(changes) == [(Phase.START, Priority.MEDIUM, 14)]
    assert changes[0].frame == frame(0)
    condition = threshold(Cause.SPO2_LOW)
    changes = feed(condition, [85] * 9 + [97] * 12 + [85] * 11)
    assert phases(changes) == [(Phase.START, Priority.MEDIUM, 31)]
    assert changes[0].frame == frame(21)


def test_a_value_within_the_hysteresis_neither_serves_nor_takes_back() -> None:
    """Chatter about the limit is waited out by the time beyond it."""
    condition = threshold(Cause.RESPIRATION_HIGH)
    assert phases(feed(condition, [50, 29.5] * 16)) == [(Phase.START, Priority.MEDIUM, 29)]


def test_an_alarm_ends_after_ten_clear_seconds_at_the_first_of_them() -> None:
    """An alarm that comes and goes is one alarm."""
    condition = threshold(Cause.RESPIRATION_HIGH)
    feed(condition, [50] * 16)
    assert feed(condition, [28.1] * 20 + [28] * 9 + [31] + [28] * 10, start_s=16) == []
    (end,) = condition.sample(28, 56 * S, frame(56))
    assert (end.phase, end.at_us) == (Phase.END, 46 * S)


def test_a_tick_matures_the_newest_value() -> None:
    """The delay passes also while no sample comes."""
    condition = threshold(Cause.HEART_RATE_ZERO)
    assert condition.sample(0, 0, frame(0)) == ()
    assert condition.tick(4 * S) == ()
    assert phases(list(condition.tick(5 * S))) == [(Phase.START, Priority.HIGH, 5)]
    assert condition.tick(6 * S) == ()


def test_a_rise_keeps_the_name() -> None:
    """Each level serves its own delay; the alarm stays the one that began."""
    condition = threshold(Cause.SPO2_LOW)
    changes = feed(condition, [85] * 13 + [84] * 11)
    assert phases(changes) == [
        (Phase.START, Priority.MEDIUM, 10),
        (Phase.ESCALATE, Priority.HIGH, 23),
    ]
    assert {change.frame for change in changes} == {frame(0)}


def test_both_levels_at_once_start_at_the_higher() -> None:
    """What was grave from the beginning is announced once."""
    changes = feed(threshold(Cause.SPO2_LOW), [80] * 11)
    assert phases(changes) == [(Phase.START, Priority.HIGH, 10)]


def test_a_fall_and_the_end() -> None:
    """Each level ends past its own hysteresis, ten seconds after the first value there."""
    condition = threshold(Cause.SPO2_LOW)
    feed(condition, [80] * 11)
    changes = feed(condition, [86.9] + [87] * 11 + [91.9] + [92] * 11, start_s=11)
    assert phases(changes) == [
        (Phase.DEESCALATE, Priority.MEDIUM, 22),
        (Phase.END, Priority.MEDIUM, 24),
    ]
    assert condition.raised is None


@pytest.mark.parametrize(
    ("low", "zero", "value"),
    [
        (Cause.HEART_RATE_LOW, Cause.HEART_RATE_ZERO, 0.0),
        (Cause.RESPIRATION_LOW, Cause.APNOEA, 0.0),
    ],
)
def test_zero_is_another_cause(low: Cause, zero: Cause, value: float) -> None:
    """Zero begins the arrest alarm alone."""
    assert feed(threshold(low), [value] * 30) == []
    assert len(feed(threshold(zero), [value] * 30)) == 1


def test_zero_takes_back_what_a_slow_heart_has_served() -> None:
    """After an arrest a slow heart waits as it did before it, not for one second."""
    low = threshold(Cause.HEART_RATE_LOW)
    before = [45.0] * 8 + [0.0] * 60
    assert feed(low, before) == []
    again = feed(low, [45.0] * 30, start_s=len(before))
    (raised,) = again
    assert raised.at_us >= (len(before) + 8) * S


def test_zero_does_not_end_a_low_rate() -> None:
    """A patient who goes from slow to still is never without an alarm."""
    condition = threshold(Cause.HEART_RATE_LOW)
    changes = feed(condition, [45] * 11 + [0] * 15)
    assert phases(changes) == [(Phase.START, Priority.MEDIUM, 10)]
    assert condition.raised is Priority.MEDIUM


def test_a_value_speaks_for_ten_seconds_at_most() -> None:
    """What cannot be seen gets no worse by waiting, and no better."""
    pending = threshold(Cause.SPO2_LOW)
    feed(pending, [89] * 3)
    assert pending.tick(600 * S) == ()
    raised = threshold(Cause.SPO2_LOW)
    feed(raised, [80] * 11)
    assert raised.tick(600 * S) == ()
    assert raised.raised is Priority.HIGH
    assert raised.sample(80, 700 * S, frame(700)) == ()
    assert raised.frame == frame(0)


def test_a_value_from_before_the_newest_serves_nothing() -> None:
    """A heart rate that comes after the pulse that stood in for it was captured before it."""
    condition = threshold(Cause.SPO2_LOW)
    feed(condition, [85] * 6)
    before = condition.snapshot()["served"]
    condition.sample(85, 3 * S, frame(9))
    assert condition.snapshot()["served"] == before
    assert phases(feed(condition, [85] * 5, start_s=6)) == [(Phase.START, Priority.MEDIUM, 10)]


def test_intermittent_values_add_up() -> None:
    """Gaps cannot keep an alarm from sounding."""
    condition = threshold(Cause.SPO2_LOW)
    said = [condition.sample(89, second * S, frame(second)) for second in (0, 60, 120, 180)]
    assert [len(x) for x in said] == [0, 0, 0, 1]


@given(
    st.lists(st.integers(80, 90), min_size=20, max_size=50),
    st.lists(st.integers(0, 9), max_size=50),
)
def test_worse_values_never_alarm_later(values: list[int], worse: list[int]) -> None:
    """Monotone: whoever has the lower saturation throughout sounds no later."""

    def first(seen: Sequence[float]) -> float:
        changes = feed(threshold(Cause.SPO2_LOW), seen)
        return changes[0].at_us if changes else float("inf")

    lower = [max(0, v - d) for v, d in zip(values, [*worse, *[0] * 50], strict=False)]
    assert first(lower) <= first(values)


@given(
    st.integers(0, 30),
    st.lists(st.tuples(st.floats(0.1, 39.9), st.sampled_from(Trust)), min_size=30, max_size=30),
)
def test_no_sustained_violation_is_missed(calm: int, run: list[tuple[float, Trust]]) -> None:
    """Thirty seconds beyond the limit are an alarm, whatever is believed of each."""
    condition = threshold(Cause.HEART_RATE_HIGH)
    feed(condition, [80] * calm)
    changes: list[Change] = []
    for second, (beyond, trust) in enumerate(run, calm):
        changes += condition.sample(120 + beyond, second * S, frame(second), trust)
    assert changes[0].phase is Phase.START


def test_withdrawing_ends() -> None:
    """When judging ends, so does what it raised; what was pending is dropped in silence."""
    raised = threshold(Cause.SYSTOLIC_LOW)
    raised.sample(80, 0, frame(0))
    assert phases(list(raised.withdraw(9 * S))) == [(Phase.END, Priority.HIGH, 9)]
    pending = threshold(Cause.SPO2_LOW)
    pending.sample(80, 0, frame(0))
    assert pending.withdraw(9 * S) == ()
    assert pending.snapshot() == {}


def test_a_rule_without_limits_is_no_threshold() -> None:
    """The mistake is found when the watch is built."""
    with pytest.raises(ValueError, match="NO_PULSE is not judged on a value"):
        ThresholdCondition(RULES[Cause.NO_PULSE])


@pytest.mark.parametrize("cause", [Cause.SPO2_LOW, Cause.HEART_RATE_HIGH, Cause.HEART_RATE_LOW])
@given(data=st.data())
def test_a_snapshot_at_any_moment_changes_nothing(cause: Cause, data: st.DataObject) -> None:
    """Restored from JSON, a condition says the same from there on."""
    values = data.draw(st.lists(st.one_of(st.none(), st.integers(0, 160)), max_size=40))
    cut = data.draw(st.integers(0, len(values)))

    def step(condition: ThresholdCondition, second: int) -> tuple[Change, ...]:
        value = values[second]
        if value is None:
            return condition.tick(second * 3 * S)
        return condition.sample(value, second * 3 * S, frame(second))

    whole = threshold(cause)
    expected = [step(whole, second) for second in range(len(values))]
    first, second_half = threshold(cause), threshold(cause)
    said = [step(first, second) for second in range(cut)]
    second_half.restore(json.loads(json.dumps(first.snapshot())))
    said += [step(second_half, second) for second in range(cut, len(values))]
    assert said == expected


@given(st.lists(st.integers(60, 100), max_size=60))
def test_changes_tell_a_consistent_story(values: list[int]) -> None:
    """START first, then rises and falls, END last, and then anew; never the same twice."""
    priority: Priority | None = None
    for change in feed(threshold(Cause.SPO2_LOW), values):
        if change.phase is Phase.START:
            assert priority is None
        elif change.phase is Phase.END:
            assert priority is change.priority
        else:
            assert priority is not None
            assert (change.priority > priority) == (change.phase is Phase.ESCALATE)
            assert change.priority != priority
        priority = None if change.phase is Phase.END else change.priority


@given(
    cause=st.sampled_from([Cause.SPO2_LOW, Cause.RESPIRATION_LOW, Cause.HEART_RATE_HIGH]),
    values=st.lists(st.sampled_from([4.0, 7.0, 86.0, 91.0, 135.0, 165.0]), min_size=1, max_size=40),
)
def test_time_changes_nothing_before_it_is_due(cause: Cause, values: list[float]) -> None:
    """Ticks before ``due_us`` say nothing and leave no trace; one a moment after it is heard."""
    condition = threshold(cause)
    for second, value in enumerate(values):
        condition.sample(value, second * S, frame(second))
        due_us, before = condition.due_us, condition.snapshot()
        told_us = [second * S + step for step in range(0, 12 * S, S // 2)]
        early = [at_us for at_us in told_us if due_us is None or at_us < due_us]
        assert [condition.tick(at_us) for at_us in early] == [NOTHING] * len(early)
        assert condition.snapshot() == before
        if due_us is not None:
            condition.tick(due_us + 1)
            assert condition.snapshot() != before
