"""A demo as data."""

from pathlib import Path

import pytest

from goldenhour.demo.plan import (
    BETWEEN_KILLS_S,
    FIRST_KILL_S,
    Kill,
    command_center,
    kills,
    worker,
)
from streams.gateway.settings import GatewaySettings


def test_each_named_program_is_killed_once_one_after_the_other() -> None:
    """15 s lie between two kills, in the order given."""
    assert kills(("gateway", "worker")) == (
        Kill("gateway", FIRST_KILL_S),
        Kill("worker", FIRST_KILL_S + BETWEEN_KILLS_S),
    )


def test_an_unknown_program_is_named_in_the_error() -> None:
    """Nothing is killed when one name is wrong."""
    with pytest.raises(ValueError, match="--kill: toaster"):
        kills(("gateway", "toaster"))


def test_the_workers_share_channel_a_and_no_folder() -> None:
    """Two workers are members of one group; their run state is apart."""
    first, second = (worker(number, "k:1", 0, Path("h")) for number in (1, 2))

    assert first.arguments[3:5] == second.arguments[3:5] == ("--channel", "a")
    assert first.arguments[-1] != second.arguments[-1]


def test_the_center_reads_the_images_where_the_gateway_keeps_them() -> None:
    """The gateway by its default, the center by its option."""
    kept = GatewaySettings(home=Path("h")).objects_place
    arguments = command_center("k:1", 1, 2, 3, Path("h")).arguments
    assert arguments[arguments.index("--objects") + 1] == kept
