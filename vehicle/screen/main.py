"""The program ``crew-screen``: serves the crew's page on loopback, from the vehicle's own socket.

It needs no link, no center and no internet: everything that the page is made of comes from this
process. It may be started before the vehicle program, and outlives it.
"""

import asyncio
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from fastapi import FastAPI
from nicegui import app, ui

from ports.clock import SystemClock
from ports.grpc_server import AddressRefused
from ports.http_server import serve_http
from ports.logging import configure_logging, get_logger
from ports.program import run as run_program
from ports.program import say_ready
from ports.settings import settings_of
from ports.signals import head as signals
from vehicle.screen.line import CabinLine, find_socket
from vehicle.screen.page import CrewPage
from vehicle.screen.settings import ScreenSettings
from vehicle.screen.words import Language

LIGHTS: Final = frozenset({"day", "night"})
ASSETS: Final = Path(__file__).parent / "assets"
HEAD: Final = """
<link rel="stylesheet" href="/assets/screen.css">
{signals}
<script src="/assets/screen.js" defer></script>
"""

log = get_logger(__name__)


def main(  # noqa: PLR0917 - one per setting
    home: Annotated[Path | None, typer.Option(help="Folder of run state of the vehicle.")] = None,
    port: Annotated[int | None, typer.Option(help="Port on loopback; 0 takes a free one.")] = None,
    unit_id: Annotated[str | None, typer.Option(help="The unit, if several run here.")] = None,
    person: Annotated[str | None, typer.Option(help="Name under what the crew does.")] = None,
    language: Annotated[str | None, typer.Option(help="zh-CN or en.")] = None,
    light: Annotated[str | None, typer.Option(help="day or night.")] = None,
    *,
    sound: Annotated[bool | None, typer.Option(help="Whether alarms are heard.")] = None,
    log_json: Annotated[bool | None, typer.Option(help="Log lines as JSON objects.")] = None,
) -> None:
    """Serve the crew's screen of one vehicle."""
    settings = settings_of(
        ScreenSettings,
        locals(),
        port="screen_port",
        person="crew_person",
        language="screen_language",
        light="screen_light",
        sound="screen_sound",
    )
    configure_logging(json=settings.log_json)
    log.info("settings", **settings.model_dump(mode="json"))
    raise typer.Exit(run_program(partial(run, settings)))


async def run(settings: ScreenSettings, stop: asyncio.Event) -> int:
    """Serve until ``stop`` is set; 1 when the port is taken or the unit is not clear."""
    line = CabinLine(partial(find_socket, settings.home, settings.unit_id), SystemClock())
    try:
        server = await serve_http(
            application(settings, line), f"127.0.0.1:{settings.screen_port}", setting="--port"
        )
    except AddressRefused as refused:
        log.error("not started", error=str(refused))  # noqa: TRY400 - it says all
        return 1
    say_ready("crew-screen", address=f"http://{server.address}")
    listening = asyncio.ensure_future(line.run())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
    code = 0
    if listening.done():
        log.error("screen failed", error=str(listening.exception()))
        code = 0 if listening.exception() is None else 1
    for task in (listening, stopping):
        task.cancel()
    await asyncio.gather(listening, stopping, return_exceptions=True)
    await server.stop()
    return code


def application(settings: ScreenSettings, line: CabinLine) -> FastAPI:
    """Return the web application with its one page."""
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_static_files("/assets", ASSETS)
    app.add_static_files(signals.PATH, signals.ASSETS)

    @ui.page("/")
    def page(lang: str = "", light: str = "") -> None:
        language = Language(lang if lang in set(Language) else settings.screen_language)
        ui.add_head_html(HEAD.format(signals=signals.head(sound=settings.screen_sound)))
        known = light if light in LIGHTS else settings.screen_light
        CrewPage(line, settings.crew_person, language, known)

    ui.run_with(
        web,
        title="Golden Hour",
        language="zh-CN" if settings.screen_language == "zh-CN" else "en-US",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30,
    )
    return web
