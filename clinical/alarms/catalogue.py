"""The alarm catalogue: every cause of an alarm, as one table.

Detectors, the life cycle, the feed and ``docs/alarms.md`` read this table; no limit, delay or
word of an alarm stands anywhere else. Limits and delays are starting values of this project
unless a citation stands beside them. Adding a cause means adding one entry here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from clinical.alarms.patience import Patience, Wait
from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import (
    AlarmRule,
    Bound,
    Cause,
    Comparison,
    Level,
    Recipient,
    patient,
)
from clinical.instant import SECOND_US
from clinical.vitals import Vital

_BELOW: Final = Comparison.BELOW
_ABOVE: Final = Comparison.ABOVE
_MEDIUM, _HIGH = Priority.MEDIUM, Priority.HIGH
_CLEAR_US: Final = 10 * SECOND_US
"""Of vital signs shown every second: an alarm that comes and goes is one alarm."""
_CREW_AND_CLINICIAN: Final = (Recipient.CREW, Recipient.CLINICIAN)
_ALL_ABOUT_THE_PATIENT: Final = (Recipient.CREW, Recipient.CLINICIAN, Recipient.DISPATCHER)
_NEWS2_CITATION: Final = (
    "Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, "
    "chart 2 (thresholds and triggers)"
)


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

CATALOGUE: Final[tuple[AlarmRule, ...]] = (
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
        for_whom=_ALL_ABOUT_THE_PATIENT,
    ),
    AlarmRule(
        cause=Cause.HEART_RATE_ZERO,
        category=Category.PHYSIOLOGICAL,
        condition="heart rate is 0",
        vital=Vital.HEART_RATE,
        levels=(patient(_HIGH, Bound(_BELOW, 1), _NO_BEAT),),
        latching=True,
        clear_us=_CLEAR_US,
        words_en="Heart rate 0",
        words_zh="心率为零",
        check_first_en="Check pulse and responsiveness, then the leads.",
        check_first_zh="先查脉搏与反应,再查导联。",
        for_whom=_ALL_ABOUT_THE_PATIENT,
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
        for_whom=_ALL_ABOUT_THE_PATIENT,
    ),
    AlarmRule(
        cause=Cause.HEART_RATE_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="heart rate is low",
        vital=Vital.HEART_RATE,
        levels=(
            patient(_MEDIUM, Bound(_BELOW, 50, hysteresis=5, lowest=1), _CHECKED),
            patient(_HIGH, Bound(_BELOW, 40, hysteresis=5, lowest=1), _CHECKED_GRAVE),
        ),
        clear_us=_CLEAR_US,
        suppressed_by=(Cause.HEART_RATE_ZERO,),
        words_en="Heart rate low",
        words_zh="心率过低",
        check_first_en="Check pulse, consciousness and blood pressure.",
        check_first_zh="检查脉搏、意识和血压。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.HEART_RATE_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition="heart rate is high",
        vital=Vital.HEART_RATE,
        levels=(
            patient(_MEDIUM, Bound(_ABOVE, 120, hysteresis=5), _CHECKED),
            patient(_HIGH, Bound(_ABOVE, 130, hysteresis=5), _CHECKED_GRAVE),
        ),
        clear_us=_CLEAR_US,
        words_en="Heart rate high",
        words_zh="心率过快",
        check_first_en="Check rhythm, blood pressure, bleeding and pain.",
        check_first_zh="检查心律、血压、出血与疼痛。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.SPO2_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="oxygen saturation is low",
        vital=Vital.SPO2,
        levels=(
            patient(_MEDIUM, Bound(_BELOW, 90, hysteresis=2), _CHECKED),
            patient(_HIGH, Bound(_BELOW, 85, hysteresis=2), _CHECKED_GRAVE),
        ),
        clear_us=_CLEAR_US,
        words_en="Oxygen saturation low",
        words_zh="血氧饱和度过低",
        check_first_en="Check airway and oxygen supply, then the sensor.",
        check_first_zh="检查气道与供氧,再查探头。",
        for_whom=_CREW_AND_CLINICIAN,
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
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.RESPIRATION_LOW,
        category=Category.PHYSIOLOGICAL,
        condition="respiration is slow",
        vital=Vital.RESPIRATION,
        levels=(patient(_MEDIUM, Bound(_BELOW, 8, hysteresis=2, lowest=1), _SLOW_BREATH),),
        clear_us=_CLEAR_US,
        suppressed_by=(Cause.APNOEA,),
        words_en="Respiration slow",
        words_zh="呼吸过缓",
        check_first_en="Count the breaths; check airway and consciousness.",
        check_first_zh="数呼吸,检查气道与意识。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.RESPIRATION_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition="respiration is fast",
        vital=Vital.RESPIRATION,
        levels=(patient(_MEDIUM, Bound(_ABOVE, 30, hysteresis=2), _FAST_BREATH),),
        clear_us=_CLEAR_US,
        words_en="Respiration fast",
        words_zh="呼吸过快",
        check_first_en="Count the breaths; listen to the chest.",
        check_first_zh="数呼吸,听诊胸部。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.NEWS2_HIGH,
        category=Category.PHYSIOLOGICAL,
        condition="NEWS2 total, or its lower bound, is 7 or more",
        levels=(Level(Priority.HIGH, 0),),
        words_en="NEWS2 7 or more",
        words_zh="NEWS2评分≥7",
        check_first_en="Assess airway, breathing, circulation; consult the center.",
        check_first_zh="评估气道、呼吸、循环,联系指挥中心。",
        for_whom=_ALL_ABOUT_THE_PATIENT,
        citation=_NEWS2_CITATION,
    ),
    AlarmRule(
        cause=Cause.NEWS2_MEDIUM,
        category=Category.PHYSIOLOGICAL,
        condition="NEWS2 total, or its lower bound, is 5 or 6, or a single part scores 3",
        levels=(Level(Priority.MEDIUM, 0),),
        suppressed_by=(Cause.NEWS2_HIGH,),
        words_en="NEWS2 5 or 6, or a single 3",
        words_zh="NEWS2评分5-6或单项3分",
        check_first_en="Repeat the whole set of vital signs.",
        check_first_zh="复测全部生命体征。",
        for_whom=_CREW_AND_CLINICIAN,
        citation=_NEWS2_CITATION,
    ),
    AlarmRule(
        cause=Cause.SENSOR_OFF,
        category=Category.TECHNICAL,
        condition="a sensor is off the patient",
        levels=(Level(Priority.LOW, 5 * SECOND_US),),
        words_en="Sensor off",
        words_zh="探头脱落",
        check_first_en="Reattach the sensor.",
        check_first_zh="重新连接探头。",
        for_whom=(Recipient.CREW,),
    ),
    AlarmRule(
        cause=Cause.ECG_LEAD_FAULT,
        category=Category.TECHNICAL,
        condition="an ECG lead is detached, saturated or flat",
        levels=(Level(Priority.LOW, 3 * SECOND_US),),
        words_en="ECG lead gives no signal",
        words_zh="心电导联无信号",
        check_first_en="Look at the patient, then at electrodes and cable of this lead.",
        check_first_zh="先看病人,再查该导联的电极与导线。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.IMAGING_INCOMPLETE,
        category=Category.TECHNICAL,
        condition="slices of a CT series are missing, repeated, not parallel or apart",
        levels=(Level(Priority.LOW, 0),),
        words_en="CT series is not whole",
        words_zh="CT序列不完整",
        check_first_en="Do not rule anything out on these images; look at scanner and link.",
        check_first_zh="勿凭此图像排除病变;检查扫描仪与链路。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.VITAL_NOT_JUDGED,
        category=Category.TECHNICAL,
        condition="a vital sign cannot be judged; high when no independent signal shows life",
        levels=(
            Level(Priority.MEDIUM, 30 * SECOND_US),
            Level(Priority.HIGH, 30 * SECOND_US),
        ),
        words_en="Vital sign not judged",
        words_zh="生命体征无法判断",
        check_first_en="Look at the patient, then at the sensor.",
        check_first_zh="先看病人,再看探头。",
        for_whom=_CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.UNIT_SILENT,
        category=Category.TECHNICAL,
        condition="nothing is received from the unit of an open encounter",
        levels=(Level(Priority.MEDIUM, 10 * SECOND_US),),
        suppressed_by=(Cause.DETECTION_STALE, Cause.UNITS_SILENT),
        words_en="Unit silent",
        words_zh="单元失联",
        check_first_en="Call the crew by radio.",
        check_first_zh="用电台呼叫车组。",
        for_whom=(Recipient.DISPATCHER, Recipient.CLINICIAN),
    ),
    AlarmRule(
        cause=Cause.PATIENT_NOT_JUDGED,
        category=Category.TECHNICAL,
        condition="detection failed twice on this patient's data and has stopped",
        levels=(Level(Priority.HIGH, 0),),
        words_en="Patient not being judged",
        words_zh="该病人未被监测判断",
        check_first_en="Watch the patient at the monitor; call the crew.",
        check_first_zh="直接看监护仪,呼叫车组。",
        for_whom=(*_ALL_ABOUT_THE_PATIENT, Recipient.ENGINEER),
    ),
    AlarmRule(
        cause=Cause.FOREIGN_ENCOUNTER,
        category=Category.TECHNICAL,
        condition="a unit sent data for an encounter that another unit holds",
        levels=(Level(Priority.LOW, 0),),
        words_en="Another unit sends data for this patient",
        words_zh="另一单元发来该病人的数据",
        check_first_en="Ask the other unit which patient is selected on its device.",
        check_first_zh="询问另一单元,其设备上所选为哪位病人。",
        for_whom=(Recipient.CREW, Recipient.DISPATCHER),
    ),
    AlarmRule(
        cause=Cause.UNIT_CLOCK_SUSPECT,
        category=Category.TECHNICAL,
        condition="the unit's captures lie in the future, step in time, or may be off by over 2 s",
        levels=(Level(Priority.LOW, 0),),
        words_en="Unit clock suspect",
        words_zh="单元时钟可疑",
        check_first_en="Read times of this unit with care; check its clock.",
        check_first_zh="谨慎看待该单元时间,检查其时钟。",
        for_whom=(Recipient.DISPATCHER, Recipient.ENGINEER),
    ),
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

RULES: Final[Mapping[str, AlarmRule]] = MappingProxyType({r.cause: r for r in CATALOGUE})
"""The catalogue by cause."""
