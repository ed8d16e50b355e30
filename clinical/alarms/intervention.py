"""What a crew does to a patient that no sensor can tell from illness, and what is not judged then.

Each *intervention* is one row: how it is known to begin and to end, how long it is believed without
being said again, which vital signs it forges, and when people are told that they are not judged.
A value that is forged is no measurement: by it nothing begins and nothing ends, so that an alarm
which stands goes on standing. What an intervention cannot forge is judged as ever. Nobody can
forget one: it is over by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from clinical.alarms.rule import Cause
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import CrewFinding
from clinical.vitals import Vital


class Intervention(StrEnum):
    """What is done to a patient; the subject of ``JUDGEMENT_WITHHELD``."""

    COMPRESSIONS = "compressions"
    INTUBATION = "intubation"
    CUFF = "cuff"


@dataclass(frozen=True, slots=True)
class InterventionRule:
    """One intervention: what it forges, and for how long that is believed."""

    intervention: Intervention
    begun_by: CrewFinding | None
    """What the crew enters; None: a device says so (``DeviceStatus.cuff_inflated``)."""
    ended_by: tuple[CrewFinding, ...]
    lasts_us: int
    """It is over by itself so long after it was said last."""
    settles_us: int
    """What is measured so long after its end is not judged either."""
    forged: frozenset[Vital]
    """Vital signs that are not judged while it lasts."""
    zero_counts: bool
    """Whether a 0 is judged all the same: it forges beats, never that there are none."""
    rhythm: bool
    """Whether the rhythm is not judged either, but for asystole."""
    told_after_us: int
    """When it has lasted for so long, ``JUDGEMENT_WITHHELD`` says so; in its place no
    ``VITAL_NOT_JUDGED`` begins."""
    why: str
    """In short English."""
    citation: str


INTERVENTIONS: Final[Mapping[Intervention, InterventionRule]] = MappingProxyType(
    {
        rule.intervention: rule
        for rule in (
            InterventionRule(
                Intervention.COMPRESSIONS,
                begun_by=CrewFinding.COMPRESSIONS_STARTED,
                ended_by=(CrewFinding.COMPRESSIONS_STOPPED, CrewFinding.PULSE_FELT),
                lasts_us=4 * MINUTE_US,
                settles_us=5 * SECOND_US,
                forged=frozenset(
                    {Vital.HEART_RATE, Vital.PULSE_RATE, Vital.RESPIRATION, Vital.SPO2}
                ),
                zero_counts=True,
                rhythm=True,
                told_after_us=0,
                why="each compression looks like a beat of the heart, a pulse and a breath; the "
                "crew stops every two minutes to see the rhythm, so that two of these cycles pass "
                "before it is over by itself",
                citation="Soar J et al., European Resuscitation Council Guidelines 2021: adult "
                "advanced life support, Resuscitation 2021;161:115-151 (algorithm: rhythm check "
                "every 2 min, compressions paused for it)",
            ),
            InterventionRule(
                Intervention.INTUBATION,
                begun_by=CrewFinding.INTUBATION_STARTED,
                ended_by=(CrewFinding.AIRWAY_SECURED,),
                lasts_us=2 * MINUTE_US,
                settles_us=0,
                forged=frozenset({Vital.RESPIRATION}),
                zero_counts=False,
                rhythm=False,
                told_after_us=0,
                why="the drugs stop the breath on purpose; saturation and heart rate are judged "
                "on, for they say when the attempt has to be given up",
                citation="Davis DP et al., Rate of decline in oxygen saturation at various pulse "
                "oximetry values with prehospital rapid sequence intubation, Prehosp Emerg Care "
                "2008;12:46-51 (why the saturation is judged on); the time is this project's",
            ),
            InterventionRule(
                Intervention.CUFF,
                begun_by=None,
                ended_by=(),
                lasts_us=MINUTE_US,
                settles_us=10 * SECOND_US,
                forged=frozenset({Vital.PULSE_RATE, Vital.SPO2}),
                zero_counts=False,
                rhythm=False,
                told_after_us=45 * SECOND_US,
                why="an inflated cuff takes the pulse away from the oximeter on the same limb",
                citation="Philips, IntelliVue MP2, instructions for use, monitoring SpO2: messages "
                "of the oximeter are suppressed while a cuff on its limb is inflated, which delays "
                "the word of a lost pulse or hypoxia by up to 60 s",
            ),
        )
    }
)
"""Every intervention that is known."""

AIRWAY: Final = "airway"
SECURED: Final = "secured"
"""Beside the values of a breath that is judged in a patient whose airway the crew has secured: it
is tube, bag or ventilator that have to be looked at first. Nothing is left out for it."""

OF_THE_AIRWAY: Final = frozenset({Cause.APNOEA, Cause.RESPIRATION_LOW, Cause.RESPIRATION_HIGH})
