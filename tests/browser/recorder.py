"""A recorder of twelve-lead ECGs: its pieces as the log holds them."""

from collections.abc import Sequence

from clinical.twelve_lead.ecg import EcgRecording
from clinical.twelve_lead.pieces import EcgPiece, cut
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from wire.frames import Frame, Lane, encode_frame
from wire.partition import partition_of
from wire.records import HEADERS_BATCH, encode_batch
from wire.topics import IMAGES
from wire.twelve_lead import encode_ecg


async def append_pieces(
    log: MemoryLog, encounter_id: str, pieces: Sequence[EcgPiece], unit_id: str = "AMB-05"
) -> None:
    """Write what a gateway writes of some pieces, each in a frame of its own."""
    writer, now_us = await log.writer(), SystemClock().now_us()
    for piece in pieces:
        frame = Frame(
            unit_id=unit_id,
            lane=Lane.ALARM,
            segment=piece.ecg_id,
            sequence=piece.index + 1,
            captured_us=now_us,
            uncertainty_us=None,
            boot_id=None,
            encounter_id=encounter_id,
            items=(piece,),
        )
        value = encode_batch(now_us, "gateway", [encode_frame(frame)])
        place = partition_of(encounter_id, IMAGES.partitions)
        await writer.send(IMAGES.name, place, value, headers=HEADERS_BATCH)


async def append_ecg(
    log: MemoryLog, encounter_id: str, ecg: EcgRecording, ecg_id: bytes = bytes(16)
) -> None:
    """Write all pieces of an ECG."""
    await append_pieces(log, encounter_id, cut(ecg_id, encode_ecg(ecg)))
