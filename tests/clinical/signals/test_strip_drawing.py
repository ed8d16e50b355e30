"""The sheet of a strip measures true."""

import re

from clinical.signals.event_strip import EventStrip
from clinical.signals.strip_drawing import GUTTER_MM, LEAD_MM, LINES, REACH_MM, TOP_MM, drawing
from tests.clinical.signals.test_event_strip import ONSET_US, lead, strip_of


def points(sheet: str) -> list[list[tuple[float, float]]]:
    """Each trace as places in millimetres."""
    return [
        [(float(x), float(y)) for x, y in (place.split(",") for place in trace.split())]
        for trace in re.findall(r'<polyline class="t" points="([^"]+)"', sheet)
    ]


def test_ten_seconds_are_a_line_of_250_mm() -> None:
    """Three lines, one below the other; a sample of 250 Hz every tenth of a millimetre."""
    traces = points(drawing(strip_of(lead()), "AMB-05", "onset"))
    assert len(traces) == LINES
    for trace in traces:
        assert trace[0][0] == GUTTER_MM
        assert round(trace[-1][0] - GUTTER_MM, 1) == 249.9


def test_a_millivolt_is_ten_millimetres() -> None:
    """200 counts of 5 µV, upwards; what goes too far runs along an edge."""
    strip = strip_of(lead())
    (stretch,) = strip.leads["II"]
    middle = len(stretch.samples) // 2
    trace = points(drawing(strip, "", ""))[1]
    at = middle - 10 * 250
    assert round(trace[at][1] - trace[at + 200][1], 1) == 10.0
    heights = [y for line in points(drawing(strip, "", "")) for _, y in line]
    assert max(heights) - min(heights) == 2 * REACH_MM + 2 * (LEAD_MM + 4)


def test_the_onset_begins_the_third_line() -> None:
    """With its words above, where no trace is, and what is not ours made harmless."""
    sheet = drawing(strip_of(lead()), "A & <B>", "12:00:00 UTC")
    top = TOP_MM + 2 * (LEAD_MM + 4)
    assert f'<path class="o" d="M{GUTTER_MM} {top - 3}V{top + LEAD_MM}"/>' in sheet
    assert "12:00:00 UTC" in sheet
    assert "A &amp; &lt;B&gt;" in sheet


def test_a_gap_is_left_empty_and_leads_lie_in_their_usual_order() -> None:
    """Two traces in the line that has a hole; none in a line without a sample."""
    strip = strip_of(lead("V5", from_s=0), lead(to_s=-8), lead(from_s=-6))
    sheet = drawing(strip, "", "")
    assert len(points(sheet)) == 5
    assert sheet.index(">II<") < sheet.index(">V5<")
    assert points(drawing(EventStrip(ONSET_US), "", "")) == []
