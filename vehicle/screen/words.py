"""Every word of the screen in both languages; the words of alarms are those of the catalogue."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from clinical.alarms.catalogue import RULES
from clinical.instant import SECOND_US


class Language(StrEnum):
    """The languages of the screen."""

    EN = "en"
    ZH = "zh-CN"


_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Crew screen", "车组屏幕"),
    "heart_rate_bpm": ("Heart rate", "心率"),
    "pulse_rate_bpm": ("Pulse", "脉率"),
    "spo2_percent": ("SpO₂", "血氧"),
    "respiration_per_min": ("Breathing", "呼吸"),
    "systolic_mmhg": ("Systolic pressure", "收缩压"),
    "diastolic_mmhg": ("Diastolic pressure", "舒张压"),
    "pressure": ("Blood pressure", "血压"),
    "temperature_c": ("Temperature", "体温"),
    "consciousness": ("Consciousness", "意识"),
    "on_oxygen": ("Oxygen", "吸氧"),
    "age_years": ("Age", "年龄"),
    "pregnant": ("Pregnancy", "妊娠"),
    "spo2_scale": ("SpO₂ scale", "血氧量表"),
    "news2_total": ("NEWS2", "NEWS2"),
    "news2_at_least": ("NEWS2 at least", "NEWS2 至少"),
    "npews_total": ("PEWS", "PEWS"),
    "npews_at_least": ("PEWS at least", "PEWS 至少"),
    "deterioration_index": ("Likelihood of getting worse", "恶化可能性"),
    "certainty_percent": ("Certainty, %", "把握(%)"),
    "minutes_to_edge": ("Leaves its band in, min", "离开正常范围(分钟)"),
    "fio2": ("Inspired oxygen", "吸入氧"),
    "lead": ("Lead", "导联"),
    "fault": ("Fault", "故障"),
    "flat": ("flat line", "直线"),
    "saturated": ("saturated", "饱和"),
    "detached": ("electrodes off", "电极脱落"),
    "intervention": ("Being done", "正在进行"),
    "compressions": ("chest compressions", "胸外按压"),
    "intubation": ("intubation", "插管"),
    "cuff": ("blood-pressure cuff", "血压袖带"),
    "rhythm": ("Rhythm, perhaps forged", "节律(可能受干扰)"),
    "VENTRICULAR_FIBRILLATION": ("fibrillation", "室颤"),
    "VENTRICULAR_TACHYCARDIA": ("ventricular tachycardia", "室速"),
    "airway": ("Airway", "气道"),
    "secured": ("secured: look at tube and ventilator", "已建立:查导管与呼吸机"),
    "A": ("Alert", "清醒"),
    "C": ("New confusion", "新发意识模糊"),
    "V": ("Responds to voice", "对声音有反应"),
    "P": ("Responds to pain", "对疼痛有反应"),
    "U": ("Unresponsive", "无反应"),
    "oxygen_yes": ("on oxygen", "吸氧中"),
    "oxygen_no": ("on air", "未吸氧"),
    "not_known": ("not assessed", "未评估"),
    "not_measured": ("no value", "无数值"),
    "ago": ("ago", "前"),
    "trend": ("last 30 min", "近 30 分钟"),
    "low": ("low", "低"),
    "low-medium": ("low to medium", "低至中"),
    "medium": ("medium", "中"),
    "high": ("high", "高"),
    "at_least": ("at least", "至少"),
    "incomplete": ("No full score:", "评分不全:"),
    "MISSING": ("never measured", "未测量"),
    "STALE": ("too old", "已过时"),
    "IMPLAUSIBLE": ("implausible", "不合理"),
    "AGE": ("not for this age", "不适用于该年龄"),
    "PREGNANT": ("not in pregnancy", "不适用于妊娠"),
    "UNTESTABLE": ("cannot be tested", "无法测试"),
    "SITUATION": ("there is none", "无"),
    "alarms": ("Alarms", "报警"),
    "more_alarms": ("▼ {n} more", "▼ 还有 {n} 条"),
    "no_alarms": ("No alarm", "无报警"),
    "judged_here": ("Watched in this vehicle", "车内持续监护中"),
    "check_first": ("Check first", "先检查"),
    "acknowledge": ("Acknowledge", "确认"),
    "pause": ("Pause sound 2 min", "暂停声音 2 分钟"),
    "sound_again": ("Sound again", "恢复声音"),
    "paused": ("Sound paused by", "声音已暂停:"),
    "told": ("Center told:", "中心已上报:"),
    "crew": ("crew", "车组"),
    "center clinician": ("clinician", "中心医师"),
    "dispatcher": ("dispatcher", "调度员"),
    "system engineer": ("engineer", "工程师"),
    "shift supervisor": ("supervisor", "值班主管"),
    "until": ("until", "至"),
    "own_limit": ("Limit set:", "个体限值:"),
    "sound_on": ("Sound on", "声音已开"),
    "sound_off": ("SOUND IS OFF", "声音已关闭"),
    "sound_locked": ("NO SOUND: tap", "尚无声音:请点击"),
    "sound_broken": ("NO SOUND HERE", "此处无声音"),
    "reset": ("Reset", "复位"),
    "escalate": ("Ask for help", "请求支援"),
    "since": ("since", "自"),
    "over": ("Over since", "已结束于"),
    "stays": ("stays on the list", "保留在列表中"),
    "late": ("learned late", "迟到信息"),
    "VEHICLE": ("Crew", "车组"),
    "CENTER": ("Center", "指挥中心"),
    "priority_3": ("High", "高"),
    "priority_2": ("Medium", "中"),
    "priority_1": ("Low", "低"),
    "events": ("Enter at once", "一键记录"),
    "NO_PULSE": ("No pulse", "无脉搏"),
    "PULSE_FELT": ("Pulse felt", "触及脉搏"),
    "AIRWAY_SECURED": ("Airway secured", "气道已建立"),
    "COMPRESSIONS_STARTED": ("Start compressions", "开始按压"),
    "COMPRESSIONS_STOPPED": ("Stop compressions", "停止按压"),
    "GO_ON": ("Still compressing", "仍在按压"),
    "INTUBATION_STARTED": ("Intubating", "开始插管"),
    "DRUG_GIVEN": ("Drug given", "给药"),
    "done_NO_PULSE": ("No pulse", "无脉搏"),
    "done_PULSE_FELT": ("Pulse felt again", "恢复脉搏"),
    "done_AIRWAY_SECURED": ("Airway secured", "气道已建立"),
    "done_COMPRESSIONS_STARTED": ("Compressions started", "按压已开始"),
    "done_COMPRESSIONS_STOPPED": ("Compressions stopped", "按压已停止"),
    "done_INTUBATION_STARTED": ("Intubation begun", "插管已开始"),
    "done_DRUG_GIVEN": ("Given", "已给"),
    "EXAMINE": ("Examine", "检查评估"),
    "page_situation": ("Injury, infection", "外伤与感染"),
    "page_stroke": ("Stroke screen", "卒中筛查"),
    "page_race": ("RACE", "RACE 评分"),
    "page_gcs": ("Coma scale", "昏迷评分"),
    "stroke_positive": ("positive", "阳性"),
    "stroke_negative": ("negative", "阴性"),
    "stroke_incomplete": ("not finished", "未完成"),
    "unfinished": ("not finished", "未完成"),
    "nothing_examined": ("Nothing examined yet", "尚未检查"),
    "not_examined": ("not examined", "未检查"),
    "not_said": ("not said", "未说明"),
    "injury": ("Injury", "外伤"),
    "injury_none": ("None", "无"),
    "injury_blunt": ("Blunt", "钝性伤"),
    "injury_penetrating": ("Penetrating", "穿透伤"),
    "infection_suspected": ("Infection suspected", "疑似感染"),
    "infection_suspected_no": ("No", "否"),
    "infection_suspected_yes": ("Yes", "是"),
    "trauma_centre": ("trauma centre advised", "建议送创伤中心"),
    "sepsis": ("sepsis suspected", "疑似脓毒症"),
    "QSOFA": ("qSOFA", "qSOFA"),
    "t_rts": ("T-RTS", "T-RTS"),
    "t_rts_at_most": ("T-RTS at most", "T-RTS 至多"),
    "mgap": ("MGAP", "MGAP"),
    "mgap_at_most": ("MGAP at most", "MGAP 至多"),
    "qsofa": ("qSOFA", "qSOFA"),
    "qsofa_at_least": ("qSOFA at least", "qSOFA 至少"),
    "none": ("none", "无"),
    "blunt": ("blunt", "钝性"),
    "penetrating": ("penetrating", "穿透性"),
    "normal": ("Normal", "正常"),
    "abnormal": ("Abnormal", "异常"),
    "NT": ("Cannot be tested", "无法测试"),
    "balance": ("Balance, gait", "平衡与步态"),
    "eyes": ("Sight", "视力"),
    "face": ("Face: smile", "面部:微笑"),
    "arm": ("Arms: hold 10 s", "双臂平举 10 秒"),
    "speech": ("Speech: repeat", "言语:复述"),
    "sign_balance": ("balance", "平衡"),
    "sign_eyes": ("sight", "视力"),
    "sign_face": ("face", "面部"),
    "sign_arm": ("arm", "上肢"),
    "sign_speech": ("speech", "言语"),
    "race_face": ("Face: palsy", "面瘫"),
    "race_face_0": ("None", "无"),
    "race_face_1": ("Slight", "轻度"),
    "race_face_2": ("Marked", "明显"),
    "race_arm": ("Arm is held", "上肢抬起"),
    "race_arm_0": ("10 s or more", "≥ 10 秒"),
    "race_arm_1": ("Less than 10 s", "< 10 秒"),
    "race_arm_2": ("Falls at once", "立即落下"),
    "race_leg": ("Leg is held", "下肢抬起"),
    "race_leg_0": ("5 s or more", "≥ 5 秒"),
    "race_leg_1": ("Less than 5 s", "< 5 秒"),
    "race_leg_2": ("Falls at once", "立即落下"),
    "race_gaze": ("Head and eyes", "头与双眼"),
    "race_gaze_0": ("Straight", "居中"),
    "race_gaze_1": ("Turned to a side", "偏向一侧"),
    "race_weak_side": ("Weak side", "无力侧"),
    "race_weak_side_right": ("Right", "右侧"),
    "race_weak_side_left": ("Left", "左侧"),
    "race_weak_side_neither": ("Neither", "无"),
    "race_aphasia": ("Closes eyes, makes a fist", "闭眼、握拳"),
    "race_aphasia_0": ("Both", "两项均能"),
    "race_aphasia_1": ("One of them", "仅一项"),
    "race_aphasia_2": ("None", "均不能"),
    "race_agnosia": ("Knows own arm and weakness", "认得患臂、知其无力"),
    "race_agnosia_0": ("Both", "两项均能"),
    "race_agnosia_1": ("One of them", "仅一项"),
    "race_agnosia_2": ("None", "均不能"),
    "gcs_eye": ("Eyes open", "睁眼"),
    "gcs_eye_4": ("4 By themselves", "4 自发"),
    "gcs_eye_3": ("3 To sound", "3 呼唤"),
    "gcs_eye_2": ("2 To pressure", "2 刺激"),
    "gcs_eye_1": ("1 None", "1 无"),
    "gcs_verbal": ("Answers", "言语"),
    "gcs_verbal_5": ("5 Orientated", "5 定向正常"),
    "gcs_verbal_4": ("4 Confused", "4 混乱"),
    "gcs_verbal_3": ("3 Words", "3 单词"),
    "gcs_verbal_2": ("2 Sounds", "2 发声"),
    "gcs_verbal_1": ("1 None", "1 无"),
    "gcs_motor": ("Moves", "运动"),
    "gcs_motor_6": ("6 Obeys", "6 遵嘱"),
    "gcs_motor_5": ("5 Localises", "5 定位"),
    "gcs_motor_4": ("4 Bends, normal", "4 屈曲"),
    "gcs_motor_3": ("3 Bends, abnormal", "3 异常屈曲"),
    "gcs_motor_2": ("2 Extends", "2 伸直"),
    "gcs_motor_1": ("1 None", "1 无"),
    "last_known_well": ("Last known well", "最后正常时间"),
    "unknown": ("unknown", "未知"),
    "hours": ("h", "小时"),
    "min": ("min", "分钟"),
    "discard": ("Discard", "放弃"),
    "send_examination": ("Send", "发送"),
    "examined": ("Examined", "已检查"),
    "large_vessel_occlusion": ("Large artery", "大血管"),
    "large_vessel_occlusion_likely": ("large vessel occlusion likely", "疑大血管闭塞"),
    "likely": ("occlusion likely", "疑闭塞"),
    "stroke_signs": ("Signs", "体征"),
    "race_total": ("RACE", "RACE"),
    "race_at_least": ("RACE at least", "RACE 至少"),
    "well_minutes_ago": ("Last well before, min", "距最后正常(分钟)"),
    "gcs": ("Glasgow Coma Scale", "格拉斯哥昏迷评分"),
    "gcs_best": ("best before", "此前最佳"),
    "undo": ("Undo", "撤销"),
    "withdrawn": ("undone", "已撤销"),
    "which_drug": ("Which drug was given?", "给了哪种药?"),
    "close": ("Close", "关闭"),
    "no_events": ("Nothing entered yet", "尚无记录"),
    "letters": ("From the center", "指挥中心消息"),
    "no_letters": ("No message", "无消息"),
    "letter_about": ("About:", "关于:"),
    "letter_not_on_board": ("NOT about a patient on board", "不是关于车上的患者"),
    "VIEWED": ("Seen", "已阅"),
    "WILL_DO": ("Will do", "照办"),
    "SAY_AGAIN": ("Say again", "请重复"),
    "CANNOT": ("Cannot", "无法执行"),
    "CALL_ME": ("Call me", "请来电"),
    "stage_DELIVERED": ("new", "新消息"),
    "stage_VIEWED": ("The center knows: seen", "已告知中心:已阅"),
    "stage_ANSWERED": ("The center knows: answered", "已告知中心:已答复"),
    "center_knows": ("The center knows:", "已告知中心:"),
    "linked": ("Connected to the center", "已连接指挥中心"),
    "all_there": ("everything has arrived", "数据已全部送达"),
    "on_way": ("records on their way", "条记录发送中"),
    "no_link": ("No link to the center", "与指挥中心断开"),
    "kept": ("records kept here", "条记录已存车内,恢复后补发"),
    "thinned_WAVEFORM": ("waveforms are not being sent", "波形暂停发送"),
    "thinned_VITALS": ("only the newest vital signs are sent", "仅发送最新生命体征"),
    "refused": ("records refused by the center", "条记录被中心拒收"),
    "lost_vehicle": (
        "The vehicle program does not answer. These numbers are NOT current.",
        "车载程序无响应,以下数值不是当前值!",
    ),
    "no_vehicle": ("Waiting for the vehicle program", "等待车载程序启动"),
    "lost_screen": (
        "This screen is not updated. Look at the monitor.",
        "屏幕已停止更新,请查看监护仪!",
    ),
    "no_patient": ("No patient on board", "车上无患者"),
    "years": ("years", "岁"),
    "bay": ("Bay", "床位"),
    "not_done": ("Not done. Please try again.", "未完成,请重试。"),
    "night": ("Night", "夜间"),
    "day": ("Day", "日间"),
    "other_language": ("中文", "EN"),
    "not_a_device": ("Not a medical device", "非医疗器械"),
}

DRUGS: Final[dict[str, str]] = {
    "adrenaline 1 mg IV": "肾上腺素 1 mg 静注",
    "amiodarone 300 mg IV": "胺碘酮 300 mg 静注",
    "atropine 0.5 mg IV": "阿托品 0.5 mg 静注",
    "tranexamic acid 1 g IV": "氨甲环酸 1 g 静注",
    "glucose 20 g IV": "葡萄糖 20 g 静注",
    "naloxone 0.4 mg IV": "纳洛酮 0.4 mg 静注",
    "midazolam 5 mg IM": "咪达唑仑 5 mg 肌注",
    "aspirin 300 mg oral": "阿司匹林 300 mg 口服",
    "nitroglycerin 0.5 mg sublingual": "硝酸甘油 0.5 mg 舌下",
}
"""What one tap can enter, as it is recorded, and its Chinese. A record, not a recommendation."""


_DERIVED: Final[dict[str, tuple[str, str]]] = {
    "_odds": ("{} multiplies it by", "{}使其乘以"),
    "_slope": ("{} per min", "{}每分钟"),
}
"""What is said about a vital sign beside its value, by the end of the name."""


def word(name: str, language: Language) -> str:
    """Return a word; of a name that has none, the name itself."""
    for end, (english, chinese) in _DERIVED.items():
        if name.endswith(end):
            form = english if language is Language.EN else chinese
            return form.format(word(name.removesuffix(end), language))
    if name not in _WORDS:
        return name
    english, chinese = _WORDS[name]
    return english if language is Language.EN else chinese


def alarm_words(cause: str, language: Language) -> str:
    """Return an alarm in the catalogue's words."""
    rule = RULES.get(cause)
    if rule is None:
        return cause
    return rule.words_en if language is Language.EN else rule.words_zh


def check_first(cause: str, language: Language) -> str:
    """Return what to check first, in the catalogue's words; empty for a cause unknown here."""
    rule = RULES.get(cause)
    if rule is None:
        return ""
    return rule.check_first_en if language is Language.EN else rule.check_first_zh


def drug_words(drug: str, language: Language) -> str:
    """Return a drug as the crew reads it."""
    return drug if language is Language.EN else DRUGS.get(drug, drug)


def clock_time(at_us: int) -> str:
    """Return an instant as hours, minutes and seconds of the tablet's own zone."""
    return datetime.fromtimestamp(at_us // SECOND_US).astimezone().strftime("%H:%M:%S")
