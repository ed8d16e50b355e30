"""One performance of a story: waits for the fleet, tells it, watches for failures, ends it."""

import asyncio
import json
from pathlib import Path

from ports.logging import get_logger
from simulators.fleet.fleet import Fleet
from simulators.fleet.links import Links
from simulators.settings import SimulateSettings
from simulators.story import Story
from simulators.verdict.judge import Judge

log = get_logger(__name__)


class NotConnected(Exception):  # noqa: N818 - named for what happened
    """Some unit did not reach the center in time."""


def story_file(home: Path) -> Path:
    """Return the file that says when second 0 of the story was; there once it has begun."""
    return home / "story.json"


class Performance:
    """A story that is about to be told by a started fleet."""

    def __init__(
        self,
        settings: SimulateSettings,
        fleet: Fleet,
        links: Links,
        judge: Judge | None,
        story: Story,
    ) -> None:
        """Prepare; ``play`` tells it."""
        self._settings = settings
        self._fleet = fleet
        self._links = links
        self._judge = judge
        self._story = story

    async def play(self, stop: asyncio.Event) -> float:
        """Tell the story until its length is over or ``stop`` is set; return its seconds.

        Raises:
            NotConnected: some unit did not reach the center in time.
            Exception: whatever a part of the fleet or the judge failed with.
        """
        parts = [asyncio.ensure_future(self._fleet.failed()), asyncio.ensure_future(self._tell())]
        if self._judge is not None:
            parts.append(asyncio.ensure_future(self._judge.failed()))
        tasks = [*parts, asyncio.ensure_future(stop.wait())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        seconds = self._story.second() or 0.0
        failures = [part.exception() for part in parts if part.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for failure in failures:
            if failure is not None:
                raise failure
        return seconds

    async def wind_down(self, drain_s: float) -> None:
        """End every encounter, make every link whole, and wait so long for acknowledgements."""
        await self._fleet.end()
        self._links.heal()
        try:
            async with asyncio.timeout(drain_s):
                await self._fleet.drain()
        except TimeoutError:
            log.warning("not everything was acknowledged", within_s=drain_s)

    async def _tell(self) -> None:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.connect_s):
                await self._fleet.reached()
        except TimeoutError as error:
            message = f"not every unit reached the center within {settings.connect_s:g} s"
            raise NotConnected(message) from error
        self._write_start(self._story.start())
        log.info("story begins")
        if settings.seconds is None:
            await asyncio.Future()
        await self._story.until(settings.seconds or 0)

    def _write_start(self, started_us: int) -> None:
        path = story_file(self._settings.home)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps({"story_started_us": started_us}))
        draft.replace(path)
