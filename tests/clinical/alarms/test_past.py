"""What is over is remembered within bounds, the oldest forgotten first."""

import json

from clinical.alarms.past import (
    CLOSED_ENCOUNTERS_KEPT,
    PAST_ALARMS_KEPT,
    PAST_EPISODES_KEPT,
    REQUESTS_KEPT,
    Past,
    PastEpisode,
)
from clinical.alarms.priority import Source


def alarm(number: int) -> bytes:
    """Return the alarm id with this number."""
    return number.to_bytes(16, "big")


def test_alarms_are_forgotten_oldest_first() -> None:
    """The bound holds, and a word renews the memory of its alarm."""
    past = Past()
    for number in range(PAST_ALARMS_KEPT):
        past.hear(alarm(number), Source.EDGE, 1)
    past.hear(alarm(0), Source.CENTER_A, 2)
    past.hear(alarm(PAST_ALARMS_KEPT), Source.EDGE, 1)
    assert past.heard(alarm(0), Source.EDGE) == 1
    assert past.heard(alarm(0), Source.CENTER_A) == 2
    assert not past.knows(alarm(1))
    assert len(past.snapshot()["alarms"]) == PAST_ALARMS_KEPT


def test_revisions_never_fall() -> None:
    """An older word about a past alarm takes nothing back."""
    past = Past()
    past.hear(alarm(1), Source.EDGE, 5)
    past.hear(alarm(1), Source.EDGE, 3)
    past.show(alarm(1), 7)
    past.show(alarm(1), 2)
    assert (past.heard(alarm(1), Source.EDGE), past.revision(alarm(1))) == (5, 7)


def test_episodes_encounters_and_requests_are_bounded() -> None:
    """Each memory keeps its newest."""
    past = Past()
    for number in range(max(PAST_EPISODES_KEPT, CLOSED_ENCOUNTERS_KEPT, REQUESTS_KEPT) + 1):
        past.end(("e", "", "APNOEA", str(number)), PastEpisode(number, number))
        assert past.close(f"e{number}", 10)
        assert past.request(f"r{number}")
    state = past.snapshot()
    assert len(state["episodes"]) == PAST_EPISODES_KEPT
    assert len(state["closed_us"]) == CLOSED_ENCOUNTERS_KEPT
    assert len(state["requests"]) == REQUESTS_KEPT
    assert past.episode(("e", "", "APNOEA", "0")) is None
    assert not past.closed_before("e0", 5)
    assert past.closed_before("e1", 10)
    assert not past.closed_before("e1", 11)


def test_the_memory_survives_a_snapshot() -> None:
    """Restored from JSON, it remembers the same."""
    past = Past()
    past.hear(alarm(1), Source.EDGE, 5)
    past.show(alarm(1), 2)
    past.end(("e", "", "APNOEA", ""), PastEpisode(4, 6))
    past.close("e", 9)
    past.request("r")
    copy = Past()
    copy.restore(json.loads(json.dumps(past.snapshot())))
    assert copy.snapshot() == past.snapshot()
    assert copy.episode(("e", "", "APNOEA", "")) == PastEpisode(4, 6)
    assert not copy.request("r")
    assert not copy.close("e", 9)
