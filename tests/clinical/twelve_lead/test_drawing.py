"""The drawing measures true on paper."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from clinical.twelve_lead.drawing import drawing
from clinical.twelve_lead.leads import INDEPENDENT, Lead, twelve_lead
from tests.clinical.twelve_lead.tracing import RATE_HZ, tracing

SVG = "{http://www.w3.org/2000/svg}"


def test_every_lead_is_drawn_and_lead_two_twice() -> None:
    sheet = ET.fromstring(drawing(tracing(), "unit 7 <bay 1>"))  # noqa: S314 - our own
    texts = [text.text for text in sheet.iter(f"{SVG}text")]
    assert sorted(name for name in texts if name in set(Lead)) == sorted([*Lead, Lead.II])
    assert "unit 7 <bay 1>" in texts


def test_a_millivolt_is_ten_millimetres_and_a_second_twenty_five() -> None:
    """A step of 1 mV at 1 s stands 25 mm from the start of its trace and 10 mm above it."""
    step = np.where(np.arange(round(10 * RATE_HZ)) == RATE_HZ, 1.0, 0.0)
    sheet = ET.fromstring(  # noqa: S314 - our own
        drawing(twelve_lead(RATE_HZ, dict.fromkeys(INDEPENDENT, step)), "")
    )
    first = next(sheet.iter(f"{SVG}polyline")).attrib["points"]
    points = [tuple(map(float, pair.split(","))) for pair in re.split(" ", first)]
    (x0, y0), (x1, y1) = points[0], min(points, key=lambda point: point[1])
    assert x1 - x0 == pytest.approx(25.0, abs=0.01)
    assert y0 - y1 == pytest.approx(10.0, abs=0.01)
