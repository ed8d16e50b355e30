"""A shift as a dispatcher meets it: most are well, a few are not."""

import math

from clinical.alarms.priority import Priority, Source
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.vitals import Vital
from clinical.watch.outlook.deteriorating import Driver
from clinical.watch.outlook.trending import Arrow
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from command_center.center import Center
from ports.clock import SystemClock
from tests.browser.ward import Patient, Ward
from wire.picture import Picture

STORY_S = 600
PEWS = PictureScore(
    "NPEWS", None, 1, "low", ("MISSING:capillary_refill_s", "MISSING:respiratory_distress")
)
STEP_S = 2

_WELL = (
    ("AMB-01", None, 29), ("AMB-03", None, 44), ("AMB-04", None, 35), ("AMB-06", None, 58),
    ("AMB-07", None, 67), ("AMB-09", None, 74), ("AMB-10", None, 19), ("TENT-01", "bay-1", 51),
    ("TENT-01", "bay-2", 8), ("TENT-01", "bay-3", 63),
)  # fmt: skip


def vitals(
    hr: float, rr: float, spo2: float, bp: tuple[float, float], t: float
) -> dict[Vital, float]:
    return {
        Vital.HEART_RATE: hr,
        Vital.RESPIRATION: rr,
        Vital.SPO2: spo2,
        Vital.SYSTOLIC: bp[0],
        Vital.DIASTOLIC: bp[1],
        Vital.TEMPERATURE: t,
    }


async def play(ward: Ward, center: Center) -> dict[str, Patient]:
    """Admit everybody, tell their last ten minutes, raise the alarms; return the ill by course."""
    for number, (unit, bay, age) in enumerate(_WELL, start=1):
        await ward.admit(_well(number, unit, bay, age))
    ill = {
        "septic": Patient(
            20, "AMB-02", 71, vitals(118, 26, 93, (98, 60), 38.9), 9, index=0.128,
            drivers=(
                Driver("temperature_c", 2.9), Driver("respiration_per_min", 2.1),
                Driver("heart_rate_bpm", 1.4),
            ),
            arrows=(
                Arrow(Vital.HEART_RATE, 0.8, worsening=False),
                Arrow(Vital.RESPIRATION, 0.3, worsening=False),
                Arrow(Vital.SYSTOLIC, -0.7, worsening=False),
            ),
            shock=ShockIndex(1.2, raised=True),
        ),
        "bleeding": Patient(
            21, "AMB-05", 33, vitals(124, 24, 97, (84, 51), 36.4), 8, index=0.041,
            arrows=(Arrow(Vital.SYSTOLIC, -1.4, worsening=False),),
            shock=ShockIndex(1.48, raised=True),
        ),
        "arrest": Patient(22, "AMB-08", 62, vitals(0, 4, 71, (60, 30), 36.0), 14, index=0.08),
        "getting worse": Patient(
            24, "AMB-11", 52, vitals(86, 18, 97, (116, 70), 37.4), 0, index=0.024, certainty=0.5,
            arrows=(
                Arrow(Vital.HEART_RATE, 0.6, worsening=True),
                Arrow(Vital.SYSTOLIC, -0.5, worsening=True),
            ),
        ),
        "hypoxic": Patient(
            23, "TENT-01", 80, vitals(96, 22, 88, (128, 74), 37.1), None,
            bay="bay-5", at_least=6, refusals=("MISSING:consciousness",),
        ),
    }  # fmt: skip
    for patient in ill.values():
        await ward.admit(patient)
    while len(center.roster.rows) < len(ward.patients):
        await SystemClock().sleep_us(10_000)
    _tell_the_past(ward, center, list(ill.values()))
    high, medium = Priority.HIGH, Priority.MEDIUM
    septic, bleeding, arrest, worsening, hypoxic = ill.values()
    await ward.alarm(
        worsening, Cause.WORSENING_IN_BAND, medium,
        {
            "heart_rate_bpm": 86, "heart_rate_bpm_slope": 0.6, "systolic_mmhg": 116,
            "systolic_mmhg_slope": -0.5, "minutes_to_edge": 7.0,
        },
        since_s=130,
    )  # fmt: skip
    await ward.alarm(septic, Cause.NEWS2_HIGH, high, {"news2_total": 9}, since_s=214)
    await ward.alarm(arrest, Cause.NEWS2_HIGH, high, {"news2_total": 14}, since_s=40)
    await ward.alarm(bleeding, Cause.NEWS2_HIGH, high, {"news2_total": 8}, since_s=120)
    await ward.alarm(hypoxic, Cause.SPO2_LOW, medium, {"spo2_percent": 88}, since_s=95)
    await ward.alarm(bleeding, Cause.SYSTOLIC_LOW, high, {"systolic_mmhg": 84}, since_s=61)
    await ward.alarm(
        arrest, Cause.HEART_RATE_ZERO, high, {"heart_rate_bpm": 0}, since_s=12, source=Source.EDGE
    )
    await ward.crew_takes(bleeding, Cause.SYSTOLIC_LOW, "Li Na")
    return ill


def _well(number: int, unit: str, bay: str | None, age: int) -> Patient:
    hr, rr = 62 + 5 * (number % 5), 13 + number % 5
    pressure = (118 + 2 * number, 72 + number)
    child = age < 16
    return Patient(
        number, unit, age, vitals(hr, rr, 97 + number % 3, pressure, 36.7),
        None if child else number % 3, bay,
        at_least=0 if child else None,
        refusals=("AGE:age_years",) if child else (),
        score=PEWS if child else None,
        index=None if child else 0.008 + number / 2000,
    )  # fmt: skip


def _tell_the_past(ward: Ward, center: Center, ill: list[Patient]) -> None:
    """Show the roster ten minutes in a moment: the ill were well at their beginning."""
    now_us = SystemClock().now_us()
    ends = {
        patient.number: (dict(patient.vitals), patient.news2, patient.at_least) for patient in ill
    }
    calm = vitals(82, 16, 97, (126, 78), 37.0)
    for second in range(0, STORY_S, STEP_S):
        worse = 1 / (1 + math.exp(-(second - STORY_S * 0.6) / 50))
        for patient in ill:
            end, news2, at_least = ends[patient.number]
            ripple = math.sin(second / 17 + patient.number)
            patient.vitals = {
                v: calm[v]
                + (end[v] - calm[v]) * worse
                + ripple * (0.05 if v is Vital.TEMPERATURE else 1)
                for v in calm
            }
            patient.news2 = None if news2 is None else round(1 + (news2 - 1) * worse)
            patient.at_least = None if at_least is None else round(1 + (at_least - 1) * worse)
        at_us = now_us - (STORY_S - second) * SECOND_US
        rows = tuple(patient.row(at_us) for patient in ward.patients)
        center.roster.on_picture(Picture(0, at_us, Source.CENTER_A, rows))
    for patient in ill:
        patient.vitals, patient.news2, patient.at_least = ends[patient.number]
