"""Who counts and who disagrees: what the center says about the channels of detection.

The fold knows what every source says; the pictures say how far each channel has judged. Only where
both are known can be told that a channel is dead while another one goes on, and that two channels
disagree although both have judged the same data. The referee compares, and what it concludes is
written to the log of alarms as entries: the fold stays a function of the log alone, the same in
every center and in the vehicle.

It looks at what stands, not at what happened, so a center that starts, or a second one, says the
same, and saying it twice has no effect. It says nothing about a channel while no other is live.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import alarm_id
from clinical.alarms.lifecycle import AlarmBook, Standing
from clinical.alarms.priority import CHANNELS, Phase, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import SourceStatus, Transition
from clinical.instant import SECOND_US
from command_center.channels import Channels

SAID_AGAIN_US: Final = 2 * SECOND_US
"""Time after which an entry that has not come back from the log is written again."""

_RULE: Final = RULES[Cause.CHANNELS_DISAGREE]
DISAGREE_US: Final = _RULE.levels[0].delay_us

Word = SourceStatus | Transition


@dataclass(slots=True)
class Referee:
    """Says about each partition what its fold and its channels call for."""

    channels: Channels
    _said_us: dict[tuple[object, ...], int] = field(default_factory=dict)
    """When each thing was said last that the fold does not show yet."""

    def judge(self, partition: int, book: AlarmBook, now_us: int) -> list[Word]:
        """Return what is to be written to this partition of `alarms` now."""
        live = self.channels.live(partition, now_us)
        if not live:
            return []
        standings = book.standings()
        if not standings:
            return []
        words: list[Word] = [
            *self._statuses(partition, standings, live),
            *self._disputes(partition, book, standings, live),
        ]
        return [word for word in words if self._news(word, now_us)]

    def _statuses(
        self, partition: int, standings: Iterable[Standing], live: frozenset[Source]
    ) -> Iterator[SourceStatus]:
        """Say who of those that spoke about an alarm has died, and who is back."""
        judged_us = max(self.channels.judged_us(partition, source) for source in live)
        told: set[tuple[str, Source]] = set()
        for standing in standings:
            for source in standing.spoken.intersection(CHANNELS):
                counts = source not in standing.silenced
                key = (standing.view.encounter_id, source)
                overtaken = judged_us <= standing.heard_us
                if counts == (source in live) or key in told or (counts and overtaken):
                    continue
                told.add(key)
                yield SourceStatus(*key, live=not counts, at_us=judged_us)

    def _disputes(
        self,
        partition: int,
        book: AlarmBook,
        standings: Sequence[Standing],
        live: frozenset[Source],
    ) -> Iterator[Transition]:
        """Say which alarms the channels disagree about, and which they no longer do."""
        both = live.issuperset(CHANNELS)
        judged_us = min(self.channels.judged_us(partition, source) for source in live)
        disputed: set[tuple[str, str]] = set()
        for standing in standings:
            view = standing.view
            subject = _subject(standing)
            held_by = standing.holders.intersection(CHANNELS)
            comparable = both and standing.silenced.isdisjoint(CHANNELS)
            if view.cause == Cause.CHANNELS_DISAGREE or not comparable or len(held_by) != 1:
                continue
            disputed.add((view.encounter_id, subject))
            if judged_us - standing.heard_us >= DISAGREE_US:
                yield from _begun(book, standing, subject, held_by, judged_us)
        for standing in standings:
            view = standing.view
            over = (view.encounter_id, view.subject) not in disputed
            if view.cause == Cause.CHANNELS_DISAGREE and over:
                yield _ended(book, standing, judged_us)

    def _news(self, word: Word, now_us: int) -> bool:
        key = _key(word)
        self._said_us = {k: at for k, at in self._said_us.items() if now_us - at < SAID_AGAIN_US}
        if key in self._said_us:
            return False
        self._said_us[key] = now_us
        return True


def _key(word: Word) -> tuple[object, ...]:
    if isinstance(word, SourceStatus):
        return (word.encounter_id, word.source, word.live)
    return (word.alarm_id, word.revision)


def _subject(standing: Standing) -> str:
    view = standing.view
    return f"{view.cause} {view.subject}".rstrip()


def _begun(
    book: AlarmBook,
    standing: Standing,
    subject: str,
    held_by: frozenset[Source],
    judged_us: int,
) -> Iterator[Transition]:
    """Return the word that a dispute begins, unless the book has it."""
    view, level = standing.view, _RULE.levels[0]
    name = alarm_id(view.encounter_id, Cause.CHANNELS_DISAGREE, view.frame, subject)
    if book.alarm(name) is not None:
        return
    yield Transition(
        encounter_id=view.encounter_id,
        unit_id=view.unit_id,
        alarm_id=name,
        cause=Cause.CHANNELS_DISAGREE,
        subject=subject,
        category=_RULE.category,
        priority=level.priority,
        phase=Phase.START,
        active=True,
        source=Source.CENTER,
        revision=book.heard(name, Source.CENTER) + 1,
        since_us=standing.heard_us,
        learned_us=judged_us,
        until_us=None,
        recorded_only=False,
        late=False,
        frame=view.frame,
        reason=_RULE.reason(level.priority, {"alarms": ", ".join(sorted(held_by))}),
    )


def _ended(book: AlarmBook, standing: Standing, judged_us: int) -> Transition:
    view = standing.view
    return Transition(
        encounter_id=view.encounter_id,
        unit_id=view.unit_id,
        alarm_id=view.alarm_id,
        cause=view.cause,
        subject=view.subject,
        category=view.category,
        priority=view.priority,
        phase=Phase.END,
        active=False,
        source=Source.CENTER,
        revision=book.heard(view.alarm_id, Source.CENTER) + 1,
        since_us=view.active_since_us,
        learned_us=judged_us,
        until_us=judged_us,
        recorded_only=False,
        late=False,
        frame=view.frame,
        reason=None,
    )
