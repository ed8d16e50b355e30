"""One alarm on a score that a monitor says each second, and whose chart was made for one look.

It begins when the score has asked for a response for the rule's delay; a moment on the good side
in between, shorter than ``HOVERS_US``, does not begin that time anew. It ends when the score has
been known to ask for nothing for the rule's ``clear_us``. A score that is incomplete and asks for
nothing says nothing, and begins that time anew.

It begins and ends by data alone: time that passes without any changes nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, release, withdraw

HOVERS_US: Final = 10 * SECOND_US
"""A score that is not an alarm yet may ask for nothing for so long, and still counts as held."""


class Lasting:
    """One alarm on a score that hovers: held for the rule's delay, clear for its ``clear_us``."""

    __slots__ = ("_below_us", "_condition")

    def __init__(self, cause: Cause) -> None:
        """Begin with nothing reached."""
        self._condition = FlagCondition(RULES[cause])
        self._below_us: int | None = None
        """Since when the score is on the good side of what holds, or may come to hold."""

    @property
    def stands(self) -> bool:
        """Tell whether it is an alarm."""
        return self._condition.raised is not None

    def judge(
        self,
        at_us: int,
        frame: FrameRef,
        *,
        reached: bool,
        known: bool,
        values: Callable[[], Mapping[str, float | str]],
    ) -> Findings:
        """Say whether the score asks for a response, and whether it is known to ask for none."""
        condition = self._condition
        if reached or (self.stands and not known):
            self._below_us = None
            if not reached:
                return NO_FINDINGS
            changes = condition.set(active=True, at_us=at_us, frame=frame)
            return findings_of(condition, changes, values()) if changes else NO_FINDINGS
        if condition.frame is None:
            return NO_FINDINGS
        if self._below_us is None:
            self._below_us = at_us
        patience_us = condition.rule.clear_us if self.stands else HOVERS_US
        return NO_FINDINGS if at_us - self._below_us < patience_us else self.end(at_us, frame)

    def end(self, at_us: int, frame: FrameRef) -> Findings:
        """Say that it is over."""
        self._below_us = None
        return release(self._condition, at_us, frame)

    def close(self, at_us: int) -> Findings:
        """End it, because the patient is judged no longer."""
        self._below_us = None
        return withdraw(self._condition, at_us)

    def snapshot(self) -> list[Any]:
        """Return the state as plain data."""
        return [self._condition.snapshot(), self._below_us]

    def restore(self, state: list[Any]) -> None:
        """Take over a state from ``snapshot``."""
        plain, self._below_us = state
        self._condition.restore(plain)
