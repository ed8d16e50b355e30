"""Records of ``patients`` as a gateway writes them, for the tests of the engine."""

from collections.abc import Sequence

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import Capture, ForeignFrame, Vitals
from clinical.watch.patient import PatientWatch
from ports.log.port import Record
from streams.engine.host import PartitionHost
from streams.engine.outputs import Outputs
from wire.frames import Frame, Lane, encode_frame
from wire.records import (
    HEADERS_BATCH,
    HEADERS_FOREIGN_FRAME,
    HEADERS_TICK,
    Tick,
    encode_batch,
    encode_foreign_frame,
    encode_tick,
)
from wire.topics import PATIENTS
from wire.unit_items import WireItem

START_US = 1_780_000_000 * SECOND_US
SEGMENT = bytes(range(16))

WELL = Vitals(
    heart_rate_bpm=80, respiration_per_min=14, spo2_percent=98, systolic_mmhg=125, temperature_c=37
)
ILL = Vitals(
    heart_rate_bpm=140, respiration_per_min=30, spo2_percent=84, systolic_mmhg=80, temperature_c=39
)


def encounter(number: int) -> str:
    return f"01890a5d-ac96-774b-bcce-{number:012x}"


def at(second: float) -> int:
    return START_US + int(second * SECOND_US)


def frame(
    number: int, sequence: int, second: float, *items: WireItem, lane: Lane = Lane.VITALS
) -> Frame:
    """A frame of patient ``number``, who lies in a unit of the same number."""
    return Frame(
        unit_id=f"unit-{number}",
        lane=lane,
        segment=SEGMENT,
        sequence=sequence,
        captured_us=at(second),
        uncertainty_us=None,
        boot_id=None,
        encounter_id=encounter(number),
        items=items,
    )


def batch(offset: int, second: float, *frames: Frame, partition: int = 0) -> Record:
    value = encode_batch(at(second), "gateway-1", [encode_frame(each) for each in frames])
    return Record(PATIENTS.name, partition, offset, None, value, HEADERS_BATCH)


def tick(offset: int, second: float, *, healthy: bool = True, partition: int = 0) -> Record:
    value = encode_tick(Tick("gateway-1", at(second), healthy))
    return Record(PATIENTS.name, partition, offset, None, value, HEADERS_TICK)


def foreign(number: int, sequence: int, second: float) -> ForeignFrame:
    """Word that a stray unit sent a frame for patient ``number``."""
    frame_ref = FrameRef("stray", Lane.VITALS, SEGMENT, sequence, 0)
    return ForeignFrame(encounter(number), frame_ref, at(second))


def report(offset: int, number: int, second: float, sequence: int = 1) -> Record:
    value = encode_foreign_frame(foreign(number, sequence, second))
    return Record(PATIENTS.name, 0, offset, None, value, HEADERS_FOREIGN_FRAME)


def edge_words() -> list[Transition]:
    """What the vehicle of patient 0 says of alarms that begin and end within twenty seconds."""
    watch = PatientWatch(encounter(0), Source.EDGE)
    said: list[Transition] = []
    for second in range(20):
        item = ILL if 2 <= second < 14 else WELL
        one = frame(0, second + 1, second, item)
        name = FrameRef(one.unit_id, one.lane, one.segment, one.sequence, 0)
        capture = Capture(name, one.captured_us, at(second))
        emissions = [*watch.on_item(item, capture, at(second)), *watch.on_tick(at(second), 0)]
        said += [each for each in emissions if isinstance(each, Transition)]
    return said


def night(seconds: int, ill_from: int, ill_until: int, patients: int = 3) -> list[Record]:
    """Patients at 1 Hz with a tick each second; patient 0 is ill for a while."""
    records: list[Record] = []
    for second in range(seconds):
        ill = ill_from <= second < ill_until
        frames = [
            frame(number, second + 1, second, ILL if ill and number == 0 else WELL)
            for number in range(patients)
        ]
        records.append(batch(len(records), second + 0.1, *frames))
        records.append(tick(len(records), second + 0.5))
    return records


def drive(host: PartitionHost, records: Sequence[Record]) -> list[Outputs]:
    return [host.on_record(record.offset, record) for record in records]
