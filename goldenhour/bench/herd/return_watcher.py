"""Watches the return of the herd from the center's side: the picture and the feed. Its own process.

The picture is read from the topic that the center itself reads; a unit is current when a row holds
a vital sign that is at most ``CURRENT_WITHIN_US`` old.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from goldenhour.bench.herd.judging import CURRENT_WITHIN_US, Told, Watched
from ports import program
from ports.clock import Clock, SystemClock
from ports.log.kafka_log import KafkaLog
from ports.log.port import LATEST, LogReader, TopicPartition
from simulators.verdict.alert_feed import AlertFeed, Delivered
from wire.picture import Picture
from wire.records import decode_record
from wire.topics import PICTURE

NAME: Final = "bench-return-watcher"
_READ_RECORDS: Final = 200
_READ_WAIT_MS: Final = 500


def return_watcher(
    *,
    bootstrap: Annotated[str, typer.Option()],
    alerts: Annotated[str, typer.Option()],
    out: Annotated[Path, typer.Option()],
) -> None:
    """Note what the center sees of the return."""

    async def watch(stop: asyncio.Event) -> int:
        watched = await _watched(bootstrap, alerts, stop, SystemClock())
        await asyncio.to_thread(out.write_bytes, msgspec.msgpack.encode(watched))
        return 0

    raise typer.Exit(program.run(watch))


async def _watched(bootstrap: str, alerts: str, stop: asyncio.Event, clock: Clock) -> Watched:
    watched = Watched([], [])
    partitions = [TopicPartition(PICTURE.name, it) for it in range(PICTURE.partitions)]
    reader = await KafkaLog(bootstrap, client_id=NAME).reader(dict.fromkeys(partitions, LATEST))
    listening = asyncio.create_task(_listen(AlertFeed(alerts, NAME, clock), watched))
    looking = asyncio.create_task(_look(reader, watched, clock))
    stopping = asyncio.create_task(stop.wait())
    program.say_ready(NAME)
    tasks = {listening, looking, stopping}
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await reader.close()
    return watched


async def _listen(feed: AlertFeed, watched: Watched) -> None:
    async for event in feed.events():
        if isinstance(event, Delivered):
            alarm = event.alarm
            watched.told.append(
                Told(
                    alarm.unit_id,
                    alarm.cause,
                    str(alarm.state),
                    alarm.late,
                    alarm.active_since_us,
                    event.at_us,
                )
            )


async def _look(reader: LogReader, watched: Watched, clock: Clock) -> None:
    while True:
        for record in await reader.read(max_records=_READ_RECORDS, timeout_ms=_READ_WAIT_MS):
            picture = decode_record(record.headers, record.value or b"")
            if isinstance(picture, Picture):
                _note(picture, watched, clock.now_us())


def _note(picture: Picture, watched: Watched, now_us: int) -> None:
    for row in picture.rows:
        if any(now_us - vital.captured_us <= CURRENT_WITHIN_US for vital in row.vitals):
            watched.current.append((row.unit_id, now_us))
