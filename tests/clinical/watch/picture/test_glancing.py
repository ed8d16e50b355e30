"""A glance is the row, whatever came back that was too old to be judged when it was remembered."""

from dataclasses import replace

from clinical.alarms.priority import Source
from clinical.vitals import Consciousness
from clinical.watch.carry import CONSCIOUSNESS_WINDOW_US
from clinical.watch.patient import PatientWatch
from tests.clinical.watch.bedside import at, capture
from tests.clinical.watch.checks import row_of, seen
from tests.clinical.watch.course import WELL

NOT_LOOKED = replace(WELL, consciousness=None)
STALE_S = CONSCIOUSNESS_WINDOW_US // 1_000_000 + 1


def test_a_patient_who_is_looked_at_again_is_scored_at_once() -> None:
    """Nobody looked for a quarter of an hour, so there is no score; the same word again gives it.

    Each second the row goes the quick way and is shown at a glance.
    """
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    watch.on_item(WELL, capture(0, 1), at(0))
    for second in range(1, STALE_S + 4):
        item = WELL if second >= STALE_S + 2 else NOT_LOOKED
        row = row_of(item, capture(second, second + 1))
        assert row is not None
        assert watch.on_row(row, at(second), at(second)) is not None
        assert seen(watch, at(second)) == watch.row(at(second))
        looked = second < STALE_S or second >= STALE_S + 2
        assert seen(watch, at(second)).news2_total == (0 if looked else None)
    assert watch.inputs().consciousness is Consciousness.ALERT
