"""A course as a line: a small SVG without axes, for the shape of the last minutes.

The width stands for 5, 10 or 30 minutes, the least that holds everything, and says for which.
"""

from collections.abc import Sequence
from typing import Final

from clinical.instant import MINUTE_US

WIDTH: Final = 240
HEIGHT: Final = 44
SPANS_MIN: Final = (5, 10, 30)
"""What the width can stand for; the right edge is the newest sample."""

_MARGIN: Final = 4


def sparkline(at_us: Sequence[int], values: Sequence[float | None], least_range: float) -> str:
    """Return the line; a gap where there was no value, and a flat line at half height.

    ``least_range`` in the unit of the values keeps small changes small.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    middle = (min(known) + max(known)) / 2
    height = max(max(known) - min(known), least_range)
    newest = at_us[-1]
    span_min = _span_min(newest - at_us[0])

    def place(instant: int, value: float) -> str:
        x = WIDTH - _MARGIN - (newest - instant) / (span_min * MINUTE_US) * (WIDTH - 2 * _MARGIN)
        y = HEIGHT / 2 - (value - middle) / height * (HEIGHT - 2 * _MARGIN)
        return f"{x:.1f},{y:.1f}"

    runs: list[list[str]] = [[]]
    for instant, value in zip(at_us, values, strict=True):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(instant, value))
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    x, y = next(run for run in reversed(runs) if run)[-1].split(",")
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none"'
        f' aria-hidden="true">{lines}<circle cx="{x}" cy="{y}" r="3"/></svg>'
        f'<p class="span">{span_min} min</p>'
    )


def _span_min(held_us: int) -> int:
    fitting = (span for span in SPANS_MIN if span * MINUTE_US >= held_us)
    return next(fitting, SPANS_MIN[-1])
