"""The words around an alarm, English and Simplified Chinese: measured values, states, places; pure.

A dispatcher reads values as they are spoken over the radio: the score first, then the vital signs
in the order of the NEWS2 chart, each short, with its unit, without decimals that say nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from clinical.alarms.transition import Place
from clinical.alarms.view import AlarmState


class Language(StrEnum):
    """In what language a feed is shown."""

    EN = "en"
    ZH = "zh"


class _Words(NamedTuple):
    en: str
    zh: str

    def spoken(self, language: Language) -> str:
        return self.en if language is Language.EN else self.zh


class _Value(NamedTuple):
    name: _Words
    unit: str = ""


_VALUES: Final = {
    "news2_total": _Value(_Words("NEWS2", "NEWS2")),
    "news2_at_least": _Value(_Words("NEWS2 at least", "NEWS2至少")),
    "npews_total": _Value(_Words("PEWS", "PEWS")),
    "npews_at_least": _Value(_Words("PEWS at least", "PEWS至少")),
    "age_years": _Value(_Words("age", "年龄")),
    "deterioration_index": _Value(_Words("index", "恶化指数")),
    "certainty_percent": _Value(_Words("certainty", "把握"), "%"),
    "minutes_to_edge": _Value(_Words("leaves its band in", "离开正常范围约需"), " min"),
    "respiration_per_min": _Value(_Words("RR", "呼吸"), "/min"),
    "spo2_percent": _Value(_Words("SpO2", "血氧"), "%"),
    "on_oxygen": _Value(_Words("oxygen", "吸氧")),
    "systolic_mmhg": _Value(_Words("systolic", "收缩压"), " mmHg"),
    "diastolic_mmhg": _Value(_Words("diastolic", "舒张压"), " mmHg"),
    "heart_rate_bpm": _Value(_Words("HR", "心率"), "/min"),
    "pulse_rate_bpm": _Value(_Words("pulse", "脉搏"), "/min"),
    "consciousness": _Value(_Words("ACVPU", "意识")),
    "temperature_c": _Value(_Words("temp", "体温"), " °C"),
    "fio2": _Value(_Words("inspired oxygen", "吸入氧")),
    "stroke_signs": _Value(_Words("signs", "体征")),
    "race_total": _Value(_Words("RACE", "RACE")),
    "race_at_least": _Value(_Words("RACE at least", "RACE至少")),
    "large_vessel_occlusion": _Value(_Words("large vessel occlusion", "大血管闭塞")),
    "last_known_well": _Value(_Words("last known well", "最后正常时间")),
    "well_minutes_ago": _Value(_Words("that is", "距今"), " min before"),
    "gcs": _Value(_Words("GCS", "GCS")),
    "gcs_best": _Value(_Words("best", "此前最佳")),
    "injury": _Value(_Words("injury", "外伤")),
    "infection_suspected": _Value(_Words("infection", "感染")),
    "t_rts": _Value(_Words("T-RTS", "T-RTS")),
    "t_rts_at_most": _Value(_Words("T-RTS at most", "T-RTS至多")),
    "mgap": _Value(_Words("MGAP", "MGAP")),
    "mgap_at_most": _Value(_Words("MGAP at most", "MGAP至多")),
    "qsofa": _Value(_Words("qSOFA", "qSOFA")),
    "qsofa_at_least": _Value(_Words("qSOFA at least", "qSOFA至少")),
    "seconds_unjudged": _Value(_Words("for", "持续"), " s"),
}
"""Names and units of what reasons speak of, in the order in which it is told."""

_SAID: Final = {
    "balance": "平衡",
    "eyes": "视力",
    "face": "面部",
    "arm": "上肢",
    "speech": "言语",
    "likely": "可能",
    "unknown": "未知",
    "blunt": "钝性",
    "penetrating": "穿透性",
}
"""What values say in words, in Chinese."""

_ODDS: Final = "_odds"
_SLOPE: Final = "_slope"
_DERIVED: Final = {
    _ODDS: _Words("{name} odds x {value}", "{name}使可能性乘以{value}"),
    _SLOPE: _Words("{name} {value} a minute", "{name}每分钟{value}"),
}
"""What is said about a vital sign beside its value, by the end of the name."""

_OXYGEN: Final = {
    "True": _Words("on oxygen", "吸氧"),
    "False": _Words("room air", "未吸氧"),
}
_OVER: Final = {
    AlarmState.ACTIVE: _Words("", ""),
    AlarmState.LATCHED: _Words("over, not reset", "已结束,未复位"),
    AlarmState.ENDED: _Words("over", "已结束"),
    AlarmState.RECORDED: _Words("over when learned of", "得知时已结束"),
}
_PLACES: Final = {
    Place.CENTER: _Words("center", "中心"),
    Place.VEHICLE: _Words("vehicle", "车上"),
}
_BEFORE: Final = _Words("before it rose", "升级前")
_LEARNED: Final = _Words("learned", "得知于")
_LATE: Final = _Words("LATE", "迟到")
_TAKEN: Final = _Words("taken by", "处理人")
_UNCONNECTED: Final = _Words(
    "NO CONNECTION TO THE ALERT FEED - what you see is old", "与报警源断开 - 所见已过时"
)


def values(measured: Mapping[str, float | str], language: Language) -> str:
    """Return the values of a reason as a person reads them; an unknown name as it is."""
    known = [name for name in _VALUES if name in measured]
    derived = [name + end for end in _DERIVED for name in _VALUES if name + end in measured]
    others = sorted(set(measured) - {*known, *derived})
    said = [_value(name, measured[name], language) for name in known]
    said += [_derived(name, measured[name], language) for name in derived]
    return ", ".join([*said, *(f"{name} {_number(measured[name])}" for name in others)])


def over(state: AlarmState, language: Language) -> str:
    """Return in what sense an alarm is over; empty while it is active."""
    return _OVER[state].spoken(language)


def taken_by(language: Language) -> str:
    """Return what stands before the names of those who took an alarm."""
    return _TAKEN.spoken(language)


def place(where: Place, language: Language, *, outgrown: bool) -> str:
    """Return where someone took an alarm, and whether it has risen since."""
    words = _PLACES[where].spoken(language)
    return f"{words}, {_BEFORE.spoken(language)}" if outgrown else words


def subject(name: str, language: Language) -> str:
    """Return what exactly an alarm is about: a vital sign as it is spoken, else as it is."""
    return _VALUES[name].name.spoken(language) if name in _VALUES else name


def late(language: Language) -> str:
    """Return the mark of an alarm that was learned of late."""
    return _LATE.spoken(language)


def learned(language: Language) -> str:
    """Return what stands before the instant at which a late alarm was learned of."""
    return _LEARNED.spoken(language)


def unconnected(language: Language) -> str:
    """Return the warning that nothing comes from the feed."""
    return _UNCONNECTED.spoken(language)


def _value(name: str, value: float | str, language: Language) -> str:
    if name == "on_oxygen" and str(value) in _OXYGEN:
        return _OXYGEN[str(value)].spoken(language)
    known = _VALUES[name]
    if isinstance(value, str) and language is Language.ZH:
        value = ", ".join(_SAID.get(word, word) for word in value.split(", "))
    return f"{known.name.spoken(language)} {_number(value)}{known.unit}"


def _derived(name: str, value: float | str, language: Language) -> str:
    """Say how a vital sign moves, or how much it pushes the index."""
    end = _ODDS if name.endswith(_ODDS) else _SLOPE
    number = f"{float(value):+.2f}" if end == _SLOPE else f"{float(value):.1f}"
    form = _DERIVED[end].spoken(language)
    return form.format(name=subject(name.removesuffix(end), language), value=number)


def _number(value: float | str) -> str:
    try:
        number = float(value)
        return f"{number:.3f}" if 0 < number < 1 else f"{number:.1f}".removesuffix(".0")
    except ValueError:
        return str(value)
