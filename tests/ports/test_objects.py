"""What every driver of the object store promises: one file, run on memory, folder and S3."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from ports.objects.folder import FolderObjects
from ports.objects.memory import MemoryObjects
from ports.objects.port import BadKey, DigestDiffers, NoObject, Objects, WrongOffset
from ports.objects.s3 import S3Objects
from tests.ports.s3_server import BUCKET, S3Server, s3_server

KEY = "encounter/1.2.3/4.5"
BYTES = bytes(range(256)) * 10
DIGEST = sha256(BYTES).digest()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["memory", "folder", "s3"])
def objects(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    server: S3Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Objects:
    if request.param == "memory":
        return MemoryObjects()
    if request.param == "folder":
        return FolderObjects(tmp_path / "objects")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return S3Objects(f"s3://{BUCKET}/{uuid4()}")


async def test_an_object_grows_by_offset_and_is_sealed(objects: Objects) -> None:
    """Before it is sealed there is a part; afterwards there is the object and no part."""
    assert await objects.held_bytes(KEY) == 0
    assert await objects.append(KEY, 0, BYTES[:1_000]) == 1_000
    assert await objects.append(KEY, 1_000, BYTES[1_000:]) == len(BYTES)
    assert await objects.read_part(KEY) == BYTES
    assert await objects.sha256(KEY) is None
    await objects.seal(KEY, DIGEST)
    assert await objects.read(KEY) == BYTES
    assert await objects.sha256(KEY) == DIGEST
    assert await objects.held_bytes(KEY) == 0


async def test_bytes_begin_where_the_part_ends(objects: Objects) -> None:
    """Neither a gap nor an overlap is taken, and nothing changes by the attempt."""
    await objects.append(KEY, 0, b"abc")
    for offset in (0, 2, 4):
        with pytest.raises(WrongOffset) as wrong:
            await objects.append(KEY, offset, b"x")
        assert wrong.value.args == (3,)
    assert await objects.read_part(KEY) == b"abc"


async def test_a_part_that_differs_from_its_digest_is_let_go(objects: Objects) -> None:
    await objects.append(KEY, 0, BYTES[:-1] + b"?")
    with pytest.raises(DigestDiffers):
        await objects.seal(KEY, DIGEST)
    assert await objects.held_bytes(KEY) == 0
    with pytest.raises(NoObject):
        await objects.read(KEY)


async def test_a_sealed_object_is_never_replaced(objects: Objects) -> None:
    """Sealing the same again is harmless; other bytes do not get in."""
    for data in (BYTES, BYTES, b"other"):
        await objects.append(KEY, 0, data)
        await objects.seal(KEY, sha256(data).digest())
    assert await objects.read(KEY) == BYTES


async def test_a_part_can_be_dropped(objects: Objects) -> None:
    await objects.append(KEY, 0, b"abc")
    await objects.drop(KEY)
    await objects.drop(KEY)
    assert await objects.read_part(KEY) == b""


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", ".hidden"])
async def test_a_key_cannot_leave_the_store(objects: Objects, key: str) -> None:
    with pytest.raises(BadKey):
        await objects.append(key, 0, b"x")


async def test_a_folder_is_found_as_it_was_left(tmp_path: Path) -> None:
    """A part and an object are still there for the next process."""
    before = FolderObjects(tmp_path)
    await before.append("part", 0, b"abc")
    await before.append(KEY, 0, BYTES)
    await before.seal(KEY, DIGEST)
    after = FolderObjects(tmp_path)
    assert await after.held_bytes("part") == 3
    assert await after.read(KEY) == BYTES
