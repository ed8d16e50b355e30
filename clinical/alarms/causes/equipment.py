"""What keeps a patient from being judged, or casts doubt on the data."""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.rule import (
    ALL_ABOUT_THE_PATIENT,
    CREW_AND_CLINICIAN,
    AlarmRule,
    Cause,
    Level,
)
from clinical.instant import SECOND_US

EQUIPMENT: Final[tuple[AlarmRule, ...]] = (
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
        for_whom=CREW_AND_CLINICIAN,
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
        for_whom=CREW_AND_CLINICIAN,
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
        for_whom=CREW_AND_CLINICIAN,
    ),
    AlarmRule(
        cause=Cause.JUDGEMENT_WITHHELD,
        category=Category.TECHNICAL,
        condition=(
            "the crew does something that forges vital signs, which are not judged for so long; "
            "medium: the waveforms show fibrillation or tachycardia of the ventricles meanwhile"
        ),
        levels=(Level(Priority.LOW, 0), Level(Priority.MEDIUM, 0)),
        words_en="Judgement withheld",
        words_zh="暂停判断",
        check_first_en="Watch the patient: what hands and cuff hide is not judged meanwhile.",
        check_first_zh="请直接观察病人:操作结束前,受其干扰的体征不作判断。",
        for_whom=CREW_AND_CLINICIAN,
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
        for_whom=(*ALL_ABOUT_THE_PATIENT, Recipient.ENGINEER),
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
)
