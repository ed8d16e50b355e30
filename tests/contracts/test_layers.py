"""The import contracts are exhaustive: no package stands outside of them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

BESIDE = {"tests", "bench"}
"""Packages that are no part of the product: nothing of it may import them."""


def test_every_package_has_its_place_in_the_layers() -> None:
    """A new top-level package fails here until a layer is chosen for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    linter = project["tool"]["importlinter"]
    layers = next(one for one in linter["contracts"] if one["type"] == "layers")["layers"]
    layered = {name.strip() for layer in layers for name in layer.split("|")}
    packages = {folder.parent.name for folder in ROOT.glob("*/__init__.py")} - BESIDE
    assert packages == layered == set(linter["root_packages"])


def test_every_package_is_built_typed_and_bound_by_the_forbidden_imports() -> None:
    """No package slips past mypy, the wheel, or the rules on third parties."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tools = project["tool"]
    packages = set(tools["importlinter"]["root_packages"])
    assert packages <= set(tools["mypy"]["files"])
    assert packages <= set(tools["hatch"]["build"]["targets"]["wheel"]["packages"])
    for contract in tools["importlinter"]["contracts"]:
        if contract["type"] == "forbidden" and contract["source_modules"] != ["clinical"]:
            assert set(contract["source_modules"]) == packages, contract["name"]
