"""Figures of the rhythm bench, from what was sent and what arrived."""

from goldenhour.bench.figures import Arrival, FrameKey
from goldenhour.bench.latency.rhythm import processors, told, vitals_path
from goldenhour.bench.load.clients import LoadRecord
from goldenhour.bench.programs.spending import Spent

S = 1_000_000


def load() -> LoadRecord:
    """Unit A fibrillates from second 100, unit B from second 110; waveforms from second 90."""
    return LoadRecord(
        sent=[("A", 2, "aa", number, number * S) for number in range(80, 120)],
        captured=[],
        refused=0,
        chunks=[(unit, 3, "bb", number, number * S) for unit in "AB" for number in range(90, 120)],
        onsets_us={"A": 100 * S, "B": 110 * S},
    )


def alarm(unit: str, sequence: int, at_s: float, lane: int = 3) -> Arrival:
    frame = FrameKey(unit, lane, "aa" if lane == 2 else "bb", sequence)
    return Arrival(frame, round(at_s * S), "CENTER_A")


def test_an_onset_is_told_of_once_and_its_time_has_a_part_that_is_transport() -> None:
    figures = told(load(), [alarm("A", 104, 104.05), alarm("A", 109, 109.02)])
    assert (figures["onsets"], figures["told"], figures["told_without_onset"]) == (2, 1, 1)
    assert figures["from_onset_max_s"] == 4.05
    assert figures["transport_and_processing"]["max_ms"] == 50.0


def test_what_is_told_before_the_onset_or_of_another_unit_is_none() -> None:
    figures = told(load(), [alarm("A", 95, 95.1), alarm("C", 105, 105.1)])
    assert (figures["told"], figures["told_without_onset"]) == (0, 2)
    assert figures["from_onset_max_s"] is None


def test_vital_signs_are_told_apart_by_whether_waveforms_came() -> None:
    arrivals = [alarm("A", 85, 85.01, lane=2), alarm("A", 95, 95.02, lane=2)]
    figures = vitals_path(load(), arrivals)
    assert figures["vitals_without_waveforms"]["max_ms"] == 10.0
    assert figures["vitals_with_waveforms"]["max_ms"] == 20.0


def test_what_programs_use_is_told_for_both_halves_and_leads_by_the_processor() -> None:
    """Ten seconds without waveforms, 29 with: the worker uses a hundredth, then a fifth."""
    spent_at = [
        (
            second * S,
            {"waveforms": Spent(0.01 * (second - 80) + (0.19 * max(0, second - 90)), 100.0)},
        )
        for second in range(80, 121)
    ]
    figures = processors(load(), spent_at)
    assert figures["processors_without_waveforms"] == {"waveforms": 0.01}
    assert figures["processors_with_waveforms"] == {"waveforms": 0.2}
    assert figures["leads_per_processor_of_the_waveforms_worker"] == 20


def test_without_looks_nothing_is_said_of_processors() -> None:
    figures = processors(load(), [])
    assert figures["processors_with_waveforms"] == {}
    assert figures["leads_per_processor_of_the_waveforms_worker"] is None
