"""Quick Sequential Organ Failure Assessment, for adults in whom an infection is suspected.

Source: Singer M et al. The Third International Consensus Definitions for Sepsis and Septic Shock
(Sepsis-3). JAMA 2016;315:801-810, box 4: respiratory rate 22/min or more, altered mentation,
systolic pressure 100 mmHg or less; altered mentation is a Glasgow Coma Scale below 15 (page 805).
One point each; two or more is positive. The publication names no bands.
"""

from typing import Final

from clinical.scores.chart import Band
from clinical.scores.points import PointScore, chart

CITATION: Final = "Singer M et al. JAMA 2016;315:801-810, box 4"

POSITIVE_TOTAL: Final = 2

QSOFA: Final = PointScore(
    {
        "respiration_per_min": chart("respiration_per_min", Band(None, 21, 0), Band(22, None, 1)),
        "systolic_mmhg": chart("systolic_mmhg", Band(None, 100, 1), Band(101, None, 0)),
        "gcs": chart("gcs", Band(None, 14, 1), Band(15, None, 0)),
    }
)
