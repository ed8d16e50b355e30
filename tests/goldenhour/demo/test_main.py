from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldenhour.demo.main import app


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--scenario", "nowhere"], "--scenario: no scenario at"),
        (["--kill", "toaster"], "--kill: toaster"),
        (["--seconds", "-5"], "'--seconds'"),
        (["--ports", "some"], "'--ports'"),
        (["--tls", "--engine", "memory"], "--tls"),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_starts(
    options: list[str], says: str, tmp_path: Path
) -> None:
    """A wrong option costs nobody the start of a Kafka."""
    home = tmp_path / "home"
    ended = CliRunner().invoke(app, [*options, "--home", str(home)], env={"COLUMNS": "200"})
    assert ended.exit_code == 2
    assert says in ended.output
    assert not home.exists()
