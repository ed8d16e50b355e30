"""A scenario: readable input of one patient, and every transition that it must lead to.

A file holds ``[[steps]]`` in any order and ``[[expect]]`` in the order of the transitions.
Instants are seconds from the start. A step is an item (``vitals``, ``device_status``,
``crew``, ``encounter``) captured ``at_s``, or every ``every_s`` from ``from_s`` to ``to_s``
(half-open); ``late_s`` is how long it is under way, ``received_s`` when it arrives (the items of
one step then arrive a millisecond apart). ``clock_s`` is by how much the unit's clock is ahead of
the time then, ``uncertain_s`` how far off it says that it may be, ``boot`` the run of its system,
"" when it names none. Steps that share a ``segment`` go on at ``first_sequence``. ``again = true``
delivers everything twice. A step with ``foreign = true`` in place of an item is a frame of a
``unit`` that the gateway refused and reports. Ticks come at every whole second until ``until_s``,
but not within the intervals of ``no_ticks_s``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.alarms.identity import FrameRef
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import (
    Capture,
    CrewEvent,
    CrewExamination,
    CrewFinding,
    DeviceStatus,
    EncounterChange,
    EncounterEvent,
    ForeignFrame,
    Item,
    Vitals,
    Word,
)
from clinical.vitals import Consciousness, Quality, Spo2Scale, Vital
from clinical.watch.patient import Emission, PatientWatch

START_US: Final = 1_700_000_000 * SECOND_US
UNDER_WAY_S: Final = 0.1
LONGEST_GAP_US: Final = 3 * SECOND_US // 2


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item arrives."""

    now_us: int
    item: Item
    capture: Capture


@dataclass(frozen=True, slots=True)
class Report:
    """A gateway reports a frame that it refused, or staff set a limit."""

    now_us: int
    foreign: Word


@dataclass(frozen=True, slots=True)
class Tick:
    """A second has passed; so much healthy ingress time in all."""

    now_us: int
    ingress_us: int


Step = Arrival | Report | Tick


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, and what is to be said."""

    name: str
    promise: str
    steps: tuple[Step, ...]
    expected: tuple[Mapping[str, Any], ...]


def read(path: Path) -> Scenario:
    """Return the scenario of a file."""
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    arrivals = [
        arrival
        for number, step in enumerate(plain["steps"])
        for arrival in (_reports if step.get("foreign") else _arrivals)(step, number)
    ]
    ticks = _ticks(plain["until_s"], plain.get("no_ticks_s", []))
    steps: list[Step] = sorted([*arrivals, *ticks], key=attrgetter("now_us"))
    return Scenario(path.stem, plain["promise"], tuple(steps), tuple(plain.get("expect", [])))


def play(watch: PatientWatch, step: Step) -> list[Emission]:
    """Hand one step to a watch."""
    if isinstance(step, Tick):
        return list(watch.on_tick(step.now_us, step.ingress_us))
    if isinstance(step, Report):
        return list(watch.on_word(step.foreign, step.now_us))
    return list(watch.on_item(step.item, step.capture, step.now_us))


def stated(transition: Transition, keys: Iterator[str]) -> dict[str, Any]:
    """Return what an expectation with these keys is compared with."""
    found = {
        "at_s": _seconds(transition.learned_us),
        "since_s": _seconds(transition.since_us),
        "until_s": _seconds(transition.until_us),
        "cause": transition.cause,
        "phase": transition.phase.value,
        "priority": transition.priority.name,
        "subject": transition.subject,
        "late": transition.late,
        "recorded_only": transition.recorded_only,
        "active": transition.active,
        "values": dict(transition.reason.values) if transition.reason else {},
    }
    return {key: found[key] for key in keys}


def _seconds(instant_us: int | None) -> float | None:
    return None if instant_us is None else round((instant_us - START_US) / SECOND_US, 1)


def _us(seconds: float) -> int:
    return START_US + round(seconds * SECOND_US)


def _arrivals(step: Mapping[str, Any], number: int) -> Iterator[Arrival]:
    item = _item(step)
    lane = 2 if isinstance(item, Vitals | DeviceStatus) else 1
    segment = bytes([step.get("segment", number)]) * 16
    for sequence, at_s in enumerate(_instants(step), step.get("first_sequence", 1)):
        received_s = at_s + step.get("late_s", UNDER_WAY_S)
        if "received_s" in step:
            received_s = step["received_s"] + sequence / 1000
        frame = FrameRef(step.get("unit", "unit-1"), lane, segment, sequence, 0)
        captured_us = _us(at_s + step.get("clock_s", 0))
        uncertain_us = round(step.get("uncertain_s", 0) * SECOND_US)
        capture = Capture(
            frame, captured_us, _us(received_s), step.get("boot", "b") or None, uncertain_us
        )
        arrival = Arrival(_us(received_s), item, capture)
        yield arrival
        if step.get("again"):
            yield arrival


def _reports(step: Mapping[str, Any], number: int) -> Iterator[Report]:
    for sequence, at_s in enumerate(_instants(step), 1):
        frame = FrameRef(step["unit"], 2, bytes([number]) * 16, sequence, 0)
        stamped_us = _us(at_s + step.get("late_s", UNDER_WAY_S))
        yield Report(stamped_us, ForeignFrame("encounter-1", frame, stamped_us))


def _instants(step: Mapping[str, Any]) -> Iterator[float]:
    if "at_s" in step:
        yield step["at_s"]
        return
    at_s = step["from_s"]
    while at_s < step["to_s"]:
        yield at_s
        at_s += step.get("every_s", 1)


def _item(step: Mapping[str, Any]) -> Item:
    if "vitals" in step:
        return _vitals(dict(step["vitals"]), step.get("marks", {}))
    if "device_status" in step:
        status = dict(step["device_status"])
        vital = status.pop("vital", None)
        return DeviceStatus(vital=None if vital is None else Vital(vital), **status)
    if "crew" in step:
        return CrewEvent(CrewFinding[step["crew"]])
    if "examines" in step:
        return msgspec.convert(step["examines"], CrewExamination)
    event = dict(step["encounter"])
    until_s = event.pop("until_s", None)
    change = EncounterChange[event.pop("change")]
    return EncounterEvent(change, until_us=None if until_s is None else _us(until_s), **event)


def _vitals(values: dict[str, Any], marks: Mapping[str, str]) -> Vitals:
    if "consciousness" in values:
        values["consciousness"] = Consciousness(values["consciousness"])
    if "spo2_scale" in values:
        values["spo2_scale"] = Spo2Scale(values["spo2_scale"])
    return Vitals(**values, marks={Vital(k): Quality[v] for k, v in marks.items()})


def _ticks(until_s: int, holes: list[list[int]]) -> Iterator[Tick]:
    """Yield the ticks of a healthy gateway and the ingress time that a host would count."""
    ingress_us, last_s = 0, 0
    for second in range(until_s + 1):
        if any(first <= second < last for first, last in holes):
            continue
        ingress_us += min((second - last_s) * SECOND_US, LONGEST_GAP_US)
        last_s = second
        yield Tick(_us(second), ingress_us)
