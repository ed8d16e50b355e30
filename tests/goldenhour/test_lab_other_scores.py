"""``goldenhour lab scores`` for the scores beside NEWS2: one row for one row, whatever it asks."""

import json

import pytest

from goldenhour.lab.scores import IN_COLUMNS, SCORES, score_lines

FURTHER = ("gcs", "fio2", "respiratory_distress", "capillary_refill_s", "mean_arterial_mmhg")
COLUMNS = (*IN_COLUMNS, *FURTHER, "trauma_mechanism")
ADULT = {
    "age_years": "71", "respiration_per_min": "25", "spo2_percent": "92", "on_oxygen": "1",
    "systolic_mmhg": "98", "heart_rate_bpm": "112", "consciousness": "A", "temperature_c": "38.4",
    "gcs": "14", "fio2": "0.5", "mean_arterial_mmhg": "69", "trauma_mechanism": "blunt",
}  # fmt: skip
CHILD = ADULT | {"age_years": "8", "respiratory_distress": "mild", "capillary_refill_s": "3"}


def _scored(name: str, patient: dict[str, str]) -> dict[str, str]:
    cells = {"id": "7", "score": name, **patient}
    lines = [",".join(COLUMNS), ",".join(cells.get(column, "") for column in COLUMNS)]
    header, row = score_lines(lines)
    return dict(zip(header, row, strict=True))


@pytest.mark.parametrize(
    ("name", "patient", "total", "band"),
    [
        ("NEWS2", ADULT, "12", "high"),
        ("MEWS", ADULT, "5", ""),
        ("QSOFA", ADULT, "3", ""),
        ("SHOCK_INDEX", ADULT, "1.1429", ""),
        ("SIPA", CHILD, "1.1429", ""),
        ("RTS", ADULT, "7.8408", ""),
        ("T-RTS", ADULT, "12", ""),
        ("REMS", ADULT, "10", ""),
        ("ROX", ADULT, "7.36", ""),
        ("NPEWS", CHILD, "9", "high"),
        ("MGAP", ADULT, "21", "medium"),
    ],
)
def test_every_score_of_a_whole_patient(
    name: str, patient: dict[str, str], total: str, band: str
) -> None:
    """Totals that were added up by hand, and bands where the publication has them."""
    row = _scored(name, patient)

    assert (row["total"], row["band"], row["refusal"]) == (total, band, "")


@pytest.mark.parametrize("name", SCORES)
def test_an_empty_row_is_refused_and_never_scored(name: str) -> None:
    """No total, every needed input named, and a lower bound."""
    row = _scored(name, {})

    assert row["total"] == row["band"] == ""
    assert row["refusal"].startswith("MISSING:")
    assert json.loads(row["parts"])["at_least"] == 0


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "twelve", "1e999", "0x10"])
def test_what_is_no_number_is_implausible(name: str, text: str) -> None:
    """It is refused by name in every score that asks for it, and never taken for zero."""
    row = _scored(name, ADULT | {"systolic_mmhg": text})
    asked = "systolic_mmhg" in _scored(name, {})["refusal"]

    assert ("IMPLAUSIBLE:systolic_mmhg" in row["refusal"]) is asked
