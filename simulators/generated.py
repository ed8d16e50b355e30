"""A fleet as a scenario: as many ambulances as asked for, one patient each, from one seed."""

from random import Random
from typing import Final

from clinical.alarms.rule import Cause
from simulators.patients.physiology import Course
from simulators.scenario import Encounter, Expectation, Scenario, Unit

ILL_SHARE: Final = 0.05
"""Share of the patients who get worse."""
FIRST_ONSET_S: Final = 10
ONSETS_OVER_S: Final = 60
"""Onsets are spread over this long."""
RATE: Final = 60.0
SEEN_WITHIN_S: Final = 60

_COURSES: Final = (Course.SEPSIS, Course.BLEEDING, Course.HYPOXIA, Course.ARREST)


def fleet_scenario(n_units: int, seed: int) -> Scenario:
    """Return a scenario of so many ambulances, in which a few patients get worse."""
    chance = Random(seed)  # noqa: S311 - patients, not secrets
    encounters = tuple(_encounter(number, chance) for number in range(1, n_units + 1))
    return Scenario(
        name=f"fleet of {n_units}",
        units=tuple(Unit(id=one.unit) for one in encounters),
        encounters=encounters,
        expectations=tuple(
            Expectation(
                encounter=one.key,
                any_of=(
                    Cause.NEWS2_HIGH,
                    Cause.NEWS2_MEDIUM,
                    Cause.SYSTOLIC_LOW,
                    Cause.HEART_RATE_ZERO,
                    Cause.APNOEA,
                ),
                min_priority="MEDIUM",
                after_s=one.onset_s,
                within_s=SEEN_WITHIN_S,
            )
            for one in encounters
            if one.onset_s is not None
        ),
    )


def _encounter(number: int, chance: Random) -> Encounter:
    unit, age_years = f"AMB-{number:05}", chance.randint(25, 85)
    key = f"patient-{number:05}"
    if chance.random() >= ILL_SHARE:
        return Encounter(key=key, unit=unit, age_years=age_years)
    return Encounter(
        key=key,
        unit=unit,
        age_years=age_years,
        course=chance.choice(_COURSES),
        onset_s=float(FIRST_ONSET_S + chance.randrange(ONSETS_OVER_S)),
        rate=RATE,
    )
