"""The ground of a judgement of an alarm in words, English and Chinese, for those who read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from clinical.signals.verification import Ground, Judgement

Language = Literal["en", "zh-CN"]


@dataclass(frozen=True, slots=True)
class Words:
    """One ground in both languages; ``{}`` is where the number goes."""

    en: str
    zh: str
    scale: float = 1.0
    """The number is multiplied by this before it is written: 100 for per cent."""
    decimals: int = 0


WORDS: Final[Mapping[Ground, Words]] = {
    Ground.NOT_JUDGED: Words("not judged, so kept", "未作判断,故保留"),
    Ground.PULSE_GOES_ON: Words(
        "the pulse goes on: longest pause {} s", "脉搏持续:最长间歇 {} 秒", decimals=1
    ),
    Ground.BEATS_GO_ON: Words(
        "the heart goes on: longest pause {} s", "心搏持续:最长间歇 {} 秒", decimals=1
    ),
    Ground.PAUSE: Words("every signal shows a pause of {} s", "各信号均显示 {} 秒停搏", decimals=1),
    Ground.RATE: Words("the signals agree on {}/min", "各信号一致显示 {} 次/分"),
    Ground.PULSE_AS_USUAL: Words(
        "pulses {} % like the usual ones", "脉搏波与平时相似 {}%", scale=100
    ),
    Ground.BEATS_AS_USUAL: Words(
        "{} % of beats are like the usual ones", "{}% 的心搏与平时相似", scale=100
    ),
    Ground.NO_RUN: Words("no run of five fast ventricular beats", "未见连续五个快速室性心搏"),
    Ground.RUN: Words("five unusual beats in a row at {}/min", "连续五个异常心搏,{} 次/分"),
    Ground.OSCILLATION: Words(
        "{} % of the ECG's power is at one frequency", "心电 {}% 的能量集中于单一频率", scale=100
    ),
}


def reason(judgement: Judgement, language: Language) -> str:
    """Return the ground of a judgement in words; a number that is not known is a question mark."""
    words = WORDS[judgement.ground]
    number = judgement.value
    written = "?" if number is None else f"{number * words.scale:.{words.decimals}f}"
    return (words.en if language == "en" else words.zh).format(written)
