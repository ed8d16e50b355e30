"""What the crew has examined: there and back, and every contradiction refused by its field."""

import pytest
from hypothesis import given

from ambulance.telemetry.v1 import crew_pb2
from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from tests.wire import crew_strategies, samples, strategies
from tests.wire.samples import refused
from wire.examinations import from_examination, to_examination
from wire.frames import Frame, Lane, encode_frame
from wire.validation import Checked, RefusalReason, StreamKey, check

OUT, MISSING = RefusalReason.OUT_OF_RANGE, RefusalReason.MISSING_FIELD
WELL_US = 1_769_999_000_000_000


@given(crew_strategies.examinations)
def test_an_examination_survives_the_wire(examination: CrewExamination) -> None:
    """What was not examined stays so; normal and zero stay statements."""
    assert to_examination(from_examination(examination)) == examination


@given(strategies.examination_frames)
def test_what_a_careful_crew_examines_is_admitted(frame: Frame) -> None:
    """However little of it was done."""
    stream = StreamKey(frame.unit_id, frame.lane, frame.segment)
    assert isinstance(check(encode_frame(frame), stream), Checked)


def test_each_part_is_read_as_it_is_written() -> None:
    """By name, not by the translator itself."""
    frame = samples.of_kind("crew_examination")
    assert to_examination(frame.items[0].crew_examination) == CrewExamination(
        person="paramedic",
        gcs=Gcs(3, 4, 5),
        stroke=StrokeScreen(balance=False, eyes=False, face=True, arm=True, speech=False),
        race=Race(1, 1, 1, 0, WeakSide.RIGHT, aphasia=2),
        last_known_well_us=WELL_US,
        injury=Injury.BLUNT,
        infection_suspected=False,
    )
    tube = crew_pb2.CrewExamination(
        gcs=crew_pb2.GlasgowComaScale(eye=4, motor=6, untestable=[crew_pb2.GCS_PART_VERBAL])
    )
    assert to_examination(tube).gcs == Gcs(4, None, 6, frozenset({GcsPart.VERBAL}))


def _with(**parts: object) -> tuple[RefusalReason, str]:
    frame = samples.of_kind("crew_examination")
    examination = crew_pb2.CrewExamination(**parts)  # type: ignore[arg-type]
    frame.items[0].crew_examination.CopyFrom(examination)
    return refused(frame)


@pytest.mark.parametrize(
    ("parts", "reason", "field"),
    [
        ({}, MISSING, ""),
        ({"person": "paramedic"}, MISSING, ""),
        ({"gcs": crew_pb2.GlasgowComaScale()}, MISSING, ".gcs"),
        ({"stroke": crew_pb2.StrokeScreen()}, MISSING, ".stroke"),
        ({"race": crew_pb2.RaceScale()}, MISSING, ".race"),
        ({"gcs": crew_pb2.GlasgowComaScale(eye=5)}, OUT, ".gcs.eye"),
        (
            {"gcs": crew_pb2.GlasgowComaScale(
                verbal=1, untestable=[crew_pb2.GCS_PART_EYE, crew_pb2.GCS_PART_VERBAL]
            )},
            OUT, ".gcs.untestable[1]",
        ),
        (
            {"race": crew_pb2.RaceScale(weak_side=crew_pb2.WEAK_SIDE_LEFT, aphasia=0)},
            OUT, ".race.aphasia",
        ),
        (
            {"race": crew_pb2.RaceScale(weak_side=crew_pb2.WEAK_SIDE_RIGHT, agnosia=0)},
            OUT, ".race.agnosia",
        ),
        ({"race": crew_pb2.RaceScale(agnosia=1)}, OUT, ".race.agnosia"),
        ({"last_known_well_us": 1_770_000_000_000_001}, OUT, ".last_known_well_us"),
        ({"injury": crew_pb2.INJURY_UNSPECIFIED}, OUT, ".injury"),
        ({"injury": 9, "infection_suspected": True}, OUT, ".injury"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(
    parts: dict[str, object], reason: RefusalReason, field: str
) -> None:
    """Empty, scored and untestable at once, of the wrong side, well in the future."""
    assert _with(**parts) == (reason, f"items[0].crew_examination{field}")


@pytest.mark.parametrize(
    ("parts", "stated"),
    [
        ({"injury": crew_pb2.INJURY_NONE}, CrewExamination(injury=Injury.NONE)),
        (
            {"injury": crew_pb2.INJURY_PENETRATING},
            CrewExamination(injury=Injury.PENETRATING),
        ),
        ({"infection_suspected": False}, CrewExamination(infection_suspected=False)),
    ],
)
def test_what_the_crew_says_of_the_situation_is_enough(
    parts: dict[str, object], stated: CrewExamination
) -> None:
    """One tap; that there is none is a statement too."""
    frame = samples.of_kind("crew_examination")
    frame.items[0].crew_examination.CopyFrom(crew_pb2.CrewExamination(**parts))  # type: ignore[arg-type]
    stream = StreamKey(frame.unit_id, Lane.ALARM, frame.segment)
    assert isinstance(check(frame.SerializeToString(), stream), Checked)
    assert to_examination(frame.items[0].crew_examination) == stated


def test_an_unknown_response_that_cannot_be_tested_is_refused() -> None:
    """A number that names none."""
    gcs = crew_pb2.GlasgowComaScale(eye=1)
    gcs.untestable.append(9)  # type: ignore[arg-type]
    assert _with(gcs=gcs) == (OUT, "items[0].crew_examination.gcs.untestable[0]")
