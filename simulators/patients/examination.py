"""What a crew of a tale or a scenario examines, as it stands in a file."""

import msgspec

from clinical.instant import SECOND_US
from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs
from clinical.scores.race import Race
from clinical.scores.stroke_screen import StrokeScreen


class Examination(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out was not examined."""

    person: str | None = None
    gcs: Gcs | None = None
    stroke: StrokeScreen | None = None
    race: Race | None = None
    well_minutes_ago: float | None = None
    """When the patient was last known well, before this examination."""
    injury: Injury | None = None
    infection_suspected: bool | None = None

    def value(self, at_us: int) -> CrewExamination:
        """Return it as a unit captures it at this instant."""
        ago = self.well_minutes_ago
        well_us = None if ago is None else at_us - round(ago * 60 * SECOND_US)
        return CrewExamination(
            self.person,
            self.gcs,
            self.stroke,
            self.race,
            well_us,
            self.injury,
            self.infection_suspected,
        )
