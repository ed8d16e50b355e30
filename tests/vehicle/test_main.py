"""The program, as its user sees it: standard input, standard output, signals, exit codes."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from clinical.items import EncounterEvent, Vitals
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway, refused
from tests.vehicle.hearing import until
from vehicle.devices import recording
from vehicle.devices.recording import BadRecording, BadRow, Row, read_recording
from vehicle.main import STOP_S, run
from vehicle.settings import VehicleSettings
from vehicle.spool.spool import SPOOL_FILE
from wire.frames import Lane
from wire.validation import RefusalReason

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
RUN = "from vehicle.main import main; main()"
PATIENT = dict.fromkeys(("GOLDENHOUR_DRAIN_S", "GOLDENHOUR_STOP_DRAIN_S"), str(PATIENCE_S))


class Vehicle:
    """A running vehicle program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.stdin = process.stdin
        self.stdout = process.stdout

    def say(self, line: object) -> None:
        self.stdin.write(json.dumps(line).encode() + b"\n")

    def vitals(self, number: int) -> None:
        self.say({"vitals": {"heart_rate_bpm": 60 + number % 60}})

    async def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = json.loads(
            await asyncio.wait_for(self.stdout.readline(), PATIENCE_S)
        )
        return heard

    async def end(self) -> list[dict[str, Any]]:
        """Close the input; return what was said until the program was over."""
        self.stdin.close()
        rest = await asyncio.wait_for(self.stdout.read(), PATIENCE_S)
        await self.process.wait()
        return [json.loads(line) for line in rest.splitlines()]


Launch = Callable[..., Any]


@pytest.fixture
async def launch(tmp_path: Path) -> AsyncIterator[Launch]:
    """Starts vehicles in one home; kills what is left in the end."""
    async with AsyncExitStack() as stack:

        async def launch(address: str, *options: str, **environment: str) -> Vehicle:
            arguments = ["--unit-id", "A1", "--gateway", address, "--home", str(tmp_path)]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                RUN,
                *arguments,
                *options,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={
                    **os.environ,
                    **PATIENT,
                    "PYTHONPATH": os.pathsep.join(sys.path),
                    **environment,
                },
            )
            vehicle = Vehicle(process)
            stack.push_async_callback(_reap, vehicle)
            assert (await vehicle.hear())["ready"] == "vehicle"
            return vehicle

        yield launch


async def _reap(vehicle: Vehicle) -> None:
    if vehicle.process.returncode is None:
        vehicle.process.kill()
    vehicle.stdin.close()
    await vehicle.process.wait()


def held(gateway: FakeGateway) -> set[tuple[str, int]]:
    return {(seg.hex(), n) for (_, _, seg), frames in gateway.log.items() for n in frames}


def names(answers: list[dict[str, Any]]) -> list[tuple[str, int]]:
    said = [one["captured"] for one in answers if "captured" in one]
    return [(one["segment"], one["sequence"]) for one in said]


async def test_lines_are_answered_in_their_order_and_delivered(
    gateway: FakeGateway, launch: Launch
) -> None:
    """Each line gets its answer in its place; at the end of the input everything is delivered."""
    gateway.refusals[Lane.VITALS, 2] = refused(RefusalReason.OUT_OF_RANGE, 2, "items[0]")
    vehicle = await launch(gateway.address, "--encounter", ENCOUNTER, "--bay", "1")
    vehicle.vitals(1)
    vehicle.say({"vitals": {"heart_rat": 1}})
    vehicle.say({"crew_event": {"finding": "CREW_FINDING_PULSE_FELT"}})
    vehicle.vitals(2)
    answers = await vehicle.end()
    assert vehicle.process.returncode == 0
    in_place = [one for one in answers if "refused" not in one]
    assert [next(iter(one)) for one in in_place] == ["captured", "error", "captured", "captured"]
    assert [one["captured"]["lane"] for one in in_place if "captured" in one] == [
        "LANE_VITALS",
        "LANE_ALARM",
        "LANE_VITALS",
    ]
    assert in_place[1]["error"]["line"] == 2
    assert in_place[1]["error"]["field"] == "items[0].vitals.heart_rat"
    (refusal,) = [one["refused"] for one in answers if "refused" in one]
    assert (refusal["sequence"], refusal["reason"]) == (2, "OUT_OF_RANGE")
    (opened, *_) = gateway.frames(Lane.ALARM)
    assert isinstance(opened.items[0], EncounterEvent)
    assert set(names(answers)) - held(gateway) == {(refusal["segment"], 2)}


async def test_what_was_captured_survives_kill_9(gateway: FakeGateway, launch: Launch) -> None:
    """Killed without a link, started again with one: everything captured arrives, nothing twice."""
    await gateway.cut()
    vehicle = await launch(gateway.address, "--encounter", ENCOUNTER)
    for number in range(300):
        vehicle.vitals(number)
    answers = [await vehicle.hear() for _ in range(150)]
    vehicle.process.send_signal(signal.SIGKILL)
    answers += [json.loads(x) for x in (await vehicle.stdout.read()).split(b"\n")[:-1]]
    await vehicle.process.wait()
    await gateway.start()
    again = await launch(gateway.address, "--encounter", ENCOUNTER)
    again.vitals(1)
    more = await again.end()
    assert again.process.returncode == 0
    captured = names(answers + more)
    assert len(set(captured)) == len(captured)
    assert set(captured) <= held(gateway)
    assert not gateway.conflicts
    opened = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    assert sum(isinstance(item, EncounterEvent) for item in opened) == 1


async def test_sigterm_ends_the_program_and_keeps_everything(
    gateway: FakeGateway, launch: Launch
) -> None:
    """Told to stop while its input is open, the program drains and ends with 0."""
    vehicle = await launch(gateway.address, "--encounter", ENCOUNTER)
    for number in range(50):
        vehicle.vitals(number)
    answers = [await vehicle.hear() for _ in range(50)]
    vehicle.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(vehicle.process.wait(), PATIENCE_S)
    assert vehicle.process.returncode == 0
    assert set(names(answers)) <= held(gateway)


async def test_a_full_lane_stops_reading_and_says_so_once(
    gateway: FakeGateway, launch: Launch
) -> None:
    """Without room the source pauses; with a link it goes on, and nothing is lost."""
    await gateway.cut()
    vehicle = await launch(gateway.address, "--encounter", ENCOUNTER, GOLDENHOUR_SPOOL_FRAMES="100")
    for number in range(150):
        vehicle.vitals(number)
    answers: list[dict[str, Any]] = []
    while not answers or "full" not in answers[-1]:
        answers.append(await vehicle.hear())
    await gateway.start()
    answers += await vehicle.end()
    assert vehicle.process.returncode == 0
    captured = names(answers)
    assert len(captured) == 150
    assert set(captured) <= held(gateway)
    kinds = [next(iter(one)) for one in answers]
    assert kinds.count("full") == kinds.count("resumed") >= 1


async def test_the_quarantine_can_be_shown(
    gateway: FakeGateway, launch: Launch, tmp_path: Path
) -> None:
    """A refused frame is there to be inspected after the program has ended."""
    gateway.refusals[Lane.VITALS, 1] = refused(
        RefusalReason.OUT_OF_RANGE, 1, "items[0].vitals.spo2_percent"
    )
    vehicle = await launch(gateway.address, "--encounter", ENCOUNTER)
    vehicle.vitals(1)
    await vehicle.end()
    shown = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN,
        "quarantine",
        "--home",
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    output, _ = await shown.communicate()
    (kept,) = [json.loads(line) for line in output.splitlines()]
    assert (kept["unit_id"], kept["lane"], kept["sequence"]) == ("A1", "LANE_VITALS", 1)
    assert kept["field_path"] == "items[0].vitals.spo2_percent"


async def test_a_recording_is_played(gateway: FakeGateway, launch: Launch, tmp_path: Path) -> None:
    """A recording opens an encounter of its own and ends with it; a bad row ends nothing."""
    path = tmp_path / "numerics.csv"
    path.write_text("second,heart_rate_bpm\n0,80\n0.05,fast\n0.1,81\n")
    vehicle = await launch(gateway.address, "--source", f"recording:{path}")
    await vehicle.end()
    assert vehicle.process.returncode == 0
    frames = gateway.frames(Lane.VITALS)
    assert [getattr(frame.items[0], "heart_rate_bpm", None) for frame in frames] == [80.0, 81.0]
    await until(lambda: len(gateway.frames(Lane.ALARM)) == 1)


async def test_a_disk_that_takes_nothing_does_not_hold_up_the_end(
    gateway: FakeGateway, launch: Launch, tmp_path: Path
) -> None:
    """STOP_S: then the program leaves, and what the disk did not take was never confirmed."""
    await gateway.cut()
    vehicle = await launch(gateway.address, "--encounter", ENCOUNTER, GOLDENHOUR_STOP_DRAIN_S="5")
    vehicle.vitals(1)
    assert "captured" in await vehicle.hear()
    (file,) = tmp_path.glob("vehicle/A1/spool.sqlite")
    disk = sqlite3.connect(file, isolation_level=None)
    disk.execute("BEGIN IMMEDIATE")
    vehicle.vitals(2)
    vehicle.process.send_signal(signal.SIGTERM)
    ended_after_s = -asyncio.get_running_loop().time()
    assert await asyncio.wait_for(vehicle.process.wait(), PATIENCE_S) == 0
    ended_after_s += asyncio.get_running_loop().time()
    assert ended_after_s >= STOP_S
    disk.execute("ROLLBACK")
    disk.close()
    assert await vehicle.stdout.read() == b""


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("nowhere.csv", None, "there is no file nowhere.csv"),
        ("night.csv", "time\n0\n", "night.csv has no column named second"),
    ],
)
async def test_a_recording_that_is_none_is_said_before_anything_is_captured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str | None, wrong: str
) -> None:
    """One line names the setting; no encounter was opened for nothing."""
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path(name).write_text(text)
    settings = VehicleSettings(unit_id="A1", home=tmp_path, source=f"recording:{name}")
    with structlog.testing.capture_logs() as said:
        assert await run(settings, asyncio.Event()) == 1
    assert said[-1]["error"] == f"--source: {wrong}"
    assert not settings.spool_folder.exists()


async def test_a_damaged_spool_is_said_in_one_line(tmp_path: Path) -> None:
    """A vehicle that cannot spool does not start; the line names the folder and what is wrong."""
    settings = VehicleSettings(unit_id="A1", home=tmp_path)
    settings.spool_folder.mkdir(parents=True)
    (settings.spool_folder / SPOOL_FILE).write_bytes(b"no database" * 1_000)
    with structlog.testing.capture_logs() as said:
        assert await run(settings, asyncio.Event()) == 1
    assert said[-1]["folder"] == str(settings.spool_folder)
    assert said[-1]["error"] == "file is not a database"


async def test_a_recording_that_breaks_off_is_one_line_and_the_rest_is_delivered(
    gateway: FakeGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails in its middle: file and line are named, and what was captured arrives."""
    path = tmp_path / "night.csv"
    path.write_text("second,heart_rate_bpm\n0,80\n")

    def half_read(path: Path) -> Iterator[Row | BadRow]:
        yield from read_recording(path)
        message = f"{path.name} cannot be read behind line 2: Input/output error"
        raise BadRecording(message)

    monkeypatch.setattr(recording, "read_recording", half_read)
    settings = VehicleSettings(
        unit_id="A1", home=tmp_path, gateway=gateway.address, source=f"recording:{path}"
    )
    with structlog.testing.capture_logs() as said:
        assert await run(settings, asyncio.Event()) == 1
    (error,) = [one for one in said if one["log_level"] == "error"]
    assert error["error"] == "night.csv cannot be read behind line 2: Input/output error"
    assert "exc_info" not in error
    assert [frame.items for frame in gateway.frames(Lane.VITALS)] == [(Vitals(80.0),)]
