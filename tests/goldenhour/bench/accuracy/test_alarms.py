"""The section on alarms counts what the judge says, and shows the misses."""

import csv
from pathlib import Path

from goldenhour.bench.accuracy.alarms import section

RECORDS = Path(__file__).parents[2] / "fixtures" / "alarms"


def test_the_section_has_a_row_for_every_kind_of_alarm_and_names_the_misses() -> None:
    text = section(RECORDS)
    for alarm in ("Asystole", "Bradycardia", "Tachycardia", "Ventricular_Tachycardia", "all"):
        assert f"| {alarm} |" in text
    assert "True alarms that were suppressed" in text
    assert "0 of 5 true alarms suppressed, 4 of 4 false ones suppressed, 0 records" in text


def test_a_true_alarm_that_is_suppressed_is_counted(tmp_path: Path) -> None:
    for record in RECORDS.glob("*.npz"):
        (tmp_path / record.name).symlink_to(record)
    with (RECORDS / "alarms.csv").open() as lines:
        rows = list(csv.reader(lines))
    with (tmp_path / "alarms.csv").open("w") as lines:
        csv.writer(lines).writerows([rows[0], *((*row[:2], "1") for row in rows[1:])])
    assert "4 of 9 true alarms suppressed, 0 of 0 false" in section(tmp_path)
