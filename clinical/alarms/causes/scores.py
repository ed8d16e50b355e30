"""What a published score says of the patient."""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import (
    ALL_ABOUT_THE_PATIENT,
    CREW_AND_CLINICIAN,
    AlarmRule,
    Cause,
    Level,
)
from clinical.instant import MINUTE_US

_NEWS2_CITATION: Final = (
    "Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, "
    "chart 2 (thresholds and triggers)"
)

_NPEWS_CITATION: Final = (
    "NHS England and RCPCH, National Paediatric Early Warning System inpatient charts, 2023, "
    "escalation by total and by AVPU"
)

_CLEAR_US: Final = 5 * MINUTE_US
"""A chart asks for an observation an hour, a monitor scores every second: what hovers about a band
is one alarm."""

SCORES: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.NEWS2_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition="NEWS2 total, or its lower bound, is 7 or more",
        levels=(Level(Priority.HIGH, 0),),
        clear_us=_CLEAR_US,
        words_en="NEWS2 7 or more",
        words_zh="NEWS2评分≥7",
        check_first_en="Assess airway, breathing, circulation; consult the center.",
        check_first_zh="评估气道、呼吸、循环,联系指挥中心。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=_NEWS2_CITATION,
    ),
    AlarmRule(
        cause=Cause.NEWS2_MEDIUM,
        category=Category.PHYSIOLOGICAL,
        condition="NEWS2 total, or its lower bound, is 5 or 6, or a single part scores 3",
        levels=(Level(Priority.MEDIUM, 0),),
        clear_us=_CLEAR_US,
        suppressed_by=(Cause.NEWS2_HIGH,),
        words_en="NEWS2 5 or 6, or a single 3",
        words_zh="NEWS2评分5-6或单项3分",
        check_first_en="Repeat the whole set of vital signs.",
        check_first_zh="复测全部生命体征。",
        for_whom=CREW_AND_CLINICIAN,
        citation=_NEWS2_CITATION,
    ),
    AlarmRule(
        cause=Cause.NPEWS_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition=(
            "a child's National PEWS total, or its lower bound, is 9 or more, "
            "or the child reacts to voice only, to pain only or not at all"
        ),
        levels=(Level(Priority.HIGH, 0),),
        clear_us=_CLEAR_US,
        words_en="Child: PEWS 9 or more, or not awake",
        words_zh="儿童:PEWS评分≥9或意识不清",
        check_first_en="Assess airway, breathing, circulation; call a paediatrician now.",
        check_first_zh="评估气道、呼吸、循环,立即联系儿科医师。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=_NPEWS_CITATION,
    ),
    AlarmRule(
        cause=Cause.NPEWS_MEDIUM,
        category=Category.PHYSIOLOGICAL,
        condition="a child's National PEWS total, or its lower bound, is 5 to 8",
        levels=(Level(Priority.MEDIUM, 0),),
        clear_us=_CLEAR_US,
        suppressed_by=(Cause.NPEWS_HIGH,),
        words_en="Child: PEWS 5 to 8",
        words_zh="儿童:PEWS评分5-8",
        check_first_en="Repeat the whole set; look at breathing effort and capillary refill.",
        check_first_zh="复测全部体征,查看呼吸费力程度与毛细血管充盈。",
        for_whom=CREW_AND_CLINICIAN,
        citation=_NPEWS_CITATION,
    ),
)
