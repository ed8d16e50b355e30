"""What the board is told of the crew's examinations, as plain data: found, when, by whom."""

from collections.abc import Iterable
from typing import Any

from clinical.scores import gcs, race
from clinical.scores.chart import RefusalReason, Refused
from clinical.scores.race import Race
from clinical.scores.stroke_screen import StrokeScreen, verdict
from clinical.watch.crew.examined import Examined


def examined_plain(examined: Iterable[Examined], age_years: int | None) -> list[dict[str, Any]]:
    """Return examinations of a patient of this age as the board shows them, the newest first."""
    plain = [_plain(one, age_years) for one in examined]
    return plain[::-1]


def _plain(one: Examined, age_years: int | None) -> dict[str, Any]:
    found = one.examination
    return {
        "captured_us": one.captured_us,
        "person": found.person,
        "gcs": None if found.gcs is None else gcs.words(found.gcs),
        "stroke": None if found.stroke is None else _stroke_plain(found.stroke),
        "race": None if found.race is None else _race_plain(found.race, age_years),
        "well_us": found.last_known_well_us,
        "injury": found.injury,
        "infection": found.infection_suspected,
    }


def _stroke_plain(screen: StrokeScreen) -> dict[str, Any]:
    signs = {sign.value: abnormal for sign, abnormal in screen.signs.items()}
    return {"verdict": verdict(screen).value, "signs": signs}


def _race_plain(scale: Race, age_years: int | None) -> dict[str, Any]:
    result = race.score(scale, age_years)
    reasons = {one.reason for one in result.reasons} if isinstance(result, Refused) else set()
    return {
        "total": None if reasons else result.at_least,
        "at_least": result.at_least,
        "likely": race.likely(result),
        "age": RefusalReason.AGE in reasons,
    }
