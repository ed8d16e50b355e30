"""The check-suite that the watch, and with it every processor, must pass on any input."""

from collections.abc import Callable, Sequence
from copy import deepcopy

import msgspec

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.watch.patient import Emission, PatientWatch
from tests.scenarios.scenario import Arrival, Report, Step, play

Check = Callable[[Sequence[Step]], None]


def _watch(source: Source = Source.CENTER_A) -> PatientWatch:
    return PatientWatch("encounter-1", source)


def _played(watch: PatientWatch, steps: Sequence[Step]) -> list[list[Emission]]:
    return [play(watch, step) for step in steps]


def inputs_stay_untouched(steps: Sequence[Step]) -> None:
    """Judging changes none of its inputs."""
    before = deepcopy(steps)
    _played(_watch(), steps)
    assert steps == before


def replay_says_the_same(steps: Sequence[Step]) -> None:
    """The same input leads to the same emissions, ids and revisions."""
    assert _played(_watch(), steps) == _played(_watch(), steps)


def snapshots_go_on_identically(steps: Sequence[Step]) -> None:
    """After any step, a watch restored from MessagePack goes on as if nothing had happened."""
    straight, restored = _watch(), _watch()
    for step in steps:
        assert play(straight, step) == play(restored, step)
        plain = msgspec.msgpack.decode(msgspec.msgpack.encode(restored.snapshot()))
        restored = PatientWatch.restore(plain)
        assert restored.snapshot() == straight.snapshot()
    assert restored.row() == straight.row()


def duplicates_have_no_effect(steps: Sequence[Step]) -> None:
    """Whatever is delivered twice is judged once."""
    watch = _watch()
    for step in steps:
        play(watch, step)
        before = watch.snapshot()
        if isinstance(step, Arrival | Report):
            assert play(watch, step) == []
            assert watch.snapshot() == before


def revisions_count_from_one(steps: Sequence[Step]) -> None:
    """The revisions of every alarm id count 1, 2, 3, ... without a gap, and end inactive once."""
    revisions: dict[bytes, int] = {}
    active: dict[bytes, bool] = {}
    for emissions in _played(_watch(), steps):
        for emission in emissions:
            if not isinstance(emission, Transition):
                continue
            name = emission.alarm_id
            assert emission.revision == revisions.get(name, 0) + 1
            assert emission.active or active.get(name) or emission.recorded_only
            revisions[name] = emission.revision
            active[name] = emission.active


def the_vehicle_says_no_silence_and_no_state(steps: Sequence[Step]) -> None:
    """In the vehicle the same watch judges no silence and writes no encounter state."""
    for emissions in _played(_watch(Source.EDGE), steps):
        for emission in emissions:
            assert getattr(emission, "cause", None) != "UNIT_SILENT"
            assert not hasattr(emission, "owned_since_us")


ALL: tuple[Check, ...] = (
    inputs_stay_untouched,
    replay_says_the_same,
    snapshots_go_on_identically,
    duplicates_have_no_effect,
    revisions_count_from_one,
    the_vehicle_says_no_silence_and_no_state,
)
