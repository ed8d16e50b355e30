"""Growth is judged once a program has settled."""

from goldenhour.bench.fleet.soak import Sample, grown
from goldenhour.bench.programs.spending import Spent


def sample(at_s: float, resident_mb: float) -> Sample:
    return Sample(at_s, {"worker": Spent(at_s / 4, resident_mb)})


def test_filling_up_at_first_is_no_growth() -> None:
    samples = [sample(0, 50), sample(60, 80), sample(120, 80), sample(180, 80), sample(240, 80)]
    assert grown("worker", samples, settle_s=60) == {
        "resident_mb": [50, 80, 80, 80, 80],
        "slope_mb_per_h": 0,
        "processor_share": 0.25,
    }


def test_what_goes_on_growing_is_told() -> None:
    samples = [sample(60 * minute, 80 + minute) for minute in range(9)]
    assert grown("worker", samples, settle_s=0)["slope_mb_per_h"] == 60
