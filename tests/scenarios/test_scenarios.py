"""Plays every scenario file of this folder."""

from pathlib import Path

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.watch.patient import PatientWatch
from tests.clinical.watch import checks
from tests.scenarios.scenario import Scenario, play, read, stated

FOLDER = Path(__file__).parent
SCENARIOS = [read(path) for path in sorted(FOLDER.glob("*.toml"))]

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda x: x.name)


@every_scenario
def test_a_scenario_leads_to_exactly_its_transitions(scenario: Scenario) -> None:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    said = [x for step in scenario.steps for x in play(watch, step) if isinstance(x, Transition)]
    everything = [stated(x, iter(("at_s", "cause", "phase", "priority"))) for x in said]
    assert len(said) == len(scenario.expected), everything
    for transition, expected in zip(said, scenario.expected, strict=True):
        assert stated(transition, iter(expected)) == dict(expected)


@every_scenario
@pytest.mark.parametrize("check", checks.ALL, ids=lambda x: x.__name__)
def test_a_scenario_passes_the_check_suite(scenario: Scenario, check: checks.Check) -> None:
    check(scenario.steps)


CLOCKS = [scenario for scenario in SCENARIOS if "clock" in scenario.name]


@pytest.mark.parametrize("scenario", CLOCKS, ids=lambda x: x.name)
def test_vehicle_and_center_say_the_same_of_a_wrong_clock(scenario: Scenario) -> None:
    """The same alarms by the same ids, so that the fold makes one episode of both."""

    def said(source: Source) -> list[tuple[bytes, str]]:
        watch = PatientWatch("encounter-1", source)
        steps = [x for step in scenario.steps for x in play(watch, step)]
        return [(x.alarm_id, x.phase.value) for x in steps if isinstance(x, Transition)]

    assert said(Source.EDGE) == said(Source.CENTER_A)
    assert said(Source.EDGE)
