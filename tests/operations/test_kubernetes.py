"""The Kubernetes manifests: they build, and say what docs/operations.md promises of them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from streams.engine.settings import App

PROJECT = Path(__file__).parents[2]
CHANNELS = ("a", "b")


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    """Everything that would be applied."""
    kustomize = shutil.which("kustomize") or str(PROJECT / ".cache" / "bin" / "kustomize")
    built = subprocess.run(
        [kustomize, "build", PROJECT / "deploy" / "kubernetes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr or "run make tools"
    return list(yaml.safe_load_all(built.stdout))


def _of(manifests: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [one for one in manifests if one["kind"] in kinds]


def _workers(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    deployments = _of(manifests, "Deployment")
    return [one for one in deployments if one["metadata"]["name"].startswith("worker-")]


def _pods(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one["spec"]["template"] for one in _of(manifests, "Deployment", "StatefulSet")]


def test_every_manifest_is_valid_by_kubernetes_own_schema(manifests: list[dict[str, Any]]) -> None:
    """No field is misspelt or at the wrong place: unknown fields are refused."""
    for manifest in manifests:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_every_app_runs_on_both_channels(manifests: list[dict[str, Any]]) -> None:
    """The settings of a worker agree with the labels that it is found by."""
    seen = set()
    for worker in _workers(manifests):
        template = worker["spec"]["template"]
        settings = {one["name"]: one["value"] for one in template["spec"]["containers"][0]["env"]}
        labels = template["metadata"]["labels"]
        assert settings["GOLDENHOUR_APP"] == labels["goldenhour/app"]
        assert settings["GOLDENHOUR_CHANNEL"] == labels["goldenhour/channel"]
        seen.add((labels["goldenhour/app"], labels["goldenhour/channel"]))
    assert seen == {(str(app), channel) for app in App for channel in CHANNELS}


def test_the_two_channels_of_an_app_never_share_a_machine(
    manifests: list[dict[str, Any]],
) -> None:
    """Losing one machine never silences both channels."""
    for worker in _workers(manifests):
        own = worker["spec"]["selector"]["matchLabels"]
        apart = worker["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
        (term,) = apart["requiredDuringSchedulingIgnoredDuringExecution"]
        other = term["labelSelector"]["matchLabels"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        assert other["goldenhour/app"] == own["goldenhour/app"]
        assert {other["goldenhour/channel"], own["goldenhour/channel"]} == set(CHANNELS)


def test_workers_grow_with_the_lag_of_their_own_app_and_channel(
    manifests: list[dict[str, Any]],
) -> None:
    """Each autoscaler reads the lag of what it scales."""
    scalers = {
        one["spec"]["scaleTargetRef"]["name"]: one
        for one in _of(manifests, "HorizontalPodAutoscaler")
    }
    for worker in _workers(manifests):
        labels = worker["spec"]["template"]["metadata"]["labels"]
        (metric,) = scalers[worker["metadata"]["name"]]["spec"]["metrics"]
        asked = metric["external"]["metric"]
        assert asked["name"] == "goldenhour_lag_records"
        assert asked["selector"]["matchLabels"] == {
            "app": labels["goldenhour/app"],
            "channel": labels["goldenhour/channel"],
        }


def test_every_pod_has_probes_bounds_and_no_rights(manifests: list[dict[str, Any]]) -> None:
    """Nothing runs as root, writes its image, or takes a node's memory."""
    assert len(_pods(manifests)) == 8
    for pod in _pods(manifests):
        assert pod["spec"]["securityContext"]["runAsNonRoot"]
        assert not pod["spec"]["automountServiceAccountToken"]
        for container in pod["spec"]["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["startupProbe"]
            assert container["readinessProbe"]
            assert container["resources"]["limits"]["memory"]


def test_every_workload_has_a_disruption_budget(manifests: list[dict[str, Any]]) -> None:
    """A drain of nodes never takes all of a kind; a budget's selector fits its pods only."""
    budgets = [
        one["spec"]["selector"]["matchLabels"] for one in _of(manifests, "PodDisruptionBudget")
    ]
    for pod in _pods(manifests):
        labels = pod["metadata"]["labels"].items()
        assert len([budget for budget in budgets if budget.items() <= labels]) == 1
