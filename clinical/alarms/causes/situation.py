"""What a score says of those who are injured, or in whom an infection is suspected.

Both ask for something beside the care that the patient needs at once: where to drive, whom to warn.
Death or lasting harm if nobody responds, but not within minutes: medium by IEC 60601-1-8 (table 1).
What is urgent in the same values is alarmed by the limits, by GCS_LOW and by NEWS2.
"""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import (
    ALL_ABOUT_THE_PATIENT,
    CREW_AND_CLINICIAN,
    AlarmRule,
    Cause,
    Level,
)
from clinical.instant import MINUTE_US, SECOND_US

_HELD_US: Final = 30 * SECOND_US
"""The publications counted breaths over half a minute; a monitor says a number each second."""

_CLEAR_US: Final = 5 * MINUTE_US
"""As of the early warning scores: what hovers is one alarm."""

SITUATION: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.TRAUMA_CENTRE_ADVISED,
        category=Category.PHYSIOLOGICAL,
        condition=(
            "of an adult whom the crew calls injured, T-RTS is 11 or less (RTS below 4 is always "
            "so) or MGAP 22 or less, also where only known parts say so; it says where to drive "
            "and stands beside NEWS2, which says how ill; the shock index has no alarm"
        ),
        levels=(Level(Priority.MEDIUM, _HELD_US),),
        latching=True,
        clear_us=_CLEAR_US,
        words_en="Injured: trauma centre advised",
        words_zh="创伤:建议送创伤中心",
        check_first_en="Stop bleeding, keep warm, drive; tell the trauma centre how and scores.",
        check_first_zh="止血、保温、尽快转运;向创伤中心通报机制与评分。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=(
            "Champion HR et al. J Trauma 1989;29:623-629 (T-RTS 11 or less, RTS below 4); "
            "Sartorius D et al. Crit Care Med 2010;38:831-837 (MGAP below 23)"
        ),
    ),
    AlarmRule(
        cause=Cause.SEPSIS_SUSPECTED,
        category=Category.PHYSIOLOGICAL,
        condition=(
            "of an adult in whom the crew suspects an infection, qSOFA or its lower bound is 2 or "
            "more; it rests on three of NEWS2's values, so none begins while NEWS2_HIGH holds, "
            "and the score is shown; the shock index has no alarm"
        ),
        levels=(Level(Priority.MEDIUM, _HELD_US),),
        clear_us=_CLEAR_US,
        suppressed_by=(Cause.NEWS2_HIGH,),
        words_en="Sepsis suspected: qSOFA 2 or more",
        words_zh="疑似脓毒症:qSOFA≥2",
        check_first_en="Repeat vital signs and coma scale; tell the hospital: suspected sepsis.",
        check_first_zh="复测体征与昏迷评分;向医院通报疑似脓毒症。",
        for_whom=CREW_AND_CLINICIAN,
        citation="Singer M et al. JAMA 2016;315:801-810, box 4 and figure 1",
    ),
)
