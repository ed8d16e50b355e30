"""ECGs in the partitions of the images: read when whole, once, whatever happens to their pieces."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from clinical.twelve_lead.pieces import EcgPiece, cut
from ports.log.port import Record
from simulators.patients.twelve_lead import MadeUp, made_up
from streams.engine.checkpointing import Recovered
from streams.engine.ecgs import ECGS_KEPT, Ecgs
from streams.engine.imaging_host import ABANDONED_US, STALLED_US, ImagingHost
from streams.engine.partition_clock import Point
from wire.frames import Frame, Lane, encode_frame
from wire.records import (
    HEADERS_BATCH,
    HEADERS_TICK,
    Tick,
    decode_dead_letter,
    encode_batch,
    encode_tick,
)
from wire.topics import DEAD_LETTERS, IMAGES, PATIENTS
from wire.twelve_lead import decode_ecg_finding, encode_ecg

BEGIN_US = 1_700_000_000_000_000
ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
ECG = made_up(MadeUp.INFERIOR, BEGIN_US - 10 * SECOND_US, seed=1)
PIECES = cut(bytes(16), encode_ecg(ECG))


class Desk:
    """A host, fed with what a gateway appends."""

    def __init__(self) -> None:
        self.host = ImagingHost(0, Source.CENTER_A)
        self.findings = [decode_ecg_finding(b"")][:0]
        self.letters: list[str] = []

    def take(self, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> None:
        offset = self.host.reached.offset
        outputs = self.host.on_record(offset, Record(IMAGES.name, 0, offset, None, value, headers))
        for fact in outputs.facts:
            if fact.topic == PATIENTS.name:
                self.findings.append(decode_ecg_finding(fact.value or b""))
            if fact.topic == DEAD_LETTERS.name:
                self.letters.append(decode_dead_letter(fact.value or b"").description)

    def hear(self, *pieces: EcgPiece, second: int = 1, encounter_id: str = ENCOUNTER) -> None:
        for piece in pieces:
            frame = Frame(
                "AMB-01", Lane.ALARM, b"segment-16-bytes", piece.index + 1,
                BEGIN_US, None, None, encounter_id, (piece,),
            )  # fmt: skip
            stamped_us = BEGIN_US + second * SECOND_US
            value = encode_batch(stamped_us, "gateway", [encode_frame(frame)])
            self.take(value, HEADERS_BATCH)

    def tick(self, after_us: int) -> None:
        tick = Tick("gateway", BEGIN_US + after_us, healthy=True)
        self.take(encode_tick(tick), HEADERS_TICK)

    def covered(self) -> int:
        return self.host.ledger.covered(self.host.reached).offset


def orders() -> list[Sequence[EcgPiece]]:
    return [PIECES, PIECES[::-1], (*PIECES[1:], *PIECES), (*PIECES, *PIECES)]


@pytest.mark.parametrize("order", orders())
def test_an_ecg_is_read_when_its_last_piece_has_come(order: Sequence[EcgPiece]) -> None:
    """In any order, and once however often pieces come; named by the frame of its first piece."""
    desk = Desk()
    desk.hear(*order)
    (finding,) = desk.findings
    assert (finding.stemi, finding.territory) == (True, ("inferior",))
    assert (finding.encounter_id, finding.recorded_us) == (ENCOUNTER, ECG.recorded_us)
    assert (finding.frame.unit_id, finding.frame.lane, finding.frame.sequence) == ("AMB-01", 1, 1)
    assert desk.letters == []
    assert desk.covered() == desk.host.reached.offset


def test_a_worker_that_takes_over_meets_an_open_ecg_whole() -> None:
    """It reads from the first piece on, and says the same."""
    desk, heir = Desk(), Desk()
    desk.hear(*PIECES[:3])
    assert desk.covered() == 0
    heir.host.restore(Recovered(Point(0, desk.host.reached.clock), (), ()), 0)
    heir.hear(*PIECES)
    desk.hear(*PIECES[3:])
    assert heir.findings == desk.findings


def test_a_piece_that_is_missing_is_said_once_and_may_still_come() -> None:
    """After a while as a dead letter in words; the marker waits for a day."""
    desk = Desk()
    desk.hear(*PIECES[:-1])
    for _ in range(2):
        desk.tick(STALLED_US + 2 * SECOND_US)
    count = len(PIECES)
    assert desk.letters == [f"of an ECG {count - 1} of {count} pieces came"]
    assert desk.covered() == 0
    desk.hear(PIECES[-1], second=80)
    assert len(desk.findings) == 1


def test_an_ecg_that_never_becomes_whole_is_given_up() -> None:
    desk = Desk()
    desk.hear(PIECES[0])
    desk.tick(ABANDONED_US + 2 * SECOND_US)
    assert desk.covered() == desk.host.reached.offset
    desk.hear(*PIECES, second=2)
    assert desk.findings == []


def test_pieces_that_contradict_each_other_cost_that_ecg_alone() -> None:
    desk = Desk()
    desk.hear(*PIECES[:2], replace(PIECES[1], content=b"other"), *PIECES)
    assert desk.findings == []
    assert desk.letters == ["SpoiltError: piece 1 contradicts what came before"]
    desk.hear(*cut(bytes([1] * 16), encode_ecg(ECG)))
    assert len(desk.findings) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xff\xff", "Unreadable"),
        (encode_ecg(replace(ECG, rate_hz=40.0)), "UnfitError: rate_hz"),
        (encode_ecg(replace(ECG, leads={})), "UnfitError: leads"),
    ],
)
def test_what_is_no_ecg_is_a_dead_letter_that_names_the_field(content: bytes, words: str) -> None:
    desk = Desk()
    desk.hear(*cut(bytes(16), content))
    (letter,) = desk.letters
    assert letter.startswith(words)
    assert desk.covered() == desk.host.reached.offset


def test_the_same_id_for_another_patient_is_another_ecg() -> None:
    desk = Desk()
    desk.hear(*PIECES[:2])
    other = "0192f0c1-2b3c-7d4e-8f50-61728394a5b7"
    desk.hear(*PIECES, encounter_id=other)
    desk.hear(*PIECES[2:])
    assert [finding.encounter_id for finding in desk.findings] == [other, ENCOUNTER]


def test_ecgs_that_are_remembered_are_bounded() -> None:
    ecgs = Ecgs()
    frame = Frame("A", Lane.ALARM, b"segment-16-bytes", 1, 1, None, None, ENCOUNTER, ())
    forgotten = []
    for number in range(ECGS_KEPT + 2):
        ecgs.take(frame, replace(PIECES[0], ecg_id=number.to_bytes(16, "big")), number)
        forgotten.append(ecgs.overfull())
    assert [key for key in forgotten if key] == [
        (ENCOUNTER, f"ecg/{number.to_bytes(16, 'big').hex()}") for number in range(2)
    ]
