"""Processor time is read from /proc, whatever a program is called."""

import os

from goldenhour.bench.programs.spending import Spent, processor_s_in, spending, spent

STAT = "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 3 0 12345 0 0"


def test_user_and_system_time_are_added_behind_a_name_with_parentheses() -> None:
    assert processor_s_in(STAT, 100) == 3.0


async def test_this_process_has_spent_something_and_spends_more() -> None:
    before = (await spent({"test": os.getpid()}))["test"]
    sum(number * number for number in range(2_000_000))
    after = (await spent({"test": os.getpid()}))["test"]
    assert after.processor_s > before.processor_s
    assert after.resident_mb > 1


def test_what_a_program_used_and_weighed_is_said_of_the_measured_time() -> None:
    before, after = {"center": Spent(10.0, 100.0)}, {"center": Spent(25.0, 104.5)}
    assert spending(before, after, 60.0) == {
        "center": {"processors": 0.25, "resident_mb_begin": 100.0, "resident_mb_end": 104.5}
    }
