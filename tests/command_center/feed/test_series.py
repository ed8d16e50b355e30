"""CT series on the feed, over real gRPC and a real socket; at the end with a real head."""

import asyncio
from dataclasses import replace
from pathlib import Path

from ambulance.alerts.v1 import alert_service_pb2 as pb
from ambulance.alerts.v1 import series_pb2
from clinical.watch.encounter import EncounterStatus, provisional
from command_center.publishing import SERIES_TOLD, Publisher
from ports.log.memory_log import MemoryLog
from tests.browser.scan import scanning
from tests.command_center.feed.test_socket import dialled, hear, say
from tests.command_center.imaging.samples import SERIES, WHO, state
from tests.command_center.night import append, transition, turns
from tests.command_center.station import Feed, Station, station_at
from wire.encounters import encode_encounter
from wire.images import SeriesState, encode_series_state, study_key
from wire.partition import partition_of
from wire.records import HEADERS_ENCOUNTER_STATE, HEADERS_SERIES_STATE
from wire.series import from_series_word, to_series_word, word_of
from wire.topics import ENCOUNTERS, STUDIES

VIEWABLE = series_pb2.SERIES_STAGE_VIEWABLE
COMPLETE = series_pb2.SERIES_STAGE_COMPLETE


async def admit(log: MemoryLog, status: EncounterStatus = EncounterStatus.OPEN) -> None:
    """Let the patient be under care, or no longer."""
    writer = await log.writer()
    value = encode_encounter(replace(provisional(WHO, "MCT-01", 0), status=status))
    place = partition_of(WHO, ENCOUNTERS.partitions)
    await writer.send(
        ENCOUNTERS.name, place, value, key=WHO.encode(), headers=HEADERS_ENCOUNTER_STATE
    )
    await writer.close()


async def judge(log: MemoryLog, *states: SeriesState) -> None:
    """Let the app `imaging` say how far the series is."""
    writer = await log.writer()
    for one in states:
        value, key = encode_series_state(one), study_key(WHO, SERIES)
        await writer.send(STUDIES.name, 0, value, key=key, headers=HEADERS_SERIES_STATE)
    await writer.close()


async def series_of(feed: Feed) -> pb.SubscribeResponse:
    """Return the next word of a series."""
    while not (response := await feed.next()).HasField("series"):
        pass
    return response


async def known(station: Station) -> None:
    """Wait until the center would tell a new subscriber of the series."""
    while not station.center.publisher.subscribe("probe", None).series:
        await turns()


async def test_a_series_is_told_when_it_changes_and_again_at_each_subscription(
    station: Station, log: MemoryLog
) -> None:
    """Before caught_up, without a token and without a delivery; with a token it is told anew."""
    feed = station.subscribe()
    token = (await feed.next()).resume_token
    await admit(log)
    await judge(log, state(1_000, 1))
    told = await series_of(feed)
    assert not told.HasField("resume_token")
    assert told.series == from_series_word(word_of(state(1_000, 1)))
    assert (told.series.stage, told.series.slices_received) == (VIEWABLE, 1)
    assert (told.series.slices_announced, told.series.first_image_latency_us) == (3, 500)
    await judge(log, state(2_000, 1), state(3_000, 3, complete_us=3_000))
    assert (await series_of(feed)).series.stage == COMPLETE
    for resumed in (None, token):
        *before, caught_up = await station.subscribe(resumed).until_caught_up()
        assert [one.series.stage for one in before] == [COMPLETE]
        assert caught_up.caught_up.alarms == 0


async def test_only_series_of_patients_under_care_are_told(
    station: Station, log: MemoryLog
) -> None:
    """One that was heard of too early is told when its patient is; one of a past patient is not."""
    await judge(log, state(1_000, 1))
    while not station.center.studies.of(WHO):
        await turns()
    assert [it.WhichOneof("response") for it in await station.subscribe().until_caught_up()] == [
        "caught_up"
    ]
    feed = station.subscribe()
    await admit(log)
    assert (await series_of(feed)).series.series_uid == SERIES
    await admit(log, EncounterStatus.ENDED)
    while station.center.roster.rows:
        await turns()
    assert len(await station.subscribe().until_caught_up()) == 1


async def test_alarms_go_first_and_a_slow_subscriber_gets_the_newest_word(
    station: Station, log: MemoryLog
) -> None:
    """Whatever number of slices came meanwhile, one word of the series waits, behind the alarms."""
    await admit(log)
    await judge(log, state(1_000, 1))
    await known(station)
    subscription = station.center.publisher.subscribe("slow", None)
    await append(log, transition(2, 2))
    await judge(log, *(state(1_000 + slices, slices) for slices in range(2, 40)))
    while not subscription.waiting or subscription.series[WHO, SERIES].slices_received < 39:
        await turns()
    assert len(subscription.series) == 1
    *_, alarm, series, caught_up = await station.subscribe().until_caught_up()
    kinds = [it.WhichOneof("response") for it in (alarm, series, caught_up)]
    assert kinds == ["delivery", "series", "caught_up"]


async def test_what_says_nothing_new_is_not_told_again() -> None:
    """A worker that takes over says its states again: nobody is told."""
    publisher = Publisher(10)
    subscription = publisher.subscribe("desk", None)
    publisher.publish_series(word_of(state(1_000, 1)))
    assert subscription.take_series().slices_received == 1
    publisher.publish_series(word_of(state(5_000, 1)))
    assert not subscription.series


async def test_the_series_that_are_told_are_bounded() -> None:
    """The one that changed longest ago is left out."""
    publisher = Publisher(10)
    word = to_series_word(from_series_word(word_of(state(1_000, 1))))
    assert word == word_of(state(1_000, 1))
    for number in range(SERIES_TOLD + 1):
        publisher.publish_series(word_of(_other(number)))
    told = publisher.subscribe("desk", None).series
    assert len(told) == SERIES_TOLD
    assert (WHO, "1.0") not in told


def _other(number: int) -> SeriesState:
    return SeriesState(
        WHO, "MCT-01", None, f"1.{number}", None, 1, None, 900, "k", None, state(1).geometry, 1_000
    )


async def test_the_socket_says_the_same(station: Station, log: MemoryLog) -> None:
    """Its key is series; the body is protobuf's JSON mapping, with the request that it answers."""
    await admit(log)
    await judge(log, state(1_000, 2))
    await known(station)
    async with dialled(station) as socket:
        await say(socket, "subscribe", request_id="s", subscriber="web")
        kind, body = await hear(socket)
        assert (kind, body) == (
            "series",
            {
                "request_id": "s",
                "encounter_id": WHO,
                "unit_id": "MCT-01",
                "series_uid": SERIES,
                "stage": "SERIES_STAGE_VIEWABLE",
                "slices_received": 2,
                "slices_announced": 3,
                "first_image_latency_us": "500",
                "tilt_deg": 18.5,
                "at_us": "1000",
            },
        )
        assert (await hear(socket))[0] == "caught_up"


async def test_a_real_head_becomes_viewable_then_complete_and_its_tilt_is_said(
    log: MemoryLog, tmp_path: Path
) -> None:
    """28 slices through the gateway's library and the app `imaging`; every word is news."""
    async with (
        station_at(log, tmp_path) as station,
        scanning(log, tmp_path, WHO) as scanner,
    ):
        feed = station.subscribe()
        await admit(log)
        await scanner.announce()
        sending = asyncio.create_task(scanner.send(28))
        words = [to_series_word((await series_of(feed)).series)]
        while words[-1].stage != "COMPLETE":
            words.append(to_series_word((await series_of(feed)).series))
        await sending
    stages = list(dict.fromkeys(str(word.stage) for word in words))
    assert stages in (["ANNOUNCED", "VIEWABLE", "COMPLETE"], ["VIEWABLE", "COMPLETE"])
    received = [word.slices_received for word in words]
    assert received == sorted(set(received))
    assert {word.slices_announced for word in words} == {28}
    last = words[-1]
    assert (last.unit_id, last.slices_received) == ("MCT-01", 28)
    assert "TILTED" in last.problems
    assert last.tilt_deg is not None
    assert 15 < last.tilt_deg < 25
    latencies = {word.first_image_latency_us for word in words if word.stage != "ANNOUNCED"}
    assert len(latencies) == 1
    assert (latencies.pop() or 0) > 0
