"""How long after its first flat sample a lead alarms, in the time of the samples themselves.

No clock is read: chunks, their batches and the ticks carry their instants, as on the log. What the
way from vehicle to log adds is not in these figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from clinical.alarms.catalogue import RULES
from clinical.alarms.priority import Phase, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import Capture, EncounterChange, EncounterEvent, LeadFinding
from clinical.signals.lead_quality import WINDOW_US
from clinical.signals.waveform import WaveformChunk
from clinical.watch.patient import PatientWatch
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from streams.engine.waveform_host import WaveformHost
from tests.streams.engine.night import at, encounter, frame
from tests.streams.engine.strips import strip_batch
from wire.frames import Lane
from wire.records import HEADERS_LEAD_FINDING, decode_lead_finding
from wire.topics import PATIENTS

PROMISED_US = 10 * SECOND_US
RULE_DELAY_US = RULES[Cause.ECG_LEAD_FAULT].levels[0].delay_us
TICK_US = SECOND_US
STRIP_S, FLAT_S, MENDED_S = 40, 10, 30
CHUNKS_MS = (200, 1_000)
"""While somebody watches, and otherwise."""
PARTS = tuple(Fraction(part, 4) for part in range(4))
"""Where in a chunk the lead goes flat, and where in a second the gateway ticks."""


def strip(flat_s: Fraction) -> WaveformChunk:
    """Return a lead at 75/min that shows nothing from an instant until it is mended."""
    whole = SimulatedLead("II", seed=1).record(STRIP_S * RATE_HZ, 75, at(STRIP_S))
    first = round(flat_s * RATE_HZ)
    flat = (0,) * (MENDED_S * RATE_HZ - first)
    samples = (*whole.samples[:first], *flat, *whole.samples[MENDED_S * RATE_HZ :])
    return replace(whole, samples=samples)


def chunks(whole: WaveformChunk, chunk_ms: int) -> Iterator[WaveformChunk]:
    """Cut a strip into chunks as a vehicle sends them."""
    length = RATE_HZ * chunk_ms // 1_000
    for first in range(0, len(whole.samples), length):
        start_us = whole.start_us + first * SECOND_US // RATE_HZ
        samples = whole.samples[first : first + length]
        yield replace(whole, start_us=start_us, first_sample=first, samples=samples)


def findings(whole: WaveformChunk, chunk_ms: int) -> Iterator[LeadFinding]:
    """Return what the judgement of the waveforms says, each batch stamped where its chunk ends."""
    host = WaveformHost(0, Source.CENTER_A)
    for number, chunk in enumerate(chunks(whole, chunk_ms)):
        end_s = (chunk.end_us - at(0)) / SECOND_US
        sent = frame(0, number + 1, end_s, chunk, lane=Lane.WAVEFORM)
        for fact in host.on_record(number, strip_batch(number, end_s, sent)).facts:
            if fact.topic == PATIENTS.name and fact.headers == HEADERS_LEAD_FINDING:
                yield decode_lead_finding(fact.value or b"")


def told(heard: Sequence[LeadFinding], tick_s: Fraction) -> list[tuple[int, Transition]]:
    """Return what the patient watch says of the lead, and the stream's time then."""
    watch = PatientWatch(encounter(0), Source.CENTER_A)
    opened = Capture(heard[0].frame, at(0), at(0), None)
    watch.on_item(EncounterEvent(EncounterChange.OPENED), opened, at(0))
    ticks_us = {at(float(tick_s) + second) for second in range(STRIP_S)}
    by_stamp = {finding.stamped_us: finding for finding in heard}
    said: list[tuple[int, Transition]] = []
    for now_us in sorted(ticks_us | by_stamp.keys()):
        new = watch.on_word(by_stamp[now_us], now_us) if now_us in by_stamp else []
        if now_us in ticks_us:
            new = [*new, *watch.on_tick(now_us, 0)]
        said += [(now_us, one) for one in new if isinstance(one, Transition)]
    return [(now_us, one) for now_us, one in said if one.cause == Cause.ECG_LEAD_FAULT]


@pytest.mark.parametrize("chunk_ms", CHUNKS_MS)
def test_a_flat_lead_alarms_within_ten_seconds_once_and_until_it_shows_a_signal(
    chunk_ms: int,
) -> None:
    """Wherever in a chunk it goes flat and whenever the gateway ticks: the parts below, no more."""
    chunk_us = chunk_ms * 1_000
    longest_us = WINDOW_US + chunk_us + RULE_DELAY_US + TICK_US
    assert longest_us <= PROMISED_US
    for part in PARTS:
        flat_s = FLAT_S + part * Fraction(chunk_ms, 1_000)
        heard = list(findings(strip(flat_s), chunk_ms))
        for tick_s in PARTS:
            (raised_us, start), (ended_us, end) = told(heard, tick_s)
            assert (start.phase, end.phase) == (Phase.START, Phase.END)
            assert start.alarm_id == end.alarm_id
            delay_us = raised_us - at(float(flat_s))
            assert WINDOW_US + RULE_DELAY_US <= delay_us < longest_us
            assert 0 < ended_us - at(MENDED_S) <= WINDOW_US
