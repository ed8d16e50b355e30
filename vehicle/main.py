"""The program ``vehicle``: builds the real parts, hands them over, runs the source to its end.

Exit codes: 0 after the end of the source and its drain, or after SIGTERM; 1 when a part failed.
What is not acknowledged at the end stays in the spool and is sent at the next start.
"""

import asyncio
import base64
import json
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from secrets import token_bytes
from sqlite3 import DatabaseError
from typing import Annotated, Any, Final

import typer

from clinical.items import EncounterChange, EncounterEvent
from ports.clock import Clock, SystemClock
from ports.logging import configure_logging, get_logger
from ports.metrics import MetricsPortBusy, MetricsServer, serve_metrics
from ports.program import run as run_program
from ports.settings import settings_of
from ports.tls import TlsRefused
from vehicle.cabin.desk import Desk
from vehicle.cabin.server import CabinServer
from vehicle.client import ClientOptions, VehicleClient
from vehicle.devices.answers import Answers
from vehicle.devices.recording import BadRecording, check_recording, play
from vehicle.devices.stdin import StdinSource
from vehicle.imaging.scanner import Scanner, open_scanner
from vehicle.lane.grpc_link import GrpcLink
from vehicle.metrics import watched_registry
from vehicle.settings import VehicleSettings, spool_folder
from vehicle.spool.spool import SPOOL_FILE, Spool, SpoolInUse
from vehicle.spool.store import Quarantined, SpoolStore
from wire.frames import Lane
from wire.uuid7 import uuid7

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_STDIN: Final = 0

STOP_S: Final = 5
"""Longest wait for a disk that takes nothing more; what it did not take was never confirmed."""

log = get_logger(__name__)

main = typer.Typer(
    help="One unit's client: captures, spools, sends, and watches the patient at the edge.",
    add_completion=False,
)


@main.callback(invoke_without_command=True)
def vehicle(  # noqa: PLR0917 - one per setting
    context: typer.Context,
    unit_id: Annotated[str | None, typer.Option(help="The unit.")] = None,
    gateway: Annotated[str | None, typer.Option(help="Address of the gateway.")] = None,
    gateway_alarm: Annotated[str | None, typer.Option(help="The same for the ALARM lane.")] = None,
    gateway_vitals: Annotated[
        str | None, typer.Option(help="The same for the VITALS lane.")
    ] = None,
    gateway_waveform: Annotated[
        str | None, typer.Option(help="The same for the WAVEFORM lane.")
    ] = None,
    gateway_imaging: Annotated[
        str | None, typer.Option(help="The same for the IMAGING lane.")
    ] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    source: Annotated[str | None, typer.Option(help="stdin or recording:PATH.")] = None,
    encounter: Annotated[str | None, typer.Option(help="Encounter to open at the start.")] = None,
    bay: Annotated[str | None, typer.Option(help="Bay of that encounter.")] = None,
    drain_s: Annotated[
        float | None, typer.Option(help="Seconds to drain after the source.")
    ] = None,
    images: Annotated[Path | None, typer.Option(help="Drop folder of the scanner.")] = None,
    dicom: Annotated[str | None, typer.Option(help="Where a scanner stores, host:port.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Port of the metrics; 0: any.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate: mutual TLS.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(help="Authorities that are believed.")] = None,
    log_json: Annotated[bool | None, typer.Option(help="Log lines as JSON objects.")] = None,
) -> None:
    """Run one unit's client on a source of frames."""
    options = {name: value for name, value in locals().items() if name != "context"}
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(
        VehicleSettings, options, dicom="dicom_address", metrics_port="vehicle_metrics_port"
    )
    configure_logging(json=settings.log_json)
    raise typer.Exit(run_program(lambda stop: run(settings, stop)))


@main.command()
def quarantine(
    home: Annotated[Path, typer.Option(help="Folder of run state.")] = Path(".goldenhour"),
    unit_id: Annotated[str | None, typer.Option(help="Only this unit.")] = None,
) -> None:
    """Print the refused frames that are kept in a home, one JSON object per line."""
    folders = [spool_folder(home, unit_id)] if unit_id else sorted((home / "vehicle").glob("*"))
    for folder in folders:
        if (folder / SPOOL_FILE).exists():
            store = SpoolStore(folder / SPOOL_FILE)
            for one in store.quarantined():
                typer.echo(json.dumps(_shown(one)))
            store.close()


def _shown(one: Quarantined) -> dict[str, object]:
    refusal = one.refusal
    return {
        "unit_id": refusal.unit_id,
        "lane": f"LANE_{Lane(refusal.lane).name}",
        "segment": refusal.segment.hex(),
        "sequence": refusal.sequence,
        "reason": refusal.reason,
        "field_path": refusal.field_path,
        "description": refusal.description,
        "frame": base64.b64encode(one.frame).decode(),
    }


async def run(settings: VehicleSettings, stop: asyncio.Event) -> int:
    """Build the client, run the source until it ends or ``stop`` is set, drain, and stop."""
    log.info("settings", **settings.model_dump(mode="json"))
    clock = SystemClock()
    try:
        tls = settings.tls()
    except TlsRefused as refused:
        log.error("not started", error=str(refused))  # noqa: TRY400 - it says all
        return 1
    if settings.recording is not None and (unfit := _unfit(settings.recording)) is not None:
        log.error("not started", error=f"--source: {unfit}")
        return 1
    spool = Spool(
        settings.spool_folder,
        frames_max=settings.spool_frames,
        bytes_max=settings.spool_bytes,
        on_trouble=lambda trouble: log.error("spool cannot write", trouble=trouble),
    )
    try:
        await spool.open()
    except (SpoolInUse, OSError, DatabaseError) as error:
        log.error("no spool", folder=str(settings.spool_folder), error=str(error))  # noqa: TRY400 - it says all
        return 1
    answers = Answers(sys.stdout.buffer)
    source = StdinSource(answers, settings.encounter)
    client = VehicleClient(
        settings.unit_id,
        GrpcLink(settings.addresses, tls),
        spool,
        clock,
        _jitter(),
        listener=source,
        options=ClientOptions(boot_id=_boot_id()),
    )
    await client.start()
    metrics = _serve_metrics(settings, client, spool)
    cabin = await _serve_screens(settings, client, clock)
    scanner = await _serve_scanner(settings, client, clock)
    answers.say(
        {
            "ready": "vehicle",
            "address": settings.gateway,
            "metrics": None if metrics is None else metrics.address,
            "dicom": None if scanner is None else scanner.address,
        }
    )
    work = _work(settings, client, source, clock)
    parts = {client.failed} if scanner is None else {client.failed, scanner.work}
    code = await _until_done(work, parts, stop)
    drain_s = settings.stop_drain_s if stop.is_set() else settings.drain_s
    await _drain(client, scanner, drain_s, stop)
    if scanner is not None:
        await scanner.stop()
    if cabin is not None:
        await cabin.stop()
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            await client.stop()
    await spool.close()
    await answers.close()
    if metrics is not None:
        metrics.close()
    return code


def _unfit(recording: Path) -> str | None:
    """Return why a file cannot be played; None when it begins as a recording does."""
    if not recording.is_file():
        return f"there is no file {recording}"
    try:
        check_recording(recording)
    except BadRecording as bad:
        return str(bad)
    return None


async def _work(
    settings: VehicleSettings, client: VehicleClient, source: StdinSource, clock: SystemClock
) -> None:
    encounter_id = settings.encounter
    if encounter_id is None and settings.recording is not None:
        held = client.encounters
        encounter_id = held[0] if held else str(uuid7(clock.now_us(), token_bytes(10)))
    if encounter_id is not None and encounter_id not in client.encounters:
        opened = EncounterEvent(EncounterChange.OPENED, bay=settings.bay)
        client.capture(encounter_id, [opened])
    if settings.recording is not None and encounter_id is not None:
        await play(settings.recording, client, encounter_id, clock)
    else:
        await source.run(client, _STDIN)


async def _until_done(
    work: Any,  # noqa: ANN401
    parts: set["asyncio.Future[None]"],
    stop: asyncio.Event,
) -> int:
    """Return 0 when the source has ended or the program shall stop, 1 when a part failed."""
    source = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({source, stopping, *parts}, return_when=asyncio.FIRST_COMPLETED)
    failures = [one.exception() for one in (source, *parts) if one.done()]
    for task in (source, stopping):
        task.cancel()
    await asyncio.gather(source, stopping, return_exceptions=True)
    for error in failures:
        if isinstance(error, BadRecording):
            log.error("the recording ended early", error=str(error))
            return 1
        if error is not None:
            log.error("vehicle failed", exc_info=error)
            return 1
    return 0


async def _drain(
    client: VehicleClient, scanner: Scanner | None, drain_s: float, stop: asyncio.Event
) -> None:
    """Wait until everything is acknowledged, at most so long; a stop cuts a long wait short.

    After a stop nothing waits for images: they are in their folder.
    """
    if client.failed.done() or (scanner is not None and scanner.work.done()):
        return
    draining = asyncio.ensure_future(_drained(client, None if stop.is_set() else scanner))
    waits = {draining} if stop.is_set() else {draining, asyncio.ensure_future(stop.wait())}
    await asyncio.wait(waits, timeout=drain_s, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if client.depth:
        log.warning("frames stay in the spool", frames=client.depth)


async def _drained(client: VehicleClient, scanner: Scanner | None) -> None:
    await client.drained()
    if scanner is not None:
        await scanner.settled()


async def _serve_scanner(
    settings: VehicleSettings, client: VehicleClient, clock: Clock
) -> Scanner | None:
    """Take the scanner's images; where that cannot be, the vehicle goes on, and says so."""
    try:
        return await open_scanner(settings, client, clock, _jitter())
    except OSError as error:
        log.error("no images: check --images and --dicom", error=str(error))  # noqa: TRY400 - it says all
        return None


async def _serve_screens(
    settings: VehicleSettings, client: VehicleClient, clock: Clock
) -> CabinServer | None:
    """Serve the crew's screens; without them the vehicle goes on, and says so."""
    cabin = CabinServer(Desk(client), settings.spool_folder, clock)
    try:
        await cabin.start()
    except OSError as error:
        log.error("no screens: choose a shorter --home", error=str(error))  # noqa: TRY400 - it says all
        return None
    return cabin


def _serve_metrics(
    settings: VehicleSettings, client: VehicleClient, spool: Spool
) -> MetricsServer | None:
    """Serve the metrics, if asked for; without them the vehicle goes on, and says so."""
    if settings.vehicle_metrics_port is None:
        return None
    try:
        return serve_metrics(watched_registry(client, spool), settings.vehicle_metrics_port)
    except MetricsPortBusy as busy:
        log.error("no metrics", error=str(busy))  # noqa: TRY400 - it says all
        return None


def _jitter() -> Random:
    return Random(token_bytes(16))  # noqa: S311 - jitter, not a secret


def _boot_id() -> str | None:
    with suppress(OSError):
        return _BOOT_ID.read_text().strip() or None
    return None
