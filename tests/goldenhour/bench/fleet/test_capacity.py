"""The arithmetic from measured costs to a nation."""

import pytest

from goldenhour.bench.fleet.capacity import FULL, Fleet, cores, needs, processes

SIZE = {
    "frame_us": {"gateway": 200.0, "worker": 100.0, "command-center": 50.0, "all": 350.0},
    "idle_lane_us_per_s": {"gateway": 20.0, "worker": -1.0, "command-center": 0.0, "all": 19.0},
    "patient_us_per_s": {"gateway": 0.0, "worker": 40.0, "command-center": 10.0, "all": 50.0},
    "gateway_kb_per_lane": 40.0,
    "kafka_bytes_per_frame": {"patients": 200.0, "picture": 300.0},
    "wire": {"up_bytes_per_frame": 250.0, "up_bytes_per_idle_lane_s": 25.0},
}
NATION = Fleet(100_000, 0.3, 1.0)


def test_a_fleet_has_as_many_frames_as_its_patients_send() -> None:
    assert NATION.patients == 30_000
    assert Fleet(100, 0.5, 5).frames_per_s == 10


def test_frames_lanes_and_patients_add_up_to_cores() -> None:
    assert cores(SIZE, NATION, "gateway") == pytest.approx(30_000 * 200e-6 + 200_000 * 20e-6)
    assert cores(SIZE, NATION, "worker") == pytest.approx(30_000 * 100e-6 + 30_000 * 40e-6)


def test_what_was_measured_as_less_than_nothing_costs_nothing() -> None:
    fleet = Fleet(1_000_000, 0.0, 1.0)
    assert cores(SIZE, fleet, "worker") == 0


def test_processes_are_half_full_and_one_may_be_lost() -> None:
    assert processes(0.0) == 1
    assert processes(FULL) == 2
    assert processes(10.0) == 21


def test_a_nation() -> None:
    stated = needs(SIZE, NATION)
    assert stated["frames_per_s"] == 30_000
    assert (stated["gateways"], stated["workers_per_channel"]) == (21, 10)
    assert stated["partitions"] >= stated["workers_per_channel"]
    assert stated["gateway_memory_gb"] == 8
    assert not stated["center_fits_one_core"]
    assert stated["kafka_mb_per_s"] == 45
    assert stated["uplink_mbit_per_s"] == 100


def test_without_a_tap_the_wire_is_not_stated() -> None:
    assert needs({**SIZE, "wire": None}, NATION)["uplink_mbit_per_s"] is None
