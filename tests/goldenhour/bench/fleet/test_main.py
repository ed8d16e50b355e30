"""The sizes on the command line."""

import pytest
import typer

from goldenhour.bench.fleet.main import sizes


def test_sizes_stand_with_commas() -> None:
    assert sizes("100,1000, 10000") == (100, 1_000, 10_000)


@pytest.mark.parametrize("text", ["", "0", "many", "100,,1000", "1000000"])
def test_what_is_no_number_of_units_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="--units"):
        sizes(text)
