"""What the object store in S3 promises beyond the port: restarts, refusals, and what it costs."""

import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ports.objects.folder import FolderObjects
from ports.objects.opening import open_objects
from ports.objects.s3 import S3Objects
from tests.ports.s3_server import BUCKET, S3Server, s3_server

KEY = "encounter/1.2.3/4.5"
PIECE = bytes(range(256)) * 256
URL = f"s3://{BUCKET}/test"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    with s3_server(tmp_path) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


async def test_what_was_acknowledged_outlives_gateway_and_server(server: S3Server) -> None:
    """Both are killed between two pieces; the next gateway goes on where the bytes end."""
    before = S3Objects(URL)
    assert await before.append(KEY, 0, PIECE) == len(PIECE)
    assert await before.append(KEY, len(PIECE), PIECE) == 2 * len(PIECE)
    server.kill()
    server.start()
    after = S3Objects(URL)
    assert await after.held_bytes(KEY) == 2 * len(PIECE)
    assert await after.append(KEY, 2 * len(PIECE), b"end") == 2 * len(PIECE) + 3
    await after.seal(KEY, sha256(PIECE + PIECE + b"end").digest())
    assert await S3Objects(URL).read(KEY) == PIECE + PIECE + b"end"


async def test_a_piece_of_a_gateway_that_lags_behind_harms_nothing(server: S3Server) -> None:
    """A stream that was given up writes once more, inside what another gateway holds by now."""
    lagging, present = S3Objects(URL), S3Objects(URL)
    await lagging.append(KEY, 0, PIECE[:100])
    await present.held_bytes(KEY)
    await present.append(KEY, 100, PIECE[100:1_000])
    await lagging.append(KEY, 100, PIECE[100:1_000])
    await lagging.append(KEY, 1_000, PIECE[1_000:1_100])
    await present.append(KEY, 1_000, PIECE[1_000:1_200])
    await lagging.append(KEY, 1_100, PIECE[1_100:1_150])
    assert await S3Objects(URL).held_bytes(KEY) == 1_200
    await present.seal(KEY, sha256(PIECE[:1_200]).digest())
    assert await present.read(KEY) == PIECE[:1_200]
    assert await present.held_bytes(KEY) == 0


async def test_a_server_that_does_not_answer_is_an_error_of_the_store(server: S3Server) -> None:
    """As a full disk is: the gateway ends the upload and the unit tries again."""
    objects = S3Objects(URL)
    await objects.append(KEY, 0, PIECE)
    server.kill()
    with pytest.raises(OSError, match="S3"):
        await objects.append(KEY, len(PIECE), PIECE)
    server.start()
    assert await objects.append(KEY, len(PIECE), PIECE) == 2 * len(PIECE)


async def test_wrong_credentials_are_an_error_of_the_store(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(OSError, match="S3"):
        await S3Objects(URL).append(KEY, 0, PIECE)


def test_a_setting_names_the_store(server: S3Server, tmp_path: Path) -> None:
    assert isinstance(open_objects(URL), S3Objects)
    assert isinstance(open_objects(str(tmp_path)), FolderObjects)


def test_a_folder_needs_no_s3_client() -> None:
    """The client is loaded where a setting asks for it."""
    code = "import sys, ports.objects.opening; sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
