"""The page of the tales is of these tales, and the command says what was not told."""

import json
from pathlib import Path

from typer.testing import CliRunner

from goldenhour.lab import tales
from goldenhour.lab.main import app

PAGE = Path("docs/tales.md")


def test_the_page_was_drawn_from_these_tales() -> None:
    """``goldenhour lab tales --page docs/tales.md`` draws it anew."""
    text = PAGE.read_text(encoding="utf-8")
    assert f"`{tales.tales_digest()}`" in text


def test_a_tale_is_told_counted_and_drawn(tmp_path: Path) -> None:
    out, page = tmp_path / "tales.json", tmp_path / "tales.md"
    options = ["--tale", "pregnancy", "--seeds", "1", "--processes", "1"]
    result = CliRunner().invoke(app, ["tales", "--out", str(out), "--page", str(page), *options])
    assert result.exit_code == 0, result.output
    (telling,) = json.loads(out.read_text())["pregnancy"]
    assert [one["cause"] for one in telling["alarms"]] == ["HEART_RATE_HIGH", "SYSTOLIC_LOW"]
    assert "| [pregnancy](#pregnancy) | 1 of 1 | 0 | 0 | 0 |" in page.read_text()


def test_an_unknown_tale_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "tales.json"
    result = CliRunner().invoke(app, ["tales", "--out", str(out), "--tale", "nobody"])
    assert result.exit_code == 2
    assert not out.exists()
