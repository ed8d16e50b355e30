"""An event strip crosses the wire unchanged."""

import pytest

from clinical.signals.event_strip import EventStrip, Stretch
from tests.clinical.signals.test_event_strip import ONSET_US, lead, strip_of
from wire.reading import Unreadable
from wire.strips import (
    AlarmStrip,
    StripOutline,
    decode_outline,
    decode_strip,
    encode_strip,
    from_strip,
)


@pytest.mark.parametrize(
    "strip", [strip_of(lead(), lead("V5", 500, to_s=-3), lead(from_s=4)), EventStrip(ONSET_US)]
)
def test_a_strip_comes_back_as_it_was(strip: EventStrip) -> None:
    """Every lead, stretch and sample; bounds and wholeness are said beside them."""
    told = AlarmStrip(b"a" * 16, "encounter", "AMB-05", "ASYSTOLE", strip)
    assert decode_strip(encode_strip(told)) == told
    said = from_strip(told)
    assert (said.from_at_us, said.to_at_us) == (strip.from_us, strip.to_us)
    assert said.whole is strip.whole
    assert decode_outline(encode_strip(told)) == StripOutline(
        strip.whole, len(strip.leads), max((one.rate_hz for one in _stretches(strip)), default=0.0)
    )


def _stretches(strip: EventStrip) -> list[Stretch]:
    return [stretch for lead in strip.leads.values() for stretch in lead]


def test_what_holds_no_strip_is_said_to_be_unreadable() -> None:
    """By name."""
    for decode in (decode_strip, decode_outline):
        with pytest.raises(Unreadable, match="EventStrip"):
            decode(b"\xff")
