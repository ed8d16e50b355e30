"""The check-suite that the watch, and with it every processor, must pass on any input."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import msgspec

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import NOTHING_ELSE, Capture, Vitals, VitalsRow
from clinical.scores import news2
from clinical.scores.chart import Refused
from clinical.watch.carry import VITALS
from clinical.watch.due import EVERY_TICK
from clinical.watch.patient import Emission, PatientWatch
from clinical.watch.picture.picture import Glance, PictureRow
from tests.scenarios.scenario import Arrival, Report, Step, Tick, play

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


def row_of(item: Vitals, capture: Capture) -> VitalsRow | None:
    """Return the item as a row; None when it is not plain."""
    if capture.frame.item:
        return None
    numbers = {index: getattr(item, vital.value) for index, vital in enumerate(VITALS)}
    present = tuple(index for index, value in numbers.items() if value is not None)
    nothing: dict[str, Any] = {vital.value: None for vital in VITALS}
    rest = replace(item, **nothing)
    frame = capture.frame
    return (
        "encounter-1",
        frame.unit_id,
        frame.lane,
        frame.segment,
        frame.sequence,
        capture.captured_us,
        capture.boot_id,
        present,
        tuple(numbers[index] for index in present),
        NOTHING_ELSE if rest == NOTHING_ELSE else rest,
    )


def rows_lead_to_the_same(steps: Sequence[Step], source: Source = Source.CENTER_A) -> int:
    """The quick way leaves what the reference leaves, byte for byte; return how often it was taken.

    A row that was not taken has changed nothing.
    """
    reference, quick, taken = _watch(source), _watch(source), 0
    for step in steps:
        row = None
        if isinstance(step, Arrival) and isinstance(step.item, Vitals):
            row = row_of(step.item, step.capture)
        before = msgspec.msgpack.encode(quick.snapshot())
        said = quick.on_row(row, step.now_us, step.now_us) if row else None
        if said is not None:
            assert play(reference, step) == said
            taken += 1
        else:
            assert msgspec.msgpack.encode(quick.snapshot()) == before
            assert play(reference, step) == play(quick, step)
        assert msgspec.msgpack.encode(quick.snapshot()) == msgspec.msgpack.encode(
            reference.snapshot()
        )
        assert quick.row() == reference.row()
        assert seen(quick) == reference.row()
    return taken


def seen(watch: PatientWatch, at_us: int = 0) -> PictureRow:
    """Return what a watch shows at a glance."""
    row = watch.glance(at_us)
    return row.row if isinstance(row, Glance) else row


def rows_lead_to_the_same_in_the_center(steps: Sequence[Step]) -> None:
    """At the center, a row by the quick way is an item by the reference."""
    rows_lead_to_the_same(steps)


def rows_lead_to_the_same_in_the_vehicle(steps: Sequence[Step]) -> None:
    """In the vehicle too, where silence is not judged."""
    rows_lead_to_the_same(steps, Source.EDGE)


def the_quick_way_can_begin_at_any_snapshot(steps: Sequence[Step]) -> None:
    """A watch that was restored takes the same rows as the one that it was taken of."""
    straight, restored = _watch(), _watch()
    for step in steps:
        if isinstance(step, Arrival) and isinstance(step.item, Vitals):
            row = row_of(step.item, step.capture)
            if row is not None:
                said = straight.on_row(row, step.now_us, step.now_us)
                assert restored.on_row(row, step.now_us, step.now_us) == said
                if said is not None:
                    continue
        assert play(straight, step) == play(restored, step)
        plain = msgspec.msgpack.decode(msgspec.msgpack.encode(restored.snapshot()))
        restored = PatientWatch.restore(plain)
    assert restored.snapshot() == straight.snapshot()


def ticks_can_be_left_out(steps: Sequence[Step], source: Source = Source.CENTER_A) -> int:
    """Until it is due a watch need not be told the time; return how many ticks were left out.

    The other watch is stepped at each. Words and snapshots are the same, whether the newest tick
    left out is made up for at once or only before something happens, and after a restart too.
    """
    every, lazy, left_out = _watch(source), _watch(source), 0
    due_us: int | None = EVERY_TICK
    passed: Tick | None = None
    for number, step in enumerate(steps):
        said = play(every, step)
        if isinstance(step, Tick) and (due_us is None or step.now_us < due_us):
            assert said == []
            passed = step
            left_out += 1
        else:
            if passed is not None:
                lazy.pass_over(passed.now_us, passed.ingress_us)
                passed = None
            row = None
            if isinstance(step, Arrival) and isinstance(step.item, Vitals):
                row = row_of(step.item, step.capture)
            taken = lazy.on_row(row, step.now_us, step.now_us) if row else None
            if taken is None:
                taken = play(lazy, step)
                due_us = lazy.due_us
            elif taken:
                due_us = lazy.due_us
            assert taken == said
        if passed is not None and number % 7:
            continue
        if passed is not None:
            lazy.pass_over(passed.now_us, passed.ingress_us)
            passed = None
        assert lazy.snapshot() == every.snapshot()
        assert seen(lazy) == lazy.row() == every.row()
        if number % 11 == 0:
            lazy = PatientWatch.restore(lazy.snapshot())
            due_us = lazy.due_us
    return left_out


def ticks_can_be_left_out_in_the_center(steps: Sequence[Step]) -> None:
    """At the center, where silence is judged."""
    ticks_can_be_left_out(steps)


def ticks_can_be_left_out_in_the_vehicle(steps: Sequence[Step]) -> None:
    """In the vehicle too."""
    ticks_can_be_left_out(steps, Source.EDGE)


def the_row_scores_what_the_chart_scores(steps: Sequence[Step]) -> None:
    """The total that is shown, and why there is none, are those of the whole chart."""
    watch = _watch()
    for step in steps:
        play(watch, step)
        row, result = watch.row(), news2.score(watch.inputs())
        refused = isinstance(result, Refused)
        assert row.news2_total == (None if refused else result.at_least)
        assert row.news2_at_least == (result.at_least if refused else None)
        assert bool(row.news2_refusals) == refused


ALL: tuple[Check, ...] = (
    the_row_scores_what_the_chart_scores,
    inputs_stay_untouched,
    replay_says_the_same,
    snapshots_go_on_identically,
    duplicates_have_no_effect,
    revisions_count_from_one,
    the_vehicle_says_no_silence_and_no_state,
    rows_lead_to_the_same_in_the_center,
    rows_lead_to_the_same_in_the_vehicle,
    the_quick_way_can_begin_at_any_snapshot,
    ticks_can_be_left_out_in_the_center,
    ticks_can_be_left_out_in_the_vehicle,
)
