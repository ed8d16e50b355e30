"""A share of the hostile frames over real gRPC, a real gateway and a real Kafka.

One unit sends, one stream after the other on any lane, good frames among the hostile ones; it reads
why each was refused. Then whole calls that break the protocol. At the end the log is read: every
good frame must be there, and a dead letter for every hostile one.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import grpc

from ambulance.telemetry.v1 import frame_pb2, telemetry_service_pb2_grpc
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from goldenhour.bench.holding import say_held
from goldenhour.bench.hostile.frames import good
from goldenhour.bench.hostile.judging import (
    GOOD_EVERY,
    UNIT,
    Tally,
    new_story,
    owned_elsewhere,
)
from goldenhour.bench.hostile.mutation import Hostile, hostile
from ports.grpc_channel import open_channel, violations_of
from ports.log.port import Log
from simulators.verdict.reader import present
from wire.frames import Lane
from wire.limits import MAX_FRAMES_PER_REQUEST, SEGMENT_BYTES
from wire.validation import Refusal, RefusalReason, StreamKey

FRAMES_PER_REQUEST: Final = 16
FRAMES_PER_STREAM: Final = 2_000

_PATIENCE_S: Final = 60
_Drawn = Hostile | tuple[int, bytes]


class HostileUnit:
    """One unit that lies, and reads what it is told."""

    def __init__(self, seed: int) -> None:
        """Prepare; the same seed makes the same frames."""
        self._rng = Random(seed)  # noqa: S311 - a seeded attack, not a secret
        self._story = new_story(self._rng)
        self.tally = Tally()
        self._good: set[tuple[str, int, bytes, int]] = set()

    async def plant(self, log: Log) -> None:
        """Say in the log whose patient the foreign one is, before a gateway reads it."""
        await say_held(log, [owned_elsewhere(self._story)])

    async def attack(self, gateway: str, frames: int) -> dict[str, Any]:
        """Send so many hostile frames, then broken calls; return how those ended."""
        async with open_channel(gateway) as channel:
            stub: Any = telemetry_service_pb2_grpc.TelemetryServiceStub(channel)
            lanes = list(Lane)
            while (left := frames - self.tally.frames) > 0:
                lane = lanes[self._rng.randrange(len(lanes))]
                key = StreamKey(UNIT, lane, self._rng.randbytes(SEGMENT_BYTES))
                await self._stream(stub, key, min(left, FRAMES_PER_STREAM))
            return {name: await _ending(stub, it) for name, it in self._broken_calls().items()}

    async def arrived(self, log: Log) -> dict[str, int]:
        """Return what the log holds of it."""
        found = await present(log)
        self.tally.good_sent = len(self._good)
        self.tally.good_arrived = len(self._good & found.frames)
        return {"dead_letters": found.dead_letters}

    async def _stream(self, stub: Any, key: StreamKey, frames: int) -> None:  # noqa: ANN401
        call = stub.Uplink()
        await call.write(_opening(key, 1))
        sequence, left = 1, frames
        while left > 0:
            drawn: list[_Drawn] = []
            while left > 0 and len(drawn) < FRAMES_PER_REQUEST:
                one = self._draw(key, sequence)
                drawn.append(one)
                left -= isinstance(one, Hostile)
                sequence = max(sequence, _sealed(one).sequence + 1)
            frames_sent = [_sealed(one) for one in drawn]
            await call.write(pb.UplinkRequest(frames=pb.Frames(frames=frames_sent)))
            self._note(drawn, await _answers(call, drawn, sequence - 1))
        await call.done_writing()
        while await call.read() is not grpc.aio.EOF:
            pass

    def _draw(self, key: StreamKey, sequence: int) -> _Drawn:
        if self._rng.randrange(GOOD_EVERY):
            return hostile(self._story, key, sequence, self._rng)
        frame = good(self._story, key, sequence, self._rng)
        self._good.add((key.unit_id, int(key.lane), key.segment, sequence))
        return sequence, frame.SerializeToString()

    def _note(self, drawn: Sequence[_Drawn], refused: Sequence[pb.Refused]) -> None:
        """Refusals come in the order of the frames."""
        told = list(refused)
        for one in drawn:
            if isinstance(one, Hostile):
                self.tally.note(one, _refusal(told.pop(0)) if told else None)
        self.tally.not_refused += len(told)

    def _broken_calls(self) -> dict[str, tuple[pb.UplinkRequest, ...]]:
        key = StreamKey(UNIT, Lane.VITALS, self._rng.randbytes(SEGMENT_BYTES))
        frame = good(self._story, key, 1, self._rng).SerializeToString()
        no_unit = StreamKey("no unit", key.lane, key.segment)
        no_segment = StreamKey(UNIT, key.lane, b"short")

        def frames(*sequences: int) -> pb.UplinkRequest:
            sealed = [pb.SealedFrame(sequence=it, frame=frame) for it in sequences]
            return pb.UplinkRequest(frames=pb.Frames(frames=sealed))

        return {
            "frames_before_open": (frames(1),),
            "nothing_first": (pb.UplinkRequest(),),
            "no_unit": (_opening(no_unit, 1),),
            "no_segment": (_opening(no_segment, 1),),
            "sequence_0": (_opening(key, 0),),
            "gap": (_opening(key, 1), frames(3)),
            "frame_of_sequence_0": (_opening(key, 1), frames(0)),
            "no_frames": (_opening(key, 1), frames()),
            "too_many_frames": (
                _opening(key, 1),
                frames(*range(1, MAX_FRAMES_PER_REQUEST + 2)),
            ),
            "open_twice": (_opening(key, 1), _opening(key, 1)),
        }


async def _answers(call: Any, drawn: Sequence[_Drawn], through: int) -> list[pb.Refused]:  # noqa: ANN401
    """Read until every refusal has come and everything is acknowledged."""
    expected = sum(isinstance(one, Hostile) for one in drawn)
    refused: list[pb.Refused] = []
    acknowledged = False
    async with asyncio.timeout(_PATIENCE_S):
        while len(refused) < expected or not acknowledged:
            response: object = await call.read()
            if not isinstance(response, pb.UplinkResponse):
                break
            if response.HasField("refused"):
                refused.append(response.refused)
            elif response.HasField("acknowledged"):
                acknowledged = response.acknowledged.through_sequence >= through
    return refused


async def _ending(stub: Any, requests: Sequence[pb.UplinkRequest]) -> dict[str, Any]:  # noqa: ANN401
    """Return the code and the fields at fault with which a call ended."""
    call = stub.Uplink(timeout=_PATIENCE_S)
    try:
        for request in requests:
            await call.write(request)
        while await call.read() is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return {"code": error.code().name, "fields": [path for path, _ in violations_of(error)]}
    return {"code": (await call.code()).name, "fields": []}


def _opening(key: StreamKey, next_sequence: int) -> pb.UplinkRequest:
    return pb.UplinkRequest(
        open=pb.Open(
            unit_id=key.unit_id,
            lane=frame_pb2.Lane.ValueType(key.lane),
            segment=key.segment,
            next_sequence=next_sequence,
        )
    )


def _sealed(one: _Drawn) -> pb.SealedFrame:
    sequence, data = (one.sequence, one.data) if isinstance(one, Hostile) else one
    return pb.SealedFrame(sequence=sequence, frame=data)


def _refusal(said: pb.Refused) -> Refusal:
    return Refusal(RefusalReason(said.reason), said.field_path, said.description)


def outcome(counted: Counter[str]) -> dict[str, int]:
    """Return counts, the most frequent first."""
    return dict(counted.most_common())
