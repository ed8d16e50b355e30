"""What the causes are called elsewhere: terms of ISO/IEEE 11073-10101, words of IHE ACM.

A cause has a term only where a public source states it; the others say so. The sources are DICOM
PS3.16, whose context groups reprint codes of ISO/IEEE 11073-10101 by permission of IEEE, and
messages and code lists that makers publish: whoever relies on a code compares it with the standard
itself, which is not public. What each code was compared with is in docs/clinical-sources.md. A code
is the number of its partition times 65,536 plus that of the term in it; partition 3 holds events.

IHE ACM carries an alarm as facets: the event, what it was measured on, the phase
(MDC_ATTR_EVENT_PHASE), the state of the alarm and whether its signal is inactivated. They follow
from what an alarm shows; nothing is kept for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from clinical.alarms.priority import Category, Phase, Priority
from clinical.alarms.rule import Cause
from clinical.alarms.view import AlarmState

_CID_3038: Final = "DICOM PS3.16, CID 3038 Pattern Event"
_ACM: Final = "messages of IHE Alert Communication Management (PCD-04) as makers publish them"
_GHS: Final = "code list of a published Bluetooth Generic Health Sensor library"


@dataclass(frozen=True, slots=True)
class Term:
    """A term of ISO/IEEE 11073-10101."""

    code: int
    reference_id: str
    source: str
    """Which public document states both."""

    @property
    def triplet(self) -> str:
        """As HL7 v2 carries it, for example "199684^MDC_EVT_ECG_ASYSTOLE^MDC"."""
        return f"{self.code}^{self.reference_id}^MDC"


_LOW: Final = Term(196670, "MDC_EVT_LO", _ACM)
_HIGH: Final = Term(196648, "MDC_EVT_HI", _ACM)

EVENTS: Final[Mapping[str, Term]] = MappingProxyType(
    {
        Cause.APNOEA: Term(199680, "MDC_EVT_APNEA", _CID_3038),
        Cause.ASYSTOLE: Term(199684, "MDC_EVT_ECG_ASYSTOLE", _CID_3038),
        Cause.SPO2_LOW: Term(199854, "MDC_EVT_DESAT", _CID_3038),
        Cause.HEART_RATE_LOW: _LOW,
        Cause.HEART_RATE_HIGH: _HIGH,
        Cause.RESPIRATION_LOW: _LOW,
        Cause.RESPIRATION_HIGH: _HIGH,
        Cause.SYSTOLIC_LOW: _LOW,
        Cause.ECG_LEAD_FAULT: Term(196680, "MDC_EVT_LEAD_OFF", _ACM),
        Cause.SENSOR_OFF: Term(196916, "MDC_EVT_SENSOR_DISCONN", _GHS),
    }
)
"""By cause; what is not named here has no term that a public source states."""

PHASES: Final[Mapping[Phase, str]] = MappingProxyType(
    {
        Phase.START: "start",
        Phase.UPDATE: "continue",
        Phase.ESCALATE: "escalate",
        Phase.DEESCALATE: "de-escalate",
        Phase.END: "end",
    }
)
"""MDC_ATTR_EVENT_PHASE (68481)."""

STATES: Final[Mapping[AlarmState, str]] = MappingProxyType(
    {
        AlarmState.ACTIVE: "active",
        AlarmState.LATCHED: "latched",
        AlarmState.ENDED: "inactive",
        AlarmState.RECORDED: "inactive",
    }
)
"""MDC_ATTR_ALARM_STATE (68482)."""

PRIORITIES: Final[Mapping[Priority, str]] = MappingProxyType(
    {Priority.HIGH: "PH", Priority.MEDIUM: "PM", Priority.LOW: "PL"}
)
"""MDC_ATTR_ALARM_PRIORITY (68484)."""

TYPES: Final[Mapping[Category, str]] = MappingProxyType(
    {Category.PHYSIOLOGICAL: "SP", Category.TECHNICAL: "ST"}
)
"""MDC_ATTR_ALERT_TYPE (68485)."""

INACTIVATION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nobody has paused or acknowledged it": "enabled",
        "its sound is paused at a place": "audio-paused",
        "it is acknowledged at a place": "alert-acknowledged",
    }
)
"""MDC_ATTR_ALARM_INACTIVATION_STATE (68483)."""
