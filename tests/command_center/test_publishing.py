"""Subscriptions and what waits for them."""

from command_center.positions import OWN, PARTITIONS, START, Position, Vector
from command_center.publishing import Closing, Publisher
from command_center.store.values import StoredChange


def _change(partition: int, offset: int, ordinal: int = 0) -> StoredChange:
    return StoredChange(partition, offset, ordinal, b"a" * 16, 1, b"")


def _at(partition: int, position: Position) -> Vector:
    return tuple(position if number == partition else Position(0) for number in range(PARTITIONS))


def _waiting(changes: list[StoredChange], token: Vector | None) -> list[StoredChange]:
    publisher = Publisher(10)
    subscription = publisher.subscribe("desk", token)
    for change in changes:
        subscription.offer(change)
    return [change for change, _ in subscription.waiting]


def test_a_token_from_ahead_holds_back_what_the_subscriber_has() -> None:
    """A center that lost its newest work publishes it again; only what is newer is told."""
    changes = [_change(1, 4), _change(1, 5), _change(1, 5, 1), _change(1, 6), _change(2, 0)]
    told = _waiting(changes, _at(1, Position(5, 1)))
    assert told == [changes[2], changes[3], changes[4]]


def test_a_token_never_holds_back_what_the_center_itself_says() -> None:
    """Its own entries are not in the log: a lost store counts them anew, and they must sound."""
    change = _change(OWN, 0)
    assert _waiting([change], _at(OWN, Position(9))) == [change]


def test_a_subscriber_that_lags_is_ended_and_the_others_go_on() -> None:
    """The bound is per subscriber."""
    publisher = Publisher(2)
    slow, quick = publisher.subscribe("slow", None), publisher.subscribe("quick", START)
    for offset in range(5):
        slow.offer(_change(0, offset))
        quick.offer(_change(0, offset))
        quick.waiting.clear()
    assert slow.closing is Closing.OVERFLOWN
    assert not slow.waiting
    assert quick.closing is None


def test_after_a_stop_every_subscription_is_ended() -> None:
    """Those that come too late as well."""
    publisher = Publisher(2)
    early = publisher.subscribe("early", None)
    publisher.stop()
    assert early.closing is Closing.STOPPING
    assert publisher.subscribe("late", None).closing is Closing.STOPPING
