"""What a twelve-lead ECG shows."""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import ALL_ABOUT_THE_PATIENT, AlarmRule, Cause, Level

TWELVE_LEAD: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.STEMI_SUSPECTED,
        category=Category.PHYSIOLOGICAL,
        condition="a twelve-lead ECG meets the criteria of ST-elevation infarction",
        levels=(Level(Priority.HIGH, 0),),
        words_en="ST-elevation infarction suspected",
        words_zh="疑似ST段抬高型心肌梗死",
        check_first_en="Look at the tracing and the patient; take the ECG again if in doubt; "
        "tell the catheter laboratory.",
        check_first_zh="查看心电图与患者;有疑问则复查心电图;通知导管室。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        latching=True,
        citation="Thygesen K et al., Fourth Universal Definition of Myocardial Infarction (2018), "
        "J Am Coll Cardiol 2018;72:2231, table 2",
    ),
)
