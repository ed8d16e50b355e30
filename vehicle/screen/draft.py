"""What the crew is examining and has not sent yet: one choice for each item, none at first.

The first page is what the crew knows at a glance, injury and infection: one tap each. An item that
nobody chose was not examined, and of the first page not said. A tap on what is chosen takes it
back. Nothing leaves the tablet before the crew sends it, and what is sent is all that was chosen on
every page of the form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from clinical.instant import MINUTE_US
from clinical.items import CrewExamination
from clinical.scores.choice import INFECTION, INJURY, Injury
from clinical.scores.gcs import STEPS, Gcs, GcsPart
from clinical.scores.race import AGNOSIA, APHASIA, MOST, WEAK_SIDE, Race, WeakSide
from clinical.scores.stroke_screen import Sign, StrokeScreen

UNTESTABLE: Final = "NT"
NORMAL, ABNORMAL = "normal", "abnormal"
NO, YES = "no", "yes"
SIDE: Final = WEAK_SIDE
LANGUAGE: Final = APHASIA
RECOGNITION: Final = AGNOSIA

_SITUATION: Final[Mapping[str, tuple[str, ...]]] = {INJURY: tuple(Injury), INFECTION: (NO, YES)}
_SCREEN: Final[Mapping[str, tuple[str, ...]]] = dict.fromkeys(Sign, (NORMAL, ABNORMAL))
_POINTS: Final = {item: tuple(map(str, range(most + 1))) for item, most in MOST.items()}
_RACE: Final[Mapping[str, tuple[str, ...]]] = {
    **{item: points for item, points in _POINTS.items() if item not in {LANGUAGE, RECOGNITION}},
    SIDE: tuple(WeakSide),
    LANGUAGE: _POINTS[LANGUAGE],
    RECOGNITION: _POINTS[RECOGNITION],
}
_SCALE: Final[Mapping[str, tuple[str, ...]]] = {
    part: (*(str(points) for points in range(len(steps), 0, -1)), UNTESTABLE)
    for part, steps in STEPS.items()
}
PAGES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {"situation": _SITUATION, "stroke": _SCREEN, "race": _RACE, "gcs": _SCALE}
)
"""The pages of the form: items with their choices, in order."""

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Draft:
    """An examination of one patient that is under way."""

    encounter_id: str
    page: str = "situation"
    chosen: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """By item."""
    well_us: int | None = None
    """When the patient was last known well, as far as the crew has said."""

    def turned(self, page: str) -> "Draft":
        """Return it at another page; KeyError when there is none such."""
        return replace(self, page=page) if PAGES[page] else self

    def tapped(self, item: str, choice: str) -> "Draft":
        """Return it with a choice made, or taken back; KeyError when there is none such."""
        choices = {name: of for page in PAGES.values() for name, of in page.items()}
        if choice not in choices[item]:
            raise KeyError(choice)
        chosen = {name: one for name, one in self.chosen.items() if name != item}
        if item == SIDE:
            chosen = {
                name: one for name, one in chosen.items() if name not in {LANGUAGE, RECOGNITION}
            }
        if self.chosen.get(item) != choice:
            chosen[item] = choice
        return replace(self, chosen=MappingProxyType(chosen))

    def moved(self, minutes: int, now_us: int) -> "Draft":
        """Return it with the patient last known well so many minutes earlier or later."""
        whole_us = now_us - now_us % MINUTE_US
        well_us = (whole_us if self.well_us is None else self.well_us) + minutes * MINUTE_US
        return replace(self, well_us=min(well_us, whole_us))

    def unknown(self) -> "Draft":
        """Return it without a word on when the patient was well."""
        return replace(self, well_us=None)

    @property
    def items(self) -> Mapping[str, tuple[str, ...]]:
        """The items of this page that are to be examined, with their choices."""
        side = self.chosen.get(SIDE)
        left_out = {LANGUAGE, RECOGNITION}
        if side is not None:
            left_out = {LANGUAGE if side == WeakSide.LEFT else RECOGNITION}
        return {item: of for item, of in PAGES[self.page].items() if item not in left_out}

    @property
    def gcs(self) -> Gcs | None:
        """The scale of coma as far as it was examined; None: not at all."""
        found = {part: self.chosen[part] for part in GcsPart if part in self.chosen}
        if not found:
            return None
        points = {part: int(one) for part, one in found.items() if one != UNTESTABLE}
        return Gcs(
            points.get(GcsPart.EYE),
            points.get(GcsPart.VERBAL),
            points.get(GcsPart.MOTOR),
            frozenset(part for part, one in found.items() if one == UNTESTABLE),
        )

    @property
    def stroke(self) -> StrokeScreen | None:
        """The screen as far as it was examined; None: not at all."""
        found = {str(sign): self.chosen[sign] == ABNORMAL for sign in Sign if sign in self.chosen}
        return StrokeScreen(**found) if found else None

    @property
    def race(self) -> Race | None:
        """The scale of an occlusion as far as it was examined; None: not at all."""
        found: dict[str, Any] = {
            item.removeprefix("race_"): int(self.chosen[item])
            for item in _RACE
            if item in self.chosen and item != SIDE
        }
        if SIDE in self.chosen:
            found["weak_side"] = WeakSide(self.chosen[SIDE])
        return Race(**found) if found else None

    @property
    def injury(self) -> Injury | None:
        """What injury there is; None: not said."""
        return Injury(self.chosen[INJURY]) if INJURY in self.chosen else None

    @property
    def infection_suspected(self) -> bool | None:
        """Whether an infection is suspected; None: not said."""
        return self.chosen[INFECTION] == YES if INFECTION in self.chosen else None

    def examination(self, person: str) -> CrewExamination | None:
        """Return what is to be sent; None: nothing was examined."""
        found = CrewExamination(
            person,
            self.gcs,
            self.stroke,
            self.race,
            self.well_us,
            self.injury,
            self.infection_suspected,
        )
        return None if found == CrewExamination(person) else found
