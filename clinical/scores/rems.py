"""Rapid Emergency Medicine Score, for adults in an emergency department.

Source: Olsson T, Terent A, Lind L. Rapid Emergency Medicine score: a new prognostic tool for
in-hospital mortality in nonsurgical emergency department patients. J Intern Med 2004;255:579-587,
table 1. 0 to 26 points. The publication names no bands. Age is a part and has to be known.
"""

from typing import Final

from clinical.scores.chart import Band
from clinical.scores.points import PointScore, chart

CITATION: Final = "Olsson T et al. J Intern Med 2004;255:579-587, table 1"

REMS: Final = PointScore(
    {
        "age_years": chart(
            "age_years",
            Band(None, 44, 0),
            Band(45, 54, 2),
            Band(55, 64, 3),
            Band(65, 74, 5),
            Band(75, None, 6),
        ),
        "heart_rate_bpm": chart(
            "heart_rate_bpm",
            Band(None, 39, 4),
            Band(40, 54, 3),
            Band(55, 69, 2),
            Band(70, 109, 0),
            Band(110, 139, 2),
            Band(140, 179, 3),
            Band(180, None, 4),
        ),
        "respiration_per_min": chart(
            "respiration_per_min",
            Band(None, 5, 4),
            Band(6, 9, 2),
            Band(10, 11, 1),
            Band(12, 24, 0),
            Band(25, 34, 1),
            Band(35, 49, 3),
            Band(50, None, 4),
        ),
        "mean_arterial_mmhg": chart(
            "mean_arterial_mmhg",
            Band(None, 49, 4),
            Band(50, 69, 2),
            Band(70, 109, 0),
            Band(110, 129, 2),
            Band(130, 159, 3),
            Band(160, None, 4),
        ),
        "gcs": chart(
            "gcs",
            Band(None, 4, 4),
            Band(5, 7, 3),
            Band(8, 10, 2),
            Band(11, 13, 1),
            Band(14, None, 0),
        ),
        "spo2_percent": chart(
            "spo2_percent",
            Band(None, 74, 4),
            Band(75, 85, 3),
            Band(86, 89, 1),
            Band(90, None, 0),
        ),
    }
)
