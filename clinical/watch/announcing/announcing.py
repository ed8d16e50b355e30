"""Turns findings into the transitions that are written to the alarm log.

Every transition of an alarm id counts a revision of this source from 1, so that the life cycle can
ignore what it has seen. A vehicle that lost the end of its memory in a crash may have said more
than it knows of: it counts on from a number that it never reached (``count_from``). The since and
the lateness of an alarm are those of its start. An alarm is late when it was learned of ``LATE_US``
after it would have been raised on data that came at once.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.change import Change
from clinical.alarms.identity import alarm_id
from clinical.alarms.priority import Phase, Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.watch.finding import Finding

LATE_US: Final = 10 * SECOND_US
"""An alarm learned of so long after its delay was over is late."""

ENDED_KEPT: Final = 256
"""Ended alarm ids whose revision is remembered; the first ended is forgotten first. An id comes
again only when its own first frame is judged again, and duplicates are dropped before."""


class Announcer:
    """What one source has said about the alarms of one encounter."""

    __slots__ = ("_before", "_encounter_id", "_ended", "_late", "_revisions", "_source")

    def __init__(self, encounter_id: str, source: Source) -> None:
        """Begin with nothing said."""
        self._encounter_id = encounter_id
        self._source = source
        self._before = 0
        self._revisions: dict[bytes, int] = {}
        self._late: set[bytes] = set()
        self._ended: dict[bytes, None] = {}

    def announce(self, finding: Finding, unit_id: str, now_us: int) -> Transition:
        """Return the transition that states this finding, learned of at ``now_us``."""
        change, rule = finding.change, finding.rule
        name = alarm_id(self._encounter_id, rule.cause, change.frame, finding.subject)
        over = change.phase is Phase.END
        self._note(name, finding, now_us)
        reason = None
        if not over or finding.recorded_only:
            reason = rule.reason(change.priority, finding.values)
        return Transition(
            encounter_id=self._encounter_id,
            unit_id=unit_id,
            alarm_id=name,
            cause=rule.cause.value,
            subject=finding.subject,
            category=rule.category,
            priority=change.priority,
            phase=change.phase,
            active=not over,
            source=self._source,
            revision=self._revisions[name],
            since_us=change.since_us,
            learned_us=now_us,
            until_us=change.at_us if over else None,
            recorded_only=finding.recorded_only,
            late=name in self._late,
            frame=change.frame,
            reason=reason,
        )

    def count_from(self, revision: int) -> None:
        """Give every later word a greater revision than this."""
        self._before = revision

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "revisions": [[name.hex(), count] for name, count in self._revisions.items()],
            "late": sorted(name.hex() for name in self._late),
            "ended": [name.hex() for name in self._ended],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._revisions = {bytes.fromhex(name): count for name, count in state["revisions"]}
        self._late = {bytes.fromhex(name) for name in state["late"]}
        self._ended = {bytes.fromhex(name): None for name in state["ended"]}

    def _note(self, name: bytes, finding: Finding, now_us: int) -> None:
        self._revisions[name] = max(self._revisions.get(name, 0), self._before) + 1
        if finding.change.phase is Phase.START and _late(finding.change, now_us):
            self._late.add(name)
        if finding.change.phase is not Phase.END:
            self._ended.pop(name, None)
            return
        self._ended[name] = None
        if len(self._ended) > ENDED_KEPT:
            oldest = next(iter(self._ended))
            del self._ended[oldest], self._revisions[oldest]
            self._late.discard(oldest)


def _late(change: Change, now_us: int) -> bool:
    return now_us - change.at_us > LATE_US
