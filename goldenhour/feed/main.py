"""``goldenhour feed``: follow the alarms, and do something about them."""

import asyncio
import contextlib
import json
import os
import sys
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Final, NoReturn

import grpc
import typer
from rich.console import Console
from rich.live import Live

from clinical.alarms.recipient import Recipient
from clinical.alarms.rule import Cause
from clinical.alarms.staff_limit import LONGEST_LIMIT_US, LimitChange, LimitSet
from clinical.alarms.transition import LONGEST_PAUSE_US, Place
from clinical.alarms.view import AlarmState, AlarmView
from clinical.instant import MINUTE_US, SECOND_US
from goldenhour.feed.series import series_line
from goldenhour.feed.strip import written
from goldenhour.feed.table import limit_line, line, render
from goldenhour.feed.wording import Language
from goldenhour.home import default_home
from goldenhour.lab.whole_file import write_whole_text
from ports.addresses import AddressesUnknown, read_addresses
from ports.clock import Clock, SystemClock
from ports.tls import Tls, TlsFiles, TlsRefused, TlsSettings
from simulators.settings import JUDGE
from simulators.verdict.alert_feed import AlertFeed, CaughtUp, Delivered, SeriesTold
from wire.strips import AlarmStrip

app = typer.Typer(no_args_is_help=True, help="The alert feed in a terminal.")

_REFRESH_US: Final = 500_000
_PATIENCE_S: Final = 10
"""Longest wait for the center to take an action."""

_UNANSWERED_US: Final = 3 * SECOND_US
"""Time after which whoever follows the feed is told that nobody serves it."""

_LONGEST_LIMIT_MIN: Final = LONGEST_LIMIT_US // MINUTE_US
_LONGEST_PAUSE_S: Final = LONGEST_PAUSE_US // SECOND_US

_GONE: Final = frozenset({AlarmState.ENDED, AlarmState.RECORDED})

_Home = Annotated[Path | None, typer.Option(help="Folder of the running stack.")]
_Address = Annotated[str | None, typer.Option(help="Address of the alert feed, host:port.")]
_AlarmId = Annotated[str, typer.Argument(help="Alarm id in hexadecimal, as shown by --json.")]

_Action = Callable[[AlertFeed, AlarmView, str, str], Awaitable[None]]
"""Does something about an alarm: feed, alarm as seen, person, request id."""


def alerts_address(address: str | None, home: Path | None) -> str:
    """Return the feed's address: the one given, or that of the running stack."""
    if address:
        return address
    try:
        return read_addresses(home or default_home(os.environ)).alerts
    except AddressesUnknown as unknown:
        message = f"{unknown} Give --address, or start one with 'make demo'."
        raise typer.BadParameter(message) from unknown


def own_tls(address: str | None, home: Path | None) -> Tls | None:
    """Return what to show to the feed: what the settings name, or what the running stack made."""
    try:
        given = TlsSettings().tls()
        if given is not None or address:
            return given
        folder = read_addresses(home or default_home(os.environ)).certificates
        return None if folder is None else Tls(TlsFiles.in_folder(Path(folder), JUDGE))
    except (TlsRefused, AddressesUnknown) as refused:
        raise typer.BadParameter(str(refused)) from refused


@app.command()
def tail(
    address: _Address = None,
    home: _Home = None,
    language: Annotated[Language, typer.Option(help="Of the words.")] = Language.EN,
    *,
    lines: Annotated[bool, typer.Option(help="One line per change instead of a table.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per change of an alarm.")
    ] = False,
) -> None:
    """Show alarms as they stand and as they change, until Ctrl-C.

    What is no terminal gets lines.
    """
    where, tls = alerts_address(address, home), own_tls(address, home)
    feed = AlertFeed(where, f"tail-{os.getpid()}", SystemClock(), tls)
    try:
        if as_json or lines or not sys.stdout.isatty():
            asyncio.run(_tail(feed, where, language, as_json=as_json))
        else:
            asyncio.run(_show_table(feed, language, SystemClock()))
    except KeyboardInterrupt:
        return
    except grpc.aio.AioRpcError as refused:
        _fail(f"{refused.code().name}: {refused.details()}")


@app.command()
def acknowledge(
    alarm_id: _AlarmId,
    person: Annotated[str, typer.Option(help="Who takes responsibility.")],
    address: _Address = None,
    home: _Home = None,
) -> None:
    """Take responsibility for one current alarm."""
    _act(AlertFeed.acknowledge, alarm_id, person, address, home)


@app.command()
def pause(
    alarm_id: _AlarmId,
    person: Annotated[str, typer.Option(help="Who pauses it.")],
    seconds: Annotated[
        int, typer.Option(min=0, max=_LONGEST_PAUSE_S, help="How long; 0 lets it sound again.")
    ] = _LONGEST_PAUSE_S,
    address: _Address = None,
    home: _Home = None,
) -> None:
    """Pause the sound of one alarm at the center's screens; it is not acknowledged."""
    action = partial(AlertFeed.pause, for_us=seconds * SECOND_US)
    _act(action, alarm_id, person, address, home)


@app.command()
def escalate(  # noqa: PLR0917 - one per option
    alarm_id: _AlarmId,
    person: Annotated[str, typer.Option(help="Who escalates it.")],
    to: Annotated[Recipient, typer.Option(help="Who is told.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    address: _Address = None,
    home: _Home = None,
) -> None:
    """Tell somebody further of one current alarm; it is not acknowledged."""
    action = partial(AlertFeed.escalate, to=to, reason=reason)
    _act(action, alarm_id, person, address, home)


@app.command()
def reset(
    alarm_id: _AlarmId,
    person: Annotated[str, typer.Option(help="Who resets it.")],
    address: _Address = None,
    home: _Home = None,
) -> None:
    """Take one latched alarm, whose condition is over, off the list."""
    _act(AlertFeed.reset, alarm_id, person, address, home)


@app.command()
def strip(
    alarm_id: _AlarmId,
    out: Annotated[Path, typer.Option(help="Where to write it: NAME.svg or NAME.json.")],
    address: _Address = None,
    home: _Home = None,
) -> None:
    """Write the event strip of an arrhythmia alarm: 20 s before its onset to 10 s after it."""
    where, tls = alerts_address(address, home), own_tls(address, home)
    feed = AlertFeed(where, f"strip-{os.getpid()}", SystemClock(), tls)
    try:
        told = asyncio.run(_strip_in_time(feed, alarm_id_of(alarm_id)))
        write_whole_text(out, written(told, out))
    except TimeoutError:
        _fail(f"nobody answers at {where}")
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from wrong
    except grpc.aio.AioRpcError as refused:
        _fail(f"{refused.code().name}: {refused.details()}")


async def _strip_in_time(feed: AlertFeed, alarm_id: bytes) -> AlarmStrip:
    async with asyncio.timeout(_PATIENCE_S):
        return await feed.strip(alarm_id)


@app.command()
def limit(  # noqa: PLR0917 - one per option
    encounter_id: Annotated[str, typer.Argument(help="The patient, as shown by --json.")],
    cause: Annotated[Cause, typer.Argument(help="The alarm whose limits are set.")],
    person: Annotated[str, typer.Option(help="Who sets them.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    medium: Annotated[float | None, typer.Option(help="Limit of the medium level.")] = None,
    high: Annotated[float | None, typer.Option(help="Limit of the high level.")] = None,
    minutes: Annotated[
        int, typer.Option(min=1, max=_LONGEST_LIMIT_MIN, help="How long they hold.")
    ] = 60,
    address: _Address = None,
    home: _Home = None,
) -> None:
    """Set the limits of one alarm for one patient, for a time; without any, the usual ones.

    What stands as an alarm is judged by the stricter of both limits until it is over.
    """
    where, tls = alerts_address(address, home), own_tls(address, home)
    change = LimitChange(
        encounter_id=encounter_id,
        cause=cause,
        medium=medium,
        high=high,
        for_us=minutes * MINUTE_US,
        person=person,
        reason=reason,
        at_us=0,
        request_id=str(uuid.uuid4()),
    )
    feed = AlertFeed(where, f"limit-{os.getpid()}", SystemClock(), tls)
    try:
        in_effect = asyncio.run(_set_in_time(feed, change))
    except TimeoutError:
        _fail(f"nobody answers at {where}: not known whether the limits of {cause} were set")
    except grpc.aio.AioRpcError as refused:
        _fail(f"{refused.code().name}: {refused.details()}")
    typer.echo(limit_line(in_effect))


async def _set_in_time(feed: AlertFeed, change: LimitChange) -> LimitSet:
    async with asyncio.timeout(_PATIENCE_S):
        return await feed.set_limit(change)


def _act(
    action: _Action, alarm_id: str, person: str, address: str | None, home: Path | None
) -> None:
    where = alerts_address(address, home)
    tls = own_tls(address, home)
    feed = AlertFeed(where, f"action-{os.getpid()}", SystemClock(), tls)
    try:
        known = asyncio.run(_act_in_time(action, feed, alarm_id_of(alarm_id), person))
    except TimeoutError:
        _fail(f"nobody answers at {where}: not known whether anything was done about {alarm_id}")
    except grpc.aio.AioRpcError as refused:
        _fail(f"{refused.code().name}: {refused.details()}")
    if not known:
        _fail(f"no current alarm {alarm_id}")


def alarm_id_of(text: str) -> bytes:
    """Return an alarm id that was given in hexadecimal."""
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        message = f"{text} is not hexadecimal"
        raise typer.BadParameter(message) from error


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


async def _act_in_time(action: _Action, feed: AlertFeed, alarm_id: bytes, person: str) -> bool:
    async with asyncio.timeout(_PATIENCE_S):
        return await _act_on(action, feed, alarm_id, person)


async def _act_on(action: _Action, feed: AlertFeed, alarm_id: bytes, person: str) -> bool:
    """Do something about a current alarm; tell whether there is one of this id."""
    async with contextlib.aclosing(feed.events()) as events:
        async for event in events:
            if isinstance(event, CaughtUp):
                return False
            if not isinstance(event, Delivered):
                continue
            if alarm_id == event.alarm.alarm_id or alarm_id in event.alarm.aliases:
                await action(feed, event.alarm, person, str(uuid.uuid4()))
                return True
    return False


async def _tail(feed: AlertFeed, where: str, language: Language, *, as_json: bool) -> None:
    silence = asyncio.create_task(_say_silence(feed, where, SystemClock()))
    try:
        await _print_changes(feed, language, as_json=as_json)
    finally:
        silence.cancel()


async def _say_silence(feed: AlertFeed, where: str, clock: Clock) -> None:
    """Say so, once, when no subscription stands by then; the feed goes on trying."""
    await clock.sleep_us(_UNANSWERED_US)
    if not feed.caught_up:
        typer.echo(f"nobody answers at {where}; trying until Ctrl-C", err=True)


async def _print_changes(feed: AlertFeed, language: Language, *, as_json: bool) -> None:
    """Print every change; a line that would only repeat what was said of its alarm is left out.

    Series of CT are said in lines, and not as objects: each of those is an alarm.
    """
    said: dict[bytes, str] = {}
    series: dict[str, str] = {}
    async for event in feed.events():
        if isinstance(event, SeriesTold) and not as_json:
            text = series_line(event.word, language)
            if series.get(event.word.series_uid) != text:
                print(text, flush=True)  # noqa: T201
            series[event.word.series_uid] = text
        if not isinstance(event, Delivered):
            continue
        alarm = event.alarm
        text = _as_json(alarm) if as_json else line(alarm, language)
        if said.get(alarm.alarm_id) != text:
            print(text, flush=True)  # noqa: T201
        said[alarm.alarm_id] = text
        if alarm.state in _GONE:
            del said[alarm.alarm_id]


def _as_json(alarm: AlarmView) -> str:
    return json.dumps(
        {
            "alarm_id": alarm.alarm_id.hex(),
            "revision": alarm.revision,
            "unit_id": alarm.unit_id,
            "encounter_id": alarm.encounter_id,
            "cause": alarm.cause,
            "subject": alarm.subject,
            "priority": alarm.priority.name,
            "state": alarm.state.name,
            "phase": alarm.phase.name,
            "since_us": alarm.active_since_us,
            "learned_us": alarm.learned_us,
            "late": alarm.late,
            "unacknowledged": alarm.unacknowledged,
            "paused_until_us": alarm.paused_until_us(Place.CENTER),
            "escalated": [
                {"to": one.to.name, "person": one.person or None, "reason": one.reason or None}
                for one in alarm.escalations
            ],
            "words": alarm.words_en,
            "reason": None if alarm.reason is None else dict(alarm.reason.values),
        }
    )


async def _show_table(feed: AlertFeed, language: Language, clock: Clock) -> None:
    current: dict[bytes, AlarmView] = {}
    with Live(console=Console(), auto_refresh=False, screen=True) as live:

        async def redraw() -> None:
            while True:
                table = render(current.values(), clock.now_us(), language, connected=feed.caught_up)
                live.update(table, refresh=True)
                await clock.sleep_us(_REFRESH_US)

        drawing = asyncio.create_task(redraw())
        try:
            async for event in feed.events():
                if not isinstance(event, Delivered):
                    continue
                current[event.alarm.alarm_id] = event.alarm
                if event.alarm.state in _GONE:
                    del current[event.alarm.alarm_id]
        finally:
            drawing.cancel()
