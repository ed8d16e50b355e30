"""One tablet's page: draws the scene whenever it says something new, and does what is tapped.

The parts are drawn as HTML by ``vehicle.screen.drawing``; this only puts them on the page and
carries the taps, which the browser reports as ``act`` with the data of the button.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from nicegui import events, ui

from ports.logging import get_logger
from vehicle.cabin import contract
from vehicle.screen.draft import Draft
from vehicle.screen.drawing.alarms import alarms, calls, hush, tally
from vehicle.screen.drawing.events import buttons, drugs, entered
from vehicle.screen.drawing.examination import examination
from vehicle.screen.drawing.heading import banner, heading, link
from vehicle.screen.drawing.letters import letters
from vehicle.screen.drawing.numerics import numerics
from vehicle.screen.drawing.scene import Scene
from vehicle.screen.drawing.scoring import scoring
from vehicle.screen.line import CabinLine, NoAnswer
from vehicle.screen.words import Language, word

REFRESH_S: Final = 0.2

_PARTS: Final[Mapping[str, Callable[[Scene], str]]] = {
    "banner": banner,
    "heading": heading,
    "link": link,
    "numerics": numerics,
    "score": scoring,
    "calls": calls,
    "tally": tally,
    "hush": hush,
    "alarms": alarms,
    "letters": letters,
    "buttons": buttons,
    "entered": entered,
    "drugs": drugs,
    "examination": examination,
}
log = get_logger(__name__)


class CrewPage:
    """What one browser shows."""

    def __init__(self, line: CabinLine, person: str, language: Language, light: str) -> None:
        """Build the page on the client that asked for it."""
        self._line = line
        self._person = person
        self._language = language
        self._light = light
        self._chosen: str | None = None
        self._drugs_open = False
        self._draft: Draft | None = None
        self._parts: dict[str, ui.html] = {}
        self._titles: dict[str, ui.html] = {}
        self._beat = ui.html(sanitize=False).classes("beat")
        self._waiting = ui.html(sanitize=False).classes("waiting")
        self._root = ui.element("div")
        self._build()
        ui.on("act", self._act)
        ui.timer(REFRESH_S, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Draw what is known; a part is sent only when it changed."""
        language = self._language
        self._root.classes(replace=f"screen {self._light} {language} {self._trust()}")
        view = self._line.view
        self._beat.content = (
            f'<span data-beat="{self._line.beats}" data-now="{self._line.now_us}"'
            f' data-language="{language}" data-light="{self._light}"'
            f' data-ago="{word("ago", language)}" data-lost="{word("lost_screen", language)}"'
            f' data-title="{word("title", language)}"></span>'
        )
        self._waiting.content = "" if view else f"<p>{word('no_vehicle', language)}</p>"
        self._root.set_visibility(view is not None)
        if view is None:
            return
        scene = self._scene(view)
        for name, draw in _PARTS.items():
            self._parts[name].content = draw(scene)
        for name, title in self._titles.items():
            title.content = f"<h2>{word(name, language)}</h2>"

    def _scene(self, view: contract.View) -> Scene:
        patients = {patient.encounter_id: patient for patient in view.patients}
        patient = patients.get(self._chosen or "") or next(iter(view.patients), None)
        trends = self._line.trends.encounters
        return Scene(
            view=view,
            trend=trends.get(patient.encounter_id) if patient else None,
            patient=patient,
            now_us=self._line.now_us,
            current=self._line.current,
            language=self._language,
            light=self._light,
            drugs_open=self._drugs_open,
            draft=self._draft,
        )

    def _trust(self) -> str:
        return "current" if self._line.current else "old"

    def _build(self) -> None:
        with self._root:
            self._part("banner", "div")
            with ui.element("header"):
                self._part("heading", "div")
                self._part("link", "div")
            with ui.element("section").classes("patient"):
                self._part("numerics", "div")
                self._part("score", "div")
            with ui.element("aside"):
                with ui.element("div").classes("above"):
                    self._part("tally", "div")
                    self._part("hush", "div")
                self._part("calls", "div")
                self._part("alarms", "div")
                self._title("letters")
                self._part("letters", "div")
            with ui.element("footer"):
                self._part("buttons", "div")
                self._part("entered", "ul")
            self._part("drugs", "div")
            self._part("examination", "div")

    def _part(self, name: str, tag: str) -> None:
        self._parts[name] = ui.html(sanitize=False, tag=tag).classes(f"part {name}")

    def _title(self, name: str) -> None:
        self._titles[name] = ui.html(sanitize=False).classes("title")

    async def _act(self, event: events.GenericEventArguments) -> None:
        """Do what a button says; what the vehicle did not do is said to the crew."""
        said: dict[str, Any] = event.args
        match said.get("act"):
            case "language":
                english = self._language is Language.EN
                self._language = Language.ZH if english else Language.EN
            case "light":
                self._light = "day" if self._light == "night" else "night"
            case "choose":
                self._chosen = str(said.get("encounter"))
            case "drugs":
                self._drugs_open = True
            case "close":
                self._drugs_open, self._draft = False, None
            case "examine":
                self._draft = Draft(str(said.get("encounter")))
            case "page" | "choose_finding" | "well":
                self._draft = _drawn_up(self._draft, said, self._line.now_us)
            case "send":
                await self._send()
            case _:
                await self._ask(said)
        self.refresh()

    async def _ask(self, said: Mapping[str, Any]) -> None:
        self._drugs_open = False
        await self._asked(str(said.get("act")), partial(_request, said, self._person))

    async def _send(self) -> None:
        """Send what was examined; the form stays as it is until the vehicle has it."""
        draft = self._draft
        found = None if draft is None else draft.examination(self._person)
        if draft is None or found is None:
            return
        examined = partial(contract.Examine, encounter_id=draft.encounter_id, examination=found)
        if await self._asked("send", examined) and self._draft == draft:
            self._draft = None

    async def _asked(self, act: str, request: Callable[[int], contract.Request]) -> bool:
        """Ask the vehicle; tell whether it has done so, and the crew when it has not."""
        try:
            await self._line.ask(request)
        except (NoAnswer, KeyError, ValueError) as error:
            log.warning("not done", act=act, error=repr(error))
            ui.notify(word("not_done", self._language), type="negative", position="center")
            return False
        return True


def _drawn_up(draft: Draft | None, said: Mapping[str, Any], now_us: int) -> Draft | None:
    """Return an examination after a tap on its form; as it was when there is no such button."""
    if draft is None:
        return None
    try:
        match said["act"]:
            case "page":
                return draft.turned(str(said["page"]))
            case "well":
                minutes = int(said["minutes"])
                return draft.moved(minutes, now_us) if minutes else draft.unknown()
        return draft.tapped(str(said["item"]), str(said["choice"]))
    except (KeyError, ValueError):
        return draft


def _request(said: Mapping[str, Any], person: str, number: int) -> contract.Request:
    """Return what a button asks of the vehicle; KeyError or ValueError if there is none such."""
    match said["act"]:
        case "acknowledge" | "pause" | "reset" | "escalate":
            return _about_alarms(said, person, number)
        case "enter":
            drug = said.get("drug")
            return contract.Enter(
                number, str(said["encounter"]), str(said["finding"]), drug and str(drug)
            )
        case "withdraw":
            return contract.Withdraw(number, str(said["encounter"]), str(said["event"]))
        case "note":
            answer = said.get("answer")
            return contract.Note(
                number, str(said["letter"]), str(said["stage"]), person, answer and str(answer)
            )
    raise KeyError(said["act"])


def _about_alarms(said: Mapping[str, Any], person: str, number: int) -> contract.Request:
    encounter = str(said["encounter"])
    match said["act"]:
        case "acknowledge":
            named = [contract.Named(*one) for one in json.loads(said["alarms"])]
            return contract.Acknowledge(number, encounter, named, person)
        case "pause":
            named = [contract.Named(*one) for one in json.loads(said["alarms"])]
            return contract.Pause(number, encounter, named, int(said["seconds"]), person)
        case "reset":
            revision = int(said["revision"])
            return contract.Reset(number, encounter, str(said["alarm"]), revision, person)
    return contract.Escalate(
        request=number,
        encounter_id=encounter,
        alarm_id=str(said["alarm"]),
        priority=int(said["priority"]),
        revision=int(said["revision"]),
        person=person,
    )
