"""A watch that is easy to reason about and fails where it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from clinical.alarms.identity import alarm_id
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.alarms.transition import Transition
from clinical.items import (
    Capture,
    EcgFinding,
    ForeignFrame,
    Item,
    Vitals,
    VitalsRow,
    Word,
)
from clinical.watch.due import EVERY_TICK
from clinical.watch.encounter import EncounterState
from clinical.watch.picture.picture import Glance, PictureRow
from goldenhour.bench.holding import held_by
from streams.engine.watches import Emission, Watch

POISON_BPM = 333
"""A heart rate that makes the watch fail after it has changed its state."""

POISON_SEQUENCE = 333
"""The sequence of a foreign frame that makes the watch fail."""


@dataclass
class PlantedWatch:
    """Counts items, says so at each, and breaks on POISON_BPM."""

    encounter_id: str
    source: Source
    items: int = 0
    ticks: int = 0
    heard: list[int] = field(default_factory=list)

    def on_item(self, item: Item, capture: Capture, now_us: int) -> Sequence[Emission]:
        self.items += 1
        if isinstance(item, Vitals) and item.heart_rate_bpm == POISON_BPM:
            message = "planted: 333 bpm of John Doe"
            raise ZeroDivisionError(message)
        self.heard.append(capture.frame.sequence)
        return [self._counted(capture, now_us)]

    def on_row(
        self, row: VitalsRow, received_us: int, now_us: int, ingress_us: int | None = None
    ) -> Sequence[Emission] | None:
        return None

    def on_word(self, word: Word, now_us: int) -> Sequence[Emission]:
        if isinstance(word, ForeignFrame) and word.frame.sequence == POISON_SEQUENCE:
            message = "planted: a foreign frame"
            raise ZeroDivisionError(message)
        self.items += 1
        if isinstance(word, LimitChange | LimitSet):
            return []
        at_us = word.stamped_us if isinstance(word, ForeignFrame | EcgFinding) else word.at_us
        return [self._counted(Capture(word.frame, at_us, now_us), now_us)]

    def on_tick(self, now_us: int, ingress_us: int) -> Sequence[Emission]:
        self.ticks += 1
        return ()

    @property
    def due_us(self) -> int | None:
        return EVERY_TICK

    def pass_over(self, now_us: int, ingress_us: int) -> None:
        raise AssertionError

    def snapshot(self) -> dict[str, Any]:
        return {
            "encounter_id": self.encounter_id,
            "source": self.source.value,
            "items": self.items,
            "ticks": self.ticks,
            "heard": list(self.heard),
        }

    def glance(self, at_us: int = 0) -> PictureRow | Glance:
        return self.row(at_us)

    def row(self, at_us: int = 0) -> PictureRow:
        return PictureRow(
            encounter_id=self.encounter_id,
            unit_id="unit",
            bay=None,
            captured_us=None,
            received_us=None,
            vitals=(),
            news2_total=self.items,
            news2_at_least=None,
            news2_refusals=(),
            not_judged=False,
        )

    @property
    def state(self) -> EncounterState:
        return held_by("unit", self.encounter_id)

    @property
    def quiet_us(self) -> int:
        return 0

    @property
    def silent(self) -> bool:
        return False

    @property
    def closed(self) -> bool:
        return False

    def _counted(self, capture: Capture, now_us: int) -> Transition:
        return Transition(
            encounter_id=self.encounter_id,
            unit_id=capture.frame.unit_id,
            alarm_id=alarm_id(self.encounter_id, Cause.SENSOR_OFF, capture.frame),
            cause=Cause.SENSOR_OFF,
            subject="",
            category=Category.TECHNICAL,
            priority=Priority.LOW,
            phase=Phase.START,
            active=True,
            source=self.source,
            revision=self.items,
            since_us=capture.captured_us,
            learned_us=now_us,
            until_us=None,
            recorded_only=False,
            late=False,
            frame=capture.frame,
            reason=None,
        )


class PlantedWatches:
    """Opens PlantedWatch; keeps them for the test to look at."""

    def __init__(self) -> None:
        self.made: list[PlantedWatch] = []

    def open(self, encounter_id: str, source: Source) -> Watch:
        self.made.append(PlantedWatch(encounter_id, source))
        return self.made[-1]

    def restore(self, snapshot: dict[str, Any]) -> Watch:
        watch = PlantedWatch(**{**snapshot, "source": Source(snapshot["source"])})
        self.made.append(watch)
        return watch
