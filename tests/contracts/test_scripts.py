"""The scripts of the pages can be read; one that cannot leaves an empty page."""

import subprocess
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path
    for folder in ("command_center", "vehicle", "ports")
    for path in (ROOT / folder).glob("**/assets/**/*.js")
)
NODE = compute_driver_executable()[0]
"""The one that drives the browser of the tests."""


def test_there_are_scripts() -> None:
    assert {path.name for path in SCRIPTS} >= {"board.js", "screen.js"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_script_can_be_read(script: Path, tmp_path: Path) -> None:
    module = tmp_path / "script.mjs"
    module.write_bytes(script.read_bytes())
    read = subprocess.run([NODE, "--check", module], capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
