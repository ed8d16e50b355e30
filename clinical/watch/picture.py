"""One patient as the board shows it: what is still valid, how old it is, and what it scores."""

from dataclasses import dataclass
from typing import NamedTuple

from clinical.scores.chart import Refused
from clinical.vitals import Vital
from clinical.watch.carry import VITALS, WINDOWS, Carry
from clinical.watch.encounter import EncounterState


class PictureVital(NamedTuple):
    """The newest value of one vital sign, in that vital's unit, and when it was captured."""

    vital: Vital
    value: float
    captured_us: int


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One patient at one instant; absent scores were refused, absent vitals are not valid."""

    encounter_id: str
    unit_id: str
    bay: str | None
    captured_us: int | None
    received_us: int | None
    vitals: tuple[PictureVital, ...]
    news2_total: int | None
    news2_at_least: int | None
    news2_refusals: tuple[str, ...]
    not_judged: bool


def picture_row(
    state: EncounterState,
    carry: Carry,
    score: int | Refused,
    *,
    now_us: int,
    captured_us: int | None,
    received_us: int | None,
) -> PictureRow:
    """Return the patient as seen at ``now_us``; a value that has aged out is not shown.

    ``score`` is the total of NEWS2, or why there is none.
    """
    refused = score if isinstance(score, Refused) else None
    return PictureRow(
        encounter_id=state.encounter_id,
        unit_id=state.unit_id,
        bay=state.bay,
        captured_us=captured_us,
        received_us=received_us,
        vitals=_valid(carry, now_us),
        news2_total=score if isinstance(score, int) else None,
        news2_at_least=None if refused is None else refused.at_least,
        news2_refusals=() if refused is None else tuple(str(x) for x in refused.reasons),
        not_judged=False,
    )


def _valid(carry: Carry, now_us: int) -> tuple[PictureVital, ...]:
    return tuple(
        [
            PictureVital(vital, value, captured_us)
            for vital, value, captured_us, window_us in zip(
                VITALS, carry.values, carry.captured_us, WINDOWS, strict=True
            )
            if value is not None and now_us - captured_us <= window_us
        ]
    )
