"""What a library would load for nothing is kept from it, and from nobody else."""

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

from ports.loading import standing_in
from tests.patience import PATIENCE_S


def test_a_stand_in_has_the_name_for_a_while() -> None:
    stand_in = ModuleType("no_such_module")
    with standing_in({"no_such_module": stand_in}):
        assert import_module("no_such_module") is stand_in
    assert "no_such_module" not in sys.modules


def test_what_is_said_to_be_missing_is_missing_for_a_while() -> None:
    with standing_in({"sndhdr": None}), pytest.raises(ImportError):
        import_module("sndhdr")
    assert "sndhdr" not in sys.modules


def test_what_is_loaded_already_stays_what_it_is() -> None:
    with standing_in({"sys": None}):
        assert sys.modules["sys"] is sys
    assert sys.modules["sys"] is sys


def test_who_else_asks_gets_the_real_one() -> None:
    """A worker that has loaded Faust without a web client and YAML can still load both."""
    words = "import streams.engine.faust_worker, aiohttp, yaml; aiohttp.ClientSession, yaml.load"
    subprocess.run([sys.executable, "-c", words], check=True, timeout=PATIENCE_S)
