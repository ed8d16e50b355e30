"""The alarm catalogue: every cause of an alarm, as one table.

Detectors, the life cycle, the feed and ``docs/alarms.md`` read this table; no limit, delay or
word of an alarm stands anywhere else. Limits and delays are starting values of this project
unless a citation stands beside them. Adding a cause means adding one entry here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import AlarmRule, Bound, Cause, Comparison, Level, Recipient
from clinical.instant import SECOND_US
from clinical.vitals import Vital

_BELOW: Final = Comparison.BELOW
_ABOVE: Final = Comparison.ABOVE
_CREW_AND_CLINICIAN: Final = (Recipient.CREW, Recipient.CLINICIAN)
_ALL_ABOUT_THE_PATIENT: Final = (Recipient.CREW, Recipient.CLINICIAN, Recipient.DISPATCHER)
_NEWS2_CITATION: Final = (
    "Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, "
    "chart 2 (thresholds and triggers)"
)

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
        levels=(Level(Priority.HIGH, 5 * SECOND_US, Bound(_BELOW, 1)),),
        latching=True,
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
            Level(Priority.MEDIUM, 10 * SECOND_US, Bound(_BELOW, 50, hysteresis=5, lowest=1)),
            Level(Priority.HIGH, 10 * SECOND_US, Bound(_BELOW, 40, hysteresis=5, lowest=1)),
        ),
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
            Level(Priority.MEDIUM, 10 * SECOND_US, Bound(_ABOVE, 120, hysteresis=5)),
            Level(Priority.HIGH, 10 * SECOND_US, Bound(_ABOVE, 130, hysteresis=5)),
        ),
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
            Level(Priority.MEDIUM, 10 * SECOND_US, Bound(_BELOW, 90, hysteresis=2)),
            Level(Priority.HIGH, 10 * SECOND_US, Bound(_BELOW, 85, hysteresis=2)),
        ),
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
        levels=(Level(Priority.MEDIUM, 10 * SECOND_US, Bound(_BELOW, 8, hysteresis=2, lowest=1)),),
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
        levels=(Level(Priority.MEDIUM, 10 * SECOND_US, Bound(_ABOVE, 30, hysteresis=2)),),
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
        suppressed_by=(Cause.DETECTION_STALE,),
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
        condition="the unit's captures lie in the future or step in time",
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
)

RULES: Final[Mapping[str, AlarmRule]] = MappingProxyType({r.cause: r for r in CATALOGUE})
"""The catalogue by cause."""
