import json
from pathlib import Path

import pytest

from ports.addresses import (
    Addresses,
    AddressesUnknown,
    read_addresses,
    remove_addresses,
    write_addresses,
)

ADDRESSES = Addresses(
    gateway="127.0.0.1:7400",
    alerts="127.0.0.1:7410",
    kafka="127.0.0.1:9092",
    metrics={"gateway": "127.0.0.1:7490"},
)


def test_addresses_come_back_as_they_were_written(tmp_path: Path) -> None:
    """The home is made if it is missing, and nothing else is left in it."""
    home = tmp_path / "a" / "home"
    written = write_addresses(home, ADDRESSES)
    assert read_addresses(home) == ADDRESSES
    assert list(home.iterdir()) == [written]


def test_the_file_is_json_with_the_documented_keys(tmp_path: Path) -> None:
    found = json.loads(write_addresses(tmp_path, ADDRESSES).read_text())
    plain = {"gateway", "alerts", "board", "websocket", "crew", "kafka", "metrics"}
    assert set(found) == plain | {"certificates"}
    assert found["board"] is None


def test_a_later_stack_replaces_the_addresses(tmp_path: Path) -> None:
    write_addresses(tmp_path, ADDRESSES)
    later = Addresses(gateway="127.0.0.1:1", alerts="127.0.0.1:2", kafka=None)
    write_addresses(tmp_path, later)
    assert read_addresses(tmp_path) == later


def test_a_home_without_a_stack_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(AddressesUnknown, match="is a stack running"):
        read_addresses(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"gateway": 7400}'])
def test_a_damaged_file_is_no_address(tmp_path: Path, content: str) -> None:
    (tmp_path / "addresses.json").write_text(content)
    with pytest.raises(AddressesUnknown):
        read_addresses(tmp_path)


def test_removing_is_allowed_twice(tmp_path: Path) -> None:
    write_addresses(tmp_path, ADDRESSES)
    remove_addresses(tmp_path)
    remove_addresses(tmp_path)
    assert list(tmp_path.iterdir()) == []
