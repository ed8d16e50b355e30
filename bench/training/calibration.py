"""How often what was predicted comes true, by tenths of the prediction, with a small picture."""

from typing import Any, Final

import numpy as np

from bench.training.early_warning import Floats

BINS: Final = 10
_SIDE: Final = 300
_EDGE: Final = 40


def calibration(outcome: Floats, chance: Floats) -> dict[str, Any]:
    """Return predicted and observed shares by tenths of the prediction, and summary figures."""
    order = np.argsort(chance, kind="stable")
    tenths = np.array_split(order, BINS)
    bins = [[float(chance[rows].mean()), float(outcome[rows].mean())] for rows in tenths]
    gaps = [abs(predicted - observed) for predicted, observed in bins]
    return {
        "bins": bins,
        "expected_calibration_error": float(np.mean(gaps)),
        "brier": float(np.mean((chance - outcome) ** 2)),
        "brier_of_base_rate": float(outcome.mean() * (1 - outcome.mean())),
    }


def plot(bins: list[list[float]]) -> str:
    """Return an SVG of observed over predicted share, with the diagonal."""
    most = 1.1 * max(max(pair) for pair in bins)
    points = [(_EDGE + x / most * _SIDE, _EDGE + _SIDE - y / most * _SIDE) for x, y in bins]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1d5fa8"/>' for x, y in points)
    low, high, full = _EDGE, _EDGE + _SIDE, 2 * _EDGE + _SIDE
    text = 'font-family="sans-serif" font-size="12"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full} {full}">'
        f'<rect width="{full}" height="{full}" fill="white"/>'
        f'<path d="M{low} {low}V{high}H{high}" fill="none" stroke="black"/>'
        f'<path d="M{low} {high}L{high} {low}" stroke="#999" stroke-dasharray="4"/>'
        f'<polyline points="{path}" fill="none" stroke="#1d5fa8"/>{dots}'
        f'<text x="{high}" y="{high + 16}" text-anchor="end" {text}>predicted, to {most:.1%}</text>'
        f'<text x="{low}" y="{low - 8}" {text}>observed</text></svg>\n'
    )
