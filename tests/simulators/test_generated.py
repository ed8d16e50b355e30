from simulators.generated import fleet_scenario
from simulators.patients.physiology import Course
from simulators.scenario import problems


def test_a_generated_fleet_expects_an_alarm_of_everyone_who_gets_worse() -> None:
    fleet = fleet_scenario(400, 3)
    ill = {one.key for one in fleet.encounters if one.course is not Course.WELL}
    assert not list(problems(fleet))
    assert fleet == fleet_scenario(400, 3)
    assert 5 < len(ill) < 60
    assert {it.encounter for it in fleet.expectations} == ill
