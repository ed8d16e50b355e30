"""What the crew's examination of the nervous system shows."""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import ALL_ABOUT_THE_PATIENT, AlarmRule, Cause, Level

NEUROLOGY: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.STROKE_SUSPECTED,
        category=Category.PHYSIOLOGICAL,
        condition="a sign of the stroke screen (BE-FAST) is abnormal, or RACE is 5 or more",
        levels=(Level(Priority.HIGH, 0),),
        latching=True,
        words_en="Stroke suspected",
        words_zh="疑似卒中",
        check_first_en="Ask when last well; measure glucose; tell the stroke centre, CT at once.",
        check_first_zh="询问最后正常时间,测血糖;通知卒中中心,立即CT。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=(
            "Kothari RU et al. Ann Emerg Med 1999;33:373-378; Aroor S et al. Stroke "
            "2017;48:479-481; RACE: Pérez de la Ossa N et al. Stroke 2014;45:87-91"
        ),
    ),
    AlarmRule(
        cause=Cause.GCS_LOW,
        category=Category.PHYSIOLOGICAL,
        condition=(
            "the Glasgow Coma Scale is 2 or more below the best of this encounter; high: 8 or less"
        ),
        levels=(Level(Priority.MEDIUM, 0), Level(Priority.HIGH, 0)),
        words_en="Glasgow Coma Scale low or falling",
        words_zh="格拉斯哥昏迷评分低或下降",
        check_first_en="Airway first; glucose and pupils; repeat the scale, tell the hospital.",
        check_first_zh="先保护气道;查血糖与瞳孔;复评并通知医院。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=(
            "fall by 2: Moon JS et al. Crit Care Med 2008;36:172-175; 8 or less: NICE, Head "
            "injury: assessment and early management, NG232, 2023 (airway)"
        ),
    ),
)
