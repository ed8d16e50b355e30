"""Enumerations of the project and of the contracts name the same things."""

import pytest

from wire import codes

TABLES = {name: value for name, value in vars(codes).items() if isinstance(value, codes.Codes)}


@pytest.mark.parametrize("name", TABLES)
def test_every_member_has_a_number_and_back(name: str) -> None:
    """No member of the project is without its number, and 0 names none."""
    table = TABLES[name]
    first = next(iter(table.number))
    assert list(table.number) == list(first.__class__.__members__.values())
    assert {table.member[int(number)] for number in table.number.values()} == set(table.number)
    assert not table.known(0)


@pytest.mark.parametrize(
    "name", ["ENCOUNTER_CHANGE", "CREW_FINDING", "RECEIPT_STAGE", "PRIORITY", "ENCOUNTER_STATUS"]
)
def test_numbered_members_are_numbered_as_on_the_wire(name: str) -> None:
    for member, number in TABLES[name].number.items():
        assert member.value == number
