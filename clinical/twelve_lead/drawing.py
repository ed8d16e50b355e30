"""A twelve-lead ECG as a cardiologist reads it: 25 mm/s, 10 mm/mV, on a millimetre grid, as SVG.

Three rows of four columns of 2.5 s, the leads in the usual order (I II III, aVR aVL aVF, V1 V2 V3,
V4 V5 V6), and lead II over the whole width below. Every row begins with a calibration pulse of 1 mV
and 0.2 s. User units are millimetres of paper, so that a print at 100 % measures true.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

import numpy as np

from clinical.twelve_lead.leads import Lead, Samples, TwelveLead

SPEED_MM_PER_S: Final = 25.0
GAIN_MM_PER_MV: Final = 10.0
COLUMN_S: Final = 2.5
ROWS: Final = (
    (Lead.I, Lead.AVR, Lead.V1, Lead.V4),
    (Lead.II, Lead.AVL, Lead.V2, Lead.V5),
    (Lead.III, Lead.AVF, Lead.V3, Lead.V6),
)
RHYTHM: Final = Lead.II

_MARGIN_MM: Final = 10.0
_ROW_MM: Final = 30.0
_CALIBRATION_MM: Final = 8.0
_WIDTH_MM: Final = 2 * _MARGIN_MM + _CALIBRATION_MM + 4 * COLUMN_S * SPEED_MM_PER_S
_HEIGHT_MM: Final = 2 * _MARGIN_MM + 4 * _ROW_MM
_OPENING: Final = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_MM:g}mm" '
    f'height="{_HEIGHT_MM:g}mm" viewBox="0 0 {_WIDTH_MM:g} {_HEIGHT_MM:g}">'
)
_STYLE: Final = (
    ".s{stroke:#f2c4c4;stroke-width:.1}.l{stroke:#dd8f8f;stroke-width:.2}"
    ".t{fill:none;stroke:#111;stroke-width:.3;stroke-linejoin:round}"
    "text{font:3.2px sans-serif;fill:#111}"
)


def drawing(recording: TwelveLead, caption: str) -> str:
    """Draw the first 10 s of a recording; ``caption`` is printed above."""
    return "".join(
        (
            _OPENING,
            f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fffafa"/>',
            *_grid(),
            *_rows(recording),
            f'<text x="{_MARGIN_MM}" y="6">{escape(caption)}</text>',
            f'<text x="{_MARGIN_MM}" y="{_HEIGHT_MM - 3}">25 mm/s   10 mm/mV</text>',
            "</svg>",
        )
    )


def _grid() -> Iterator[str]:
    for kind, step in (("s", 1), ("l", 5)):
        columns = "".join(f"M{x} 0V{_HEIGHT_MM:g}" for x in range(0, int(_WIDTH_MM) + 1, step))
        lines = "".join(f"M0 {y}H{_WIDTH_MM:g}" for y in range(0, int(_HEIGHT_MM) + 1, step))
        yield f'<path class="{kind}" d="{columns}{lines}"/>'


def _rows(recording: TwelveLead) -> Iterator[str]:
    left = _MARGIN_MM + _CALIBRATION_MM
    for row, leads in enumerate((*ROWS, (RHYTHM,))):
        zero = _MARGIN_MM + (row + 0.5) * _ROW_MM
        yield f'<path class="t" d="M{_MARGIN_MM} {zero}h1v-10h5v10h1"/>'
        length_s = 4 * COLUMN_S / len(leads)
        for column, lead in enumerate(leads):
            from_s = column * length_s
            x = left + from_s * SPEED_MM_PER_S
            stretch = _stretch(recording, lead, from_s, length_s)
            yield _trace(stretch, recording.rate_hz, x, zero)
            yield f'<text x="{x + 1:g}" y="{zero - 10:g}">{lead}</text>'


def _trace(stretch_mv: Samples, rate_hz: float, x: float, zero: float) -> str:
    step = SPEED_MM_PER_S / rate_hz
    points = " ".join(
        f"{x + place * step:.2f},{zero - level * GAIN_MM_PER_MV:.2f}"
        for place, level in enumerate(stretch_mv)
    )
    return f'<polyline class="t" points="{points}"/>'


def _stretch(recording: TwelveLead, lead: Lead, from_s: float, length_s: float) -> Samples:
    """Return a stretch of a lead about the lead's own median."""
    whole = recording.leads[lead]
    start = round(from_s * recording.rate_hz)
    return whole[start : start + round(length_s * recording.rate_hz)] - np.median(whole)
