import json
from pathlib import Path

from goldenhour.demo.ports import PORTS
from goldenhour.stack.targets import scrape_targets

COMMITTED = Path(__file__).parents[3] / "deploy" / "prometheus" / "targets.json"


def test_the_committed_targets_are_the_demos_fixed_ports() -> None:
    """Prometheus beside a demo with its fixed ports finds every program, and nothing else."""
    fixed = {
        name.removeprefix("metrics-"): f"127.0.0.1:{port}"
        for name, port in PORTS.items()
        if name.startswith("metrics-")
    }

    assert json.loads(COMMITTED.read_text()) == scrape_targets(fixed)


def test_workers_are_told_apart_by_app_and_channel() -> None:
    """Alerts about judgement never count what may be slow."""
    targets = scrape_targets({"worker-2": "127.0.0.1:1", "waveforms": "127.0.0.1:2"})

    assert [one["labels"] for one in targets] == [
        {"program": "worker", "app": "waveforms", "channel": "a"},
        {"program": "worker", "app": "patients", "channel": "b"},
    ]
