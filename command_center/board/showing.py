"""What the board is told of patients and alarms, as plain data, and who needs help first.

The board judges nothing: a vital sign is marked when an alarm of the catalogue is about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.childhood import group_of, rules_of
from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import Cause
from clinical.alarms.safe_limits import SafeRange, ranges
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import Place
from clinical.alarms.view import Acknowledged, AlarmView, Escalated, Paused, ResetBy
from clinical.watch.outlook.deteriorating import Outlook
from clinical.watch.picture.picture import PictureRow
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shown import PictureScore
from clinical.watch.scores.situated import SituatedScore
from command_center.board.examined import examined_plain
from command_center.board.trend import Point, known_score
from command_center.roster import RosterRow
from command_center.store.values import SentMessage
from wire.frames import Lane

_PRIORITY: Final = 1_000
_LIFELESS: Final = 400
_UNACKNOWLEDGED: Final = 200
_PHYSIOLOGICAL: Final = 100
_NO_SIGN_OF_LIFE: Final = frozenset({Cause.NO_PULSE, Cause.HEART_RATE_ZERO, Cause.APNOEA})


def urgency(row: RosterRow, alarms: Iterable[AlarmView]) -> int:
    """Return how much a patient needs help; the greater number comes first.

    The most urgent alarm decides, then whether it is that of a patient without a sign of life, then
    whether nobody has taken it, then whether it is about the patient rather than a device, and last
    the score.
    """
    score = 0 if row.picture is None else known_score(row.picture) or 0
    return max((_weight(view) for view in alarms), default=0) + score


def row_plain(row: RosterRow, alarms: Iterable[AlarmView], spark: list[int | None]) -> Any:  # noqa: ANN401 - plain data
    """Return a patient as the board shows it."""
    state, picture = row.state, row.picture
    return {
        "id": row.encounter_id,
        "unit": "" if state is None else state.unit_id,
        "bay": None if state is None else state.bay,
        "age_years": None if state is None else state.age_years,
        "pregnant": None if state is None else state.pregnant,
        "status": None if state is None else state.status.name,
        "rank": urgency(row, alarms),
        "received_us": None if picture is None else picture.received_us,
        "news2": None if picture is None else picture.news2_total,
        "at_least": None if picture is None else picture.news2_at_least,
        "refusals": [] if picture is None else list(picture.news2_refusals),
        "not_judged": picture is not None and picture.not_judged,
        "vitals": {}
        if picture is None
        else {str(seen.vital): [seen.value, seen.captured_us] for seen in picture.vitals},
        "thinned": [] if picture is None else [_thinned_plain(one) for one in picture.thinned],
        "spark": spark,
        **_judged_plain(picture, None if state is None else state.age_years),
    }


def _judged_plain(picture: PictureRow | None, age_years: int | None) -> dict[str, Any]:
    """Return what is judged of a patient beside NEWS2."""
    outlook = None if picture is None else picture.outlook
    score = None if picture is None else picture.score
    shock = None if picture is None else picture.shock
    return {
        "score": None if score is None else {**_fields(score), "refusals": list(score.refusals)},
        "outlook": None
        if outlook is None
        else {**_fields(outlook), "drivers": [one._asdict() for one in outlook.drivers]},
        "arrows": [] if picture is None else [one._asdict() for one in picture.arrows],
        "shock": None if shock is None else list(shock),
        "limits": [] if picture is None else [_limit_plain(one) for one in picture.limits],
        "examined": [] if picture is None else examined_plain(picture.examined, age_years),
        "situated": [] if picture is None else [_situated_plain(one) for one in picture.situated],
    }


def adjustable_plain(age_years: int | None) -> list[dict[str, Any]]:
    """Return the limits that staff may set for a patient of this age, and how far."""
    group = group_of(age_years)
    return [
        {
            "cause": rule.cause.value,
            "vital": str(rule.vital),
            "sign": rule.levels[0].bound.comparison.value,
            "words": {"en": rule.words_en, "zh": rule.words_zh},
            "medium": _span(bounds.get(Priority.MEDIUM)),
            "high": _span(bounds.get(Priority.HIGH)),
        }
        for rule in rules_of(group)
        if rule.levels[0].bound is not None
        if (bounds := ranges(rule, child=group is not None))
    ]


def _span(safe: SafeRange | None) -> list[float] | None:
    return None if safe is None else [safe.lowest, safe.highest]


def _limit_plain(limit: LimitSet) -> dict[str, Any]:
    """Return limits that staff have set: by whom, until when, why."""
    return {
        "cause": limit.cause,
        "vital": str(RULES[limit.cause].vital),
        "medium": limit.medium,
        "high": limit.high,
        "until_us": limit.until_us,
        "person": limit.person,
        "reason": limit.reason,
    }


def _fields(value: PictureScore | Outlook | SituatedScore) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _situated_plain(score: SituatedScore) -> dict[str, Any]:
    """Return a score by situation: its value or bound, whether it asks, why it was refused."""
    return {**_fields(score), "refusals": list(score.refusals)}


def _thinned_plain(thinned: Thinned) -> dict[str, Any]:
    """Return what a unit left out: the lane by name, how long a stretch, how many frames."""
    return {
        "lane": Lane(thinned.lane).name,
        "for_us": max(0, thinned.to_us - thinned.from_us),
        "frames": thinned.frames,
    }


def alarm_plain(view: AlarmView) -> dict[str, Any]:
    """Return an alarm as the board shows it."""
    rule = RULES.get(view.cause)
    reason = view.reason
    return {
        "id": view.alarm_id.hex(),
        "revision": view.revision,
        "encounter": view.encounter_id,
        "unit": view.unit_id,
        "cause": view.cause,
        "subject": view.subject,
        "technical": view.category is Category.TECHNICAL,
        "priority": int(view.priority),
        "state": str(view.state),
        "current": view.current,
        "since_us": view.active_since_us,
        "learned_us": view.learned_us,
        "until_us": view.ended_us,
        "late": view.late,
        "sources": [str(source) for source in view.sources],
        "vital": None if rule is None or rule.vital is None else str(rule.vital),
        "rule": "" if reason is None else reason.rule,
        "values": {} if reason is None else dict(reason.values),
        "citation": None if reason is None else reason.citation,
        "words": {"en": view.words_en, "zh": view.words_zh},
        "check": {
            "en": "" if rule is None else rule.check_first_en,
            "zh": "" if rule is None else rule.check_first_zh,
        },
        "unacknowledged": view.unacknowledged,
        "taken": [_taken(acknowledged) for acknowledged in view.acknowledgements],
        "reset": view.reset and _reset(view.reset),
        "escalated": _escalated(view.escalations),
        "pauses": [_paused(paused) for paused in view.pauses],
        "paused_until_us": view.paused_until_us(Place.CENTER) or 0,
    }


def point_plain(point: Point) -> list[float | None]:
    """Return a point of a trend: instant, score, then the values in the order of ``Vital``."""
    return [point.at_us, point.news2, *point.values]


def message_plain(sent: SentMessage) -> Mapping[str, Any]:
    """Return a message to a unit and how far it came."""
    message = sent.message
    return {
        "id": message.message_id,
        "encounter": message.encounter_id,
        "text": message.text,
        "person": message.person,
        "issued_us": message.issued_us,
        "expires_us": message.expires_us,
        "receipts": [
            {
                "stage": receipt.stage.name,
                "person": receipt.person,
                "at_us": receipt.at_us,
                "answer": receipt.answer and receipt.answer.name,
            }
            for receipt in sent.receipts
        ],
    }


def _weight(view: AlarmView) -> int:
    return (
        _PRIORITY * view.priority
        + _LIFELESS * (view.cause in _NO_SIGN_OF_LIFE)
        + _UNACKNOWLEDGED * view.unacknowledged
        + _PHYSIOLOGICAL * (view.category is Category.PHYSIOLOGICAL)
    )


def _taken(acknowledged: Acknowledged) -> dict[str, Any]:
    return {
        "place": str(acknowledged.place),
        "person": acknowledged.person,
        "priority": int(acknowledged.priority),
        "at_us": acknowledged.at_us,
    }


def _escalated(escalations: Sequence[Escalated]) -> list[dict[str, Any]]:
    """Return who further was told; of those told again because nobody answered, the newest."""
    newest = {(one.to, one.person, one.reason): one for one in escalations}
    return [
        {"to": str(one.to), "person": one.person, "reason": one.reason, "at_us": one.at_us}
        for one in sorted(newest.values(), key=lambda one: one.at_us)
    ]


def _paused(paused: Paused) -> dict[str, Any]:
    return {
        "place": str(paused.place),
        "person": paused.person,
        "at_us": paused.at_us,
        "until_us": paused.until_us,
    }


def _reset(by: ResetBy) -> dict[str, Any]:
    return {"place": str(by.place), "person": by.person, "at_us": by.at_us}
