"""The alarm catalogue: every cause of an alarm, as one table.

Detectors, the life cycle, the feed and ``docs/alarms.md`` read this table; no limit, delay or
word of an alarm stands anywhere but in the tables of ``causes``. Limits and delays are starting
values of this project unless a citation stands beside them. Adding a cause means adding one entry
to a table.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from clinical.alarms.causes.detection import DETECTION
from clinical.alarms.causes.equipment import EQUIPMENT
from clinical.alarms.causes.neurology import NEUROLOGY
from clinical.alarms.causes.outlook import OUTLOOK
from clinical.alarms.causes.rhythms import RHYTHMS
from clinical.alarms.causes.scores import SCORES
from clinical.alarms.causes.situation import SITUATION
from clinical.alarms.causes.twelve_lead import TWELVE_LEAD
from clinical.alarms.causes.vital_signs import VITAL_SIGNS
from clinical.alarms.rule import AlarmRule

CATALOGUE: Final[tuple[AlarmRule, ...]] = (
    *VITAL_SIGNS,
    *RHYTHMS,
    *SCORES,
    *OUTLOOK,
    *TWELVE_LEAD,
    *NEUROLOGY,
    *SITUATION,
    *EQUIPMENT,
    *DETECTION,
)

RULES: Final[Mapping[str, AlarmRule]] = MappingProxyType({r.cause: r for r in CATALOGUE})
"""The catalogue by cause."""
