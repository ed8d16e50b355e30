"""Whose patient it is: unknown is not foreign, and a move leaves nothing behind."""

from streams.gateway.following.ownership import Ownership
from tests.streams.gateway.station import ENCOUNTER, owned

OTHER = ENCOUNTER[:-1] + "1"


def knowing(*units: str) -> Ownership:
    ownership = Ownership()
    for unit_id in units:
        ownership.learn(owned(unit_id))
    return ownership


def test_an_unknown_encounter_is_nobodys() -> None:
    """It is admitted and opens provisionally downstream."""
    ownership = Ownership()
    assert not ownership.foreign(ENCOUNTER, "A", 0)
    assert ownership.recipient(ENCOUNTER) is None


def test_another_units_encounter_is_foreign() -> None:
    """Only the owner may say something about its patient."""
    ownership = knowing("A")
    assert not ownership.foreign(ENCOUNTER, "A", 0)
    assert ownership.foreign(ENCOUNTER, "B", 0)


def test_what_the_old_unit_captured_before_the_move_is_valid() -> None:
    """Its spool may be late; what it captured afterwards is foreign."""
    ownership = Ownership()
    ownership.learn(owned("B", since_us=100, previous="A"))
    assert not ownership.foreign(ENCOUNTER, "A", 99)
    assert ownership.foreign(ENCOUNTER, "A", 100)
    assert ownership.foreign(ENCOUNTER, "C", 99)


def test_a_claim_holds_until_the_cache_has_caught_up() -> None:
    """Between the claim and the answer of `patients`, the claimant's frames are its own."""
    ownership = Ownership()
    ownership.learn(owned("A", offered_to="B"))
    assert ownership.claimable(ENCOUNTER, "B")
    assert not ownership.claimable(ENCOUNTER, "C")
    assert ownership.foreign(ENCOUNTER, "B", 0)
    ownership.claim(ENCOUNTER, "B")
    assert not ownership.foreign(ENCOUNTER, "B", 0)
    ownership.learn(owned("A"))
    assert ownership.foreign(ENCOUNTER, "B", 0)


def test_alarms_follow_the_owner() -> None:
    """A presumed recipient gives way to the known owner, and the owner to the next one."""
    ownership = Ownership()
    ownership.presume(ENCOUNTER, "A")
    assert ownership.encounters_of("A") == {ENCOUNTER}
    ownership.learn(owned("B"))
    ownership.presume(ENCOUNTER, "A")
    assert ownership.recipient(ENCOUNTER) == "B"
    assert ownership.encounters_of("A") == set()
    ownership.forget(ENCOUNTER)
    assert ownership.recipient(ENCOUNTER) is None
    assert ownership.encounters_of("B") == set()


def test_the_cache_is_bounded() -> None:
    """The encounter that changed longest ago becomes unknown again."""
    ownership = Ownership(kept=1)
    ownership.learn(owned("A"))
    ownership.learn(owned("A", OTHER))
    assert len(ownership) == 1
    assert not ownership.foreign(ENCOUNTER, "B", 0)
    assert ownership.foreign(OTHER, "B", 0)
    for number in range(10):
        ownership.presume(f"presumed-{number}", "C")
    assert len(ownership.encounters_of("C")) <= 2
