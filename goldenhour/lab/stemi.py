"""Whether a twelve-lead recording shows ST-elevation infarction, by the published criteria."""

import re
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from clinical.signals.recorded import detect
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.drawing import drawing
from clinical.twelve_lead.infarction import Infarction, judge
from clinical.twelve_lead.leads import (
    INDEPENDENT,
    LeadsMissingError,
    TwelveLead,
    lead_named,
    twelve_lead,
)
from clinical.twelve_lead.measurement import Measurement, measure
from clinical.twelve_lead.median_beat import median_beat
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


def measured(twelve: TwelveLead) -> Measurement | None:
    """Find the beats with the live detector and measure what they have in common."""
    beats = detect([twelve.leads[lead] for lead in INDEPENDENT], twelve.rate_hz)
    peaks = [round(beat.sample * twelve.rate_hz / WORKING_RATE_HZ) for beat in beats]
    common = median_beat(twelve, peaks)
    if common is None:
        return None
    return measure(common, 60.0 * twelve.rate_hz / float(np.median(np.diff(peaks))))


def verdict(twelve: TwelveLead, person: Person) -> dict[str, Any]:
    """Judge an ECG, as the object that the lab writes."""
    measurement = measured(twelve)
    infarction = judge(measurement, person)
    return _object(infarction) | {"measurement": _figures(measurement)}


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
