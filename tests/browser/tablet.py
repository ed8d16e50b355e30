"""The crew's screen as a page of its own: drawn from a scene, with no program behind it."""

from pathlib import Path
from typing import Final

import nicegui
from playwright.async_api import Page

from ports.signals.head import head
from vehicle.screen.drawing.alarms import alarms, hush, tally
from vehicle.screen.drawing.events import buttons, entered
from vehicle.screen.drawing.heading import banner, heading, link
from vehicle.screen.drawing.letters import letters
from vehicle.screen.drawing.numerics import numerics
from vehicle.screen.drawing.scene import Scene
from vehicle.screen.drawing.scoring import scoring
from vehicle.screen.main import ASSETS

_STYLES: Final = (
    Path(nicegui.__file__).parent / "static" / "quasar.unimportant.prod.css",
    Path(nicegui.__file__).parent / "static" / "nicegui.css",
    ASSETS / "screen.css",
)
_SILENT: Final = "window.alarmSound = { call() {}, toggle() {} }; window.emitEvent = () => {};"


async def lay(page: Page, scene: Scene) -> None:
    """Show a scene, in the places where the program puts its parts."""
    trust = "current" if scene.current else "old"
    body = (
        f'<div class="nicegui-content"><div class="screen {scene.light} {scene.language} {trust}">'
        f'<div class="part banner">{banner(scene)}</div>'
        f'<header><div class="part heading">{heading(scene)}</div>'
        f'<div class="part link">{link(scene)}</div></header>'
        f'<section class="patient"><div class="part numerics">{numerics(scene)}</div>'
        f'<div class="part score">{scoring(scene)}</div></section>'
        f'<aside><div class="above"><div class="part tally">{tally(scene)}</div>'
        f'<div class="part hush">{hush(scene)}</div></div>'
        f'<div class="part alarms">{alarms(scene)}</div>'
        f'<div class="title"><h2>{scene.word("letters")}</h2></div>'
        f'<div class="part letters">{letters(scene)}</div></aside>'
        f'<footer><div class="part buttons">{buttons(scene)}</div>'
        f'<ul class="part entered">{entered(scene)}</ul></footer></div></div>'
    )
    styles = "".join(f"<style>{path.read_text(encoding='utf-8')}</style>" for path in _STYLES)
    await page.set_content(
        f'<html data-light="{scene.light}" lang="{scene.language}"><head>{head(sound=False)}'
        f"{styles}</head><body>{body}</body></html>"
    )
    await page.add_script_tag(content=_SILENT)
    await page.add_script_tag(path=ASSETS / "screen.js")
