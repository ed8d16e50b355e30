"""The figures of a size, and how they stand to those of the first."""

from goldenhour.bench.fleet.costing import Run, Stretch
from goldenhour.bench.fleet.scale import COMPARED, between, ratios, wire
from goldenhour.bench.fleet.tapped import Carried
from goldenhour.bench.programs.spending import Spent


def test_a_stretch_is_what_was_spent_between_two_looks() -> None:
    stretch = between({"worker": Spent(1.5, 80)}, {"worker": Spent(4.0, 90)}, 5)
    assert stretch == Stretch(5, {"worker": 2.5}, {"worker": 90})


def test_costs_are_compared_with_the_first_size() -> None:
    def size(units: int, cost: float) -> dict[str, object]:
        costs = {name: {whose: cost} for name, whose in COMPARED.items()}
        return {"units": units, **costs}

    assert ratios([size(100, 200.0), size(1_000, 230.0)]) == [
        {
            "units": 1_000,
            "frame_us": 1.15,
            "idle_lane_us_per_s": 1.15,
            "patient_us_per_s": 1.15,
        }
    ]


def test_the_tapped_unit_stands_for_its_share_of_the_frames() -> None:
    rest = Stretch(10, {}, {})
    run = Run(4, 8, 8, 4, 400, empty=rest, connected=rest, standby=rest, sending=rest)
    assert wire(run, Carried(400, 200), Carried(25_000, 5_000)) == {
        "up_bytes_per_frame": 250,
        "down_bytes_per_frame": 50,
        "up_bytes_per_idle_lane_s": 20,
        "down_bytes_per_idle_lane_s": 10,
    }
