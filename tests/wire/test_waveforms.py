"""Samples travel as differences: nothing is lost, and the size is what the module states."""

from hypothesis import given

from clinical.signals.waveform import WaveformChunk
from simulators.patients.ecg import SimulatedLead
from tests.wire import strategies
from wire.waveforms import from_waveform, in_sample_range, packed_samples, to_waveform


@given(strategies.waveforms)
def test_a_chunk_comes_back_as_it_was(chunk: WaveformChunk) -> None:
    pb = from_waveform(chunk)
    assert to_waveform(pb) == chunk
    assert in_sample_range(pb.deltas)


@given(strategies.waveforms)
def test_samples_are_packed_as_protobuf_packs_them(chunk: WaveformChunk) -> None:
    """Who reads the one reads the other; nothing is lost."""
    assert packed_samples(chunk.samples) in from_waveform(chunk).SerializeToString()


def test_an_ecg_takes_little_more_than_a_byte_per_sample() -> None:
    """Plain int16 would take two; what a chunk takes beside its samples is bounded as well."""
    lead = SimulatedLead("II", seed=1)
    chunks = [lead.record(250, 75, (1 + second) * 1_000_000) for second in range(30)]
    coded = [from_waveform(chunk) for chunk in chunks]
    samples = sum(len(chunk.samples) for chunk in chunks)
    assert sum(pb.ByteSize() for pb in coded) <= 1.25 * samples
    for pb in coded:
        pb.ClearField("deltas")
        assert pb.ByteSize() <= 50
