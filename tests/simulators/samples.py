"""Deliveries and truths as the tests of the judge need them."""

from collections.abc import Sequence

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.view import AlarmState, AlarmView
from simulators.scenario import parse
from simulators.verdict.alert_feed import Delivered
from simulators.verdict.classification import Kill, Truth

STARTED_US = 1_000_000_000_000
SEGMENT = bytes(range(16))

SCENARIO = """
name = "sample"
units = [{ id = "A" }, { id = "B" }, { id = "C" }, { id = "D" }]
encounters = [
  { key = "ill", unit = "A", course = "SEPSIS", onset_s = 10 },
  { key = "well", unit = "B" },
  { key = "tunnel", unit = "C" },
  { key = "recorded", unit = "D", recording = "bidmc_03.csv" },
]
faults = [{ unit = "C", at_s = 20, for_s = 20, kind = "cut" }]
crew = [{ encounter = "well", at_s = 70, finding = "NO_PULSE" }]
allowances = [{ unit = "C", causes = ["UNIT_SILENT"], from_s = 20, to_s = 50 }]
[[expectations]]
encounter = "ill"
any_of = ["NEWS2_HIGH", "NEWS2_MEDIUM"]
min_priority = "MEDIUM"
after_s = 10
within_s = 30
"""


def truth(kills: Sequence[Kill] = ()) -> Truth:
    scenario = parse(SCENARIO)
    ids = {one.key: f"id-of-{one.key}" for one in scenario.encounters}
    return Truth(scenario, ids, STARTED_US, kills)


def at(second: float) -> int:
    return STARTED_US + int(second * 1_000_000)


def delivered(
    key: str,
    cause: str = "NEWS2_HIGH",
    second: float = 20,
    *,
    since_s: float | None = None,
    priority: Priority = Priority.HIGH,
    technical: bool = False,
    state: AlarmState = AlarmState.ACTIVE,
    phase: Phase = Phase.START,
    revision: int = 1,
    sequence: int = 1,
    late: bool = False,
) -> Delivered:
    """Return an alarm about a patient of the sample, "" for the system itself."""
    unit = {one.key: one.unit for one in truth().scenario.encounters}.get(key, "")
    since_us = at(second if since_s is None else since_s)
    view = AlarmView(
        alarm_id=f"{key}{cause}{sequence}".encode(),
        aliases=(),
        revision=revision,
        encounter_id=f"id-of-{key}" if key else "",
        unit_id=unit,
        cause=cause,
        subject="",
        category=Category.TECHNICAL if technical else Category.PHYSIOLOGICAL,
        priority=priority,
        state=state,
        phase=phase,
        active_since_us=since_us,
        learned_us=at(second),
        ended_us=None,
        late=late,
        sources=(Source.CENTER_A,),
        reason=None,
        frame=FrameRef(unit, 2, SEGMENT, sequence, 0),
    )
    return Delivered(view, b"", at(second))
