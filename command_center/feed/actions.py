"""What a person does about an alarm takes effect when it was read back from the log.

Only then it is answered, with the alarm as it is then. The request id names the action: asked for
again, it is answered again and done once.
"""

from dataclasses import replace
from typing import Final

from ambulance.alerts.v1 import alarm_pb2
from clinical.alarms.lifecycle import ActionRefusal
from clinical.alarms.transition import Acknowledgement, Action, Reset, singly
from clinical.alarms.view import AlarmView
from command_center.folding import Folding, kind_of
from command_center.positions import OWN
from command_center.read_back import ReadBack, RequestReused, let_go
from command_center.store.store import Store
from ports.log.port import LogWriter
from wire.alarms import encode_alarm, encode_entry
from wire.partition import partition_of
from wire.records import HEADERS_ALARM_ENTRY
from wire.topics import ALARMS


class UnknownAlarm(Exception):  # noqa: N818 - named for what it is
    """No current alarm has this id. The sender's fault, or it is late."""


class AlarmOver(Exception):  # noqa: N818 - named for what happened
    """The alarm is over: nothing to take responsibility for, and nothing to reset."""


class ConditionHolds(Exception):  # noqa: N818 - named for what is so
    """The alarm cannot be reset: its condition holds, or held after the reset was asked for."""


_REFUSALS: Final[dict[ActionRefusal, tuple[type[Exception], str]]] = {
    ActionRefusal.UNKNOWN_ALARM: (UnknownAlarm, "no alarm of this id in this encounter"),
    ActionRefusal.ALARM_ENDED: (AlarmOver, "the alarm that was seen is over"),
    ActionRefusal.ANSWERED: (AlarmOver, "somebody has answered"),
    ActionRefusal.CONDITION_HOLDS: (ConditionHolds, "the condition holds, or held until just now"),
}


class Actions:
    """Appends what people ask for, and waits for the folding to meet them."""

    def __init__(self, folding: Folding, store: Store, writer: LogWriter, timeout_ms: int) -> None:
        self._folding = folding
        self._store = store
        self._writer = writer
        self._read_back = ReadBack[AlarmView | None](timeout_ms)
        folding.tell(self._read_back.met)

    async def take(self, asked: Action) -> bytes:
        """Return the alarm after the action, serialised.

        Raises:
            UnknownAlarm, AlarmOver, ConditionHolds, RequestReused, NotReadBack: it did not take
                effect, as far as is known.
        """
        known = await self._answer(asked)
        if known is not None:
            return known
        partition, entry = self._addressed(asked)
        view = await self._read_back.after(asked.request_id, self._append(partition, entry))
        known = await self._answer(asked)
        if known is not None:
            return known
        if view is None:
            message = "the alarm is over"
            raise AlarmOver(message)
        self._refuse(partition, entry)
        if isinstance(entry, Reset):
            message = "the condition held when this was read back: ask anew, with a new request_id"
            raise ConditionHolds(message)
        return encode_alarm(view)

    async def _answer(self, asked: Action) -> bytes | None:
        """Return how this request was answered before, if it was."""
        known = await self._store.answer(asked.request_id)
        if known is None:
            return None
        alarm = alarm_pb2.Alarm.FromString(known.alarm)
        before = (Reset if alarm.HasField("reset") else Acknowledgement).__name__.lower()
        ids = {alarm.alarm_id, *alarm.aliases}
        named = any(one.alarm_id in ids for one in singly(asked))
        if not named or kind_of(asked) != (known.kind or before):
            message = "request_id names another action"
            raise RequestReused(message)
        return known.alarm

    def _addressed(self, asked: Action) -> tuple[int, Action]:
        """Find the partition of the alarms, and say whose they are."""
        finds = (self._folding.fold.find(one.alarm_id) for one in singly(asked))
        found = next((known for known in finds if known is not None), None)
        if found is None:
            if self._folding.fold.ended(asked):
                message = "the alarm is over"
                raise AlarmOver(message)
            message = "no alarm of this id"
            raise UnknownAlarm(message)
        partition, view = found
        if asked.encounter_id not in {"", view.encounter_id}:
            message = "no alarm of this id in this encounter"
            raise UnknownAlarm(message)
        entry = replace(asked, encounter_id=view.encounter_id)
        self._refuse(partition, entry)
        return partition, entry

    def _refuse(self, partition: int, entry: Action) -> None:
        """Raise the reason why an action would have no effect now, if there is one."""
        refusal = self._folding.fold.refusal(partition, entry)
        if refusal is not None:
            error, words = _REFUSALS[refusal]
            raise error(words)

    async def _append(self, partition: int, entry: Action) -> None:
        if partition == OWN:
            await self._folding.take_own(entry)
            return
        if entry.encounter_id:
            partition = partition_of(entry.encounter_id, ALARMS.partitions)
        durable = await self._writer.send(
            ALARMS.name,
            partition,
            encode_entry(entry),
            key=entry.encounter_id.encode(),
            headers=HEADERS_ALARM_ENTRY,
        )
        durable.add_done_callback(let_go)
