"""What the world's log does to those who write into it."""

from random import Random

from goldenhour.world.schedule import Machine, Schedule
from goldenhour.world.shared_log import WRITERS_HELD, Broker, MachineLog
from ports.log.port import TopicPartition
from wire.topics import ALARMS

SECOND_US = 1_000_000
WHERE = TopicPartition(ALARMS.name, 0)


def test_others_pass_a_writer_that_is_held_and_nothing_is_lost() -> None:
    """One writer of a program waits as if its broker were away; every other one goes on."""
    schedule = Schedule(Random(1))  # noqa: S311 - a seeded world
    machine, broker = Machine("center", schedule), Broker(schedule, Random(2))  # noqa: S311
    broker.held_until_us[machine, 0] = 5 * SECOND_US

    async def write() -> None:
        log = MachineLog(machine, broker)
        for number in range(WRITERS_HELD):
            writer = await log.writer()
            await writer.send(*WHERE, b"%d" % number)

    machine.spawn(write())
    schedule.run_until(SECOND_US)
    passed = {record.value for record in broker.log.kept(WHERE)}
    assert passed == {b"1", b"2"}
    schedule.run_until(6 * SECOND_US)
    assert [record.value for record in broker.log.kept(WHERE)][-1] == b"0"
