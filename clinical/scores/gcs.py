"""Glasgow Coma Scale: what a person scored of eye, verbal and motor response, and their sum.

Sources: Teasdale G, Jennett B. Assessment of coma and impaired consciousness. Lancet
1974;304:81-84 (eye and verbal); the motor response of six steps, and what cannot be tested:
Teasdale G, Maas A, Lecky F et al. The Glasgow Coma Scale at 40 years: standing the test of time.
Lancet Neurol 2014;13:844-854. Eye 1 to 4, verbal 1 to 5, motor 1 to 6, total 3 to 15; lower is
worse.

A component that cannot be tested, by a tube or a swelling, is stated as such (NT) and has no
points: then there is no total (Teasdale 2014). Neither that nor a component which nobody examined
is estimated, and nothing is taken from ACVPU or given to it: the two agree too badly (kappa 0.63,
Am J Emerg Med 2024;86:1). Of a child who does not speak yet the verbal response is what the crew
scored by its paediatric form; it counts alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import Refusal, RefusalReason, Refused, Result, Scored

CITATION: Final = "Teasdale G et al. Lancet Neurol 2014;13:844-854"


COMA_TOTAL: Final = 8
"""This and less is coma: the airway is in danger (NICE, Head injury, NG232, 2023)."""

FALL_POINTS: Final = 2
"""So far below the best total before is a fall: as in a bleed of the brain that grows under way
(Moon JS et al. Crit Care Med 2008;36:172-175)."""


class GcsPart(StrEnum):
    """The three responses; the value is the column everywhere."""

    EYE = "gcs_eye"
    VERBAL = "gcs_verbal"
    MOTOR = "gcs_motor"


STEPS: Final[Mapping[GcsPart, tuple[str, ...]]] = MappingProxyType(
    {
        GcsPart.EYE: ("none", "to pressure", "to sound", "spontaneous"),
        GcsPart.VERBAL: ("none", "sounds", "words", "confused", "orientated"),
        GcsPart.MOTOR: (
            "none",
            "extension",
            "abnormal flexion",
            "normal flexion",
            "localising",
            "obeys commands",
        ),
    }
)
"""The steps of each response in the words of 2014; the first scores 1."""

_LETTERS: Final[Mapping[GcsPart, str]] = MappingProxyType(
    {GcsPart.EYE: "E", GcsPart.VERBAL: "V", GcsPart.MOTOR: "M"}
)


@dataclass(frozen=True, slots=True)
class Gcs:
    """One examination; a response that is None and not untestable was not examined."""

    eye: int | None = None
    verbal: int | None = None
    motor: int | None = None
    untestable: frozenset[GcsPart] = frozenset()
    """What could not be tested."""

    def points(self, part: GcsPart) -> int | None:
        """Return the points of one response."""
        return {GcsPart.EYE: self.eye, GcsPart.VERBAL: self.verbal, GcsPart.MOTOR: self.motor}[part]


def score(gcs: Gcs) -> Result:
    """Return the total, or every response that has no points and why."""
    parts: dict[str, int] = {}
    reasons: list[Refusal] = []
    for part, steps in STEPS.items():
        points = gcs.points(part)
        if part in gcs.untestable:
            reasons.append(Refusal(RefusalReason.UNTESTABLE, part))
        elif points is None:
            reasons.append(Refusal(RefusalReason.MISSING, part))
        elif not 1 <= points <= len(steps):
            reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, part))
        else:
            parts[part] = points
    if reasons:
        return Refused(tuple(reasons), parts)
    return Scored(sum(parts.values()), None, parts)


def total(gcs: Gcs) -> int | None:
    """Return the total; None: there is none."""
    result = score(gcs)
    return result.total if isinstance(result, Scored) else None


def words(gcs: Gcs) -> str:
    """Return the examination as it is written down, for example "E3 V4 M5 = 12" or "E4 VNT M6"."""
    written = " ".join(_LETTERS[part] + _written(gcs, part) for part in STEPS)
    points = total(gcs)
    return written if points is None else f"{written} = {points}"


def _written(gcs: Gcs, part: GcsPart) -> str:
    if part in gcs.untestable:
        return "NT"
    points = gcs.points(part)
    return "-" if points is None else str(points)
