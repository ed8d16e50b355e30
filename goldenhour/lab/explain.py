"""Why a patient alarmed, or did not, at one minute of a table: the live watch's own words.

The table is judged as by ``lab alarms-replay``, up to its end. Of each alarm that held in the
minute it is told what was judged, by which rule, what confirmed or contradicted it, who published
the rule, and how the vital sign went in the five minutes before. Where nothing held, every vital
sign is told with its newest value and whether it is beyond a limit and waited for.

A table may say more than ``alarms-replay`` reads: age, systolic pressure, and what the crew
examined and said (``beside``). Then the scores of the injured and the infected are told as well,
with value, or with the reason why each was refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Final

from clinical.alarms.catalogue import CATALOGUE, RULES
from clinical.alarms.rule import AlarmRule
from clinical.items import EncounterChange, EncounterEvent, Item, Vitals
from clinical.vitals import Vital
from clinical.watch.scores.situated import SituatedScore
from clinical.watch.trust import agree
from goldenhour.feed import wording
from goldenhour.feed.wording import Language
from goldenhour.lab.alarms_replay import VITAL_OF, Alarm, Bedside, read_rows
from goldenhour.lab.beside import read_beside, told
from goldenhour.lab.command import UnreadableError

TREND_MINUTES: Final = 5
_LANGUAGES: Final = {"en": Language.EN, "zh-CN": Language.ZH}
_VITALS: Final = tuple(VITAL_OF.values())
_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "raised": "{words} ({priority}), raised at {clock}.",
        "judged": "Judged: {values}. Rule: {rule}.",
        "agree": "Heart rate and pulse rate agree, so it did not wait long.",
        "differ": "Heart rate and pulse rate contradict each other, so it waited longer.",
        "before": "Medians of the minutes before: {vital} {numbers}.",
        "check": "Check first: {check}",
        "source": "Source: {source}.",
        "own": "a starting value of this project, without a publication",
        "quiet": "Nothing alarmed in this minute.",
        "unmeasured": "not measured.",
        "within": "within its limits.",
        "beyond": "beyond a limit, but not for long enough.",
        "LOW": "low",
        "MEDIUM": "medium",
        "HIGH": "high",
    },
    "zh-CN": {
        "raised": "{words}(优先级{priority}),{clock} 报警。",
        "judged": "判断依据:{values}。规则:{rule}。",
        "agree": "心率与脉率一致,因此较快报警。",
        "differ": "心率与脉率不一致,因此等待较久。",
        "before": "此前各分钟中位数:{vital} {numbers}。",
        "check": "先检查:{check}",
        "source": "来源:{source}。",
        "own": "本项目的初始值,无文献来源",
        "quiet": "这一分钟没有报警。",
        "unmeasured": "未测量。",
        "within": "在界限之内。",
        "beyond": "超出界限,但持续时间不够。",
        "LOW": "低",
        "MEDIUM": "中",
        "HIGH": "高",
    },
}


@dataclass(frozen=True, slots=True)
class Course:
    """How one vital sign went before an instant."""

    vital: Vital
    by_minute: tuple[tuple[int, float], ...]
    """Minutes before the instant, negative, oldest first, and the median of each."""

    @property
    def change(self) -> float:
        """From the oldest of these minutes to the newest."""
        return self.by_minute[-1][1] - self.by_minute[0][1] if self.by_minute else 0.0


Rows = Sequence[tuple[float, Vitals]]


def explain(lines: Iterable[str], patient: str, minute: int) -> dict[str, Any]:
    """Return the explanation of one minute of one patient, as JSON has it.

    Raises:
        UnreadableError: the table cannot be read, or holds nothing of that patient and minute.

    """
    table = list(lines)
    rows = [(second, vitals) for name, second, vitals in read_rows(table) if name == patient]
    begin, end = 60 * minute, 60 * minute + 60
    if not any(begin <= second < end for second, _ in rows):
        message = f"no row of patient {patient} in minute {minute}"
        raise UnreadableError(message)
    bedside = Bedside(patient)
    scores = _judge(bedside, rows, table, patient, end)
    held = [x for x in bedside.alarms.values() if x.raised_s < end and _ended_s(x) >= begin]
    alarms = [_explained(alarm, rows) for alarm in sorted(held, key=lambda x: x.raised_s)]
    newest = _newest(rows, end)
    quiet = {} if alarms else {name: _quiet(newest, name) for name in _LANGUAGES}
    return {
        "patient": patient,
        "minute": minute,
        "values": {vital.value: value for vital, value in newest.items()},
        "alarms": alarms,
        **({"scores": [asdict(one) for one in scores]} if scores else {}),
        "words": {
            name: [*(quiet.get(name) or _joined(alarms, name)), *_scored(scores, name)]
            for name in _LANGUAGES
        },
    }


def course(rows: Rows, vital: Vital, until_s: float) -> Course:
    """Return the medians of the minutes before an instant; of an empty minute there is none."""
    found: list[tuple[int, float]] = []
    for minutes in range(-TREND_MINUTES, 0):
        begin, end = until_s + 60 * minutes, until_s + 60 * (minutes + 1)
        values = [getattr(x, vital.value) for second, x in rows if begin < second <= end]
        measured = [value for value in values if value is not None]
        if measured:
            found.append((minutes, round(median(measured), 1)))
    return Course(vital, tuple(found))


def _judge(
    bedside: Bedside, rows: Rows, table: Sequence[str], patient: str, end_s: float
) -> tuple[SituatedScore, ...]:
    """Judge a patient's rows to the end; return the scores by situation at the minute's end."""
    scores: tuple[SituatedScore, ...] = ()
    age_years: int | None = None
    for (second, vitals), one in zip(rows, read_beside(table, patient), strict=True):
        said: list[Item] = []
        if one.age_years not in {None, age_years}:
            age_years = one.age_years
            said.append(EncounterEvent(EncounterChange.OPENED, age_years=age_years))
        if one.examination is not None:
            said.append(one.examination)
        bedside.measure(second, replace(vitals, systolic_mmhg=one.systolic_mmhg), said)
        scores = bedside.situated if second < end_s else scores
    bedside.end()
    return scores


def _scored(scores: Sequence[SituatedScore], language: str) -> list[str]:
    return [told(scores, language, _LANGUAGES[language])] if scores else []


def _ended_s(alarm: Alarm) -> float:
    return alarm.raised_s if alarm.ended_s is None else alarm.ended_s


def _explained(alarm: Alarm, rows: Rows) -> dict[str, Any]:
    rule, reason = RULES[alarm.cause], alarm.reason
    values = {} if reason is None else dict(reason.values)
    judged = [x for x in _VITALS if x.value in values] or [rule.vital or Vital.HEART_RATE]
    courses = [course(rows, vital, alarm.raised_s) for vital in judged]
    return {
        "cause": alarm.cause,
        "priority": alarm.priority.name.lower(),
        "raised_s": alarm.raised_s,
        "ended_s": alarm.ended_s,
        "rule": "" if reason is None else reason.rule,
        "values": values,
        "source": {
            "citation": rule.citation or None,
            "catalogue": f"docs/alarms.md#{alarm.cause.lower()}",
        },
        "trend": [
            {"vital": x.vital.value, "minutes": [list(y) for y in x.by_minute], "change": x.change}
            for x in courses
        ],
        "words": {name: _told(alarm, rule, courses, name) for name in _LANGUAGES},
    }


def _told(alarm: Alarm, rule: AlarmRule, courses: Sequence[Course], language: str) -> list[str]:
    """Return the alarm in plain sentences."""
    say, tongue = _SENTENCES[language], _LANGUAGES[language]
    values = {} if alarm.reason is None else alarm.reason.values
    in_english = tongue is Language.EN
    return [
        say["raised"].format(
            words=rule.words_en if in_english else rule.words_zh,
            priority=say[alarm.priority.name],
            clock=_clock(alarm.raised_s),
        ),
        say["judged"].format(
            values=wording.values(values, tongue), rule=_rule(alarm, rule, tongue)
        ),
        *_checked(values, say),
        *(_went(x, say["before"], tongue) for x in courses if x.by_minute),
        say["check"].format(check=rule.check_first_en if in_english else rule.check_first_zh),
        say["source"].format(source=rule.citation or say["own"]),
    ]


def _rule(alarm: Alarm, rule: AlarmRule, tongue: Language) -> str:
    """Return the rule in short words; a limit reads the same in both languages but for the name."""
    level = rule.level(alarm.priority)
    if level.bound is None or rule.vital is None or tongue is Language.EN:
        return rule.statement(level) if tongue is Language.EN else rule.words_zh
    limit = f"{level.bound.comparison} {level.bound.limit:g}"
    delay = f",持续 {level.delay_text}" if level.delay_us else ""
    return f"{wording.subject(rule.vital, tongue)} {limit}{delay}"


def _checked(values: Mapping[str, float | str], say: Mapping[str, str]) -> list[str]:
    """Say whether heart rate and pulse rate agree, where both were looked at."""
    beats, pulses = values.get(Vital.HEART_RATE), values.get(Vital.PULSE_RATE)
    if not isinstance(beats, int | float) or not isinstance(pulses, int | float):
        return []
    return [say["agree" if agree(beats, pulses) else "differ"]]


def _went(one: Course, sentence: str, tongue: Language) -> str:
    numbers = " → ".join(f"{value:g}" for _, value in one.by_minute)
    return sentence.format(vital=wording.subject(one.vital, tongue), numbers=numbers)


def _newest(rows: Rows, end_s: float) -> dict[Vital, float | None]:
    newest: dict[Vital, float | None] = dict.fromkeys(_VITALS)
    for second, vitals in rows:
        for vital in _VITALS:
            value = getattr(vitals, vital.value)
            if second < end_s and value is not None:
                newest[vital] = value
    return newest


def _quiet(newest: Mapping[Vital, float | None], language: str) -> list[str]:
    """Say of each vital sign why it does not alarm."""
    say, tongue = _SENTENCES[language], _LANGUAGES[language]
    lines = [say["quiet"]]
    for vital, value in newest.items():
        if value is None:
            lines.append(f"{wording.subject(vital, tongue)}: {say['unmeasured']}")
        else:
            state = say["beyond" if _beyond(vital, value) else "within"]
            lines.append(f"{wording.values({vital.value: value}, tongue)}: {state}")
    return lines


def _beyond(vital: Vital, value: float) -> bool:
    levels = (level for rule in CATALOGUE if rule.vital is vital for level in rule.levels)
    return any(level.bound is not None and level.bound.violated_by(value) for level in levels)


def _joined(alarms: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    return [line for alarm in alarms for line in alarm["words"][language]]


def _clock(second: float) -> str:
    minutes, seconds = divmod(round(second), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
