"""The bench of beats measures what it says: beats are found, and memory is counted."""

from typing import cast

from goldenhour.bench.ecg.measure import measure


def test_the_figures_tell_of_beats_that_were_found_beside_a_public_detector() -> None:
    """About a beat per patient and second; every figure is there."""
    figures = measure(leads=8, seconds=3)
    assert 6 <= int(str(figures["beats"])) <= 30
    assert int(str(figures["bytes_per_lead"])) > 4_000
    many, few = cast("list[dict[str, float]]", figures["all_findings"])
    assert many["patients_together"] > few["patients_together"] > 1
    assert many["bytes_per_lead"] > int(str(figures["bytes_per_lead"]))
    assert min(many["leads_per_core"], few["leads_per_core"]) > 0
    assert "wfdb_xqrs" in str(figures["times_faster"])
