from collections import defaultdict
from collections.abc import Iterable

from bench.peers.traffic import Entry, at_leisure, batched, digest, expected, single
from wire.records import decode_batch


def _frames_of(entries: Iterable[Entry], *, batches: bool) -> dict[int, list[bytes]]:
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for it in entries:
        frames = decode_batch(it.value).frames if batches else ()
        found[it.partition] += [frame.SerializeToString() for frame in frames] or [it.value]
    return found


def test_both_shapes_hold_the_same_frames_in_the_same_order() -> None:
    frames = at_leisure(50, 7)
    one = _frames_of(single(frames), batches=False)
    many = _frames_of(batched(frames), batches=True)
    assert one == many
    assert sum(map(len, one.values())) == 350


def test_the_same_frames_come_again() -> None:
    assert at_leisure(20, 3) == at_leisure(20, 3)


def test_what_must_be_said_is_named_by_its_content_alone() -> None:
    said = sorted(expected(at_leisure(50, 20)))
    assert said
    assert digest(said) == digest([*reversed(said), said[0]])
    assert digest(said) != digest(said[1:])
