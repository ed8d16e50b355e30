from hypothesis import given
from hypothesis import strategies as st

from streams.engine.agenda import Agenda


def test_who_is_due_comes_up_once() -> None:
    agenda = Agenda()
    agenda.enter("a", 10)
    agenda.enter("b", 5)
    assert agenda.take(4) == []
    assert agenda.take(10) == ["b", "a"]
    assert agenda.take(99) == []


def test_the_earlier_instant_counts_and_the_later_entry_is_passed_over() -> None:
    agenda = Agenda()
    agenda.enter("a", 10)
    agenda.enter("a", 3)
    agenda.enter("a", 7)
    assert agenda.take(3) == ["a"]
    assert agenda.take(99) == []


def test_who_was_cancelled_does_not_come_up() -> None:
    agenda = Agenda()
    agenda.enter("a", 10)
    agenda.cancel("a")
    agenda.cancel("b")
    assert agenda.take(99) == []
    agenda.enter("a", 100)
    assert agenda.take(100) == ["a"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=30))
def test_nobody_is_forgotten_and_nobody_comes_too_early(entries: list[tuple[str, int]]) -> None:
    """Against a table of the earliest instant of each name."""
    agenda, table = Agenda(), dict[str, int]()
    for now, (name, wait) in enumerate(entries):
        agenda.enter(name, now + wait)
        table[name] = min(now + wait, table.get(name, now + wait))
        due = {name for name, at in table.items() if at <= now}
        assert sorted(agenda.take(now)) == sorted(due)
        table = {name: at for name, at in table.items() if name not in due}
