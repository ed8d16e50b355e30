"""What a part of the screen is drawn from, and the few pieces of HTML that all parts share.

A part is a pure function from a ``Scene`` to HTML. It holds no age that moves: instants stand in
``data-at`` and the browser counts on from them, so that a part changes only when it says something
new and no button is replaced under a finger. What came from people is escaped here.
"""

from dataclasses import dataclass
from html import escape

from vehicle.cabin.contract import Patient, Trend, View
from vehicle.screen.draft import Draft
from vehicle.screen.words import Language, clock_time, word


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a part may show."""

    view: View
    trend: Trend | None
    """Of the patient on the screen."""
    patient: Patient | None
    """The patient on the screen; None: nobody is on board."""
    now_us: int
    current: bool
    """Whether the view may be taken for now."""
    language: Language
    light: str
    drugs_open: bool
    """Whether the crew is choosing a drug."""
    draft: Draft | None = None
    """What the crew is examining; None: nothing."""

    def word(self, name: str) -> str:
        """Return a word in the language of the screen, as HTML."""
        return escape(word(name, self.language))


def text(said: str) -> str:
    """Return what somebody said, harmless as HTML."""
    return escape(said)


def quoted(said: str) -> str:
    """Return what a person wrote, as HTML that changes the direction of nothing around it."""
    return f"<bdi>{escape(said)}</bdi>"


def called(scene: Scene, patient: Patient) -> str:
    """Return what tells a patient from the others on board: bay and age, as far as known."""
    bay = f"{scene.word('bay')} {text(patient.bay)}" if patient.bay else ""
    age = "" if patient.age_years is None else f"{patient.age_years} {scene.word('years')}"
    return " · ".join(part for part in (bay, age) if part) or "1"


def at(at_us: int) -> str:
    """Return an instant as a time of day."""
    return f'<time class="at">{clock_time(at_us)}</time>'


def ago(at_us: int, *, after_s: int = 0) -> str:
    """Return a place where the browser counts the age of an instant, shown from so many s on."""
    return f'<span class="ago" data-at="{at_us}" data-after="{after_s}"></span>'


def button(act: str, label: str, classes: str = "", **data: str | int) -> str:
    """Return a button that says ``act`` with its data when it is tapped; the label is HTML."""
    values = "".join(f' data-{name}="{escape(str(value))}"' for name, value in data.items())
    return f'<button type="button" class="{classes}" data-act="{act}"{values}>{label}</button>'
