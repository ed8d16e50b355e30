"""What of the frames that wait is left out under pressure, and what is said in its place. Pure.

Waveforms: all that waits. Vital signs: what a newer frame that waits supersedes. A vital sign, a
mark or a statement is superseded when a later frame of the same encounter states it again, so the
newest value of each stays, be it a blood pressure of minutes ago. States of devices stay, because
they are said when they change. The ALARM lane is never asked.

Consecutive frames that are left out become one ``Discarded`` frame at the last of their sequences,
one per encounter, because a frame is of one encounter. What was left out before joins in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from clinical.items import Discarded, DiscardReason, Vitals
from clinical.signals.waveform import WaveformChunk
from wire.frames import Frame, Lane
from wire.unit_items import LinkState, Position, WireItem

SHED_LANES: Final = (Lane.WAVEFORM, Lane.VITALS)
"""The lanes that may be thinned, the first one first."""

_STATEMENTS: Final = tuple(one.name for one in fields(Vitals) if one.name != "marks")
_ABOUT_UNIT: Final = (Position, LinkState)


def thin(frames: Sequence[Frame], reason: DiscardReason) -> list[Frame]:
    """Return the frames that shall stand in the place of what is left out of these, in order."""
    stays = _staying(frames)
    return [
        _discard(run, reason)
        for run in _runs(frames, stays)
        if len(run) > 1 or not _left_out(run[0])
    ]


def discarded_frame(frame: Frame, reason: DiscardReason) -> Frame:
    """Return the frame that says that this one, just captured, is left out."""
    return _discard([frame], reason)


def discarded_in(frame: Frame) -> Discarded | None:
    """Return what a frame says was left out, None when it is data."""
    first = frame.items[0]
    return first if isinstance(first, Discarded) else None


def _left_out(frame: Frame) -> bool:
    return discarded_in(frame) is not None


def _staying(frames: Sequence[Frame]) -> set[int]:
    """Return the sequences of what no newer frame supersedes."""
    seen: set[tuple[str | None, str]] = set()
    stays: set[int] = set()
    for frame in reversed(frames):
        for item in frame.items:
            said = _said(item)
            keys = {(frame.encounter_id, one) for one in said or ()}
            if said is None or not keys <= seen:
                stays.add(frame.sequence)
            seen |= keys
    return stays


def _said(item: WireItem) -> set[str] | None:
    """Return what an item states, in names that a newer one can supersede; None: it stays."""
    if isinstance(item, WaveformChunk | Discarded):
        return set()
    if isinstance(item, _ABOUT_UNIT):
        return {type(item).__name__}
    if isinstance(item, Vitals):
        stated = {name for name in _STATEMENTS if getattr(item, name) is not None}
        return stated | {f"mark {vital}" for vital in item.marks}
    return None


@dataclass(slots=True)
class _Run:
    frames: list[Frame]
    encounter_id: str | None

    def takes(self, frame: Frame) -> bool:
        return frame.encounter_id in {self.encounter_id, None} or self.encounter_id is None


def _runs(frames: Sequence[Frame], stays: set[int]) -> Iterator[list[Frame]]:
    """Yield runs of neighbours that are left out, of one encounter; the unit's own join any."""
    run: _Run | None = None
    for frame in frames:
        if run is not None and (frame.sequence in stays or not run.takes(frame)):
            yield run.frames
            run = None
        if frame.sequence in stays:
            continue
        if run is None:
            run = _Run([], frame.encounter_id)
        run.frames.append(frame)
        run.encounter_id = run.encounter_id or frame.encounter_id
    if run is not None:
        yield run.frames


def _discard(run: Sequence[Frame], reason: DiscardReason) -> Frame:
    first, last = run[0], run[-1]
    before = discarded_in(first)
    said = Discarded(
        before.from_sequence if before else first.sequence,
        last.sequence,
        reason,
        before.from_captured_us if before else first.captured_us,
    )
    encounter_id = next((one.encounter_id for one in run if one.encounter_id), None)
    return replace(last, encounter_id=encounter_id, items=(said,))
