"""What is taken from a drop folder, whose it is, and what waits."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from ports.clock import SystemClock, VirtualClock
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from tests.patience import PATIENCE_S
from vehicle.imaging.drop_folder import COMPLETE, ENCOUNTER, MARK
from vehicle.imaging.intake import LOOK_EVERY_US, Intake
from vehicle.imaging.series import Series
from vehicle.imaging.session import UploadSession

if TYPE_CHECKING:
    from vehicle.imaging.uploader import Uploader

ANNA = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
BERT = "0192f0c1-2b3c-7d4e-8f50-61728394a5b7"
CLOCK = SystemClock()
QUIET_US = 100_000
POLL_US = 10_000


@dataclass
class Sent:
    """Stands for the uploader: takes note of every series."""

    series: list[Series] = field(default_factory=list)

    async def upload(self, series: Series) -> UploadSession:
        self.series.append(series)
        session = UploadSession(series)
        session.held([(one.sop_uid, one.size_bytes, True) for one in series.objects], 0)
        return session


@dataclass
class Bay:
    """A drop folder that is looked at, and who is on board."""

    folder: Path
    sent: Sent
    encounters: list[str]
    storing: set[str]
    intake: Intake

    async def settled(self) -> list[Series]:
        """Wait until what can be sent is sent; return it."""
        async with asyncio.timeout(PATIENCE_S):
            await self.intake.settled()
        return self.sent.series

    async def count(self, count: int) -> list[Series]:
        """Wait until so many series were sent."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.sent.series) < count:
                await CLOCK.sleep_us(POLL_US)
        return self.sent.series


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = unpack(RECORDINGS / "ct_head_ge.tar.xz", tmp_path_factory.mktemp("scan"))
    return sorted(folder.glob("*.dcm"))[:3]


@pytest.fixture
async def bay(tmp_path: Path) -> AsyncIterator[Bay]:
    sent, encounters, storing = Sent(), [ANNA], set[str]()
    intake = Intake(
        tmp_path,
        cast("Uploader", sent),
        CLOCK,
        quiet_us=QUIET_US,
        encounters=lambda: encounters,
        now_us=CLOCK.now_us,
        busy=storing.__contains__,
    )
    running = asyncio.create_task(intake.run())
    yield Bay(tmp_path, sent, encounters, storing, intake)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def put(bay: Bay, slices: list[Path], name: str = "series", **files: str) -> Path:
    draft = bay.folder / f".{name}"
    draft.mkdir()
    for path in slices:
        shutil.copy(path, draft)
    for file, text in files.items():
        (draft / file).write_text(text)
    return draft.rename(bay.folder / name)


async def test_a_quiet_series_is_sent_for_the_patient_on_board(
    bay: Bay, slices: list[Path]
) -> None:
    """What is no image is left alone, and a name that begins with a dot is not looked at."""
    (bay.folder / ".copying").mkdir()
    shutil.copy(slices[0], bay.folder / ".copying")
    put(bay, slices, README="no image", DICOMDIR="\0" * 128 + "DICM")
    (series,) = await bay.settled()
    assert (series.encounter_id, len(series.objects)) == (ANNA, 3)


async def test_with_several_patients_on_board_a_series_waits_to_be_named(
    bay: Bay, slices: list[Path]
) -> None:
    """A late image is better than one under a wrong name."""
    bay.encounters.append(BERT)
    folder = put(bay, slices, **{COMPLETE: ""})
    assert await bay.settled() == []
    (folder / ENCOUNTER).write_text(f"{BERT}\n")
    (series,) = await bay.count(1)
    assert series.encounter_id == BERT


async def test_a_name_that_is_none_is_not_guessed(bay: Bay, slices: list[Path]) -> None:
    put(bay, slices, **{COMPLETE: "", ENCOUNTER: "bay 1"})
    assert await bay.settled() == []


async def test_the_patient_stays_who_it_was_when_the_series_was_taken(
    bay: Bay, slices: list[Path]
) -> None:
    """Another patient is on board when the rest of the series comes."""
    folder = put(bay, slices[:2], **{COMPLETE: ""})
    await bay.count(1)
    bay.encounters[:] = [BERT]
    shutil.copy(slices[2], folder)
    first, second = await bay.count(2)
    assert (first.encounter_id, second.encounter_id) == (ANNA, ANNA)
    assert (len(first.objects), len(second.objects)) == (2, 3)


async def test_a_copy_that_stopped_half_way_waits(bay: Bay, slices: list[Path]) -> None:
    """Its header is whole, its pixels are not; the other series is not held up."""
    folder = put(bay, slices[:2], "half", **{COMPLETE: ""})
    half = folder / slices[1].name
    half.write_bytes(slices[1].read_bytes()[:300_000])
    put(bay, slices[2:], "whole", **{COMPLETE: ""})
    (series,) = await bay.count(1)
    assert len(series.objects) == 1
    assert bay.intake._said[folder].startswith("file 2 in the order of names: the image ends")
    shutil.copy(slices[1], half)
    _, whole = await bay.count(2)
    assert len(whole.objects) == 2


async def test_what_cannot_be_looked_at_holds_up_no_other_series(
    bay: Bay, slices: list[Path]
) -> None:
    """A link that leads nowhere, a name that is no text: said, or taken, and the others go on."""
    broken = put(bay, slices[:1], "a-broken")
    (broken / "IM2").symlink_to(bay.folder / "nowhere")
    (broken / COMPLETE).touch()
    odd = put(bay, slices[:2], "b-odd")
    (odd / os.fsdecode(b"\xff\xfe.txt")).write_text("a name in no UTF-8")
    (odd / COMPLETE).touch()
    put(bay, slices[2:], "c-whole", **{COMPLETE: ""})
    assert [len(series.objects) for series in await bay.settled()] == [2, 1]
    assert [why for folder, why in bay.intake._said.items() if folder == broken] == [
        "it cannot be looked at: No such file or directory"
    ]


async def test_while_the_scanner_stores_into_it_a_series_is_not_finished(
    bay: Bay, slices: list[Path]
) -> None:
    bay.storing.add("series")
    put(bay, slices[:2], **{COMPLETE: ""})
    put(bay, slices[2:], "other", **{COMPLETE: ""})
    (other,) = await bay.count(1)
    assert len(other.objects) == 1
    bay.storing.clear()
    assert len((await bay.count(2))[1].objects) == 2


async def test_a_series_is_marked_and_not_sent_again(bay: Bay, slices: list[Path]) -> None:
    folder = put(bay, slices, **{COMPLETE: ""})
    (series,) = await bay.settled()
    mark = json.loads((folder / MARK).read_bytes())
    assert mark["sent"]
    assert (mark["stored"], mark["scanned_us"]) == (3, series.scanned_us)
    (folder / "note.dcm.txt").write_text("another file, and no image")
    await bay.count(2)
    assert len(await bay.settled()) == 2


async def test_the_folder_is_looked_at_no_more_often_than_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOOK_EVERY_US; a look that fails does not end the looking."""
    clock, looks = VirtualClock(), list[int]()

    async def look(_: Intake) -> None:
        looks.append(clock.monotonic_us())
        raise OSError(5, "the share is gone")

    monkeypatch.setattr(Intake, "_look", look)
    intake = Intake(
        tmp_path,
        cast("Uploader", Sent()),
        clock,
        quiet_us=QUIET_US,
        encounters=list,
        now_us=clock.now_us,
        busy=lambda _: False,
    )
    running = asyncio.create_task(intake.run())
    await clock.run_for(3 * LOOK_EVERY_US)
    assert looks == [times * LOOK_EVERY_US for times in range(4)]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
