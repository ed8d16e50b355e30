"""What memory keeps for the units, and how far it reaches back."""

from streams.gateway.following.exchange import Exchange, History, PostedEntry
from streams.gateway.following.ownership import Ownership
from streams.gateway.following.positions import OLDEST
from tests.streams.gateway.station import ENCOUNTER, UNIT, owned
from wire.messages import Message
from wire.partition import partition_of
from wire.topics import ALARMS, DOWNLINK

OTHER = ENCOUNTER[:-1] + "1"


def entry(offset: int, encounter_id: str = ENCOUNTER) -> PostedEntry:
    return PostedEntry(0, offset, encounter_id, b"")


def test_a_history_lets_go_of_the_oldest_and_says_so() -> None:
    """While it is whole nothing has to be read from the log; afterwards what it let go of has."""
    history = History(10, whole=True, kept=2)
    for offset in (10, 11):
        history.add(entry(offset))
    assert history.reaches(-1)
    history.add(entry(12))
    assert (history.start, history.next) == (11, 13)
    assert not history.reaches(10)
    assert history.reaches(11)
    assert history.of({ENCOUNTER}, 0) == [entry(11), entry(12)]


def test_a_history_answers_for_the_encounters_asked_for_in_order() -> None:
    """Several encounters come interleaved as the log has them."""
    history = History(0, whole=True)
    for offset, encounter_id in enumerate([ENCOUNTER, OTHER, "third", ENCOUNTER]):
        history.add(entry(offset, encounter_id))
    found = history.of({OTHER, ENCOUNTER, "unknown"}, 0)
    assert [posted.offset for posted in found] == [0, 1, 3]
    assert history.of({ENCOUNTER}, 1) == [entry(3)]


def test_a_message_is_kept_until_it_is_buried() -> None:
    """Whoever listens gets it, and whoever comes later gets it from memory."""
    exchange = Exchange(Ownership(), [History(0, whole=True) for _ in range(ALARMS.partitions)])
    partition = partition_of(UNIT, DOWNLINK.partitions)
    listening = exchange.subscribe(UNIT)
    message = Message("m-1", UNIT, "text", "chief", 1, 2)
    exchange.post_message(partition, 4, message)
    (waiting,) = listening.waiting
    assert exchange.since(UNIT, OLDEST) == [waiting]
    assert exchange.since("AMB-2", OLDEST) == []
    assert exchange.since(UNIT, exchange.ends(UNIT)) == []
    exchange.bury_message(partition, 5, UNIT, "m-1")
    exchange.bury_message(partition, 6, UNIT, "m-1")
    assert exchange.since(UNIT, OLDEST) == []
    assert exchange.ends(UNIT).downlink == 7


def test_entries_go_to_the_owner_alone() -> None:
    """Nobody else hears of a patient's alarms."""
    ownership = Ownership()
    ownership.learn(owned(UNIT))
    exchange = Exchange(ownership, [History(0, whole=True) for _ in range(ALARMS.partitions)])
    mine, others = exchange.subscribe(UNIT), exchange.subscribe("AMB-2")
    exchange.post_entry(entry(0))
    exchange.post_entry(entry(1, OTHER))
    assert (list(mine.waiting), list(others.waiting)) == ([entry(0)], [])
