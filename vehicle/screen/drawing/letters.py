"""Messages from the center that still stand, with the answers that one tap can give.

A message is about one patient. Whom it is about stands on it, unless nobody else can be meant.
"""

from typing import Final

from vehicle.cabin.contract import Letter
from vehicle.screen.drawing.scene import Scene, at, button, called, quoted, text
from wire.unit_items import CrewAnswer, ReceiptStage

_ANSWERS: Final = {"DELIVERED": ("VIEWED", "ANSWERED"), "VIEWED": ("ANSWERED",), "ANSWERED": ()}


def letters(scene: Scene) -> str:
    """Return the messages, newest first."""
    if not scene.view.letters:
        return f'<p class="none">{scene.word("no_letters")}</p>'
    return "".join(_letter(scene, letter) for letter in scene.view.letters)


def _letter(scene: Scene, letter: Letter) -> str:
    answers = "".join(_buttons(scene, letter, stage) for stage in _ANSWERS.get(letter.stage, ()))
    return (
        f'<article class="letter {letter.stage.lower()}">'
        f'<p class="from">{at(letter.issued_us)} {quoted(letter.person)}'
        f"<span>{_known(scene, letter)}</span></p>"
        f'{_about(scene, letter)}<p class="said">{text(letter.text)}</p>'
        f'<p class="answers">{answers}</p></article>'
    )


def _about(scene: Scene, letter: Letter) -> str:
    """Return whom a message is about, where several are on board or it is nobody of them."""
    on_board = {patient.encounter_id: patient for patient in scene.view.patients}
    if letter.encounter_id is None or on_board.keys() == {letter.encounter_id}:
        return ""
    patient = on_board.get(letter.encounter_id)
    if patient is None:
        return f'<p class="about gone">{scene.word("letter_not_on_board")}</p>'
    return f'<p class="about">{scene.word("letter_about")} {called(scene, patient)}</p>'


def _buttons(scene: Scene, letter: Letter, stage: str) -> str:
    if stage == ReceiptStage.VIEWED.name:
        return button("note", scene.word(stage), "answer", letter=letter.message_id, stage=stage)
    return "".join(
        button(
            "note",
            scene.word(answer.name),
            "answer",
            letter=letter.message_id,
            stage=stage,
            answer=answer.name,
        )
        for answer in CrewAnswer
    )


def _known(scene: Scene, letter: Letter) -> str:
    """Return what the center knows of the message: that it was seen, or the words of the answer."""
    if letter.answer is None:
        return scene.word(f"stage_{letter.stage}")
    return f"{scene.word('center_knows')} {scene.word(letter.answer)}"
