"""What the course of a patient says of the hours to come."""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import (
    ALL_ABOUT_THE_PATIENT,
    CREW_AND_CLINICIAN,
    AlarmRule,
    Cause,
    Level,
)

OUTLOOK: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.DETERIORATION,
        category=Category.PHYSIOLOGICAL,
        condition="the deterioration index reaches its threshold (0.044), once in 24 h",
        levels=(Level(Priority.MEDIUM, 0),),
        suppressed_by=(Cause.NEWS2_HIGH,),
        words_en="Likely to get worse",
        words_zh="病情可能恶化",
        check_first_en="Look at what drives it; repeat the whole set of vital signs.",
        check_first_zh="查看主要驱动指标,复测全部生命体征。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=(
            "docs/models/deterioration.md; trained on PhysioNet/CinC Challenge 2019, "
            "Reyna MA et al. Crit Care Med 2020;48:210-217"
        ),
    ),
    AlarmRule(
        cause=Cause.WORSENING_IN_BAND,
        category=Category.PHYSIOLOGICAL,
        condition=(
            "a vital sign still gets no points of NEWS2, but its slope over 30 min leads out of "
            "that band within 30 min; medium: two vital signs get worse at once"
        ),
        levels=(Level(Priority.LOW, 0), Level(Priority.MEDIUM, 0)),
        suppressed_by=(Cause.NEWS2_HIGH, Cause.NEWS2_MEDIUM),
        words_en="Getting worse while still in band",
        words_zh="仍在正常范围内但持续变差",
        check_first_en="Compare with the first set of values; look for the reason.",
        check_first_zh="与首次数值比较,查找原因。",
        for_whom=CREW_AND_CLINICIAN,
        citation=(
            "bands: Royal College of Physicians, NEWS2, London 2017, chart 1; slope and interval: "
            "Sen PK. J Am Stat Assoc 1968;63:1379-1389, section 4"
        ),
    ),
)
