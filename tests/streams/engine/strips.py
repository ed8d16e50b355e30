"""Records of ``waveforms`` as a gateway writes them, for the tests of the engine."""

from clinical.signals.waveform import WaveformChunk
from ports.log.port import Record
from simulators.patients.ecg import LeadTrouble, SimulatedLead
from tests.clinical.rhythm.strips import beating, chunk, falling_ill
from tests.streams.engine.night import at, frame
from wire.frames import Frame, Lane, encode_frame
from wire.records import HEADERS_BATCH, encode_batch
from wire.topics import WAVEFORMS

CHUNK_SAMPLES = 250


class Strip:
    """One lead of patient ``number``, a chunk a second."""

    def __init__(self, number: int, lead: str = "II") -> None:
        self._number = number
        self._lead = SimulatedLead(lead, number)

    def chunk(self, second: int, trouble: LeadTrouble | None = None) -> WaveformChunk:
        return self._lead.record(CHUNK_SAMPLES, 75, at(second), trouble)

    def frame(self, second: int, trouble: LeadTrouble | None = None) -> Frame:
        chunk = self.chunk(second, trouble)
        return frame(self._number, second, second, chunk, lane=Lane.WAVEFORM)


def strip_batch(offset: int, second: float, *frames: Frame, partition: int = 0) -> Record:
    value = encode_batch(at(second), "gateway-1", [encode_frame(each) for each in frames])
    return Record(WAVEFORMS.name, partition, offset, None, value, HEADERS_BATCH)


def records_of(seconds: int, off_from: int, off_until: int) -> list[Record]:
    """Patient 0's lead is flat for a while; patient 1's is not."""
    ill, well = Strip(0), Strip(1)
    return [
        strip_batch(
            second - 1,
            second + 0.1,
            ill.frame(second, LeadTrouble.FLAT if off_from <= second < off_until else None),
            well.frame(second),
        )
        for second in range(1, seconds + 1)
    ]


def ill_and_well(seconds: int = 30) -> list[Record]:
    """Patient 0's heart begins to fibrillate at second 12; patient 1's goes on."""
    leads = falling_ill(1, 12, seconds - 12), beating(2, seconds)
    return [
        strip_batch(
            second,
            second + 1.1,
            *(
                frame(
                    number,
                    second + 1,
                    second + 1,
                    chunk("II", lead[250 * second : 250 * second + 250], 250 * second),
                    lane=Lane.WAVEFORM,
                )
                for number, lead in enumerate(leads)
            ),
        )
        for second in range(seconds)
    ]
