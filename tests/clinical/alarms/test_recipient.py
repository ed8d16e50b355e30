"""Who further is told while nobody at the center answers, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.alarms.priority import Category, Priority
from clinical.alarms.recipient import UNANSWERED, Recipient, due_us, further, step_due, told
from clinical.instant import SECOND_US

LOW, MEDIUM, HIGH = Priority


def test_of_a_patient_the_clinician_is_told_and_of_equipment_the_engineer() -> None:
    """The supervisor after them, and whenever it comes again."""
    chain = [told(Category.PHYSIOLOGICAL, HIGH, step) for step in (1, 2, 3, 9)]
    assert chain == [Recipient.CLINICIAN, *[Recipient.SUPERVISOR] * 3]
    assert told(Category.TECHNICAL, MEDIUM, 1) is Recipient.ENGINEER


def test_a_low_alarm_waits() -> None:
    assert step_due(LOW, 0, 10**12) == 0
    assert told(Category.TECHNICAL, LOW, 1) is None
    assert told(Category.PHYSIOLOGICAL, HIGH, 0) is None


@pytest.mark.parametrize(
    ("done", "waited_s", "step"),
    [(0, 29.9, 0), (0, 30, 1), (1, 89, 0), (1, 90, 2), (2, 209, 0), (2, 210, 3), (3, 330, 4)],
)
def test_a_high_alarm_is_told_after_30_and_90_s_and_every_two_minutes(
    done: int, waited_s: float, step: int
) -> None:
    assert step_due(HIGH, done, int(waited_s * SECOND_US)) == step


def test_after_a_long_absence_each_recipient_is_told_once_and_reminded_once() -> None:
    """A center that was away for an hour does not catch up with thirty reminders."""
    hour = 3_600 * SECOND_US
    steps = [0]
    while step := step_due(HIGH, steps[-1], hour):
        steps.append(step)
    assert steps == [0, 1, 2, 2 + (3_600 - 90) // 120]


@given(st.sampled_from([MEDIUM, HIGH]), st.integers(0, 20), st.integers(0, 10**11))
def test_a_step_is_never_early_and_never_repeated(
    priority: Priority, done: int, waited_us: int
) -> None:
    step = step_due(priority, done, waited_us)
    if step:
        assert step > done
        assert due_us(priority, step) <= waited_us < due_us(priority, step + 1) or step == done + 1
    else:
        assert waited_us < due_us(priority, done + 1)


def test_the_more_urgent_waits_less() -> None:
    for step in range(1, 6):
        assert due_us(HIGH, step) < due_us(MEDIUM, step)
    assert set(UNANSWERED) == {MEDIUM, HIGH}


def test_a_crew_asks_up_the_ladder_that_time_goes_and_no_further() -> None:
    for category in Category:
        asked = [further(category, number) for number in range(2)]
        assert asked == [told(category, HIGH, step) for step in (1, 2)]
        assert further(category, 2) is None
