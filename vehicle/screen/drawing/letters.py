"""Messages from the center that still stand, with the two answers that one tap can give."""

from typing import Final

from vehicle.cabin.contract import Letter
from vehicle.screen.drawing.scene import Scene, at, button, text

_ANSWERS: Final = {"DELIVERED": ("VIEWED", "ANSWERED"), "VIEWED": ("ANSWERED",), "ANSWERED": ()}


def letters(scene: Scene) -> str:
    """Return the messages, newest first."""
    if not scene.view.letters:
        return f'<p class="none">{scene.word("no_letters")}</p>'
    return "".join(_letter(scene, letter) for letter in scene.view.letters)


def _letter(scene: Scene, letter: Letter) -> str:
    answers = "".join(
        button("note", scene.word(stage), "answer", letter=letter.message_id, stage=stage)
        for stage in _ANSWERS.get(letter.stage, ())
    )
    return (
        f'<article class="letter {letter.stage.lower()}">'
        f'<p class="from">{at(letter.issued_us)} {text(letter.person)}'
        f"<span>{scene.word(f'stage_{letter.stage}')}</span></p>"
        f'<p class="said">{text(letter.text)}</p>'
        f'<p class="answers">{answers}</p></article>'
    )
