"""Whether a twelve-lead recording shows ST-elevation infarction, by the published criteria."""

import re
from collections.abc import Iterable
from typing import Any, Final

from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.drawing import drawing
from clinical.twelve_lead.ecg import read
from clinical.twelve_lead.infarction import Infarction
from clinical.twelve_lead.leads import LeadsMissingError, TwelveLead, lead_named, twelve_lead
from clinical.twelve_lead.measurement import Measurement
from goldenhour.lab.command import UnreadableError
from goldenhour.lab.recordings import Recording

_AGE: Final = re.compile(r"\bage\s*[:=]\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_SEX: Final = re.compile(r"\bsex\s*[:=]\s*(f|m)", re.IGNORECASE)
_SEXES: Final = {"f": Sex.FEMALE, "m": Sex.MALE}


def person_of(comments: Iterable[str]) -> Person:
    """Read sex and age from a header's comments, ``Age: 65`` and ``Sex: Female``."""
    text = "\n".join(comments)
    age, sex = _AGE.search(text), _SEX.search(text)
    return Person(
        sex=_SEXES[sex[1].lower()] if sex else None, age_years=float(age[1]) if age else None
    )


def recorded(recording: Recording) -> TwelveLead:
    """Return the twelve leads of a recording.

    Raises:
        UnreadableError: it lacks a lead that does not follow from others.
    """
    leads = {lead_named(signal.name): signal for signal in recording.voltages}
    rates = {signal.rate_hz for lead, signal in leads.items() if lead is not None}
    if len(rates) > 1:
        message = "the leads were sampled at different rates"
        raise UnreadableError(message)
    named = {lead: signal.samples for lead, signal in leads.items() if lead is not None}
    try:
        return twelve_lead(rates.pop() if rates else recording.rate_hz, named)
    except LeadsMissingError as error:
        raise UnreadableError(str(error)) from error


def verdict(twelve: TwelveLead, person: Person) -> dict[str, Any]:
    """Judge an ECG, as the object that the lab writes."""
    reading = read(twelve, person)
    return _object(reading.infarction) | {"measurement": _figures(reading.measurement)}


def sheet(twelve: TwelveLead, name: str, person: Person) -> str:
    """Draw an ECG as on paper, as SVG."""
    age = f"{person.age_years:g} y" if person.age_years else ""
    return drawing(twelve, "   ".join(filter(None, (name, person.sex or "", age))))


def _object(infarction: Infarction) -> dict[str, Any]:
    return {
        "stemi": infarction.stemi,
        "territory": ", ".join(infarction.territory) or None,
        "criteria": list(infarction.criteria),
        "declined": infarction.declined,
    }


def _figures(measurement: Measurement | None) -> dict[str, Any] | None:
    if measurement is None:
        return None
    return {
        "heart_rate_bpm": round(measurement.heart_rate_bpm),
        "qrs_ms": round(measurement.qrs_ms),
        "j_mv": {lead.value: round(level.j_mv, 3) for lead, level in measurement.leads.items()},
        "st60_mv": {
            lead.value: round(level.st60_mv, 3) for lead, level in measurement.leads.items()
        },
    }
