"""What is wrong with the judgement itself, or with many units at once."""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.rule import (
    AlarmRule,
    Cause,
    Level,
)
from clinical.instant import SECOND_US

DETECTION: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.DETECTION_STALE,
        category=Category.TECHNICAL,
        condition="no judgement arrives from a partition for 3 s",
        levels=(Level(Priority.HIGH, 0),),
        words_en="Detection is not running",
        words_zh="监测判断停止",
        check_first_en="Watch every patient by radio; restart detection.",
        check_first_zh="用电台关注所有病人,重启监测。",
        for_whom=(Recipient.DISPATCHER, Recipient.CLINICIAN, Recipient.ENGINEER),
    ),
    AlarmRule(
        cause=Cause.DETECTION_DEGRADED,
        category=Category.TECHNICAL,
        condition="one of the two channels of detection is not judging; the other one is",
        levels=(Level(Priority.LOW, 0),),
        suppressed_by=(Cause.DETECTION_STALE,),
        words_en="Detection runs without its spare",
        words_zh="监测判断失去备份",
        check_first_en="Patients are being judged; have the stopped channel restarted.",
        check_first_zh="病人仍在监测中;请恢复停止的通道。",
        for_whom=(Recipient.DISPATCHER, Recipient.ENGINEER),
    ),
    AlarmRule(
        cause=Cause.CHANNELS_DISAGREE,
        category=Category.TECHNICAL,
        condition="both channels have judged the same data and disagree about an alarm",
        levels=(Level(Priority.LOW, 5 * SECOND_US),),
        words_en="The two channels of detection disagree",
        words_zh="两路监测判断不一致",
        check_first_en="Look at the patient's values; believe the channel that alarms.",
        check_first_zh="查看病人数值;以报警的一路为准。",
        for_whom=(Recipient.CLINICIAN, Recipient.ENGINEER),
    ),
    AlarmRule(
        cause=Cause.EDGE_DISAGREES,
        category=Category.TECHNICAL,
        condition="vehicle and center have the same data and disagree about an alarm",
        levels=(Level(Priority.LOW, 5 * SECOND_US),),
        words_en="Vehicle and center disagree",
        words_zh="车上与中心判断不一致",
        check_first_en="Ask the crew what they see; believe the side that alarms.",
        check_first_zh="询问车组所见;以报警的一方为准。",
        for_whom=(Recipient.CLINICIAN, Recipient.ENGINEER),
    ),
    AlarmRule(
        cause=Cause.UNITS_SILENT,
        category=Category.TECHNICAL,
        condition="more than 20 % of the units of a partition fall silent within 10 s",
        levels=(Level(Priority.HIGH, 0),),
        suppressed_by=(Cause.DETECTION_STALE,),
        words_en="Many units silent at once",
        words_zh="多个单元同时失联",
        check_first_en="Look at gateway and cell; call the listed crews by radio.",
        check_first_zh="检查网关与基站;用电台呼叫所列车组。",
        for_whom=(Recipient.DISPATCHER, Recipient.CLINICIAN, Recipient.ENGINEER),
    ),
)
