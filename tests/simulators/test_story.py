import asyncio

from ports.clock import VirtualClock
from simulators.story import SECOND_US, Story


async def test_a_story_that_has_not_begun_has_no_second_and_keeps_everyone_waiting() -> None:
    clock = VirtualClock(5 * SECOND_US)
    story = Story(clock)
    waiting = asyncio.ensure_future(story.until(2))
    await clock.run_for(10 * SECOND_US)
    assert story.second() is None
    assert story.start() == 15 * SECOND_US == story.started_us
    await clock.run_for(1_500_000)
    assert story.second() == 1.5
    assert not waiting.done()
    await clock.run_for(600_000)
    assert waiting.done()
