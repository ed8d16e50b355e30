"""The form of an examination: pages of large buttons, and what follows from what is chosen so far.

What nobody chose reads as not examined, and what is said of the whole says when it is not finished.
"""

from typing import Final

from clinical.items import CrewExamination
from clinical.scores import gcs, race
from clinical.scores.chart import Refused
from clinical.scores.choice import INFECTION, INJURY
from clinical.scores.stroke_screen import StrokeScreen, verdict
from vehicle.screen.draft import NO, PAGES, YES, Draft
from vehicle.screen.drawing.scene import Scene, ago, at, button

STEPS_MIN: Final = (-60, -10, 10)
"""By how much one tap moves when the patient was last known well."""


IN_ONE_ROW: Final = 4
"""More choices than these take a second row."""


def examination(scene: Scene) -> str:
    """Return the form while the crew is examining the patient on the screen."""
    patient, draft = scene.patient, scene.draft
    if patient is None or draft is None or patient.encounter_id != draft.encounter_id:
        return ""
    rows = "".join(_row(scene, draft, item, of) for item, of in draft.items.items())
    said = summary(scene, draft.examination(""), patient.age_years)
    return (
        f'<div class="sheet examining" role="dialog" aria-label="{scene.word("EXAMINE")}">'
        f"<nav>{''.join(_tab(scene, draft, page) for page in PAGES)}</nav>"
        f'<div class="items">{rows}</div>{_well(scene, draft)}'
        f'<p class="summary">{said or scene.word("nothing_examined")}</p>'
        f'<div class="acts">{_acts(scene, nothing=draft.examination("") is None)}</div></div>'
    )


def _acts(scene: Scene, *, nothing: bool) -> str:
    """Return what ends the form; nothing is sent of which nothing was examined."""
    if nothing:
        return button("close", scene.word("close"), "plain")
    leave = button("close", scene.word("discard"), "plain")
    return leave + button("send", scene.word("send_examination"), "event send")


def summary(scene: Scene, found: CrewExamination | None, age_years: int | None) -> str:
    """Return what an examination says, in one line; a whole is not said of what is a part."""
    if found is None:
        return ""
    infection = found.infection_suspected
    parts = [
        "" if found.injury is None else _said(scene, INJURY, found.injury),
        "" if infection is None else _said(scene, INFECTION, YES if infection else NO),
        "" if found.gcs is None else gcs.words(found.gcs),
        "" if found.stroke is None else _stroke(scene, found.stroke),
        "" if found.race is None else _race(scene, found.race, age_years),
        ""
        if found.last_known_well_us is None
        else f"{scene.word('last_known_well')} {at(found.last_known_well_us)}",
    ]
    return " · ".join(part for part in parts if part)


def _said(scene: Scene, item: str, choice: str) -> str:
    return f"{scene.word(item)}: {scene.word(_named(item, choice))}"


def _stroke(scene: Scene, screen: StrokeScreen) -> str:
    said = scene.word(f"stroke_{verdict(screen)}")
    signs = ", ".join(scene.word(f"sign_{sign}") for sign in screen.abnormal)
    return f"{scene.word('page_stroke')}: {said}{': ' if signs else ''}{signs}"


def _race(scene: Scene, scaled: race.Race, age_years: int | None) -> str:
    result = race.score(scaled, age_years)
    likely = f": {scene.word('large_vessel_occlusion_likely')}" if race.likely(result) else ""
    if not isinstance(result, Refused):
        return f"RACE {result.total}{likely}"
    reason = result.reasons[0].reason
    why = scene.word("AGE" if reason == "AGE" else "unfinished")
    return f"RACE {scene.word('at_least')} {result.at_least} ({why}){likely}"


def _tab(scene: Scene, draft: Draft, page: str) -> str:
    chosen = "chosen" if page == draft.page else ""
    done = sum(item in draft.chosen for item in PAGES[page])
    count = f" <small>{done}</small>" if done else ""
    return button("page", scene.word(f"page_{page}") + count, f"tab {chosen}", page=page)


def _row(scene: Scene, draft: Draft, item: str, choices: tuple[str, ...]) -> str:
    chosen = draft.chosen.get(item)
    buttons = "".join(
        button(
            "choose_finding",
            ("✓ " if choice == chosen else "") + scene.word(_named(item, choice)),
            f"choice {'chosen' if choice == chosen else ''}",
            item=item,
            choice=choice,
        )
        for choice in choices
    )
    many = "many" if len(choices) > IN_ONE_ROW else ""
    absent = "not_said" if item in {INJURY, INFECTION} else "not_examined"
    state = "" if chosen else f"<small>{scene.word(absent)}</small>"
    return (
        f"<section><h3>{scene.word(item)}{state}</h3>"
        f'<div class="choices {many}">{buttons}</div></section>'
    )


def _named(item: str, choice: str) -> str:
    """Return the name of the words of a choice; some are the same for every item."""
    return choice if choice in {"normal", "abnormal", "NT"} else f"{item}_{choice}"


def _well(scene: Scene, draft: Draft) -> str:
    when = scene.word("unknown")
    if draft.well_us is not None:
        when = f"{at(draft.well_us)} <small>{ago(draft.well_us)}</small>"
    moves = "".join(
        button("well", _step(scene, minutes), "choice", minutes=minutes) for minutes in STEPS_MIN
    )
    forget = button("well", scene.word("unknown"), "choice", minutes=0)
    return (
        f'<section class="well"><h3>{scene.word("last_known_well")} <b>{when}</b></h3>'
        f'<div class="choices">{moves}{forget}</div></section>'
    )


def _step(scene: Scene, minutes: int) -> str:
    sign = "−" if minutes < 0 else "+"  # noqa: RUF001 - a minus
    hours, rest = divmod(abs(minutes), 60)
    return (
        f"{sign} {hours} {scene.word('hours')}" if hours else f"{sign} {rest} {scene.word('min')}"
    )
