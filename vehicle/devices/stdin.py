"""JSON lines on standard input: each line is one frame to capture.

A line is an object in protobuf's JSON mapping with proto field names, as ``Frame``:
``{"encounter_id": "...", "items": [{"vitals": {"heart_rate_bpm": 80}}]}``, or short, with one
item's name in the place of ``items``: ``{"encounter_id": "...", "vitals": {...}}``.
``captured_at_us`` and ``lane`` may be given; else the moment and the items decide.

Answers, one object per line: ``captured`` in the order of the input, as the spool confirms;
``error`` in its place for a line that is no frame, and the stream goes on; ``left_out`` in its
place for a waveform that finds no room at all, so that it never holds up the lines behind it;
``refused`` when the gateway will never take a frame; ``full`` and ``resumed`` around a pause
without room.
"""

import asyncio
import json
import os
import re
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from google.protobuf import json_format

from ambulance.telemetry.v1 import frame_pb2
from ports.logging import get_logger
from vehicle.client import VehicleClient
from vehicle.devices.answers import Answers
from vehicle.lane.lanes import MixedLanes, lane_of
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import LaneFull
from vehicle.spool.store import Refusal
from wire.frames import Frame, Lane, Unreadable, to_frame

log = get_logger(__name__)

LINE_BYTES: Final = 1_000_000
"""Longest line; a longer one is an error and is passed over."""

_CHUNK_BYTES: Final = 65_536
_CHUNKS_AHEAD: Final = 4
_FRAME_FIELDS: Final = frozenset({"encounter_id", "items", "captured_at_us", "lane"})
_ITEM_FIELDS: Final = frozenset(field.name for field in frame_pb2.Item.DESCRIPTOR.fields)
_AT: Final = re.compile(r' at "?Frame\.(?P<path>[\w.\[\]]+)')
_UNKNOWN: Final = re.compile(r'no field named "(?P<name>\w+)"')
_FAILED: Final = re.compile(r"Failed to parse (?P<name>\w+) field")


class BadLine(ValueError):  # noqa: N818 - named for what it is
    """A line is no frame; carries the field and what is wrong with it."""

    def __init__(self, field: str, description: str) -> None:
        """Say which field, empty for the whole line, and what is wrong, in words."""
        super().__init__(description)
        self.field = field
        self.description = description


def _refuse(field: str, description: str) -> NoReturn:
    raise BadLine(field, description)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A frame that a line asks to be captured."""

    encounter_id: str | None
    frame: Frame
    captured_us: int | None
    lane: Lane


def parse(line: bytes, default_encounter: str | None = None) -> Wanted:
    """Return what a line asks for; BadLine when it is no frame.

    Only the shape is looked at here: values out of range are the gateway's to refuse.
    """
    said = _object(line)
    document = _document(said)
    pb = frame_pb2.Frame()
    try:
        json_format.ParseDict(document, pb)
    except json_format.ParseError as error:
        _refuse(_path(str(error)), str(error).partition("\n")[0])
    lane_stated = pb.HasField("lane")
    if not lane_stated:
        pb.lane = frame_pb2.LANE_VITALS
    try:
        frame = to_frame(pb)
        lane = frame.lane if lane_stated else lane_of(frame.items)
    except (Unreadable, MixedLanes) as error:
        _refuse("items", str(error))
    captured_us = pb.captured_at_us if pb.HasField("captured_at_us") else None
    return Wanted(
        frame.encounter_id or _default(frame, default_encounter), frame, captured_us, lane
    )


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > LINE_BYTES:
        _refuse("", f"the line is longer than {LINE_BYTES} bytes")
    try:
        said = json.loads(line)
    except ValueError as error:
        _refuse("", f"the line is not JSON: {error}")
    if not isinstance(said, dict):
        _refuse("", "the line is not a JSON object")
    return said


def _document(said: Mapping[str, Any]) -> dict[str, Any]:
    short = [name for name in said if name in _ITEM_FIELDS]
    for name in said:
        if name not in _FRAME_FIELDS and name not in _ITEM_FIELDS:
            _refuse(name, f"a line has no field named {name}")
    if "items" in said and short:
        _refuse(short[0], f"{short[0]} stands beside items")
    document = {name: value for name, value in said.items() if name in _FRAME_FIELDS}
    if short:
        document["items"] = [{name: said[name]} for name in short]
    if not document.get("items"):
        _refuse("items", "the line holds no item")
    return document


def _default(frame: Frame, encounter_id: str | None) -> str | None:
    about_unit = all(type(item).__name__ in {"Position", "LinkState"} for item in frame.items)
    return None if about_unit else encounter_id


def _path(error: str) -> str:
    """Return the path of the field that protobuf's message is about, as far as it says."""
    if at := _AT.search(error):
        unknown = _UNKNOWN.search(error)
        return at["path"].rstrip(".") + (f".{unknown['name']}" if unknown else "")
    failed = _FAILED.search(error)
    return failed["name"] if failed else "items"


@dataclass(slots=True)
class _Slot:
    """The answer to one line, once it is known."""

    answer: Mapping[str, object] | None = None


class StdinSource:
    """Captures lines and answers them. It is the client's listener."""

    def __init__(self, answers: Answers, default_encounter: str | None = None) -> None:
        """Prepare; ``run`` reads."""
        self._answers = answers
        self._default_encounter = default_encounter
        self._slots: deque[_Slot] = deque()
        self._waiting: dict[SequenceRef, _Slot] = {}

    async def run(self, client: VehicleClient, descriptor: int) -> None:
        """Capture every line of a file descriptor until its end."""
        number = 0
        async for line in read_lines(descriptor):
            number += 1
            if line.strip():
                await self._answers.room()
                await self._capture(client, number, line)

    async def _capture(self, client: VehicleClient, number: int, line: bytes) -> None:
        slot = _Slot()
        self._slots.append(slot)
        try:
            wanted = parse(line, self._default_encounter)
        except BadLine as bad:
            slot.answer = {
                "error": {"line": number, "field": bad.field, "description": bad.description}
            }
            self._say_known()
            return
        ref = await self._take(client, wanted)
        if ref is None:
            slot.answer = {"left_out": {"lane": _lane_name(wanted.lane)}}
            self._say_known()
        else:
            self._waiting[ref] = slot

    async def _take(self, client: VehicleClient, wanted: Wanted) -> SequenceRef | None:
        paused = False
        while True:
            try:
                ref = client.capture(
                    wanted.encounter_id,
                    wanted.frame.items,
                    lane=wanted.lane,
                    captured_us=wanted.captured_us,
                )
            except LaneFull:
                if wanted.lane is Lane.WAVEFORM:
                    return None
                if not paused:
                    self._answers.say({"full": {"lane": _lane_name(wanted.lane)}})
                paused = True
                await client.room(wanted.lane)
            else:
                if paused:
                    self._answers.say({"resumed": {"lane": _lane_name(wanted.lane)}})
                return ref

    def _say_known(self) -> None:
        while self._slots and (answer := self._slots[0].answer) is not None:
            self._answers.say(answer)
            self._slots.popleft()

    def captured(self, ref: SequenceRef) -> None:
        """Answer the line of this frame, when its turn comes."""
        slot = self._waiting.pop(ref, None)
        if slot is not None:
            slot.answer = {
                "captured": {
                    "lane": _lane_name(ref.lane),
                    "segment": ref.segment.hex(),
                    "sequence": ref.sequence,
                }
            }
            self._say_known()

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Say nothing: captured was the promise."""

    def refused(self, refusal: Refusal) -> None:
        """Say that the gateway will never take a frame, and why."""
        self._answers.say(
            {
                "refused": {
                    "lane": _lane_name(Lane(refusal.lane)),
                    "segment": refusal.segment.hex(),
                    "sequence": refusal.sequence,
                    "reason": refusal.reason,
                    "field_path": refusal.field_path,
                    "description": refusal.description,
                }
            }
        )


def _lane_name(lane: Lane) -> str:
    return f"LANE_{lane.name}"


async def read_lines(descriptor: int) -> AsyncIterator[bytes]:
    """Yield the lines of a file descriptor; a thread reads it, a few chunks ahead at most."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue(_CHUNKS_AHEAD)

    def read() -> None:
        chunk = b"-"
        while chunk:
            try:
                chunk = os.read(descriptor, _CHUNK_BYTES)
            except OSError as error:
                log.error("the input ended early", error=error.strerror)  # noqa: TRY400 - it says all
                chunk = b""
            try:
                asyncio.run_coroutine_threadsafe(chunks.put(chunk), loop).result()
            except (RuntimeError, asyncio.CancelledError):
                return

    threading.Thread(target=read, name="stdin", daemon=True).start()
    rest = b""
    while chunk := await chunks.get():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > 2 * LINE_BYTES:
            rest = rest[: LINE_BYTES + 1]
    if rest:
        yield rest
