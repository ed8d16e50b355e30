"""Every input that was ever of interest is read again: no decoder breaks its promise on it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.decoders import DECODERS, SEGMENT, UNIT, take
from tests.fuzz.seeds import CORPUS
from wire.frames import Lane
from wire.validation import Checked, StreamKey, check

INPUTS = sorted(CORPUS.iterdir())


@pytest.mark.parametrize("file", INPUTS, ids=lambda file: file.name)
def test_no_input_breaks_a_decoder(file: Path) -> None:
    take(file.read_bytes())


def test_the_corpus_reaches_every_decoder() -> None:
    """Each decoder has a good input to begin from, and each kind of frame is admitted."""
    assert {file.read_bytes()[0] for file in INPUTS} == set(range(len(DECODERS)))
    for file in INPUTS:
        if file.name.startswith("frame-"):
            data = file.read_bytes()
            lane = (Lane.ALARM, Lane.VITALS, Lane.WAVEFORM)[data[0]]
            assert isinstance(check(data[1:], StreamKey(UNIT, lane, SEGMENT)), Checked), file


@given(st.integers(0, len(DECODERS) - 1), st.binary(max_size=300))
def test_no_bytes_break_a_decoder(decoder: int, data: bytes) -> None:
    take(bytes([decoder]) + data)
