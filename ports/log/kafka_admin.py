"""Making topics, and knowing that a broker really works.

A broker whose port is open may still be seconds away from serving: its group coordinator and its
first partitions come up later. So readiness here means that a record was produced and consumed
through a consumer group, which is what every program needs next.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from ports.clock import Clock, SystemClock
from wire.topics import Topic

ROUND_TRIP_TOPIC: Final = "round_trip"
"""The topic that proves a broker; its records are gone after a minute."""

_COPIES: Final = 3
"""How often a record is stored, where there are as many brokers."""

_ROUND_TRIP: Final = Topic(ROUND_TRIP_TOPIC, partitions=1, retention_ms=60_000)
_RETRY_US: Final = 100_000
_LEADER_POLL_US: Final = 20_000
_REQUEST_TIMEOUT_MS: Final = 5_000


class LogUnavailable(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """No working broker answered in time."""


class TopicRefused(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """A topic cannot be made, or exists in another shape than this version needs."""


async def create_topics(
    bootstrap: str, topics: Iterable[Topic], clock: Clock | None = None
) -> None:
    """Make the topics that are missing; those that exist stay as they are.

    Returns when every partition of them has a leader.

    Raises:
        TopicRefused: the broker refuses a topic, or one exists with another partition count.
        LogUnavailable: no broker answers at this address.
    """
    wanted = {topic.name: topic for topic in topics}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS)
    try:
        await admin.start()
        await _create_missing(admin, wanted)
        while not _all_led(await admin.describe_topics(list(wanted)), wanted):
            await (clock or SystemClock()).sleep_us(_LEADER_POLL_US)
    except (KafkaError, OSError) as error:
        message = f"no Kafka broker works at {bootstrap}: {error}"
        raise LogUnavailable(message) from error
    finally:
        await admin.close()


async def round_trip(bootstrap: str, timeout_s: float, clock: Clock | None = None) -> None:
    """Return when a record was produced and read back through a consumer group.

    Raises:
        LogUnavailable: that did not happen within ``timeout_s`` seconds.
    """
    clock = clock or SystemClock()
    last: Exception | None = None
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    await _dial(bootstrap)
                    await _round_trip_once(bootstrap)
                except (KafkaError, LogUnavailable, OSError) as error:
                    last = error
                    await clock.sleep_us(_RETRY_US)
                else:
                    return
    except TimeoutError:
        message = f"no record came back from {bootstrap} within {timeout_s:g} s: {last}"
        raise LogUnavailable(message) from last


async def until_brokers(
    bootstrap: str, brokers: int, timeout_s: float, clock: Clock | None = None
) -> None:
    """Return when so many brokers of a cluster are known.

    Raises:
        LogUnavailable: that did not happen within ``timeout_s`` seconds.
    """

    async def known(admin: AIOKafkaAdminClient) -> bool:
        return len((await admin.describe_cluster())["brokers"]) >= brokers

    await _until(bootstrap, known, f"{brokers} brokers", timeout_s, clock or SystemClock())


async def until_in_sync(
    bootstrap: str,
    topics: Iterable[Topic],
    copies: int,
    timeout_s: float,
    clock: Clock | None = None,
) -> None:
    """Return when every partition of these topics has so many copies in sync.

    Raises:
        LogUnavailable: that did not happen within ``timeout_s`` seconds.
    """
    names = [topic.name for topic in topics]

    async def whole(admin: AIOKafkaAdminClient) -> bool:
        described = await admin.describe_topics(names)
        partitions = [one for topic in described for one in topic["partitions"]]
        return bool(partitions) and all(len(one["isr"]) >= copies for one in partitions)

    await _until(bootstrap, whole, f"{copies} copies in sync", timeout_s, clock or SystemClock())


async def _until(
    bootstrap: str,
    holds: Callable[[AIOKafkaAdminClient], Awaitable[bool]],
    words: str,
    timeout_s: float,
    clock: Clock,
) -> None:
    """Ask a new client again and again: one that knew a dead broker may wait for it."""
    last: Exception | None = None
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                admin = AIOKafkaAdminClient(
                    bootstrap_servers=bootstrap, request_timeout_ms=_REQUEST_TIMEOUT_MS
                )
                try:
                    await admin.start()
                    if await holds(admin):
                        return
                except (KafkaError, OSError) as error:
                    last = error
                finally:
                    await admin.close()
                await clock.sleep_us(_RETRY_US)
    except TimeoutError:
        message = f"{bootstrap} has not {words} within {timeout_s:g} s: {last}"
        raise LogUnavailable(message) from last


async def _create_missing(admin: AIOKafkaAdminClient, wanted: dict[str, Topic]) -> None:
    missing = [wanted[name] for name in wanted.keys() - set(await admin.list_topics())]
    if not missing:
        return
    copies = min(_COPIES, len((await admin.describe_cluster())["brokers"]))
    response = await admin.create_topics([_new_topic(topic, copies) for topic in missing])
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            message = f"topic {name} cannot be made: {error.__name__}"
            raise TopicRefused(message)


def _new_topic(topic: Topic, copies: int) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions,
        replication_factor=copies,
        topic_configs=topic.config,
    )


def _all_led(described: list[dict[str, Any]], wanted: dict[str, Topic]) -> bool:
    led = True
    for description in described:
        topic = wanted[description["topic"]]
        partitions = description["partitions"]
        if len(partitions) not in (0, topic.partitions):
            message = (
                f"topic {topic.name} exists with {len(partitions)} partitions, needed are "
                f"{topic.partitions}: use another home or broker, or delete the topic"
            )
            raise TopicRefused(message)
        leaders = [partition["leader"] for partition in partitions]
        led = led and bool(leaders) and min(leaders) >= 0
    return led


async def _dial(bootstrap: str) -> None:
    """Open and close a connection: cheaper than a client, which also logs each refusal."""
    host, _, port = bootstrap.split(",", maxsplit=1)[0].rpartition(":")
    _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.close()
    await writer.wait_closed()


async def _round_trip_once(bootstrap: str) -> None:
    await create_topics(bootstrap, [_ROUND_TRIP])
    token = secrets.token_bytes(16)
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", request_timeout_ms=_REQUEST_TIMEOUT_MS
    )
    consumer = AIOKafkaConsumer(
        ROUND_TRIP_TOPIC,
        bootstrap_servers=bootstrap,
        group_id=f"{ROUND_TRIP_TOPIC}-{token.hex()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )
    try:
        await producer.start()
        await producer.send_and_wait(ROUND_TRIP_TOPIC, token)
        await consumer.start()
        while (await consumer.getone()).value != token:
            continue
    finally:
        with suppress(KafkaError):
            await consumer.stop()
        await producer.stop()
