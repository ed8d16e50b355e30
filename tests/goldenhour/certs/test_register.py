"""What an authority remembers, and what it therefore refuses."""

import pytest

from goldenhour.certs import register as book
from goldenhour.certs.register import EnrolmentRefused, Issued, Register
from ports.identity import Identity, Kind, named

UNIT = named(Kind.UNIT, "AMB-01")
OTHER = named(Kind.UNIT, "AMB-02")
TOKEN = "a-token-that-nobody-guesses"  # noqa: S105 - of a test


def test_a_token_is_kept_as_its_digest_alone() -> None:
    """Who reads the register cannot enrol."""
    kept = book.with_token(Register(), TOKEN, UNIT, 100)
    assert TOKEN not in repr(kept)
    assert book.spend(kept, f" {TOKEN}\n", UNIT, 99).tokens[0].spent_us == 99


@pytest.mark.parametrize(
    ("token", "identity", "now_us", "why"),
    [
        (TOKEN, UNIT, 100, "expired"),
        (TOKEN, OTHER, 99, "does not enrol"),
        (TOKEN[:-1], UNIT, 99, "no such token"),
        ("", UNIT, 99, "no such token"),
    ],
)
def test_a_token_enrols_one_holder_in_its_time(
    token: str, identity: Identity, now_us: int, why: str
) -> None:
    kept = book.with_token(Register(), TOKEN, UNIT, 100)
    with pytest.raises(EnrolmentRefused, match=why):
        book.spend(kept, token, identity, now_us)


def test_a_token_is_used_once() -> None:
    spent = book.spend(book.with_token(Register(), TOKEN, UNIT, 100), TOKEN, UNIT, 1)
    with pytest.raises(EnrolmentRefused, match="used before"):
        book.spend(spent, TOKEN, UNIT, 2)


def test_revoking_a_holder_takes_back_all_that_is_in_force() -> None:
    """Both of an overlap go; what has run out, or is another's, is left."""
    issued = (
        Issued("a", UNIT.uri, 0, 10),
        Issued("b", UNIT.uri, 0, 100),
        Issued("c", UNIT.uri, 0, 100),
        Issued("d", OTHER.uri, 0, 100),
    )
    kept, which = book.revoke(
        Register(issued=issued), serial=None, identity=UNIT, now_us=50, reason="stolen"
    )
    assert [one.serial for one in which] == ["b", "c"]
    assert [one.serial for one in book.revoked(kept, 50)] == ["b", "c"]
    assert not book.in_force(kept, "b", 50)
    assert book.in_force(kept, "d", 50)
    assert book.revoked(kept, 100) == ()


def test_what_is_not_in_force_cannot_be_revoked() -> None:
    with pytest.raises(EnrolmentRefused):
        book.revoke(Register(), serial="a", identity=None, now_us=0, reason="")
