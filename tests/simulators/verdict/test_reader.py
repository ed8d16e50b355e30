from hypothesis import given
from hypothesis import strategies as st

from clinical.items import Discarded, DiscardReason, Vitals
from ports.log.memory_log import MemoryLog
from simulators.verdict.reader import LeftOut, left_out, present
from wire.alarms import MessageReceipt, encode_entry
from wire.frames import Frame, Lane, encode_frame
from wire.records import (
    HEADERS_ALARM_ENTRY,
    HEADERS_BATCH,
    HEADERS_DEAD_LETTER,
    HEADERS_TICK,
    DeadLetter,
    Tick,
    encode_batch,
    encode_dead_letter,
    encode_tick,
)
from wire.topics import TOPICS
from wire.unit_items import ReceiptStage
from wire.validation import RefusalReason

SEGMENT = bytes(range(16))


def frame(unit: str, sequence: int) -> bytes:
    vitals = (Vitals(heart_rate_bpm=80),)
    return encode_frame(
        Frame(unit, Lane.VITALS, SEGMENT, sequence, 5, None, None, "encounter", vitals)
    )


async def filled() -> MemoryLog:
    log = MemoryLog(TOPICS)
    writer = await log.writer()
    batch = encode_batch(6, "gateway", [frame("A", 1), frame("A", 2)])
    await (await writer.send("patients", 3, batch, headers=HEADERS_BATCH))
    tick = encode_tick(Tick("gateway", 7, healthy=True))
    await (await writer.send("patients", 3, tick, headers=HEADERS_TICK))
    unit = encode_batch(6, "gateway", [frame("B", 1)])
    await (await writer.send("units", 0, unit, headers=HEADERS_BATCH))
    ecg = encode_batch(6, "gateway", [frame("A", 3)])
    await (await writer.send("images", 0, ecg, headers=HEADERS_BATCH))
    letter = DeadLetter(
        RefusalReason.OUT_OF_RANGE, "items[0]", "words", "C", 2, SEGMENT, 9, b"", 8, "gateway"
    )
    dead = encode_dead_letter(letter)
    await (await writer.send("dead_letters", 1, dead, headers=HEADERS_DEAD_LETTER))
    receipt = encode_entry(MessageReceipt("m", "A", ReceiptStage.DELIVERED, None, 9))
    await (await writer.send("alarms", 2, receipt, headers=HEADERS_ALARM_ENTRY))
    await (await writer.send("patients", 0, b"\xff", headers=HEADERS_BATCH))
    return log


async def test_every_frame_in_the_log_is_found() -> None:
    """In batches of four topics and among the dead letters; what cannot be read is passed over."""
    assert (await present(await filled())).frames == {
        ("A", 2, SEGMENT, 1),
        ("A", 2, SEGMENT, 2),
        ("A", 2, SEGMENT, 3),
        ("B", 2, SEGMENT, 1),
        ("C", 2, SEGMENT, 9),
    }


async def test_receipts_are_counted_by_unit() -> None:
    found = await present(await filled())
    assert found.receipts == {"A": 1}
    assert found.dead_letters == 1


async def test_what_was_left_out_is_not_present_and_told_apart() -> None:
    """A frame that says so stands for all its sequences, its own included, and is no data."""
    log = MemoryLog(TOPICS)
    said = (Discarded(3, 5, DiscardReason.LINK_TOO_SLOW, 1),)
    word = Frame("A", Lane.VITALS, SEGMENT, 5, 5, None, None, "encounter", said)
    batch = encode_batch(6, "gateway", [frame("A", 2), encode_frame(word)])
    await (await (await log.writer()).send("patients", 0, batch, headers=HEADERS_BATCH))
    found = await present(log)
    assert found.frames == {("A", 2, SEGMENT, 2)}
    assert found.discarded == [LeftOut("A", 2, SEGMENT, 3, 5)]
    frames = [("A", 2, SEGMENT, n) for n in range(2, 7)]
    assert left_out(frames, found.discarded) == set(frames[1:4])


_said = st.builds(
    lambda unit, lane, first, more: LeftOut(unit, lane, SEGMENT, first, first + more),
    st.sampled_from("AB"),
    st.integers(2, 3),
    st.integers(1, 12),
    st.integers(0, 6),
)


@given(st.lists(_said, max_size=8))
def test_a_frame_is_left_out_if_any_word_of_its_segment_covers_it(said: list[LeftOut]) -> None:
    """However the stretches overlap, and in whatever order they were said."""
    frames = [(unit, lane, SEGMENT, n) for unit in "AB" for lane in (2, 3) for n in range(20)]
    covered = {
        (one.unit_id, one.lane, SEGMENT, n) for one in said for n in range(one.first, one.last + 1)
    }
    assert left_out(frames, said) == covered & set(frames)
