"""Virtual time and its machines: order, kills, pauses."""

import asyncio
from random import Random

from goldenhour.world.clock import MachineClock
from goldenhour.world.schedule import Machine, Schedule

SECOND_US = 1_000_000


def make(*names: str) -> tuple[Schedule, list[Machine]]:
    schedule = Schedule(Random(1))  # noqa: S311 - a seeded world
    return schedule, [Machine(name, schedule) for name in names]


def test_an_idle_hour_takes_one_step() -> None:
    """Time goes straight to what is due."""
    schedule, (machine,) = make("one")
    woken: list[int] = []

    async def sleep() -> None:
        await MachineClock(machine).sleep_us(3_600 * SECOND_US)
        woken.append(schedule.now_us)

    machine.spawn(sleep())
    schedule.run_until(4_000 * SECOND_US)
    assert woken == [3_600 * SECOND_US]
    assert schedule.now_us == 4_000 * SECOND_US


def test_a_machine_runs_first_in_first_out() -> None:
    """As asyncio promises, whatever other machines do."""
    schedule, machines = make("one", "two")
    ran: list[tuple[str, int]] = []
    for number in range(5):
        for machine in machines:
            machine.call_soon(ran.append, (machine.name, number))
    schedule.run_until(0)
    for machine in machines:
        assert [number for name, number in ran if name == machine.name] == list(range(5))


def test_a_killed_machine_runs_nothing_more() -> None:
    """Not even what its programs would do at their end."""
    schedule, (machine,) = make("one")
    ended: list[str] = []

    async def work() -> None:
        try:
            await MachineClock(machine).sleep_us(10 * SECOND_US)
        finally:
            ended.append("end")

    running = machine.spawn(work())
    schedule.run_until(SECOND_US)
    machine.kill()
    schedule.run_until(20 * SECOND_US)
    assert not running.done()
    assert ended == []
    running.get_coro().close()


def test_a_paused_machine_finds_what_came_meanwhile() -> None:
    schedule, (machine,) = make("one")
    heard: list[int] = []
    machine.pause()
    schedule.at(SECOND_US, lambda: heard.append(schedule.now_us), machine=machine)
    schedule.run_until(5 * SECOND_US)
    assert heard == []
    machine.resume()
    schedule.run_until(5 * SECOND_US)
    assert heard == [5 * SECOND_US]


def test_asyncio_works_on_a_machine() -> None:
    """Timeouts, task groups and threads, in virtual time."""
    schedule, (machine,) = make("one")
    said: list[str] = []

    async def late() -> None:
        try:
            async with asyncio.timeout(2):
                await asyncio.get_running_loop().create_future()
        except TimeoutError:
            said.append(f"timeout at {schedule.now_us // SECOND_US}")

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(late())
            said.append(await asyncio.to_thread(lambda: "from a thread"))

    machine.spawn(work())
    schedule.run_until(10 * SECOND_US)
    assert said == ["from a thread", "timeout at 2"]
    assert schedule.troubles == []


def test_an_error_that_nobody_takes_is_a_trouble() -> None:
    schedule, (machine,) = make("one")
    machine.call_soon(lambda: 1 // 0)
    schedule.run_until(0)
    assert schedule.troubles == [
        "one: callback failed: ZeroDivisionError('integer division or modulo by zero')"
    ]
