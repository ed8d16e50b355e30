"""One patient as the board shows it: what is still valid, how old it is, and what it scores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, overload

from clinical.alarms.staff_limit import LimitSet
from clinical.scores.chart import Refused
from clinical.vitals import Vital
from clinical.watch.carry import VITALS, Carry
from clinical.watch.crew.examined import Examined
from clinical.watch.encounter import EncounterState
from clinical.watch.outlook.deteriorating import Outlook
from clinical.watch.outlook.trending import Arrow
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from clinical.watch.scores.situated import SituatedScore


class PictureVital(NamedTuple):
    """The newest value of one vital sign, in that vital's unit, and when it was captured."""

    vital: Vital
    value: float
    captured_us: int


class PictureVitals(Sequence[PictureVital]):
    """The vital signs of a row as columns; to all who read them, a sequence of ``PictureVital``."""

    __slots__ = ("instants_us", "present", "values")

    def __init__(
        self, present: tuple[int, ...], values: tuple[float, ...], instants_us: tuple[int, ...]
    ) -> None:
        """Hold of each vital that is there its number in ``watch.carry.VITALS`` and its value."""
        self.present = present
        self.values = values
        self.instants_us = instants_us

    @classmethod
    def of(cls, vitals: Sequence[PictureVital]) -> "PictureVitals":
        """Return vital signs as columns."""
        if isinstance(vitals, PictureVitals):
            return vitals
        which, values, instants_us = zip(*vitals, strict=True) if vitals else ((), (), ())
        return cls(tuple(VITALS.index(vital) for vital in which), values, instants_us)

    @overload
    def __getitem__(self, index: int) -> PictureVital: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[PictureVital, ...]: ...

    def __getitem__(self, index: int | slice) -> PictureVital | tuple[PictureVital, ...]:
        """Return one or some of them."""
        return tuple(self)[index]

    def __iter__(self) -> Iterator[PictureVital]:
        """Go through them."""
        which = (VITALS[vital] for vital in self.present)
        return map(PictureVital, which, self.values, self.instants_us)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.present)

    def __eq__(self, other: object) -> bool:
        """Tell whether they are the same, in whichever form."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """Hash as the tuple that equals it."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Show what it holds."""
        return repr(tuple(self))


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One patient at one instant; absent scores were refused, absent vitals are not valid."""

    encounter_id: str
    unit_id: str
    bay: str | None
    captured_us: int | None
    received_us: int | None
    vitals: Sequence[PictureVital]
    news2_total: int | None
    news2_at_least: int | None
    news2_refusals: tuple[str, ...]
    not_judged: bool
    thinned: tuple[Thinned, ...] = ()
    """What the unit left out of late, at most one stretch for each lane."""
    score: PictureScore | None = None
    """None: NEWS2 is the score of this patient, or there is none (``news2_refusals`` says why)."""
    outlook: Outlook | None = None
    """The deterioration index; None: there is none, or not yet."""
    arrows: tuple[Arrow, ...] = ()
    """Vital signs that move."""
    shock: ShockIndex | None = None
    """None: heart rate or systolic pressure is not known."""
    limits: tuple[LimitSet, ...] = ()
    """What staff have set for this patient and is in effect."""
    examined: tuple[Examined, ...] = ()
    """What the crew has examined, the newest of each kind, oldest first."""
    situated: tuple[SituatedScore, ...] = ()
    """Every score by situation; empty while the crew has said nothing that one asks for."""


class Same:
    """A row of which all but the numbers still counts."""

    __slots__ = ("row", "written")

    def __init__(self, row: PictureRow) -> None:
        """Hold a row, of which nothing is written down yet."""
        self.row = row
        self.written: Any = None
        """For whoever writes rows down: what is written again each time."""


class Glance(NamedTuple):
    """A row that differs from an earlier one of its patient in what is named here alone."""

    same: Same
    captured_us: int | None
    received_us: int | None
    values: tuple[float, ...]
    """Of the vital signs that the earlier row has."""
    instants_us: tuple[int, ...]
    shock: ShockIndex | None

    @property
    def row(self) -> PictureRow:
        """The row as it would be if all of it had been looked at."""
        earlier = self.same.row
        return replace(
            earlier,
            captured_us=self.captured_us,
            received_us=self.received_us,
            vitals=PictureVitals(
                PictureVitals.of(earlier.vitals).present, self.values, self.instants_us
            ),
            shock=self.shock,
        )


def picture_row(
    state: EncounterState,
    carry: Carry,
    score: int | Refused,
    *,
    now_us: int,
    captured_us: int | None,
    received_us: int | None,
    thinned: tuple[Thinned, ...] = (),
    instead: PictureScore | None = None,
    outlook: Outlook | None = None,
    arrows: tuple[Arrow, ...] = (),
    shock: ShockIndex | None = None,
    limits: tuple[LimitSet, ...] = (),
    examined: tuple[Examined, ...] = (),
    situated: tuple[SituatedScore, ...] = (),
) -> PictureRow:
    """Return the patient as seen at ``now_us``; a value that has aged out is not shown.

    ``score`` is the total of NEWS2, or why there is none; ``instead`` is the score in its place.
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
        thinned=thinned,
        score=instead,
        outlook=outlook,
        arrows=arrows,
        shock=shock,
        limits=limits,
        examined=examined,
        situated=situated,
    )


def _valid(carry: Carry, now_us: int) -> PictureVitals:
    if carry.all_fresh(_ALL, now_us):
        return PictureVitals(_ALL, tuple(carry.values), tuple(carry.captured_us))  # type: ignore[arg-type]
    present = tuple(vital for vital in _ALL if carry.fresh(vital, now_us))
    return PictureVitals(
        present,
        tuple(carry.values[vital] or 0.0 for vital in present),
        tuple(carry.captured_us[vital] for vital in present),
    )


_ALL: Final = tuple(range(len(VITALS)))
