"""``goldenhour demo`` as a user calls it: a child process, an exit code, a report."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE_S

_SCENARIOS = Path(__file__).parent / "demo"


def _named(scenario: str) -> str:
    """Return a file of this folder's, or a scenario of the simulators'."""
    return str(_SCENARIOS / scenario) if scenario.endswith(".toml") else scenario


async def _demo(folder: Path, scenario: str, *options: str) -> tuple[int, dict[str, Any], str]:
    report = folder / "report.json"
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-X",
            "faulthandler",
            "-m",
            "goldenhour",
            "demo",
            "--headless",
            "--ports",
            "auto",
        ),
        *("--home", str(folder / "home"), "--report", str(report)),
        *("--scenario", _named(scenario), *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    telling = asyncio.create_task(process.communicate())
    if not (await asyncio.wait({telling}, timeout=PATIENCE_S))[0]:
        process.send_signal(signal.SIGABRT)
    said, _ = await telling
    assert report.exists(), said.decode(errors="replace")[-2_000:]
    return process.returncode or 0, json.loads(report.read_text()), said.decode(errors="replace")


async def test_every_tale_is_told_over_kafka_and_faust(tmp_path: Path) -> None:
    """Eleven patients: each alarm once, by vehicle and center, and nothing of the stable ones.

    Nothing is lost, and the report says what carried it.
    """
    code, report, said = await _demo(tmp_path, "tales", "--engine", "kafka", "--seconds", "73")

    assert report["engine"].startswith("kafka 4."), said
    assert report["engine"].endswith("faust 0.15.3")
    assert code == 0, json.dumps(report, indent=2)
    assert report["units"] == report["tales"] == 11
    assert report["frames_sent"] == report["frames_acknowledged"] > 400
    assert report["frames_lost"] == report["alarms_missed"] == report["alarms_unexpected"] == 0
    assert report["alarms_expected"] == report["alarms_seen"] >= 20
    assert report["tales_told_again"] == 0
    assert report["tales_told_by_one_place"] == []
    assert report["alarms_shown_twice"] == 0
    assert report["latency_ms"]["p50"] <= report["latency_ms"]["p99"] <= report["latency_ms"]["max"]
    assert {hop["name"] for hop in report["hops"]} >= {"received_to_judged", "center_store"}
    assert not (tmp_path / "home" / "addresses.json").exists()


async def test_a_missed_alarm_is_a_bad_verdict(tmp_path: Path) -> None:
    """The exit code is 1 when an expected alarm was not seen; here, on the in-memory twin."""
    code, report, said = await _demo(
        tmp_path, "missed.toml", "--engine", "memory", "--seconds", "6"
    )

    assert report["engine"] == "memory"
    assert "NO KAFKA" in said
    assert code == 1
    assert report["alarms_missed"] == 1
    assert report["frames_lost"] == 0


async def test_a_story_over_mutual_tls_is_the_same_story(tmp_path: Path) -> None:
    """Every unit shows its certificate; nothing is lost for it, and no log tells of a patient."""
    code, report, said = await _demo(
        tmp_path, "short.toml", "--engine", "kafka", "--seconds", "20", "--tls"
    )

    assert code == 0, said + json.dumps(report, indent=2)
    assert report["frames_lost"] == report["alarms_missed"] == report["alarms_unexpected"] == 0
    assert report["frames_sent"] == report["frames_acknowledged"] > 40
    folder = tmp_path / "home" / "demo"
    assert "tls_cert" in (folder / "logs" / "gateway.log").read_text()
    keys = [*folder.glob("certificates/*.key"), folder / "authority" / "ca.key"]
    assert len(keys) == 6
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}
