"""What is wrong with the patient, by vital sign and by the crew's hand."""

from typing import Final

from clinical.alarms.patience import Patience, Wait
from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import (
    ALL_ABOUT_THE_PATIENT,
    CREW_AND_CLINICIAN,
    AlarmRule,
    Bound,
    Cause,
    Comparison,
    Level,
    Rise,
    patient,
)
from clinical.instant import MINUTE_US, SECOND_US
from clinical.vitals import Vital

_BELOW, _ABOVE = Comparison.BELOW, Comparison.ABOVE
_CLEAR_US: Final = 10 * SECOND_US
"""Of vital signs shown every second: an alarm that comes and goes is one alarm."""


def _waits(shortest_s: int, longest_s: int) -> Wait:
    return Wait(shortest_s * SECOND_US, longest_s * SECOND_US)


_CHECKED: Final = Patience(50, _waits(8, 15), _waits(10, 25), 25 * SECOND_US)
_CHECKED_GRAVE: Final = Patience(50, _waits(8, 10), _waits(10, 10), 20 * SECOND_US)
"""Of heart rate and saturation, which heart rate and pulse rate together confirm or contradict."""
_NO_BEAT: Final = Patience(0, _waits(5, 5), _waits(5, 5), 10 * SECOND_US)
"""A pulse that the pleth still shows contradicts a heart rate of 0, for as long as an ECG monitor
may take to tell of cardiac standstill (10 s)."""
_SLOW_BREATH: Final = Patience(60, _waits(12, 25), _waits(12, 25), 25 * SECOND_US)
_FAST_BREATH: Final = Patience(300, _waits(15, 25), _waits(15, 25), 27 * SECOND_US)

_HYPOXIA: Final = Rise(
    MINUTE_US,
    Priority.HIGH,
    2 * MINUTE_US,
    "a saturation below 90 % that is not mended within a minute of its alarm harms, above all the "
    "injured brain; a saturation below 90 % before hospital goes with three times the odds of "
    "death there",
    "Spaite DW et al., The effect of combined out-of-hospital hypotension and hypoxia on mortality "
    "in major traumatic brain injury, Ann Emerg Med 2017;69:62-72; the times are this project's",
)
_SLOW: Final = Rise(
    MINUTE_US,
    Priority.HIGH,
    2 * MINUTE_US,
    "8 breaths a minute score 3 points by themselves; breath that stays slower for a minute goes "
    "on to apnoea, while oxygen that is given keeps the saturation up",
    "Boyer EW, Management of opioid analgesic overdose, N Engl J Med 2012;367:146-155; Fu ES et "
    "al., Chest 2004;126:1552-1558; the times are this project's",
)

VITAL_SIGNS: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.NO_PULSE,
        category=Category.PHYSIOLOGICAL,
        condition="the crew found no pulse",
        levels=(Level(Priority.HIGH, 0),),
        latching=True,
        words_en="No pulse found",
        words_zh="未触及脉搏",
        check_first_en="Start CPR; attach the defibrillator.",
        check_first_zh="立即心肺复苏,连接除颤器。",
        for_whom=ALL_ABOUT_THE_PATIENT,
    ),
    AlarmRule(
        cause=Cause.HEART_RATE_ZERO,
        category=Category.PHYSIOLOGICAL,
        condition="heart rate is 0",
        vital=Vital.HEART_RATE,
        levels=(patient(Priority.HIGH, Bound(_BELOW, 1), _NO_BEAT),),
        latching=True,
        clear_us=_CLEAR_US,
        suppressed_by=(
            Cause.ASYSTOLE,
            Cause.VENTRICULAR_FIBRILLATION,
            Cause.VENTRICULAR_TACHYCARDIA,
        ),
        words_en="Heart rate 0",
        words_zh="心率为零",
        check_first_en="Check pulse and responsiveness, then the leads.",
        check_first_zh="先查脉搏与反应,再查导联。",
        for_whom=ALL_ABOUT_THE_PATIENT,
    ),
    AlarmRule(
        cause=Cause.APNOEA,
        category=Category.PHYSIOLOGICAL,
        condition="respiration is 0",
        vital=Vital.RESPIRATION,
        levels=(Level(Priority.HIGH, 10 * SECOND_US, Bound(_BELOW, 1)),),
        latching=True,
        clear_us=_CLEAR_US,
        words_en="Not breathing",
        words_zh="呼吸停止",
        check_first_en="Open the airway; ventilate.",
        check_first_zh="开放气道,给予通气。",
        for_whom=ALL_ABOUT_THE_PATIENT,
    ),
    AlarmRule(
        cause=Cause.HEART_RATE_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="heart rate is low",
        vital=Vital.HEART_RATE,
        levels=(
            patient(Priority.MEDIUM, Bound(_BELOW, 50, hysteresis=5, lowest=1), _CHECKED),
            patient(Priority.HIGH, Bound(_BELOW, 40, hysteresis=5, lowest=1), _CHECKED_GRAVE),
        ),
        clear_us=_CLEAR_US,
        suppressed_by=(
            Cause.HEART_RATE_ZERO,
            Cause.ASYSTOLE,
            Cause.VENTRICULAR_FIBRILLATION,
            Cause.EXTREME_BRADYCARDIA,
            Cause.PACING_NOT_CAPTURED,
        ),
        words_en="Heart rate low",
        words_zh="心率过低",
        check_first_en="Check pulse, consciousness and blood pressure.",
        check_first_zh="检查脉搏、意识和血压。",
        for_whom=CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.HEART_RATE_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition="heart rate is high",
        vital=Vital.HEART_RATE,
        levels=(
            patient(Priority.MEDIUM, Bound(_ABOVE, 120, hysteresis=5), _CHECKED),
            patient(Priority.HIGH, Bound(_ABOVE, 130, hysteresis=5), _CHECKED_GRAVE),
        ),
        clear_us=_CLEAR_US,
        suppressed_by=(
            Cause.VENTRICULAR_FIBRILLATION,
            Cause.VENTRICULAR_TACHYCARDIA,
            Cause.EXTREME_TACHYCARDIA,
        ),
        words_en="Heart rate high",
        words_zh="心率过快",
        check_first_en="Check rhythm, blood pressure, bleeding and pain.",
        check_first_zh="检查心律、血压、出血与疼痛。",
        for_whom=CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.SPO2_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="oxygen saturation is low",
        vital=Vital.SPO2,
        levels=(
            patient(Priority.MEDIUM, Bound(_BELOW, 90, hysteresis=2), _CHECKED),
            patient(Priority.HIGH, Bound(_BELOW, 85, hysteresis=2), _CHECKED_GRAVE),
        ),
        clear_us=_CLEAR_US,
        words_en="Oxygen saturation low",
        words_zh="血氧饱和度过低",
        check_first_en="Check airway and oxygen supply, then the sensor.",
        check_first_zh="检查气道与供氧,再查探头。",
        for_whom=CREW_AND_CLINICIAN,
        rise=_HYPOXIA,
    ),
    AlarmRule(
        cause=Cause.SYSTOLIC_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="systolic blood pressure is low",
        vital=Vital.SYSTOLIC,
        levels=(Level(Priority.HIGH, 0, Bound(_BELOW, 90, hysteresis=5)),),
        words_en="Systolic blood pressure low",
        words_zh="收缩压过低",
        check_first_en="Look for bleeding; repeat the measurement.",
        check_first_zh="查找出血,复测血压。",
        for_whom=CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.RESPIRATION_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="respiration is slow",
        vital=Vital.RESPIRATION,
        levels=(patient(Priority.MEDIUM, Bound(_BELOW, 8, hysteresis=2, lowest=1), _SLOW_BREATH),),
        clear_us=_CLEAR_US,
        suppressed_by=(Cause.APNOEA,),
        words_en="Respiration slow",
        words_zh="呼吸过缓",
        check_first_en="Count the breaths; check airway and consciousness.",
        check_first_zh="数呼吸,检查气道与意识。",
        for_whom=CREW_AND_CLINICIAN,
        rise=_SLOW,
    ),
    AlarmRule(
        cause=Cause.RESPIRATION_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition="respiration is fast",
        vital=Vital.RESPIRATION,
        levels=(patient(Priority.MEDIUM, Bound(_ABOVE, 30, hysteresis=2), _FAST_BREATH),),
        clear_us=_CLEAR_US,
        words_en="Respiration fast",
        words_zh="呼吸过快",
        check_first_en="Count the breaths; listen to the chest.",
        check_first_zh="数呼吸,听诊胸部。",
        for_whom=CREW_AND_CLINICIAN,
    ),
)
