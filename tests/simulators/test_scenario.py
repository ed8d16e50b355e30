from pathlib import Path

import pytest

from simulators.patients.ecg import LeadTrouble
from simulators.patients.physiology import Course
from simulators.patients.rhythms import HeartRhythm
from simulators.scenario import SCENARIOS, BadScenario, load, parse

LEAD_FAULT = """
[[lead_faults]]
encounter = "one"
lead = "II"
at_s = 6
for_s = 3
kind = "FLAT"
"""

WITHOUT_LEAD_FAULT = """
name = "small"
units = [{ id = "A" }]
[[encounters]]
key = "one"
unit = "A"
course = "SEPSIS"
onset_s = 10
leads = ["II"]
[[faults]]
unit = "A"
at_s = 5
for_s = 2
kind = "cut"
[[rhythms]]
encounter = "one"
at_s = 7
for_s = 2
kind = "FIBRILLATION"
[[crew]]
encounter = "one"
at_s = 4
finding = "NO_PULSE"
[[expectations]]
encounter = "one"
any_of = ["NEWS2_HIGH"]
min_priority = "HIGH"
after_s = 10
within_s = 30
"""

GOOD = WITHOUT_LEAD_FAULT + LEAD_FAULT


def test_a_scenario_is_read_as_written() -> None:
    scenario = parse(GOOD)
    assert scenario.encounters[0].course is Course.SEPSIS
    assert scenario.expectations[0].until_s == 40
    assert scenario.onset_s("one") == 4


@pytest.mark.parametrize(
    ("key", "second", "rhythm"),
    [
        ("one", 6.9, None),
        ("one", 7.0, HeartRhythm.FIBRILLATION),
        ("one", 9.0, None),
        ("one", None, None),
        ("another", 7.0, None),
    ],
)
def test_a_heart_does_what_the_scenario_says(
    key: str, second: float | None, rhythm: HeartRhythm | None
) -> None:
    assert parse(GOOD).rhythm(key, second) is rhythm


def test_a_rhythm_shows_in_leads_only() -> None:
    with pytest.raises(BadScenario, match=r"rhythms\[0\].encounter"):
        parse(WITHOUT_LEAD_FAULT.replace('leads = ["II"]', "leads = []"))


@pytest.mark.parametrize(
    ("lead", "second", "trouble"),
    [
        ("II", 5.9, None),
        ("II", 6.0, LeadTrouble.FLAT),
        ("II", 8.9, LeadTrouble.FLAT),
        ("II", 9.0, None),
        ("II", None, None),
        ("V", 7.0, None),
    ],
)
def test_a_lead_is_at_fault_while_the_scenario_says_so(
    lead: str, second: float | None, trouble: LeadTrouble | None
) -> None:
    assert parse(GOOD).lead_trouble("one", lead, second) is trouble


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("at_s = 5", 'at_s = "5"', "$.faults[0].at_s"),
        ('kind = "cut"', 'kind = "gone"', "$.faults[0].kind"),
        ("for_s = 2", "", "for_s"),
        ("for_s = 2", "for_s = 2\nlasts = 2", "lasts"),
        ('"NEWS2_HIGH"', '"NEWS3"', "$.expectations[0].any_of[0]"),
        ('course = "SEPSIS"', 'course = "FLU"', "$.encounters[0].course"),
        ('key = "one"\nunit = "A"', 'key = "one"\nunit = "B"', "encounters[0].unit"),
        ("[[faults]]\nunit", '[[faults]]\nunit = "C"\n#', "faults[0].unit"),
        ('[[crew]]\nencounter = "one"', '[[crew]]\nencounter = "two"', "crew[0].encounter"),
        ('lead = "II"', 'lead = "V9"', "lead_faults[0].lead"),
        ('at_s = 7\nfor_s = 2\nkind = "F', 'at_s = 7\nfor_s = 2\nkind = "X', "$.rhythms[0].kind"),
        ('kind = "FLAT"', 'kind = "OFF"', "$.lead_faults[0].kind"),
        ("onset_s = 10", "", "encounters[0].onset_s"),
        ("onset_s = 10", 'onset_s = 10\nrecording = "no.csv"', "encounters[0].recording"),
        ('{ id = "A" }', '{ id = "A" }, { id = "A" }', "units[1].id"),
        ('{ id = "A" }', '{ id = "A", at_m = [1, 2] }', "units[0].at_m"),
        ('{ id = "A" }', '{ id = "A", track = "0024" }', "units[0].track"),
        ('{ id = "A" }', '{ id = "A", track = "none" }', "units[0].track"),
        ("name =", "name", "line 2"),
    ],
)
def test_a_wrong_scenario_names_the_field(old: str, new: str, named: str) -> None:
    assert old in GOOD
    with pytest.raises(BadScenario) as refusal:
        parse(GOOD.replace(old, new, 1))
    assert named in str(refusal.value)


def test_a_scenario_that_does_not_exist_is_said() -> None:
    with pytest.raises(BadScenario, match="no scenario at"):
        load("nowhere")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_of_the_project_can_be_played(path: Path) -> None:
    assert load(str(path)).name == path.stem


@pytest.mark.parametrize(
    ("ecg", "words"),
    [
        ('made_up = "NORMAL", recording = "ptb_s0010"', "recorded or made_up"),
        ("", "recorded or made_up"),
        ('recording = "nothing"', "there is no nothing"),
    ],
)
def test_an_ecg_is_recorded_or_made_up(ecg: str, words: str) -> None:
    """And a recorded one is there."""
    ecg = ", ".join(filter(None, ('encounter = "p", at_s = 1', ecg)))
    with pytest.raises(BadScenario, match=words):
        parse(
            'name = "x"\nunits = [{ id = "A" }]\n'
            f'encounters = [{{ key = "p", unit = "A" }}]\necgs = [{{ {ecg} }}]'
        )


def test_infarction_is_when_a_patient_begins_to_change() -> None:
    """What is alarmed before is false; a normal ECG changes nobody."""
    demo = load("demo")
    assert (demo.onset_s("tent-2"), demo.onset_s("well-11")) == (18, None)


def test_the_demo_is_what_was_promised() -> None:
    """Twelve ambulances, one in its own process, six bays, complete within 75 s."""
    demo = load("demo")
    kinds = [unit.kind for unit in demo.units]
    assert (kinds.count("AMBULANCE"), kinds.count("TENT_HOSPITAL")) == (12, 1)
    assert [unit.id for unit in demo.units if unit.process] == ["AMB-12"]
    assert sum(one.unit == "TENT-01" for one in demo.encounters) == 6
    assert max(it.until_s for it in demo.expectations) <= 75
    assert sum(one.recording is not None for one in demo.encounters) == 2
