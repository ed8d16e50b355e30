"""What the feed says of a CT series, from what the app `imaging` says; to and from protobuf."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ambulance.alerts.v1 import series_pb2
from clinical.imaging.geometry import GeometryProblem
from wire.codes import paired
from wire.images import SeriesState


class SeriesStage(StrEnum):
    """How far a series has come."""

    ANNOUNCED = "ANNOUNCED"
    VIEWABLE = "VIEWABLE"
    COMPLETE = "COMPLETE"
    INCOMPLETE = "INCOMPLETE"


SERIES_STAGE: Final = paired(SeriesStage, series_pb2.SeriesStage.items(), "SERIES_STAGE_")
SERIES_PROBLEM: Final = paired(GeometryProblem, series_pb2.SeriesProblem.items(), "SERIES_PROBLEM_")


@dataclass(frozen=True, slots=True)
class SeriesWord:
    """A series as a subscriber is told of it; None stands for what is not known."""

    encounter_id: str
    unit_id: str
    series_uid: str
    stage: SeriesStage
    slices_received: int
    slices_announced: int | None
    first_image_latency_us: int | None
    problems: tuple[GeometryProblem, ...]
    tilt_deg: float | None
    at_us: int


def word_of(state: SeriesState) -> SeriesWord:
    """Return what a subscriber is told of this state."""
    latency_us = None
    if state.viewable_us is not None and state.scanned_us is not None:
        latency_us = state.viewable_us - state.scanned_us
    return SeriesWord(
        encounter_id=state.encounter_id,
        unit_id=state.unit_id,
        series_uid=state.series_uid,
        stage=_stage(state),
        slices_received=state.slices_stored,
        slices_announced=state.slices_expected,
        first_image_latency_us=latency_us,
        problems=state.geometry.problems,
        tilt_deg=state.geometry.tilt_deg,
        at_us=state.stamped_us,
    )


def _stage(state: SeriesState) -> SeriesStage:
    if state.complete_us is not None:
        return SeriesStage.COMPLETE
    if GeometryProblem.MISSING_SLICES in state.geometry.problems:
        return SeriesStage.INCOMPLETE
    return SeriesStage.ANNOUNCED if state.viewable_us is None else SeriesStage.VIEWABLE


def from_series_word(word: SeriesWord) -> series_pb2.Series:
    """Translate what a subscriber is told of a series."""
    return series_pb2.Series(
        encounter_id=word.encounter_id,
        unit_id=word.unit_id,
        series_uid=word.series_uid,
        stage=SERIES_STAGE.number[word.stage],
        slices_received=word.slices_received,
        slices_announced=word.slices_announced,
        first_image_latency_us=word.first_image_latency_us,
        problems=[SERIES_PROBLEM.number[one] for one in word.problems],
        tilt_deg=word.tilt_deg,
        at_us=word.at_us,
    )


def to_series_word(pb: series_pb2.Series) -> SeriesWord:
    """Translate what a subscriber is told; a problem that is not known here is passed over."""
    latency_us = pb.first_image_latency_us if pb.HasField("first_image_latency_us") else None
    return SeriesWord(
        encounter_id=pb.encounter_id,
        unit_id=pb.unit_id,
        series_uid=pb.series_uid,
        stage=SERIES_STAGE.member[pb.stage],
        slices_received=pb.slices_received,
        slices_announced=pb.slices_announced if pb.HasField("slices_announced") else None,
        first_image_latency_us=latency_us,
        problems=tuple(SERIES_PROBLEM.member[it] for it in pb.problems if SERIES_PROBLEM.known(it)),
        tilt_deg=pb.tilt_deg if pb.HasField("tilt_deg") else None,
        at_us=pb.at_us,
    )
