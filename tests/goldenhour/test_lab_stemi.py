"""``goldenhour lab stemi``: a twelve-lead recording in, a verdict out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wfdb
from typer.testing import CliRunner

from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.leads import Lead
from goldenhour.lab.main import app
from goldenhour.lab.stemi import person_of
from tests.clinical.twelve_lead.tracing import tracing


def _record(folder: Path, st_mv: Mapping[Lead, float], leads: Sequence[Lead] = tuple(Lead)) -> Path:
    recording = tracing(st_mv)
    wfdb.wrsamp(
        "ecg1",
        fs=recording.rate_hz,
        units=["mV"] * len(leads),
        sig_name=[lead.value.lower() for lead in leads],
        p_signal=np.stack([recording.leads[lead] for lead in leads], axis=1),
        fmt=["16"] * len(leads),
        comments=["Age: 65", "Sex: Male"],
        write_dir=str(folder),
    )
    return folder / "ecg1"


def _verdict(record: Path) -> dict[str, Any]:
    out = record.with_name("out.json")
    result = CliRunner().invoke(app, ["stemi", str(record), "--out", str(out)])
    assert result.exit_code == 0, result.output
    verdict: dict[str, Any] = json.loads(out.read_text())
    return verdict


def test_an_inferior_infarction_is_said_with_its_criteria(tmp_path: Path) -> None:
    """From the samples of the eight measured leads alone."""
    eight = [lead for lead in Lead if lead not in (Lead.III, Lead.AVR, Lead.AVL, Lead.AVF)]
    verdict = _verdict(_record(tmp_path, {Lead.II: 0.25}, eight))
    assert (verdict["stemi"], verdict["territory"]) == (True, "inferior")
    assert any("in aVF" in criterion for criterion in verdict["criteria"])
    assert verdict["measurement"]["heart_rate_bpm"] == pytest.approx(75, abs=1)


def test_an_ordinary_ecg_is_none(tmp_path: Path) -> None:
    verdict = _verdict(_record(tmp_path, {}))
    assert (verdict["stemi"], verdict["territory"], verdict["criteria"]) == (False, None, [])


def test_the_sheet_is_drawn_beside_the_verdict(tmp_path: Path) -> None:
    record, sheet = _record(tmp_path, {}), tmp_path / "ecg.svg"
    arguments = ["stemi", str(record), "--out", str(tmp_path / "o.json"), "--sheet", str(sheet)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert "male   65 y" in sheet.read_text()


def test_a_lead_that_lacks_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    record = _record(tmp_path, {}, [lead for lead in Lead if lead is not Lead.V4])
    out = tmp_path / "out.json"
    result = CliRunner().invoke(app, ["stemi", str(record), "--out", str(out)])
    assert (result.exit_code, out.exists()) == (2, False)
    assert "leads missing: V4" in result.output


@pytest.mark.parametrize(
    ("comments", "person"),
    [
        (["age: 81", "sex: female"], Person(Sex.FEMALE, 81.0)),
        (["Age: 40 Sex: M Dx: 1"], Person(Sex.MALE, 40.0)),
        (["Age: unknown", "Sex: Unknown"], Person()),
        ([], Person()),
    ],
)
def test_sex_and_age_are_read_or_not_known(comments: list[str], person: Person) -> None:
    assert person_of(comments) == person
