"""``goldenhour lab explain``: why a patient alarmed at a minute, or why not."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from goldenhour.lab.main import app
from tests.goldenhour.test_lab_alarms_replay import HEADER, WELL, stay


def run(
    folder: Path, lines: Iterable[str], patient: str, minute: int, header: str = HEADER
) -> Result:
    """Explain a minute of a table of these lines into ``out.json``."""
    table = folder / "in.csv"
    table.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    arguments = ["explain", str(table), "--out", str(folder / "out.json")]
    options = ["--patient", patient, "--minute", str(minute)]
    return CliRunner().invoke(app, [*arguments, *options])


def explained(
    folder: Path, lines: Iterable[str], minute: int, header: str = HEADER
) -> dict[str, Any]:
    """Return the explanation of patient a."""
    result = run(folder, lines, "a", minute, header)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    said = [line for lines in answer["words"].values() for line in lines]
    assert result.output.split() == " ".join(said).split()
    return answer


def test_an_alarm_is_explained_by_values_rule_source_trend_and_words(tmp_path: Path) -> None:
    """Everything that somebody needs who asks why."""
    lines = stay("a", 0, 120, WELL) + stay("a", 120, 180, "150,149,16,97")
    answer = explained(tmp_path, lines, 2)
    (alarm,) = (x for x in answer["alarms"] if x["cause"] == "HEART_RATE_HIGH")
    assert alarm["values"] == {"heart_rate_bpm": 150, "pulse_rate_bpm": 149}
    assert alarm["rule"] == "heart_rate_bpm > 130 for 8-20 s"
    assert alarm["source"] == {"citation": None, "catalogue": "docs/alarms.md#heart_rate_high"}
    assert alarm["trend"][0]["minutes"] == [[-3, 80], [-2, 80], [-1, 80]]
    english, chinese = alarm["words"]["en"], alarm["words"]["zh-CN"]
    assert english[0] == "Heart rate high (high), raised at 0:02:08."
    assert "Heart rate and pulse rate agree, so it did not wait long." in english
    assert chinese[0] == "心率过快(优先级高),0:02:08 报警。"
    assert len(english) == len(chinese)


def test_a_score_names_its_publication(tmp_path: Path) -> None:
    """NEWS2 alarms on a single 3, and its source is the Royal College of Physicians."""
    lines = stay("a", 0, 60, "80,80,16,90")
    (alarm,) = explained(tmp_path, lines, 0)["alarms"]
    assert alarm["cause"] == "NEWS2_MEDIUM"
    assert "Royal College of Physicians" in alarm["source"]["citation"]


def test_a_contradiction_is_told(tmp_path: Path) -> None:
    """Whoever asks why it took so long is told."""
    lines = stay("a", 0, 60, "150,80,16,97")
    alarms = {x["cause"]: x for x in explained(tmp_path, lines, 0)["alarms"]}
    waited = "Heart rate and pulse rate contradict each other, so it waited longer."
    assert waited in alarms["HEART_RATE_HIGH"]["words"]["en"]
    assert alarms["HEART_RATE_HIGH"]["raised_s"] == 20


def test_a_quiet_minute_says_why_each_vital_is_quiet(tmp_path: Path) -> None:
    """Within its limits, beyond one but not for long enough, or not measured."""
    lines = stay("a", 0, 55, "80,,16,97") + stay("a", 55, 60, "122,,16,97")
    answer = explained(tmp_path, lines, 0)
    assert answer["alarms"] == []
    assert answer["words"]["en"] == [
        "Nothing alarmed in this minute.",
        "HR 122/min: beyond a limit, but not for long enough.",
        "pulse: not measured.",
        "RR 16/min: within its limits.",
        "SpO2 97%: within its limits.",
    ]


def test_what_is_not_in_the_table_is_told(tmp_path: Path) -> None:
    """No such patient, or no such minute: one line, and nothing is written."""
    for patient, minute in (("b", 0), ("a", 7)):
        result = run(tmp_path, stay("a", 0, 60, WELL), patient, minute)
        assert result.exit_code == 2
        assert f"no row of patient {patient} in minute {minute}" in result.output
        assert not (tmp_path / "out.json").exists()


MORE = f"{HEADER},age_years,systolic_mmhg,gcs_eye,gcs_verbal,gcs_motor,injury,infection_suspected"


def test_the_scores_of_an_injured_patient_are_told_with_what_was_refused(tmp_path: Path) -> None:
    """The crew says it in the first row; each score with its value or the reason against it."""
    lines = ["a,0,80,80,16,97,44,124,3,3,6,blunt,", *stay("a", 1, 60, f"{WELL},,,,,,,")]
    answer = explained(tmp_path, lines, 0, MORE)
    (alarm,) = answer["alarms"]
    assert (alarm["cause"], alarm["raised_s"]) == ("TRAUMA_CENTRE_ADVISED", 30)
    assert "T-RTS 11" in alarm["words"]["en"][1]
    assert [one["name"] for one in answer["scores"]] == ["T-RTS", "RTS", "MGAP", "QSOFA"]
    assert answer["words"]["en"][-1] == (
        "Scores by situation: T-RTS 11, which asks for a response; RTS 6.9; MGAP 26; "
        "qSOFA refused (infection: missing)."
    )
    assert answer["words"]["zh-CN"][-1].startswith("按情况使用的评分:T-RTS 11,需要处置;")


def test_a_score_that_is_incomplete_has_its_bound(tmp_path: Path) -> None:
    lines = ["a,0,80,80,24,97,66,98,,,,none,1", *stay("a", 1, 20, "80,80,24,97,,,,,,,")]
    told = explained(tmp_path, lines, 0, MORE)["words"]["en"][-1]
    assert "MGAP refused (injury: said to be none)" in told
    assert "qSOFA ≥ 2 (GCS: missing), which asks for a response" in told


def test_what_cannot_be_read_of_the_crew_is_told(tmp_path: Path) -> None:
    """By column and line: nobody's injury is guessed."""
    for cells, column in (
        ("44,124,5,3,6,blunt,", "gcs_eye"),
        ("44,124,3,3.5,6,blunt,", "gcs_verbal"),
        ("44,124,3,3,6,knife,", "injury"),
        ("44,124,3,3,6,,2", "infection_suspected"),
        ("400,124,3,3,6,,", "age_years"),
    ):
        result = run(tmp_path, [f"a,0,{WELL},{cells}"], "a", 0, MORE)
        assert result.exit_code == 2
        assert f"line 2 has no usable {column}" in result.output
