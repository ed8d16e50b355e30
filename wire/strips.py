"""Event strips to and from protobuf: samples as differences, as in a frame."""

from dataclasses import dataclass
from itertools import accumulate

from ambulance.alerts.v1 import strip_pb2
from clinical.signals.event_strip import EventStrip, Stretch
from wire.reading import reading
from wire.waveforms import differences


@dataclass(frozen=True, slots=True)
class AlarmStrip:
    """The strip of an alarm."""

    alarm_id: bytes
    encounter_id: str
    unit_id: str
    cause: str
    strip: EventStrip


@dataclass(frozen=True, slots=True)
class StripOutline:
    """What is said of a strip where it is listed."""

    whole: bool
    leads: int
    rate_hz: float
    """The finest sampling rate; 0 without a lead."""


def from_strip(told: AlarmStrip) -> strip_pb2.EventStrip:
    """Translate the strip of an alarm."""
    strip = told.strip
    return strip_pb2.EventStrip(
        alarm_id=told.alarm_id,
        encounter_id=told.encounter_id,
        unit_id=told.unit_id,
        cause=told.cause,
        onset_at_us=strip.onset_us,
        from_at_us=strip.from_us,
        to_at_us=strip.to_us,
        whole=strip.whole,
        stretches=[
            _from_stretch(lead, stretch)
            for lead, stretches in strip.leads.items()
            for stretch in stretches
        ],
    )


def to_strip(pb: strip_pb2.EventStrip) -> AlarmStrip:
    """Translate the strip of an alarm."""
    leads: dict[str, tuple[Stretch, ...]] = {}
    for one in pb.stretches:
        leads[one.lead] = (*leads.get(one.lead, ()), _to_stretch(one))
    return AlarmStrip(
        alarm_id=pb.alarm_id,
        encounter_id=pb.encounter_id,
        unit_id=pb.unit_id,
        cause=pb.cause,
        strip=EventStrip(pb.onset_at_us, leads),
    )


def encode_strip(told: AlarmStrip) -> bytes:
    """Return the strip of an alarm, serialised."""
    return from_strip(told).SerializeToString()


def decode_strip(content: bytes) -> AlarmStrip:
    """Return the strip that the bytes hold; Unreadable when they hold none."""
    with reading("EventStrip"):
        return to_strip(strip_pb2.EventStrip.FromString(content))


def decode_outline(content: bytes) -> StripOutline:
    """Return the outline of the strip that the bytes hold, without its samples."""
    with reading("EventStrip"):
        pb = strip_pb2.EventStrip.FromString(content)
    return StripOutline(
        whole=pb.whole,
        leads=len({one.lead for one in pb.stretches}),
        rate_hz=max((one.rate_hz for one in pb.stretches), default=0.0),
    )


def _from_stretch(lead: str, stretch: Stretch) -> strip_pb2.StripStretch:
    return strip_pb2.StripStretch(
        lead=lead,
        rate_hz=stretch.rate_hz,
        scale_uv_per_bit=stretch.scale_uv_per_bit,
        start_us=stretch.start_us,
        first_sample=stretch.first_sample,
        deltas=differences(stretch.samples),
    )


def _to_stretch(pb: strip_pb2.StripStretch) -> Stretch:
    return Stretch(
        start_us=pb.start_us,
        rate_hz=pb.rate_hz,
        scale_uv_per_bit=pb.scale_uv_per_bit,
        first_sample=pb.first_sample,
        samples=tuple(accumulate(pb.deltas)),
    )
