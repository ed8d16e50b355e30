"""What the board is told of a patient's CT series, as plain data."""

from typing import Any

from command_center.imaging.studies import SeriesSeen
from wire.images import ImageStored


def series_plain(series: SeriesSeen) -> dict[str, Any]:
    """Return a series as the board shows it; None stands for what is not known."""
    state, announced = series.state, series.announced
    scanned_us = _scanned_us(series)
    viewable_us = _viewable_us(series)
    first_image_us = None
    if scanned_us is not None and viewable_us is not None:
        first_image_us = viewable_us - scanned_us
    return {
        "uid": series.series_uid,
        "unit": series.unit_id,
        "expected": len(announced.sop_uids) if announced else state and state.slices_expected,
        "scanned_us": scanned_us,
        "viewable_us": viewable_us,
        "complete_us": state and state.complete_us,
        "first_image_us": first_image_us,
        "tilt_deg": state and state.geometry.tilt_deg,
        "spacing_min_mm": state and state.geometry.spacing_min_mm,
        "spacing_max_mm": state and state.geometry.spacing_max_mm,
        "problems": [str(problem) for problem in state.geometry.problems] if state else [],
        "first": next(iter(series.stored), None),
        "slices": [_slice_plain(stored) for stored in series.in_order],
    }


def _scanned_us(series: SeriesSeen) -> int | None:
    """The first word of the unit counts; an announcement may come again with a later one."""
    if series.state is not None and series.state.scanned_us is not None:
        return series.state.scanned_us
    return None if series.announced is None else series.announced.scanned_us


def _viewable_us(series: SeriesSeen) -> int | None:
    if series.state is not None and series.state.viewable_us is not None:
        return series.state.viewable_us
    return min((stored.stamped_us for stored in series.stored.values()), default=None)


def _slice_plain(stored: ImageStored) -> dict[str, Any]:
    place = stored.slice
    return {
        "uid": stored.sop_uid,
        "place_mm": round(place.place_mm, 3),
        "thickness_mm": place.thickness_mm,
        "row": place.row,
        "column": place.column,
    }
