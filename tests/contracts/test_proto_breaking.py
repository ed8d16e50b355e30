"""The protos are public documents: what was published is not broken by accident."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
BUF = Path(sys.executable).with_name("buf")
A_FIELD = re.compile(r"^  optional \w+ (\w+) = \d+;$", re.MULTILINE)


def _buf(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BUF, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A copy of the protos with a baseline made of it."""
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    shutil.copytree(ROOT / "proto" / "ambulance", tmp_path / "proto" / "ambulance")
    (tmp_path / "proto" / "gen").mkdir()
    assert _buf(tmp_path, "build", "-o", "proto/baseline.binpb").returncode == 0
    return tmp_path


def test_a_removed_field_fails_the_build(published: Path) -> None:
    """Deleting a field without reserving anything is reported by its name."""
    proto = published / "proto" / "ambulance" / "telemetry" / "v1" / "frame.proto"
    text = proto.read_text()
    field = A_FIELD.search(text)
    assert field is not None
    proto.write_text(text.replace(field.group(0), "", 1))
    answer = _buf(published, "breaking", "--against", "proto/baseline.binpb")
    assert answer.returncode != 0
    assert f'"{field.group(1)}"' in answer.stdout
    assert "deleted" in answer.stdout


def test_a_new_field_does_not_fail_the_build(published: Path) -> None:
    proto = published / "proto" / "ambulance" / "telemetry" / "v1" / "frame.proto"
    text = proto.read_text()
    added = "message Frame {\n  // A number nobody uses yet.\n  optional string fresh = 999;\n"
    assert "message Frame {\n" in text
    proto.write_text(text.replace("message Frame {\n", added, 1))
    assert _buf(published, "breaking", "--against", "proto/baseline.binpb").returncode == 0


def test_the_protos_keep_what_the_committed_baseline_published() -> None:
    answer = _buf(ROOT, "breaking", "--against", "proto/baseline.binpb")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_every_comment_and_name_follows_the_house() -> None:
    answer = _buf(ROOT, "lint")
    assert answer.returncode == 0, answer.stdout + answer.stderr
