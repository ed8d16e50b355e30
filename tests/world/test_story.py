"""How patients are met: ill as a rule, and where they may be well for long, well."""

from random import Random

from clinical.items import Vitals
from goldenhour.world.story import WELL, Patient

MET = 200


def _met_well(well_most_s: int) -> int:
    """Return how many of so many patients are well when they are taken over."""
    well = 0
    for seed in range(MET):
        patient = Patient(f"e{seed}", Random(seed), well_most_s)  # noqa: S311 - a seeded world
        (vitals,) = patient.items(1_000_000)
        assert isinstance(vitals, Vitals)
        shown = (vitals.respiration_per_min, vitals.spo2_percent, vitals.systolic_mmhg)
        usual = (WELL["respiration_per_min"], WELL["spo2_percent"], WELL["systolic_mmhg"])
        pulse = vitals.heart_rate_bpm or 0.0
        well += shown == usual and abs(pulse - WELL["heart_rate_bpm"]) <= 2
    return well


def test_everybody_is_met_ill_where_nobody_is_well_for_long() -> None:
    assert _met_well(90) == 0


def test_nearly_everybody_is_met_well_who_may_be_well_for_half_an_hour() -> None:
    assert MET * 0.9 <= _met_well(1_800) < MET
