"""The quick way to a row of the picture: what is shown beside the numbers is the same as before.

Every patient is shown each second, and nearly always only the vital signs and their instants are
new. ``PatientWatch.row`` is the reference and looks at everything. A ``Glance`` is an earlier row
with newer numbers: it is taken only while all that the rest of a row is made of is what it was when
that row was made. The rest hangs on the points of the numbers (``scoring.screen``), on what is
carried at all and may still be judged, and on outlook, arrows, examinations, scores by situation
and encounter. Of a child, in doubt, with limits of its own, with oxygen on scale 2, or where a unit
has left anything out, no glance is taken. That a glance is the row is held by the check-suite
(``tests/clinical/watch/checks.py``).

Nothing here is state: what is remembered is only ever a row that could be made again.
"""

from typing import Any, Final

from clinical.vitals import Consciousness, Spo2Scale
from clinical.watch.bedside import Bedside
from clinical.watch.carry import CONSCIOUSNESS_WINDOW_US, HEART_RATE, SYSTOLIC, VITALS
from clinical.watch.encounter import EncounterState
from clinical.watch.picture.picture import Glance, PictureRow, PictureVitals, Same
from clinical.watch.picture.thinning import Thinning
from clinical.watch.scores.child_scoring import for_child
from clinical.watch.scores.shock import index_of

_ALL: Final = tuple(range(len(VITALS)))
_NEVER_US: Final = -1


class Glancing:
    """The row of one patient that was looked at in full last, and what it was made of."""

    __slots__ = (
        "_absent_us",
        "_arrows",
        "_bedside",
        "_consciousness",
        "_consciousness_us",
        "_examined",
        "_on_oxygen",
        "_outlook",
        "_present",
        "_same",
        "_screen",
        "_shocked",
        "_situated",
        "_spo2_scale",
        "_state",
        "_thinning",
        "_until_us",
    )

    def __init__(self, bedside: Bedside, thinning: Thinning) -> None:
        """Begin with nothing seen."""
        self._bedside = bedside
        self._thinning = thinning
        self._until_us = _NEVER_US
        """The last instant at which what was carried then may still be judged."""
        self._same: Same
        self._state: EncounterState
        self._screen: list[int]
        self._outlook = bedside.deteriorating.outlook
        self._arrows = bedside.trending.arrows
        self._examined = bedside.examining.shown
        self._consciousness: Consciousness | None
        self._consciousness_us: int | None = None
        """When the consciousness was assessed that was too old to be judged; None: it was not."""
        self._on_oxygen: bool | None
        self._spo2_scale: Spo2Scale | None
        self._present = _ALL
        self._absent_us: tuple[tuple[int, int], ...] = ()
        """Which vitals were not shown, and when each was captured."""
        self._situated: tuple[Any, ...] = ()
        self._shocked = False
        """Whether heart rate and systolic pressure were both shown."""

    def remember(self, row: PictureRow, state: EncounterState, now_us: int) -> None:
        """Take note of a row, made at this instant, for later glances."""
        bedside = self._bedside
        self._until_us = _NEVER_US
        carry, scoring = bedside.carry, bedside.scoring
        if (
            not self._plain()
            or for_child(state)
            or self._thinning.any
            or carry.spo2_scale is Spo2Scale.SCALE_2
        ):
            return
        self._spo2_scale = carry.spo2_scale
        self._same, self._state = Same(row), state
        self._screen = scoring.screen
        self._outlook, self._arrows = bedside.deteriorating.outlook, bedside.trending.arrows
        self._examined, self._situated = bedside.examining.shown, row.situated
        self._consciousness, self._on_oxygen = carry.consciousness, carry.on_oxygen
        self._present = present = PictureVitals.of(row.vitals).present
        absent = (vital for vital in _ALL if vital not in present)
        self._absent_us = tuple([(vital, carry.captured_us[vital]) for vital in absent])
        self._shocked = HEART_RATE in present and SYSTOLIC in present
        last_us = [carry.expires_us(vital) for vital in present]
        self._consciousness_us = None
        if carry.assessed(now_us) is not None:
            last_us.append(carry.consciousness_us + CONSCIOUSNESS_WINDOW_US)
        elif carry.consciousness is not None:
            self._consciousness_us = carry.consciousness_us
        self._until_us = min(last_us, default=now_us)

    def look(
        self,
        state: EncounterState,
        now_us: int,
        captured_us: int,
        received_us: int,
        *,
        still: bool,
    ) -> Glance | None:
        """Return the row at this instant as a glance; None when it has to be made in full.

        ``still`` tells that nothing stands of which ``Quiet.still`` knows and no limit is the
        patient's own. Time does not go backwards from one look to the next.
        """
        bedside = self._bedside
        carry, scoring = bedside.carry, bedside.scoring
        if (
            now_us > self._until_us
            or state is not self._state
            or (scoring.screen is not self._screen and scoring.screen != self._screen)
            or bedside.deteriorating.outlook is not self._outlook
            or bedside.trending.arrows is not self._arrows
            or bedside.examining.shown is not self._examined
            or carry.consciousness is not self._consciousness
            or self._consciousness_us not in {None, carry.consciousness_us}
            or carry.on_oxygen is not self._on_oxygen
            or carry.spo2_scale is not self._spo2_scale
            or self._thinning.any
            or (self._situated and bedside.situation.shown(state, now_us) != self._situated)
            or not (still or self._plain())
        ):
            return None
        values, instants_us = carry.values, carry.captured_us
        shown: tuple[Any, ...]
        if not self._absent_us:
            shown, shown_us = tuple(values), tuple(instants_us)
        else:
            for vital, absent_us in self._absent_us:
                if instants_us[vital] != absent_us:
                    return None
            shown = tuple([values[vital] for vital in self._present])
            shown_us = tuple([instants_us[vital] for vital in self._present])
        shock = None
        if self._shocked:
            beats, pressure = values[HEART_RATE], values[SYSTOLIC]
            if beats is not None and pressure:
                shock = index_of(beats, pressure, state.age_years, state.pregnant)
        return Glance(self._same, captured_us or None, received_us or None, shown, shown_us, shock)

    def _plain(self) -> bool:
        """Tell whether nothing bears on a row that is not compared here."""
        bedside = self._bedside
        return not (bedside.limits.own or bedside.scoring.doubts.stand)
