"""The attack bench tries every row of the matrix, and says of each how it was refused."""

from pathlib import Path

import pytest

from goldenhour.bench.attack import intruders
from goldenhour.bench.attack.healthy import encounter_of, unit_name
from goldenhour.bench.attack.intruders import ADMITTED, NO_ANSWER
from goldenhour.bench.attack.measure import AttackOptions, certify, judged
from goldenhour.bench.holding import held_by, say_held
from goldenhour.demo.certificates import GATEWAY
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.tls import Tls, TlsFiles
from streams.gateway.reception import reception
from tests.streams.gateway.station import station_at

ROWS = {
    "no_certificate",
    "foreign_authority",
    "expired",
    "revoked",
    "another_units_id",
    "another_units_encounter",
    "replayed_segment",
    "compressed_bomb",
    "oversized_message",
    "oversized_headers",
    "slow_sender",
}


async def test_every_way_in_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a real gateway over TLS; only a stream of one's own is opened, and its frame refused."""
    monkeypatch.setattr(reception, "OPEN_WITHIN_S", 0.2)
    certificates, foreign = certify(AttackOptions(0, 2, 5, tmp_path), SystemClock().now_us())
    ways = intruders.attempts(certificates, foreign)
    assert set(ways) == ROWS
    log = MemoryLog()
    await say_held(log, [held_by(unit_name(one), encounter_of(one)) for one in range(2)])
    tls = Tls(TlsFiles.in_folder(certificates, GATEWAY, revoked=True))
    async with station_at(log, tls=tls) as station:
        ends = {name: await intruders.outcome(station.server.address, ways[name]) for name in ways}
    assert [name for name, end in ends.items() if end not in ways[name].refused] == []
    figures = judged({name: {end: 1} for name, end in ends.items()}, ways)
    assert (figures["admitted"], figures["refused_otherwise"], figures["never_refused"]) == (
        0,
        0,
        [],
    )


def test_what_was_let_in_or_refused_for_something_else_is_counted(tmp_path: Path) -> None:
    """And a way that never got an answer is not taken for one that was refused."""
    certificates, foreign = certify(AttackOptions(0, 1, 5, tmp_path), SystemClock().now_us())
    ways = intruders.attempts(certificates, foreign)
    ends = {name: {min(way.refused): 3} for name, way in ways.items()}
    ends["expired"] = {ADMITTED: 2}
    ends["revoked"] = {"UNAUTHENTICATED": 1, "PERMISSION_DENIED": 4}
    ends["slow_sender"] = {NO_ANSWER: 5}
    figures = judged(ends, ways)
    assert (figures["admitted"], figures["refused_otherwise"]) == (2, 4)
    assert figures["never_refused"] == ["expired", "slow_sender"]
