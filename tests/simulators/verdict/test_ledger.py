from pathlib import Path

from ports.clock import VirtualClock
from simulators.verdict.ledger import FLUSH_US, Ledger, LedgerEntry, read_ledger

FIRST = LedgerEntry("A", 2, "00" * 16, 1, "encounter", 10, 11)
SECOND = LedgerEntry("A", 1, "01" * 16, 2)


async def test_a_confirmed_capture_reaches_the_file_within_its_time(tmp_path: Path) -> None:
    clock = VirtualClock()
    ledger = Ledger(tmp_path / "ledger.jsonl", clock)
    await clock.run_for(0)
    ledger.confirm(FIRST)
    ledger.confirm(SECOND)
    assert not list(read_ledger(tmp_path / "ledger.jsonl"))
    await clock.run_for(FLUSH_US)
    assert list(read_ledger(tmp_path / "ledger.jsonl")) == [FIRST, SECOND]
    ledger.close()


async def test_closing_writes_what_waits(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", VirtualClock())
    ledger.confirm(FIRST)
    ledger.close()
    assert list(read_ledger(tmp_path / "ledger.jsonl")) == [FIRST]


async def test_a_line_that_a_crash_cut_short_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path, VirtualClock())
    ledger.confirm(FIRST)
    ledger.close()
    path.write_bytes(path.read_bytes() + b'{"unit":"A","la')
    assert list(read_ledger(path)) == [FIRST]


def test_an_entry_names_its_frame() -> None:
    assert FIRST.frame == ("A", 2, bytes(16), 1)
