"""What a unit id and an encounter id look like."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.wire import plain_strategies
from wire.limits import is_unit_id, is_uuid_text


@given(plain_strategies.unit_ids)
def test_unit_ids_are_known(unit_id: str) -> None:
    assert is_unit_id(unit_id)


@given(st.text())
def test_only_canonical_text_is_a_uuid(text: str) -> None:
    """Python's reader is more generous than the contract; its own writing is the canonical one."""
    try:
        canonical = str(UUID(text))
    except ValueError:
        assert not is_uuid_text(text)
    else:
        assert is_uuid_text(text) == (text == canonical)


@given(plain_strategies.uuids)
def test_uuids_are_known_in_one_spelling(uuid: str) -> None:
    assert is_uuid_text(uuid)
    assert not is_uuid_text(f"{{{uuid}}}")
    assert not is_uuid_text(f"{uuid}\n")
