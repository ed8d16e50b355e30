"""An event strip on paper: 25 mm/s, 10 mm/mV, on a millimetre grid, as SVG.

Three lines of 10 s, in each the leads beneath one another, so that a sheet of A4 holds 30 s at true
size: user units are millimetres of paper, and a print at 100 % measures true. A line begins with a
calibration pulse of 1 mV and 0.2 s. A red line marks the onset, with which the third line begins.
What is not known stays empty, and a lead without a single sample in a line says nothing there.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

import numpy as np

from clinical.instant import SECOND_US
from clinical.signals.event_strip import AFTER_US, BEFORE_US, EventStrip, Stretch

SPEED_MM_PER_S: Final = 25
GAIN_MM_PER_MV: Final = 10
LINE_US: Final = 10 * SECOND_US
LINES: Final = (BEFORE_US + AFTER_US) // LINE_US
TOP_MM: Final = 12
GUTTER_MM: Final = 12
LEAD_MM: Final = 24
REACH_MM: Final = 20
"""How far a trace goes from its base line; beyond, it runs along that edge."""
GAP_MM: Final = 4
FOOT_MM: Final = 6

_US_PER_MM: Final = SECOND_US / SPEED_MM_PER_S
_UV_PER_MM: Final = 1_000 / GAIN_MM_PER_MV
_LINE_MM: Final = LINE_US / _US_PER_MM
WIDTH_MM: Final = GUTTER_MM + _LINE_MM + 2
_STYLE: Final = (
    ".s{stroke:#f2c4c4;stroke-width:.1}.l{stroke:#dd8f8f;stroke-width:.2}"
    ".t{fill:none;stroke:#111;stroke-width:.3;stroke-linejoin:round}"
    ".o{stroke:#c00;stroke-width:.6}text{font:4px sans-serif;fill:#111}"
    ".m{fill:#c00;text-anchor:end}"
)
_ORDER: Final = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def line_mm(leads: int) -> int:
    """Return how high a line of so many leads is."""
    return max(1, leads) * LEAD_MM + GAP_MM


def height_mm(leads: int) -> int:
    """Return how high a sheet of so many leads is."""
    return TOP_MM + LINES * line_mm(leads) + FOOT_MM


def drawing(strip: EventStrip, caption: str, onset: str) -> str:
    """Draw a strip; ``caption`` is printed above, and in the red of its mark the ``onset``."""
    leads = in_order(strip)
    height = height_mm(len(leads))
    return "".join(
        (
            '<svg xmlns="http://www.w3.org/2000/svg" ',
            f'width="{WIDTH_MM:g}mm" height="{height}mm" viewBox="0 0 {WIDTH_MM:g} {height}">',
            f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fffafa"/>',
            *_grid(height),
            *(part for line in range(LINES) for part in _line(strip, leads, line)),
            _onset(len(leads)),
            f'<text x="3" y="6">{escape(caption)}</text>',
            f'<text class="m" x="{WIDTH_MM - 3:g}" y="6">{escape(onset)}</text>',
            f'<text x="3" y="{height - 2}">25 mm/s   10 mm/mV</text>',
            "</svg>",
        )
    )


def in_order(strip: EventStrip) -> list[str]:
    """Return the leads of a strip in the usual order."""
    place = {lead: at for at, lead in enumerate(_ORDER)}
    return sorted(strip.leads, key=lambda lead: (place.get(lead, len(place)), lead))


def _grid(height: int) -> Iterator[str]:
    for kind, step in (("s", 1), ("l", 5)):
        columns = "".join(f"M{x} 0V{height}" for x in range(0, int(WIDTH_MM) + 1, step))
        lines = "".join(f"M0 {y}H{WIDTH_MM:g}" for y in range(0, height + 1, step))
        yield f'<path class="{kind}" d="{columns}{lines}"/>'


def _line(strip: EventStrip, leads: list[str], line: int) -> Iterator[str]:
    from_us = strip.from_us + line * LINE_US
    top = TOP_MM + line * line_mm(len(leads))
    for row, lead in enumerate(leads):
        zero = top + (row + 0.5) * LEAD_MM
        yield f'<path class="t" d="M3 {zero:g}h1v-10h5v10h1"/>'
        yield f'<text x="3" y="{zero + 4:g}">{escape(lead)}</text>'
        places = [
            stretch.part(stretch.place_at(from_us), stretch.place_at(from_us + LINE_US))
            for stretch in strip.leads[lead]
        ]
        parts = [part for part in places if part.samples]
        middle_uv = _middle_uv(parts)
        yield from (_trace(part, from_us, zero, middle_uv) for part in parts)


def _middle_uv(parts: Sequence[Stretch]) -> float:
    """Return where the base line of a lead lies in a line."""
    values = [np.asarray(part.samples, np.float64) * part.scale_uv_per_bit for part in parts]
    return float(np.median(np.concatenate(values))) if values else 0.0


def _trace(part: Stretch, from_us: int, zero: float, middle_uv: float) -> str:
    step = SPEED_MM_PER_S / part.rate_hz
    x = GUTTER_MM + (part.start_us - from_us) / _US_PER_MM
    uv = np.asarray(part.samples, np.float64) * part.scale_uv_per_bit - middle_uv
    # What leaves its row by more would be read as another lead's.
    y = np.clip(zero - uv / _UV_PER_MM, zero - REACH_MM, zero + REACH_MM)
    points = " ".join(f"{x + at * step:.2f},{level:.2f}" for at, level in enumerate(y.tolist()))
    return f'<polyline class="t" points="{points}"/>'


def _onset(leads: int) -> str:
    line, rest_us = divmod(BEFORE_US, LINE_US)
    x = GUTTER_MM + rest_us / _US_PER_MM
    top = TOP_MM + line * line_mm(leads)
    return f'<path class="o" d="M{x:g} {top - 3}V{top + line_mm(leads) - GAP_MM}"/>'
