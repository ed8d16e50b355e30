"""Limits that staff set for a patient: appended to `patients`, in effect when `alarms` says so.

Judgement reads one partition and nothing else, so that is where a change goes; what it made of it
comes back as an entry of `alarms`, on which the vehicle judges too. The center refuses at once what
is not safe for a patient of the age that it knows; the judgement has the last word.
"""

from typing import Final

from clinical.alarms.childhood import group_of, rules_of
from clinical.alarms.safe_limits import Violation, violation
from clinical.alarms.staff_limit import LimitChange, LimitSet
from command_center.folding import LIMIT, Folding
from command_center.read_back import ReadBack, RequestReused, let_go
from command_center.roster import Roster
from command_center.store.store import Store
from ports.log.port import LogWriter
from wire.partition import partition_of
from wire.records import HEADERS_LIMIT_CHANGE
from wire.staff_limits import decode_limit_set, encode_limit_change
from wire.topics import PATIENTS

_FIELD: Final = "change."


class UnknownPatient(Exception):  # noqa: N818 - named for what it is
    """No such patient is under care. The sender's fault, or it is late."""


class UnsafeLimit(Exception):  # noqa: N818 - named for what is so
    """A limit is not safe for this patient. The sender's fault."""

    def __init__(self, words: str, violations: list[Violation]) -> None:
        super().__init__(words)
        self.violations = violations
        """Field path and what is wrong with it; empty: the judgement said it, in words."""


class Limiting:
    """Appends what people ask for, and waits for what the judgement makes of it."""

    def __init__(
        self, folding: Folding, store: Store, roster: Roster, writer: LogWriter, timeout_ms: int
    ) -> None:
        self._store = store
        self._roster = roster
        self._writer = writer
        self._read_back = ReadBack[LimitSet](timeout_ms)
        folding.tell_limits(lambda limit: self._read_back.met(limit.request_id, limit))

    async def take(self, asked: LimitChange) -> LimitSet:
        """Return what is in effect.

        Raises:
            UnknownPatient, UnsafeLimit, RequestReused, NotReadBack: it did not take effect, as far
                as is known.
        """
        known = await self._answer(asked)
        if known is not None:
            return _in_effect(known)
        self._refuse(asked)
        return _in_effect(await self._read_back.after(asked.request_id, self._append(asked)))

    async def _answer(self, asked: LimitChange) -> LimitSet | None:
        """Return what this request led to before, if it was folded."""
        stored = await self._store.answer(asked.request_id)
        if stored is None:
            return None
        if stored.kind == LIMIT:
            known = decode_limit_set(stored.alarm)
            if _what(known) == _what(asked):
                return known
        message = "request_id names another action"
        raise RequestReused(message)

    def _refuse(self, asked: LimitChange) -> None:
        row = self._roster.row(asked.encounter_id)
        if row is None:
            message = "no such patient is under care"
            raise UnknownPatient(message)
        group = group_of(None if row.state is None else row.state.age_years)
        rule = next((rule for rule in rules_of(group) if rule.cause == asked.cause), None)
        wrong = violation(rule, asked.medium, asked.high, child=group is not None)
        if wrong is not None:
            field, words = wrong
            message = f"{_FIELD}{field} {words}"
            raise UnsafeLimit(message, [(_FIELD + field, words)])

    async def _append(self, asked: LimitChange) -> None:
        durable = await self._writer.send(
            PATIENTS.name,
            partition_of(asked.encounter_id, PATIENTS.partitions),
            encode_limit_change(asked),
            key=None,
            headers=HEADERS_LIMIT_CHANGE,
        )
        durable.add_done_callback(let_go)


def _in_effect(limit: LimitSet) -> LimitSet:
    if limit.refused:
        raise UnsafeLimit(limit.refused, [])
    return limit


def _what(limit: LimitChange | LimitSet) -> tuple[str, str, float | None, float | None]:
    return limit.encounter_id, limit.cause, limit.medium, limit.high
