"""Each cost is the difference between two stretches that differ in one thing."""

import pytest

from goldenhour.bench.fleet.costing import Run, Stretch, figures, ratio


def stretch(seconds: float, gateway_s: float, worker_s: float, gateway_mb: float = 100) -> Stretch:
    return Stretch(
        seconds, {"gateway": gateway_s, "worker": worker_s}, {"gateway": gateway_mb, "worker": 80}
    )


RUN = Run(
    units=100,
    lanes=200,
    connections=200,
    patients=100,
    frames=1_000,
    empty=stretch(10, 1.0, 2.0, 60),
    connected=stretch(20, 2.4, 4.0, 68),
    standby=stretch(10, 1.2, 2.5, 68),
    sending=stretch(20, 3.4, 5.3, 70),
)


def test_a_frame_is_charged_with_what_was_spent_beyond_the_standby() -> None:
    assert RUN.frame_us("gateway") == pytest.approx((3.4 - 2.4) / 1_000 * 1e6)
    assert RUN.frame_us("worker") == pytest.approx((5.3 - 5.0) / 1_000 * 1e6)


def test_an_idle_lane_is_charged_with_what_the_connections_added() -> None:
    assert RUN.idle_lane_us("gateway") == pytest.approx((0.12 - 0.1) / 200 * 1e6)
    assert RUN.idle_lane_us("worker") == pytest.approx(0)


def test_a_patient_who_sends_nothing_is_charged_with_what_the_standby_added() -> None:
    assert RUN.patient_us("worker") == pytest.approx(0.05 / 100 * 1e6)


def test_a_lane_weighs_what_the_gateway_grew_by() -> None:
    assert RUN.lane_kb("gateway") == pytest.approx(8_000 / 200)


def test_the_figures_add_the_programs_up() -> None:
    stated = figures(RUN)
    assert stated["frame_us"] == {"gateway": 1000.0, "worker": 300.0, "all": 1300.0}
    assert stated["frames_per_s"] == 50
    assert stated["gateway_kb_per_lane"] == 40


def test_a_ratio_to_nothing_is_not_stated() -> None:
    assert ratio(2.0, 2.2) == 1.1
    assert ratio(0.0, 2.2) is None
    assert ratio(2.0, -0.1) is None
