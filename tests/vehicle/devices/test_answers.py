"""Answers on standard output never hold up the program."""

import asyncio
import json
import os

from tests.vehicle.hearing import until
from vehicle.devices.answers import ANSWERS_WAITING, Answers


async def test_answers_come_whole_and_in_order() -> None:
    """One object per line, in the order in which they were said."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as output:
        answers = Answers(output)
        for number in range(500):
            answers.say({"n": number})
        await answers.close()
    with os.fdopen(reading, "rb") as lines:
        assert [json.loads(line)["n"] for line in lines] == list(range(500))


async def test_a_reader_that_stops_pauses_the_source_and_not_the_program() -> None:
    """Saying never waits; room is gone while nobody reads and comes back with the reader."""
    reading, writing = os.pipe()
    output = os.fdopen(writing, "wb")
    answers = Answers(output)
    for number in range(2 * ANSWERS_WAITING):
        answers.say({"n": number})
    room = asyncio.ensure_future(answers.room())
    await asyncio.wait([room], timeout=0.05)
    assert not room.done()
    draining = asyncio.create_task(asyncio.to_thread(_drain, reading))
    await until(room.done)
    await answers.close()
    output.close()
    assert await draining == 2 * ANSWERS_WAITING


def _drain(descriptor: int) -> int:
    with os.fdopen(descriptor, "rb") as lines:
        return sum(1 for _ in lines)


async def test_a_reader_that_is_gone_is_no_failure() -> None:
    """A closed pipe loses the answers and nothing else."""
    reading, writing = os.pipe()
    os.close(reading)
    output = os.fdopen(writing, "wb", buffering=0)
    answers = Answers(output)
    answers.say({"n": 1})
    await answers.close()
    answers.say({"n": 2})
    output.close()
