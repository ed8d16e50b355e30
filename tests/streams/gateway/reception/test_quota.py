"""How often a unit may open a call, and how many it may hold."""

import pytest

from streams.gateway.reception.quota import (
    DOWNLINKS_PER_UNIT,
    OPENS_BURST,
    OPENS_PER_MINUTE,
    UNITS_REMEMBERED,
    UPLOADS_PER_UNIT,
    Kept,
    Quota,
    QuotaExceeded,
)

MINUTE_US = 60_000_000


def _opened(quota: Quota, unit_id: str, now_us: int) -> bool:
    try:
        quota.opened(unit_id, now_us)
    except QuotaExceeded:
        return False
    return True


def test_a_unit_opens_a_burst_and_then_at_its_rate() -> None:
    """Refused calls cost nothing, so a unit that waits as told comes in again."""
    quota = Quota()
    assert sum(_opened(quota, "A", 0) for _ in range(1_000)) == OPENS_BURST
    assert _opened(quota, "B", 0)
    within = sum(_opened(quota, "A", at_us) for at_us in range(1, MINUTE_US, 10_000))
    assert OPENS_PER_MINUTE - 1 <= within <= OPENS_PER_MINUTE


@pytest.mark.parametrize(
    ("kind", "most"), [(Kept.DOWNLINK, DOWNLINKS_PER_UNIT), (Kept.UPLOAD, UPLOADS_PER_UNIT)]
)
def test_a_unit_holds_so_many_of_a_kind(kind: Kept, most: int) -> None:
    """One that it lets go makes room; another unit has its own."""
    quota = Quota()
    for _ in range(most):
        quota.hold(kind, "A")
    with pytest.raises(QuotaExceeded, match=f"{most} {kind} of this unit are open"):
        quota.hold(kind, "A")
    quota.hold(kind, "B")
    quota.let_go(kind, "A")
    quota.hold(kind, "A")


def test_units_beyond_the_bound_begin_anew() -> None:
    """The one that opened longest ago is forgotten, so memory is bounded whoever calls."""
    quota = Quota(remembered=2)
    assert sum(_opened(quota, "A", 0) for _ in range(OPENS_BURST + 1)) == OPENS_BURST
    assert _opened(quota, "B", 0)
    assert not _opened(quota, "A", 0)
    assert _opened(quota, "C", 0)
    assert _opened(quota, "D", 0)
    assert _opened(quota, "A", 0)
    assert UNITS_REMEMBERED > 10_000
