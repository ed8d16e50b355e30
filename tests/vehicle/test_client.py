"""The client against a gateway over real gRPC: cuts, refusals, credit, restarts, the edge."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.transition import Acknowledgement, Place
from clinical.items import (
    CrewEvent,
    CrewFinding,
    EdgeTransition,
    EncounterChange,
    EncounterEvent,
    Vitals,
)
from clinical.signals.waveform import WaveformChunk
from ports.clock import SystemClock, VirtualClock
from tests.vehicle.conftest import Start
from tests.vehicle.gateway import FakeGateway, refused
from tests.vehicle.hearing import until
from vehicle.client import (
    PULSE_US,
    SETTLED_FACTOR,
    UNCHANGED_FACTOR,
    ClientOptions,
    VehicleClient,
)
from vehicle.lane.flight import FLIGHT_LEAST
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.lanes import MixedLanes
from vehicle.spool.spool import LaneFull, Spool
from vehicle.spool.store import Entry
from vehicle.uplink.outbox import BEHIND_FRAMES, Outbox
from vehicle.uplink.thinning import discarded_in
from wire.frames import Frame, Lane
from wire.unit_items import LinkState
from wire.validation import RefusalReason

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
WELL = Vitals(heart_rate_bpm=80.0, respiration_per_min=14.0, spo2_percent=98.0)
CHUNK = WaveformChunk("II", 250.0, 5.0, 1_780_000_000_000_000, 0, (1, 2, 3))
OPENED = EncounterEvent(EncounterChange.OPENED, bay="1", age_years=60)
NO_PULSE = CrewEvent(CrewFinding.NO_PULSE)
NOBODY = "127.0.0.1:1"
"""Where no gateway answers."""
Within = Callable[[Awaitable[object]], Awaitable[object]]


async def test_a_capture_is_confirmed_and_acknowledged(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """What goes in is in the log as it was, stamped and numbered, and the spool confirmed it."""
    client, hearing = await start()
    opened = client.capture(ENCOUNTER, [OPENED])
    vitals = client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    await until(lambda: len(hearing.refs) == 2)
    assert opened in hearing.refs
    assert (vitals.lane, vitals.sequence) == (Lane.VITALS, 1)
    (frame,) = gateway.frames(Lane.VITALS)
    assert frame.items == (WELL,)
    assert frame.encounter_id == ENCOUNTER
    assert abs(frame.captured_us - SystemClock().now_us()) < 60_000_000
    assert hearing.through[Lane.VITALS, vitals.segment] == 1


async def test_a_long_cut_loses_nothing_and_reuses_nothing(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """What was captured in a tunnel arrives whole, in order, beside what is captured after it."""
    client, hearing = await start()
    refs = [client.capture(ENCOUNTER, [WELL]) for _ in range(5)]
    await within(client.drained())
    await gateway.cut()
    refs += [client.capture(ENCOUNTER, [Vitals(heart_rate_bpm=float(n))]) for n in range(700)]
    await until(lambda: not client.connected)
    await gateway.start()
    await until(lambda: client.connected)
    refs += [client.capture(ENCOUNTER, [WELL])]
    await within(client.drained())
    assert len(set(refs)) == len(refs)
    assert len(gateway.frames(Lane.VITALS)) == len(refs)
    assert not gateway.gaps
    assert not gateway.conflicts
    held = {(seg, n) for (_, _, seg), frames in gateway.log.items() for n in frames}
    assert {(ref.segment, ref.sequence) for ref in refs} <= held
    await until(lambda: set(refs) <= set(hearing.refs))


async def test_unacknowledged_frames_are_sent_again_with_the_same_bytes(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """A gateway that took frames and died before it said so gets them again, unchanged."""
    gateway.acknowledging = False
    client, _ = await start()
    flight = FLIGHT_LEAST[Lane.VITALS]
    for _ in range(20):
        client.capture(ENCOUNTER, [WELL])
    await until(lambda: len(gateway.frames(Lane.VITALS)) == flight)
    await gateway.cut()
    gateway.acknowledging = True
    await gateway.start()
    await within(client.drained())
    assert len(gateway.frames(Lane.VITALS)) == 20
    assert not gateway.conflicts


async def test_credit_is_kept(gateway: FakeGateway, start: Start, within: Within) -> None:
    """However much waits, no more is in flight than the gateway allows."""
    gateway.credit = 8
    client, _ = await start()
    for _ in range(300):
        client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    assert len(gateway.frames(Lane.VITALS)) == 300
    assert 0 < gateway.widest <= 8


async def test_a_refused_frame_goes_to_the_quarantine_and_the_stream_goes_on(
    gateway: FakeGateway, start: Start, spool: Spool, within: Within
) -> None:
    """A refusal names its frame, reason and field; the frames behind it arrive."""
    order = refused(RefusalReason.OUT_OF_RANGE, 2, "items[0].vitals.spo2_percent")
    gateway.refusals[Lane.VITALS, 2] = order
    client, hearing = await start()
    for _ in range(3):
        client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    (refusal,) = hearing.refusals
    assert (refusal.sequence, refusal.reason) == (2, "OUT_OF_RANGE")
    assert refusal.field_path == "items[0].vitals.spo2_percent"
    assert [frame.sequence for frame in gateway.frames(Lane.VITALS)] == [1, 3]
    (kept,) = await spool.quarantined()
    assert kept.refusal == refusal
    assert len(kept.frame) > 0


async def test_a_restart_sends_what_the_spool_holds(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """A new client on the same spool delivers what the former one could not, and starts anew."""
    await gateway.cut()
    client, _ = await start()
    old = [client.capture(ENCOUNTER, [WELL]) for _ in range(100)]
    await client.stop()
    await gateway.start()
    again, hearing = await start()
    new = again.capture(ENCOUNTER, [WELL])
    await until(lambda: len(gateway.frames(Lane.VITALS)) == 101)
    await within(again.drained())
    assert new.segment not in {ref.segment for ref in old}
    assert hearing.through[Lane.VITALS, old[0].segment] == 100


async def test_the_edge_watch_tells_on_the_alarm_lane(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """No pulse is an alarm in the vehicle at once, with the link or without, and goes out."""
    await gateway.cut()
    client, _ = await start()
    client.capture(ENCOUNTER, [OPENED])
    client.capture(ENCOUNTER, [NO_PULSE])
    (alarm,) = client.alarms
    assert alarm.cause == "NO_PULSE"
    await gateway.start()
    await within(client.drained())
    told = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    transitions = [one.transition for one in told if isinstance(one, EdgeTransition)]
    assert [(one.cause, one.source) for one in transitions] == [("NO_PULSE", Source.EDGE)]
    assert transitions[0].alarm_id == alarm.alarm_id


async def test_the_edge_watch_resumes_after_a_restart(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """After a crash the same alarm is known, and is not told as a new one."""
    client, _ = await start()
    client.capture(ENCOUNTER, [OPENED])
    client.capture(ENCOUNTER, [NO_PULSE])
    await within(client.drained())
    (before,) = client.alarms
    await client.stop()
    again, _ = await start()
    assert again.encounters == (ENCOUNTER,)
    (alarm,) = again.alarms
    assert alarm.alarm_id == before.alarm_id
    again.capture(ENCOUNTER, [NO_PULSE])
    await within(again.drained())
    told = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    assert sum(isinstance(one, EdgeTransition) for one in told) == 1


async def test_the_end_of_the_encounter_ends_its_alarms_in_the_vehicle(start: Start) -> None:
    """After the hand-over the crew sees no alarm, and a late frame raises none."""
    client, _ = await start()
    client.capture(ENCOUNTER, [OPENED])
    client.capture(ENCOUNTER, [NO_PULSE])
    client.capture(ENCOUNTER, [EncounterEvent(EncounterChange.HANDED_OVER)])
    assert not client.alarms
    assert not client.encounters
    client.capture(ENCOUNTER, [NO_PULSE])
    assert not client.alarms


async def test_the_crew_acknowledges_at_once_and_offline(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """An acknowledgement shows in the vehicle at once and reaches the log when there is a link."""
    await gateway.cut()
    client, _ = await start()
    client.capture(ENCOUNTER, [NO_PULSE])
    client.acknowledge(client.alarms[0], "R. Okafor")
    assert not client.alarms[0].unacknowledged_at(Place.VEHICLE)
    await gateway.start()
    await within(client.drained())
    told = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    (said,) = [one for one in told if isinstance(one, Acknowledgement)]
    assert (said.person, said.place) == ("R. Okafor", Place.VEHICLE)


async def test_stamps_follow_the_gateway_clock(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """A unit that has stamped nothing yet takes the gateway's time, with an uncertainty."""
    shown_us = gateway.offset_us = 1_000_000_000_000_000
    client, _ = await start()
    await until(lambda: abs(client.now_us() - shown_us) < 60_000_000)
    client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    (frame,) = gateway.frames(Lane.VITALS)
    assert abs(frame.captured_us - shown_us) < 60_000_000
    assert frame.uncertainty_us is not None


async def test_the_link_is_reported_while_it_is_up(gateway: FakeGateway, start: Start) -> None:
    """Every few seconds the unit says how its spool and clock are."""
    await start(options=ClientOptions(link_state_pulses=1))
    await until(lambda: gateway.frames(Lane.VITALS))
    (state,) = gateway.frames(Lane.VITALS)[0].items
    assert isinstance(state, LinkState)
    assert state.spool_depth_frames == 0
    assert state.quarantine_frames == 0
    assert state.clock_offset_us is not None


def _stood_for(frames: Sequence[Frame]) -> int:
    """Return how many captures these are, those included that were left out and said."""
    said = [(frame, discarded_in(frame)) for frame in frames]
    return sum(1 if out is None else frame.sequence - out.from_sequence + 1 for frame, out in said)


async def test_a_full_lane_takes_nothing_and_numbers_nothing(
    gateway: FakeGateway, start: Start, spool: Spool, within: Within
) -> None:
    """LaneFull leaves no hole in the sequence, and room is announced.

    A lane that is nearly full may be thinned meanwhile; what was left out is said, and counts.
    """
    await gateway.cut()
    client, _ = await start()
    spool._frames_max = 100
    for _ in range(95):
        client.capture(ENCOUNTER, [WELL])
    with pytest.raises(LaneFull):
        client.capture(ENCOUNTER, [WELL])
    await gateway.start()
    await within(client.room(Lane.VITALS))
    assert client.capture(ENCOUNTER, [WELL]).sequence in {1, 96}
    await within(client.drained())
    assert _stood_for(gateway.frames(Lane.VITALS)) == 96


async def test_items_of_two_lanes_make_no_frame(start: Start) -> None:
    """A frame is of one lane; who mixes them is told before anything is numbered."""
    client, _ = await start()
    with pytest.raises(MixedLanes):
        client.capture(ENCOUNTER, [WELL, NO_PULSE])
    assert client.capture(ENCOUNTER, [WELL]).sequence == 1


async def test_many_units_share_a_loop_and_a_spool(
    gateway: FakeGateway, start: Start, tmp_path: Path, within: Within
) -> None:
    """Units on one spool do not see each other's frames."""
    started = await asyncio.gather(*(start(f"U{n}") for n in range(30)))
    for client, _ in started:
        client.capture(ENCOUNTER, [WELL])
    for client, _ in started:
        await within(client.drained())
    frames = gateway.frames(Lane.VITALS)
    assert {frame.unit_id for frame in frames} == {f"U{n}" for n in range(30)}
    assert all(frame.sequence == 1 for frame in frames)


async def test_a_waveform_travels_on_its_own_lane_and_is_not_judged_at_the_edge(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    client, _ = await start()
    ref = client.capture(ENCOUNTER, [CHUNK])
    await within(client.drained())
    assert ref.lane is Lane.WAVEFORM
    assert [frame.items for frame in gateway.frames(Lane.WAVEFORM)] == [(CHUNK,)]
    assert list(client.encounters) == []


async def test_waveforms_wait_while_the_lanes_above_are_behind(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """A thin link is left to alarms and vitals; when they are through, the waveforms follow."""
    client, _ = await start()
    client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    gateway.acknowledging = False
    for _ in range(BEHIND_FRAMES + 1):
        client.capture(ENCOUNTER, [WELL])
    client.capture(ENCOUNTER, [CHUNK])
    await until(lambda: len(gateway.frames(Lane.VITALS)) > FLIGHT_LEAST[Lane.VITALS])
    await until(lambda: client._outbox._lanes[Lane.WAVEFORM].connected)
    client.capture(ENCOUNTER, [NO_PULSE])
    await until(lambda: any(NO_PULSE in frame.items for frame in gateway.frames(Lane.ALARM)))
    assert gateway.frames(Lane.WAVEFORM) == []
    gateway.acknowledging = True
    client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    assert len(gateway.frames(Lane.WAVEFORM)) == 1


async def test_a_live_waveform_waits_for_nothing_older(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """A backlog may be held at the gateway for minutes; what is older waits until it is through."""
    client, _ = await start()
    client.capture(ENCOUNTER, [WELL])
    client.capture(ENCOUNTER, [CHUNK])
    await within(client.drained())
    await gateway.cut()
    for _ in range(BEHIND_FRAMES + 1):
        client.capture(ENCOUNTER, [WELL])
    older = client.capture(ENCOUNTER, [CHUNK])
    await until(lambda: not client.connected)
    gateway.acknowledging = False
    lanes = client._outbox._lanes.values()
    await until(lambda: not any(lane.connected for lane in lanes))
    await gateway.start()
    await until(lambda: all(lane.connected for lane in lanes))
    live = client.capture(ENCOUNTER, [CHUNK])
    await until(lambda: len(gateway.frames(Lane.WAVEFORM)) == 2)
    assert live.segment != older.segment
    assert gateway.frames(Lane.WAVEFORM)[-1].segment == live.segment
    gateway.acknowledging = True
    client.capture(ENCOUNTER, [WELL])
    client.capture(ENCOUNTER, [CHUNK])
    await gateway.cut()
    await gateway.start()
    await within(client.drained())
    assert len(gateway.frames(Lane.WAVEFORM)) == 4


async def test_the_pulse_beats_once_a_second_and_probes_a_settled_clock_more_rarely(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PULSE_US is what everything regular counts in; SETTLED_FACTOR spares the link."""
    clock, settled = VirtualClock(10**15), False
    pulses, probes = list[int](), list[int]()
    monkeypatch.setattr(Outbox, "shed", lambda _: pulses.append(clock.monotonic_us()))
    monkeypatch.setattr(Outbox, "probe_clock", lambda _: probes.append(clock.monotonic_us()))
    monkeypatch.setattr(Outbox, "clock_settled", property(lambda _: settled))
    client = VehicleClient(
        "A1",
        GrpcLink(dict.fromkeys(Lane, NOBODY)),
        spool,
        clock,
        random.Random(7),  # noqa: S311 - jitter, not a secret
        options=ClientOptions(probe_pulses=1, downlink=False),
    )
    await client.start()
    await clock.run_for(PULSE_US - 1)
    assert pulses == []
    probes.clear()
    await clock.run_for(1 + (2 * SETTLED_FACTOR - 1) * PULSE_US)
    assert pulses == [times * PULSE_US for times in range(1, 2 * SETTLED_FACTOR + 1)]
    assert probes == pulses
    settled = True
    probes.clear()
    await clock.run_for(2 * SETTLED_FACTOR * PULSE_US)
    assert probes == [times * SETTLED_FACTOR * PULSE_US for times in (3, 4)]
    await client.stop()


async def test_a_link_that_has_not_changed_is_reported_rarely(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand calm units would tell the same 200 times a second; a change is told at once."""
    clock, depth = VirtualClock(10**15), 0
    told = list[tuple[int, int]]()

    def link_state(_: Outbox) -> LinkState:
        return LinkState(spool_depth_frames=depth)

    def put(_: Outbox, entries: Sequence[Entry]) -> None:
        told.extend((clock.monotonic_us() // PULSE_US, depth) for _ in entries)

    monkeypatch.setattr(Outbox, "link_state", link_state)
    monkeypatch.setattr(Outbox, "put", put)
    monkeypatch.setattr(Outbox, "connected", property(lambda _: True))
    client = VehicleClient(
        "A1",
        GrpcLink(dict.fromkeys(Lane, NOBODY)),
        spool,
        clock,
        random.Random(7),  # noqa: S311 - jitter, not a secret
        options=ClientOptions(link_state_pulses=1, downlink=False),
    )
    await client.start()
    await clock.run_for(2 * UNCHANGED_FACTOR * PULSE_US)
    depth = 3
    await clock.run_for(2 * PULSE_US)
    again = 2 * UNCHANGED_FACTOR
    assert told == [(1, 0), (UNCHANGED_FACTOR, 0), (again, 0), (again + 1, 3)]
    await client.stop()
