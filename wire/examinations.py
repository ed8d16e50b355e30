"""What the crew has examined, to and from protobuf, and what of it the gateway refuses.

An unknown number raises KeyError; ``wire.frames`` says Unreadable.
"""

from collections.abc import Iterator
from typing import Final

from ambulance.telemetry.v1 import crew_pb2
from clinical.items import EXAMINATION_ANSWERS, EXAMINATION_SCALES, CrewExamination
from clinical.scores import gcs, race
from clinical.scores.chart import RefusalReason, Refused, Result
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from wire.codes import GCS_PART, INJURY, WEAK_SIDE

_FIELD: Final = {GcsPart.EYE: "eye", GcsPart.VERBAL: "verbal", GcsPart.MOTOR: "motor"}


def to_examination(pb: crew_pb2.CrewExamination) -> CrewExamination:
    """Translate an examination."""
    has = pb.HasField
    return CrewExamination(
        person=pb.person or None,
        gcs=_to_gcs(pb.gcs) if has("gcs") else None,
        stroke=_to_stroke(pb.stroke) if has("stroke") else None,
        race=_to_race(pb.race) if has("race") else None,
        last_known_well_us=pb.last_known_well_us if has("last_known_well_us") else None,
        injury=INJURY.member[pb.injury] if has("injury") else None,
        infection_suspected=pb.infection_suspected if has("infection_suspected") else None,
    )


def from_examination(examination: CrewExamination) -> crew_pb2.CrewExamination:
    """Translate an examination."""
    return crew_pb2.CrewExamination(
        person=examination.person,
        gcs=None if examination.gcs is None else _from_gcs(examination.gcs),
        stroke=None if examination.stroke is None else _from_stroke(examination.stroke),
        race=None if examination.race is None else _from_race(examination.race),
        last_known_well_us=examination.last_known_well_us,
        injury=None if examination.injury is None else INJURY.number[examination.injury],
        infection_suspected=examination.infection_suspected,
    )


def contradictions(pb: crew_pb2.CrewExamination, captured_us: int) -> Iterator[tuple[str, str]]:
    """Yield each field that contradicts another, and what it must be; values are in range."""
    for index, number in enumerate(pb.gcs.untestable):
        part = GCS_PART.member.get(number)
        if part is None:
            yield f"gcs.untestable[{index}]", "must be a stated member of its enumeration"
        elif pb.gcs.HasField(_FIELD[part]):  # type: ignore[arg-type]
            yield f"gcs.untestable[{index}]", "must not name a response that is scored"
    left = pb.race.weak_side == crew_pb2.WEAK_SIDE_LEFT
    if left and pb.race.HasField("aphasia"):
        yield "race.aphasia", "must be absent where the left side is weak"
    if not left and pb.race.HasField("agnosia"):
        yield "race.agnosia", "must be absent unless the left side is weak"
    if pb.HasField("last_known_well_us") and pb.last_known_well_us > captured_us:
        yield "last_known_well_us", "must not be after captured_at_us of the frame"


def empty_part(pb: crew_pb2.CrewExamination) -> str | None:
    """Return what is missing: a part that says nothing, or "" where the whole says nothing."""
    stated = [name for name in EXAMINATION_SCALES if pb.HasField(name)]
    for name in stated:
        if not getattr(pb, name).ListFields():
            return name
    whole = any(pb.HasField(name) for name in EXAMINATION_ANSWERS)
    return None if stated or whole else ""


def problem_of(examination: CrewExamination, captured_us: int) -> str | None:
    """Return the first field for which a gateway would refuse an examination; None: it would not.

    For those who capture one; the gateway itself names more of what is wrong.
    """
    results: list[Result] = []
    if examination.gcs is not None:
        results.append(gcs.score(examination.gcs))
    if examination.race is not None:
        results.append(race.score(examination.race, None))
    refused = (result for result in results if isinstance(result, Refused))
    for reason in (reason for result in refused for reason in result.reasons):
        if reason.reason is RefusalReason.IMPLAUSIBLE:
            return reason.column
    pb = from_examination(examination)
    empty = empty_part(pb)
    if empty is not None:
        return empty or "crew_examination"
    return next((field for field, _ in contradictions(pb, captured_us)), None)


def _to_gcs(pb: crew_pb2.GlasgowComaScale) -> Gcs:
    has = pb.HasField
    return Gcs(
        eye=pb.eye if has("eye") else None,
        verbal=pb.verbal if has("verbal") else None,
        motor=pb.motor if has("motor") else None,
        untestable=frozenset(GCS_PART.member[part] for part in pb.untestable),
    )


def _from_gcs(scale: Gcs) -> crew_pb2.GlasgowComaScale:
    return crew_pb2.GlasgowComaScale(
        eye=scale.eye,
        verbal=scale.verbal,
        motor=scale.motor,
        untestable=[GCS_PART.number[part] for part in GcsPart if part in scale.untestable],
    )


def _to_stroke(pb: crew_pb2.StrokeScreen) -> StrokeScreen:
    has = pb.HasField
    return StrokeScreen(
        balance=pb.balance if has("balance") else None,
        eyes=pb.eyes if has("eyes") else None,
        face=pb.face if has("face") else None,
        arm=pb.arm if has("arm") else None,
        speech=pb.speech if has("speech") else None,
    )


def _from_stroke(screen: StrokeScreen) -> crew_pb2.StrokeScreen:
    return crew_pb2.StrokeScreen(
        balance=screen.balance,
        eyes=screen.eyes,
        face=screen.face,
        arm=screen.arm,
        speech=screen.speech,
    )


def _to_race(pb: crew_pb2.RaceScale) -> Race:
    has = pb.HasField
    side: WeakSide | None = WEAK_SIDE.member[pb.weak_side] if has("weak_side") else None
    return Race(
        face=pb.face if has("face") else None,
        arm=pb.arm if has("arm") else None,
        leg=pb.leg if has("leg") else None,
        gaze=pb.gaze if has("gaze") else None,
        weak_side=side,
        aphasia=pb.aphasia if has("aphasia") else None,
        agnosia=pb.agnosia if has("agnosia") else None,
    )


def _from_race(scale: Race) -> crew_pb2.RaceScale:
    return crew_pb2.RaceScale(
        face=scale.face,
        arm=scale.arm,
        leg=scale.leg,
        gaze=scale.gaze,
        weak_side=None if scale.weak_side is None else WEAK_SIDE.number[scale.weak_side],
        aphasia=scale.aphasia,
        agnosia=scale.agnosia,
    )
