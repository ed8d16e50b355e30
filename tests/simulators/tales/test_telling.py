"""Every tale is told to both places, once, and what is wrong with a telling is found."""

from dataclasses import replace
from itertools import count

import pytest
from msgspec import structs

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.vitals import Quality, Vital
from simulators.tales.tale import Deed, load_tale, tale_names
from simulators.tales.tale_monitor import TaleMonitor
from simulators.tales.tale_verdict import faults, missed, unexpected
from simulators.tales.telling import Heard, Told, tell

SEED = 1


@pytest.mark.parametrize("name", tale_names())
def test_a_tale_is_told_at_the_bedside_once_and_by_both_places(name: str) -> None:
    """Each alarm in its minutes, once, under one id at vehicle and center, and no other."""
    told = tell(load_tale(name), SEED)
    assert faults(told) == (), list(told.cards.values())
    assert list(told.vehicle) == list(told.center)


def test_compressions_are_left_out_alike_over_the_whole_way() -> None:
    """Encoded, in batches, by the worker's host and by the vehicle: the arrest stands, and once."""
    arrest = load_tale("arrest")
    deeds = (Deed(10.1, "COMPRESSIONS_STARTED"), Deed(13.0, "COMPRESSIONS_STOPPED"))
    told = tell(structs.replace(arrest, crew=(*arrest.crew, *deeds)), SEED)
    assert list(told.vehicle) == list(told.center)
    withheld = [one for one in told.cards.values() if one.cause is Cause.JUDGEMENT_WITHHELD]
    assert [round(one.minute, 1) for one in withheld] == [10.1]
    causes = [one.cause for one in told.cards.values()]
    assert {Cause.HEART_RATE_ZERO, Cause.APNOEA, Cause.NO_PULSE} <= set(causes)
    assert len(causes) == len(set(causes))


def test_a_seed_is_a_patient() -> None:
    def shown(seed: int) -> list[object]:
        monitor = TaleMonitor(load_tale("noisy"), seed)
        return [monitor.show(second) for second in range(300)]

    assert shown(1) == shown(1) != shown(2)


def test_disturbances_are_shown_as_a_monitor_shows_them() -> None:
    """A sensor that is off is marked; motion and cuff are not, and cost saturation or pulse."""
    tale = load_tale("noisy")
    monitor = TaleMonitor(tale, SEED)
    shown = [monitor.show(second) for second in range(20 * 60)]
    off = next(x for x in tale.disturbances if x.kind == "SENSOR_OFF")
    cuff = next(x for x in tale.disturbances if x.kind == "CUFF")
    assert shown[round(off.minute * 60)].marks[Vital.SPO2] is Quality.SENSOR_OFF
    squeezed = shown[round(cuff.minute * 60) : round(cuff.minute * 60 + cuff.for_s)]
    assert squeezed[0].spo2_percent == 86
    assert squeezed[-1].spo2_percent is None
    assert not any(one.marks for one in squeezed)


def told(*alarms: tuple[Cause, float, Priority], name: str = "pregnancy") -> Told:
    """Return a telling in which both places said these alarms."""
    numbers = count()
    cards = {
        bytes([number]): Heard(cause, "", minute, priority, bytes([number]))
        for (cause, minute, priority), number in zip(alarms, numbers, strict=False)
    }
    return Told(load_tale(name), SEED, 1, dict(cards), dict(cards), dict(cards))


FAST = (Cause.HEART_RATE_HIGH, 24.0, Priority.HIGH)
LOW = (Cause.SYSTOLIC_LOW, 28.0, Priority.HIGH)


def test_a_good_telling_has_no_fault() -> None:
    assert faults(told(FAST, LOW)) == ()


@pytest.mark.parametrize(
    ("telling", "fault"),
    [
        (told(FAST), "SYSTOLIC_LOW was not told"),
        (told(FAST, LOW, LOW), "SYSTOLIC_LOW was told once too often"),
        (told(FAST, LOW, (Cause.APNOEA, 3, Priority.HIGH)), "APNOEA was told once too often"),
        (told(FAST, (LOW[0], 2, LOW[2])), "SYSTOLIC_LOW was told at minute 2.0"),
        (told((*FAST[:2], Priority.LOW), LOW), "HEART_RATE_HIGH came to LOW only"),
        (told((FAST[0], 27.5, FAST[2]), (LOW[0], 25, LOW[2])), "SYSTOLIC_LOW was told before"),
    ],
)
def test_a_fault_of_a_telling_is_said(telling: Told, fault: str) -> None:
    assert any(one.startswith(fault) for one in faults(telling)), faults(telling)


def test_what_one_place_alone_says_is_a_fault() -> None:
    telling = told(FAST, LOW)
    assert faults(replace(telling, vehicle={})) == ("vehicle and center told different tales",)


def test_missed_and_unexpected_are_counted() -> None:
    telling = told(LOW, LOW, (Cause.APNOEA, 3, Priority.HIGH))
    assert missed(telling) == ("HEART_RATE_HIGH",)
    assert unexpected(telling) == ("SYSTOLIC_LOW", "APNOEA")


def test_a_tale_told_fast_keeps_its_stable_patient_silent() -> None:
    short = structs.replace(load_tale("stable"), minutes=20)
    assert tell(short, SEED, rate=40).cards == {}
