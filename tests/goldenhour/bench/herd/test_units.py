"""What was captured is compared with the log frame by frame."""

from goldenhour.bench.herd.units import Ledger, captured
from vehicle.lane.session import SequenceRef
from wire.frames import Lane

SEGMENT = b"s" * 16


def test_the_ledger_keeps_the_last_frame_of_each_segment() -> None:
    ledger = Ledger()
    for sequence in (1, 2, 3):
        ledger.captured(SequenceRef("U", Lane.VITALS, SEGMENT, sequence))
    ledger.captured(SequenceRef("U", Lane.ALARM, SEGMENT, 1))
    assert ledger.last == {("U", 2, SEGMENT): 3, ("U", 1, SEGMENT): 1}


def test_every_frame_up_to_the_last_has_to_be_in_the_log() -> None:
    segment = ("U", 2, SEGMENT)
    assert captured({segment: 3}) == [(*segment, 1), (*segment, 2), (*segment, 3)]
