"""Modified Early Warning Score, for adults.

Source: Subbe CP, Kruger M, Rutherford P, Gemmel L. Validation of a modified Early Warning Score
in medical admissions. QJM 2001;94:521-526, table 1. Five parts: no urine output.

Where copies of the table disagree: a systolic pressure of exactly 70 and a heart rate of exactly
40 are printed with the worse band in most, as here; tables with another breathing band (9-12)
belong to other modifications. The publication names no bands; 5 or more went with death and
intensive care. AVPU has no level for new confusion: that is no level of this score.
"""

from typing import Final

from clinical.scores.chart import Band
from clinical.scores.points import PointScore, chart
from clinical.vitals import Consciousness

CITATION: Final = "Subbe CP et al. QJM 2001;94:521-526, table 1"

CRITICAL_TOTAL: Final = 5
"""From here the publication saw more death and intensive care."""

MEWS: Final = PointScore(
    {
        "respiration_per_min": chart(
            "respiration_per_min",
            Band(None, 8, 2),
            Band(9, 14, 0),
            Band(15, 20, 1),
            Band(21, 29, 2),
            Band(30, None, 3),
        ),
        "systolic_mmhg": chart(
            "systolic_mmhg",
            Band(None, 70, 3),
            Band(71, 80, 2),
            Band(81, 100, 1),
            Band(101, 199, 0),
            Band(200, None, 2),
        ),
        "heart_rate_bpm": chart(
            "heart_rate_bpm",
            Band(None, 40, 2),
            Band(41, 50, 1),
            Band(51, 100, 0),
            Band(101, 110, 1),
            Band(111, 129, 2),
            Band(130, None, 3),
        ),
        "temperature_c": chart(
            "temperature_c",
            Band(None, 34.9, 2),
            Band(35.0, 38.4, 0),
            Band(38.5, None, 2),
            steps_per_unit=10,
        ),
    },
    consciousness={
        Consciousness.ALERT: 0,
        Consciousness.VOICE: 1,
        Consciousness.PAIN: 2,
        Consciousness.UNRESPONSIVE: 3,
    },
)
