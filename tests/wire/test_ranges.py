"""The range of every field of a frame, as the comments of frame.proto and alarm.proto state it.

The expectations here are written from those comments, not from the table that is tested.
"""

from math import inf, nan
from typing import Any, NamedTuple

import pytest

from ambulance.telemetry.v1 import crew_pb2, frame_pb2
from tests.wire import samples
from tests.wire.plain_strategies import ENCOUNTER
from tests.wire.samples import refused
from wire.validation import Checked, RefusalReason, check

OUT = RefusalReason.OUT_OF_RANGE
MISSING = RefusalReason.MISSING_FIELD

LAST_US = 253_402_300_799_999_999


class Expected(NamedTuple):
    """What one field may and may not hold; ``kind`` "" is the frame itself."""

    kind: str
    path: str
    good: tuple[Any, ...]
    bad: tuple[Any, ...]
    required: bool = False


NOT_NUMBERS = (nan, inf, -inf)
CODES_BAD = (0, 99)
UNIT_BAD = ("", "x" * 65, "a b", "ä", "a\n")
UUID_BAD = ("", ENCOUNTER.upper(), ENCOUNTER[:-1], ENCOUNTER.replace("-", ""), f"{{{ENCOUNTER}}}")
INSTANT_BAD = (-1, LAST_US + 1)
NAME_GOOD = ("x", "x" * 64, "王")
NAME_BAD = ("", "x" * 65)
PERCENT = (0, 100), (-0.1, 100.1, *NOT_NUMBERS)


def _vital(name: str, lowest: float, highest: float) -> Expected:
    bad = (lowest - 0.001, highest + 0.001, *NOT_NUMBERS)
    return Expected("vitals", name, (lowest, highest), bad)


def _seen(kind: str) -> tuple[Expected, ...]:
    """Further alarms that an action names."""
    return (
        Expected(kind, "also[0].alarm_id", (b"i" * 16,), (b"", b"i" * 17), required=True),
        Expected(kind, "also[0].priority", (1, 3), CODES_BAD, required=True),
        Expected(kind, "also[0].revision", (1, 2**32 - 1), (), required=True),
    )


EXPECTED = (
    Expected("", "unit_id", ("x", "x" * 64, "A-z.0_9"), UNIT_BAD, required=True),
    Expected("", "lane", (), (0, 4, 99), required=True),
    Expected("", "segment", (b"z" * 16,), (b"", b"z" * 15, b"z" * 17), required=True),
    Expected("", "sequence", (1, 2**63 - 1), (0, 2**63), required=True),
    Expected("", "captured_at_us", (0, LAST_US), INSTANT_BAD, required=True),
    Expected("", "captured_uncertainty_us", (0, 2**63 - 1), (2**63,)),
    Expected("", "boot_id", NAME_GOOD, NAME_BAD),
    Expected("", "encounter_id", (ENCOUNTER,), UUID_BAD),
    _vital("heart_rate_bpm", 0, 400),
    _vital("pulse_rate_bpm", 0, 400),
    _vital("respiration_per_min", 0, 120),
    _vital("spo2_percent", 0, 100),
    _vital("systolic_mmhg", 0, 350),
    _vital("diastolic_mmhg", 0, 300),
    _vital("temperature_c", 10, 47),
    Expected("vitals", "consciousness", (1, 5), (0, 6)),
    Expected("vitals", "on_oxygen", (False, True), ()),
    Expected("vitals", "spo2_scale", (1, 2), (0, 3)),
    Expected("vitals", "device_id", NAME_GOOD, NAME_BAD),
    Expected("vitals", "device_at_us", (-(2**63), 2**63 - 1), ()),
    Expected("vitals", "marks[0].vital", (1, 7), (0, 8), required=True),
    Expected("vitals", "marks[0].quality", (1, 3), (0, 4), required=True),
    Expected("device_status", "device_id", NAME_GOOD, NAME_BAD, required=True),
    Expected("device_status", "vital", (1, 7), CODES_BAD),
    Expected("device_status", "attached", (False, True), ()),
    Expected("device_status", "battery_percent", *PERCENT),
    Expected("device_status", "cuff_inflated", (False, True), ()),
    Expected("device_status", "cuff_above_oximeter", (False, True), ()),
    Expected("encounter_event", "change", (1, 3, 5, 6, 7), CODES_BAD, required=True),
    Expected("encounter_event", "bay", ("x", "x" * 32), ("", "x" * 33)),
    Expected("encounter_event", "age_years", (0, 130), (131,)),
    Expected("encounter_event", "pregnant", (False, True), ()),
    Expected("encounter_event", "reason", ("x", "x" * 200), ("", "x" * 201)),
    Expected("encounter_event", "until_us", (0, LAST_US), INSTANT_BAD),
    Expected("encounter_event", "to_unit_id", ("x", "x" * 64), UNIT_BAD),
    Expected("crew_event", "finding", (1, 2, 3, 4, 5), CODES_BAD, required=True),
    Expected("crew_event", "drug", NAME_GOOD, NAME_BAD),
    Expected("crew_event", "withdraws.unit_id", (), (*UNIT_BAD, "another-unit"), required=True),
    Expected("crew_event", "withdraws.lane", (1, 2), (0, 99), required=True),
    Expected("crew_event", "withdraws.segment", (b"z" * 16,), (b"", b"z" * 17), required=True),
    Expected("crew_event", "withdraws.sequence", (1, 2**63 - 1), (0, 2**63), required=True),
    Expected("crew_examination", "person", NAME_GOOD, NAME_BAD),
    Expected("crew_examination", "last_known_well_us", (0, 1), INSTANT_BAD),
    Expected("crew_examination", "injury", (1, 3), CODES_BAD),
    Expected("crew_examination", "infection_suspected", (False, True), ()),
    Expected("crew_examination", "gcs.eye", (1, 4), (0, 5)),
    Expected("crew_examination", "gcs.verbal", (1, 5), (0, 6)),
    Expected("crew_examination", "gcs.motor", (1, 6), (0, 7)),
    Expected("crew_examination", "race.face", (0, 2), (3,)),
    Expected("crew_examination", "race.arm", (0, 2), (3,)),
    Expected("crew_examination", "race.leg", (0, 2), (3,)),
    Expected("crew_examination", "race.gaze", (0, 1), (2,)),
    Expected("crew_examination", "race.weak_side", (1, 3), CODES_BAD),
    Expected("crew_examination", "race.aphasia", (0, 2), (3,)),
    Expected("crew_event", "withdraws.item", (0, 63), (), required=True),
    Expected("edge_transition", "encounter_id", (ENCOUNTER,), (*UUID_BAD, "0" + ENCOUNTER[1:-1])),
    Expected("edge_transition", "unit_id", (), (*UNIT_BAD, "another-unit")),
    Expected("edge_transition", "alarm_id", (b"i" * 16,), (b"", b"i" * 15), required=True),
    Expected("edge_transition", "cause", ("APNOEA",), ("", "low", "X" * 65), required=True),
    Expected("edge_transition", "subject", NAME_GOOD, NAME_BAD),
    Expected("edge_transition", "category", (1, 2), CODES_BAD, required=True),
    Expected("edge_transition", "priority", (1, 3), CODES_BAD, required=True),
    Expected("edge_transition", "phase", (1, 5), CODES_BAD, required=True),
    Expected("edge_transition", "active", (False, True), (), required=True),
    Expected("edge_transition", "source", (1,), (0, 2, 3, 99), required=True),
    Expected("edge_transition", "revision", (1, 2**32 - 1), (0,), required=True),
    Expected("edge_transition", "since_us", (0, LAST_US), INSTANT_BAD, required=True),
    Expected("edge_transition", "learned_us", (0, LAST_US), INSTANT_BAD, required=True),
    Expected("edge_transition", "until_us", (0, LAST_US), INSTANT_BAD),
    Expected("edge_transition", "recorded_only", (False, True), ()),
    Expected("edge_transition", "late", (False, True), ()),
    Expected("edge_transition", "frame", (), (), required=True),
    Expected("edge_transition", "frame.unit_id", ("x",), UNIT_BAD, required=True),
    Expected("edge_transition", "frame.lane", (1, 2, 3), (0, 4), required=True),
    Expected("edge_transition", "frame.segment", (b"z" * 16,), (b"", b"z" * 17), required=True),
    Expected("edge_transition", "frame.sequence", (1, 2**63 - 1), (0, 2**63), required=True),
    Expected("edge_transition", "frame.item", (0, 63), (), required=True),
    Expected("acknowledgement", "encounter_id", (ENCOUNTER,), UUID_BAD),
    Expected("acknowledgement", "alarm_id", (b"i" * 16,), (b"", b"i" * 17), required=True),
    Expected("acknowledgement", "priority", (1, 3), CODES_BAD, required=True),
    Expected("acknowledgement", "revision", (1, 2**32 - 1), (), required=True),
    Expected("acknowledgement", "person", NAME_GOOD, NAME_BAD, required=True),
    Expected("acknowledgement", "place", (2,), (0, 1, 99), required=True),
    Expected("acknowledgement", "at_us", (0, LAST_US), INSTANT_BAD),
    Expected("acknowledgement", "request_id", NAME_GOOD, NAME_BAD, required=True),
    *_seen("acknowledgement"),
    Expected("pause", "encounter_id", (ENCOUNTER,), UUID_BAD),
    Expected("pause", "alarm_id", (b"i" * 16,), (b"", b"i" * 17), required=True),
    Expected("pause", "priority", (1, 3), CODES_BAD, required=True),
    Expected("pause", "revision", (1, 2**32 - 1), (), required=True),
    Expected("pause", "person", NAME_GOOD, NAME_BAD, required=True),
    Expected("pause", "place", (2,), (0, 1, 99), required=True),
    Expected("pause", "at_us", (0, LAST_US), INSTANT_BAD),
    Expected("pause", "for_us", (0, 120_000_000), (-1, 120_000_001), required=True),
    Expected("pause", "request_id", NAME_GOOD, NAME_BAD, required=True),
    *_seen("pause"),
    Expected("escalation", "encounter_id", (ENCOUNTER,), UUID_BAD),
    Expected("escalation", "alarm_id", (b"i" * 16,), (b"", b"i" * 17), required=True),
    Expected("escalation", "priority", (1, 3), CODES_BAD, required=True),
    Expected("escalation", "revision", (1, 2**32 - 1), (), required=True),
    Expected("escalation", "to", (1, 5), CODES_BAD, required=True),
    Expected("escalation", "person", NAME_GOOD, NAME_BAD, required=True),
    Expected("escalation", "reason", ("r", "r" * 200), ("", "r" * 201), required=True),
    Expected("escalation", "place", (2,), (0, 1, 99), required=True),
    Expected("escalation", "at_us", (0, LAST_US), INSTANT_BAD),
    Expected("escalation", "request_id", NAME_GOOD, NAME_BAD, required=True),
    Expected("escalation", "step", (0,), (1,)),
    Expected("escalation", "raised_us", (0,), (1,)),
    Expected("reset", "encounter_id", (ENCOUNTER,), UUID_BAD),
    Expected("reset", "alarm_id", (b"i" * 16,), (b"", b"i" * 17), required=True),
    Expected("reset", "revision", (1, 2**32 - 1), (), required=True),
    Expected("reset", "person", NAME_GOOD, NAME_BAD, required=True),
    Expected("reset", "place", (2,), (0, 1, 99), required=True),
    Expected("reset", "at_us", (0, LAST_US), INSTANT_BAD),
    Expected("reset", "request_id", NAME_GOOD, NAME_BAD, required=True),
    Expected("receipt", "message_id", (ENCOUNTER,), UUID_BAD, required=True),
    Expected("receipt", "stage", (1, 4), CODES_BAD, required=True),
    Expected("receipt", "person", NAME_GOOD, NAME_BAD),
    Expected("receipt", "answer", (1, 4), CODES_BAD),
    Expected("position", "latitude_deg", (-90, 90), (-90.1, 90.1, *NOT_NUMBERS), required=True),
    Expected("position", "longitude_deg", (-180, 180), (-181, 181, *NOT_NUMBERS), required=True),
    Expected("position", "speed_kmh", (0, 400), (-0.1, 400.1, *NOT_NUMBERS)),
    Expected("position", "heading_deg", (0, 360), (-0.1, 360.1, *NOT_NUMBERS)),
    Expected("position", "kind", (1, 4), (0, 5)),
    Expected("link_state", "spool_depth_frames", (0, 2**63 - 1), (2**63,)),
    Expected("link_state", "spool_oldest_us", (0, 2**63 - 1), (2**63,)),
    Expected("link_state", "quarantine_frames", (0, 2**63 - 1), (2**63,)),
    Expected("link_state", "clock_offset_us", (-(2**63), 2**63 - 1), ()),
    Expected("link_state", "battery_percent", *PERCENT),
    Expected(
        "waveform", "lead", ("V", "II", "aVR.+-_12345678"), ("", "x" * 17, "a b"), required=True
    ),
    Expected("waveform", "rate_hz", (1, 4_000), (0.9, 4_001, *NOT_NUMBERS), required=True),
    Expected(
        "waveform", "scale_uv_per_bit", (0.01, 10_000), (0, -1, 10_001, *NOT_NUMBERS), required=True
    ),
    Expected("waveform", "start_us", (0, LAST_US), INSTANT_BAD, required=True),
    Expected("waveform", "first_sample", (0, 2**63 - 1), (2**63,), required=True),
    Expected("waveform", "lowest", (-32_768, 32_767), (-32_769, 32_768)),
    Expected("waveform", "highest", (-32_768, 32_767), (-32_769, 32_768)),
    Expected("waveform", "attached", (False, True), ()),
    Expected("ecg_piece", "ecg_id", (b"i" * 16,), (b"", b"i" * 17), required=True),
    Expected("ecg_piece", "index", (0, 15), (16,), required=True),
    Expected("ecg_piece", "count", (1, 16), (0, 17), required=True),
    Expected("ecg_piece", "content", (b"x", bytes(16_384)), (b"", bytes(16_385)), required=True),
    Expected("discarded", "from_sequence", (1,), (0, 2, 2**63), required=True),
    Expected("discarded", "to_sequence", (1,), (0, 2, 2**63), required=True),
    Expected("discarded", "reason", (1, 2), CODES_BAD, required=True),
    Expected("discarded", "from_captured_at_us", (0, LAST_US), INSTANT_BAD, required=True),
)

GOOD = [(e, value) for e in EXPECTED for value in e.good]
BAD = [(e, value) for e in EXPECTED for value in e.bad]
REQUIRED = [e for e in EXPECTED if e.required]
OPTIONAL = [e for e in EXPECTED if not e.required and (e.kind, e.path) != ("", "encounter_id")]


def _name(value: object) -> str:
    return f"{value.kind}.{value.path}" if isinstance(value, Expected) else repr(value)[:20]


@pytest.mark.parametrize(("expected", "value"), GOOD, ids=_name)
def test_values_within_are_admitted(expected: Expected, value: Any) -> None:  # noqa: ANN401
    """Both ends of every range belong to it."""
    frame = _frame(expected)
    owner, name = _owner(frame, expected)
    setattr(owner, name, value)
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)


@pytest.mark.parametrize(("expected", "value"), BAD, ids=_name)
def test_values_outside_are_refused(expected: Expected, value: Any) -> None:  # noqa: ANN401
    """Below, above, not a number or malformed: refused with the path of the field."""
    frame = _frame(expected)
    owner, name = _owner(frame, expected)
    setattr(owner, name, value)
    assert refused(frame) == (OUT, _path(expected))


@pytest.mark.parametrize("expected", REQUIRED, ids=_name)
def test_required_fields_are_missed(expected: Expected) -> None:
    frame = _frame(expected)
    owner, name = _owner(frame, expected)
    owner.ClearField(name)
    assert refused(frame) == (MISSING, _path(expected))


@pytest.mark.parametrize("expected", OPTIONAL, ids=_name)
def test_other_fields_may_be_absent(expected: Expected) -> None:
    """A field that is not required is missed by nobody; its items decide about an encounter."""
    frame = _frame(expected)
    owner, name = _owner(frame, expected)
    owner.ClearField(name)
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)


def test_a_drug_given_is_named() -> None:
    frame = samples.of_kind("crew_event")
    frame.items[0].crew_event.finding = crew_pb2.CREW_FINDING_DRUG_GIVEN
    frame.items[0].crew_event.ClearField("drug")
    assert refused(frame) == (MISSING, "items[0].crew_event.drug")


def test_a_withdrawal_is_a_field_of_its_own() -> None:
    frame = samples.of_kind("crew_event")
    frame.items[0].crew_event.ClearField("withdraws")
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (frame_pb2.ENCOUNTER_CHANGE_STANDBY, "reason"),
        (frame_pb2.ENCOUNTER_CHANGE_STANDBY, "until_us"),
        (frame_pb2.ENCOUNTER_CHANGE_OFFERED, "to_unit_id"),
    ],
)
def test_some_changes_need_more(change: frame_pb2.EncounterChange.ValueType, name: str) -> None:
    """A standby has a reason and an end, an offer has an addressee."""
    frame = samples.of_kind("encounter_event")
    event = frame.items[0].encounter_event
    event.change = change
    event.reason, event.until_us, event.to_unit_id = "meal", 1, "tent-1"
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)
    event.ClearField(name)  # type: ignore[arg-type]
    assert refused(frame) == (MISSING, f"items[0].encounter_event.{name}")


@pytest.mark.parametrize("deltas", [[-32_768, 65_535], [1] * 4_096])
def test_samples_of_sixteen_bits_are_admitted(deltas: list[int]) -> None:
    frame = samples.of_kind("waveform")
    frame.items[0].waveform.deltas[:] = deltas
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)


@pytest.mark.parametrize("deltas", [[], [32_767, 1], [-32_768, -1], [1] * 4_097])
def test_no_samples_too_many_or_wider_ones_are_refused(deltas: list[int]) -> None:
    frame = samples.of_kind("waveform")
    frame.items[0].waveform.deltas[:] = deltas
    assert refused(frame) == (OUT, "items[0].waveform.deltas")


@pytest.mark.parametrize("kind", ["acknowledgement", "pause"])
def test_an_action_names_at_most_so_many_alarms(kind: str) -> None:
    frame = samples.of_kind(kind)
    further = getattr(frame.items[0], kind).also
    further.extend([further[0]] * 31)
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)
    further.add(alarm_id=b"c" * 16, priority=1, revision=1)
    assert refused(frame) == (OUT, f"items[0].{kind}.also")


def test_every_field_has_an_expectation() -> None:
    """A field added to an item of a frame needs its range stated here."""
    stated = {(e.kind, e.path.partition("[")[0].partition(".")[0]) for e in EXPECTED}
    composed = {
        *(("edge_transition", "reason"), ("", "items"), ("waveform", "deltas")),
        ("crew_examination", "stroke"),
    }
    fields = {("", field.name) for field in frame_pb2.Frame.DESCRIPTOR.fields}
    for kind in frame_pb2.Item.DESCRIPTOR.fields:
        assert kind.message_type is not None
        fields |= {(kind.name, field.name) for field in kind.message_type.fields}
    assert fields == stated | composed


def _frame(expected: Expected) -> frame_pb2.Frame:
    return samples.of_kind(expected.kind or "vitals")


def _path(expected: Expected) -> str:
    return f"items[0].{expected.kind}.{expected.path}" if expected.kind else expected.path


def _owner(frame: frame_pb2.Frame, expected: Expected) -> tuple[Any, str]:
    owner: Any = getattr(frame.items[0], expected.kind) if expected.kind else frame
    steps, _, name = expected.path.rpartition(".")
    if steps.endswith("[0]"):
        owner = getattr(owner, steps.removesuffix("[0]"))[0]
    elif steps:
        owner = getattr(owner, steps)
    return owner, name
