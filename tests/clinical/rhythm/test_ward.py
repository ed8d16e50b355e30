"""A patient's rhythm is judged alike however the waveforms come, and whoever is judged beside."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from clinical.rhythm.arrhythmia import Arrhythmia, Call
from clinical.rhythm.bed import Bed
from clinical.rhythm.ward import judge
from clinical.signals.waveform import WaveformChunk
from tests.clinical.rhythm.strips import beating, cut, falling_ill, said, stopping, told

LEADS = ("I", "II")
Frames = list[Sequence[WaveformChunk]]
sizes = st.lists(st.sampled_from([1, 7, 50, 249, 250, 251, 1000, 2500]), max_size=12)


def frames(seed: int, steps: Sequence[int] = (250,)) -> Frames:
    """Two leads that come side by side."""
    cuts = [cut(lead, falling_ill(seed + place), steps) for place, lead in enumerate(LEADS)]
    return list(zip(*cuts, strict=True))


def snapshot(bed: Bed) -> bytes:
    return msgspec.msgpack.encode(bed.snapshot())


def resumed(bed: Bed) -> Bed:
    return Bed.restore(msgspec.msgpack.decode(snapshot(bed)))


def dangerous(calls: Sequence[Call]) -> set[Arrhythmia]:
    return {call.arrhythmia for call in calls if call.arrhythmia}


def remembered(bed: Bed) -> bytes:
    """All that later seconds depend on; not how long chunks were, by which leads are waited for."""
    assert bed.run is not None
    state = bed.snapshot()
    run = state["run"]
    return msgspec.msgpack.encode([state["windows"], state["judgement"], run["bank"], run["beats"]])


@settings(max_examples=6, phases=(Phase.explicit, Phase.generate))
@given(sizes)
def test_any_chunking_says_the_same_and_leaves_the_same(steps: list[int]) -> None:
    straight, other = Bed(), Bed()
    expected = told(straight, frames(1))
    assert told(other, frames(1, [*steps, 250])) == expected
    assert remembered(other) == remembered(straight)


@settings(max_examples=4, phases=(Phase.explicit, Phase.generate))
@given(sizes, sizes)
def test_leads_that_come_by_themselves_are_judged_as_if_they_came_together(
    of_one: list[int], of_other: list[int]
) -> None:
    """As long as none is ahead by more than is waited for."""
    short = [size for size in of_one if size <= 250], [size for size in of_other if size <= 250]
    cuts = [
        cut(lead, falling_ill(1 + place), [*steps, 250])
        for place, (lead, steps) in enumerate(zip(LEADS, short, strict=True))
    ]
    apart = sorted((each for one in cuts for each in one), key=lambda each: each.end_us)
    assert told(Bed(), [[each] for each in apart]) == told(Bed(), frames(1))


def test_who_is_judged_beside_changes_nothing() -> None:
    """Byte for byte, in what is said and in what is remembered."""
    together, alone = [Bed() for _ in range(5)], [Bed() for _ in range(5)]
    heard: list[list[Call]] = [[] for _ in alone]
    for turn in zip(*(frames(seed) for seed in range(5)), strict=True):
        for bed, frame in zip(together, turn, strict=True):
            for chunk in frame:
                bed.push(chunk)
        for place, call in judge(together):
            assert isinstance(call, Call)
            heard[place].append(call)
    assert heard == [told(bed, frames(seed)) for seed, bed in enumerate(alone)]
    assert [snapshot(bed) for bed in together] == [snapshot(bed) for bed in alone]


def test_a_snapshot_anywhere_changes_nothing() -> None:
    straight, restored = Bed(), Bed()
    for frame in frames(3, [250, 100]):
        assert told(restored, [frame]) == told(straight, [frame])
        restored = resumed(restored)
        assert snapshot(restored) == snapshot(straight)


def test_what_comes_again_or_late_changes_nothing() -> None:
    whole = frames(2)
    again = [frame for pair in zip(whole, whole, strict=True) for frame in pair]
    late = [frame for at, frame in enumerate(whole) for frame in (frame, whole[max(0, at - 3)])]
    assert told(Bed(), again) == told(Bed(), whole)
    assert told(Bed(), late) == told(Bed(), whole)


def test_fibrillation_is_told_once_while_it_lasts_and_again_every_few_seconds() -> None:
    calls = told(Bed(), frames(1))
    assert calls[0].arrhythmia is None
    ill = [call for call in calls if call.arrhythmia]
    assert len({call.arrhythmia for call in ill}) == 1
    assert {after.at_s - before.at_s for before, after in pairwise(ill)} == {5.0}


def test_a_short_hole_is_bridged_and_a_long_one_begins_anew() -> None:
    whole = frames(1)
    short = [*whole[:6], *whole[7:]]
    assert dangerous(told(Bed(), short)) == dangerous(told(Bed(), whole))
    bed = Bed()
    told(bed, [*whole[:4], *whole[20:]])
    assert bed.run is not None
    assert bed.run.begun_us == whole[20][0].start_us


def test_a_lead_that_is_lost_is_waited_for_a_while_and_then_missing() -> None:
    bed, whole = Bed(), frames(1)
    calls = told(bed, [*whole[:8], *(frame[:1] for frame in whole[8:])])
    assert bed.run is not None
    assert bed.run.number == len(whole)
    assert dangerous(calls)


def test_a_heart_that_stops_is_asystole_within_some_seconds() -> None:
    cuts = [cut(lead, stopping(1), ()) for lead in LEADS]
    calls = told(Bed(), zip(*cuts, strict=True))
    assert [call.arrhythmia for call in calls[1:2]] == [Arrhythmia.ASYSTOLE]
    assert calls[1].at_s <= 19


@pytest.mark.parametrize(
    ("per_min", "expected"),
    [
        (75, set()),
        (120, set()),
        (165, {Arrhythmia.EXTREME_TACHYCARDIA}),
        (32, {Arrhythmia.EXTREME_BRADYCARDIA}),
    ],
)
def test_a_steady_heart_is_told_of_by_its_rate(per_min: float, expected: set[Arrhythmia]) -> None:
    lead = beating(5, 30, per_min)
    assert dangerous(told(Bed(), ([each] for each in cut("II", lead, ())))) == expected


def test_a_flat_or_detached_lead_is_no_asystole() -> None:
    lead = beating(5, 24)
    lead = lead.copy()
    lead[12 * 250 :] = 0
    assert not dangerous(told(Bed(), ([each] for each in cut("II", lead, ()))))


def test_nothing_to_judge_says_nothing() -> None:
    assert said([Bed(), Bed()]) == []
