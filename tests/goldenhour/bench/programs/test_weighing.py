"""What a process weighs, as Linux says it."""

import os

from goldenhour.bench.programs.weighing import Weight, weigh, weight_in
from goldenhour.bench.vehicle.memory import MINUTE_S, resident_summary


def test_resident_memory_and_its_peak_are_read_in_megabytes() -> None:
    status = "Name:\tpython\nVmPeak:\t  900 kB\nVmHWM:\t  200000 kB\nVmRSS:\t  100000 kB\n"
    assert weight_in(status) == Weight(resident_mb=102.4, peak_mb=204.8)


async def test_a_running_process_weighs_something() -> None:
    weight = await weigh(os.getpid())
    assert 0 < weight.resident_mb <= weight.peak_mb


def test_growth_is_that_of_the_last_minute_over_the_first() -> None:
    first = [Weight(60.0, 60.0)] * MINUTE_S
    last = [Weight(64.0, 70.0)] * MINUTE_S
    summary = resident_summary([*first, Weight(90.0, 90.0), *last])
    assert summary == {"resident_mb": 64.0, "growth_mb": 4.0, "peak_mb": 70.0}
