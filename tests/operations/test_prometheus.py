"""Alerts, graphs and runbooks, held against a real Prometheus and a running system."""

import asyncio
import re
import subprocess
from pathlib import Path
from urllib.error import URLError

import pytest

from goldenhour.dashboards.panels import DASHBOARDS
from tests.operations.prometheus import CLOCK, DEPLOYED, STEP_US, Prometheus, demo, watching
from tests.patience import PATIENCE_S

PROJECT = Path(__file__).parents[2]
RUNBOOKS = PROJECT / "docs" / "runbooks.md"
QUIET_HERE = {"NobodyListens"}
"""Alerts that a demo in a test gives reason for."""


def _alerts() -> list[str]:
    rules = (DEPLOYED / "alerts.yaml").read_text()
    return re.findall(r"^      - alert: (\w+)$", rules, re.MULTILINE)


@pytest.mark.parametrize(
    "command",
    [
        ["promtool", "check", "rules", "alerts.yaml"],
        ["promtool", "check", "config", "prometheus.yaml"],
        ["promtool", "test", "rules", "alerts_test.yaml"],
    ],
    ids=" ".join,
)
def test_promtool_is_content(command: list[str]) -> None:
    """Rules and configuration are valid, and each rule does what alerts_test.yaml says."""
    done = subprocess.run(command, cwd=DEPLOYED, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", _alerts())
def test_every_alert_is_seen_firing_and_silent_and_has_a_runbook(alert: str) -> None:
    """Nobody is woken by a rule that was never tried, or without being told what to do."""
    tried = (DEPLOYED / "alerts_test.yaml").read_text()

    assert re.search(rf"alertname: {alert}, eval_time: \w+, exp_alerts: \[\]", tried)
    assert re.search(rf"alertname: {alert}\n +eval_time: \w+\n +exp_alerts:\n +- exp_labels", tried)
    assert re.search(rf"^### {alert}$", RUNBOOKS.read_text(), re.MULTILINE)
    assert f"runbook: docs/runbooks.md#{alert.lower()}\n" in (DEPLOYED / "alerts.yaml").read_text()


async def test_every_graph_shows_something_over_a_running_system(tmp_path: Path) -> None:
    """No query of a dashboard is misspelt: each returns a number while the demo plays.

    And no alert is broken, or fires for nothing.
    """
    wanted = {query.expr for page in DASHBOARDS for panel in page.panels for query in panel.queries}
    async with (
        demo(tmp_path / "home", "--seconds", "240") as addresses,
        watching(addresses, tmp_path) as prometheus,
    ):
        for expr in sorted(wanted):
            assert await _seen(prometheus, expr), expr
        rules = await prometheus.rules()

    assert [rule["name"] for rule in rules if rule["health"] != "ok"] == []
    assert {rule["name"] for rule in rules if rule["state"] == "firing"} <= QUIET_HERE


async def _seen(prometheus: Prometheus, expr: str) -> bool:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if await prometheus.query(expr):
                    return True
            except URLError:
                pass
            await CLOCK.sleep_us(STEP_US)
