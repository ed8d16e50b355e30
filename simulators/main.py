"""The program ``simulate``: builds the fleet, plays the story, judges what came of it.

Exit codes: 0 when the story was played and, where there is a report, nothing was lost, missed,
shown twice or said without a reason; 1 otherwise.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Annotated, Final

import grpc
import msgspec
import typer

from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.log.port import Log, LogLost
from ports.logging import configure_logging, get_logger
from ports.program import run as run_program
from ports.program import say_ready
from ports.settings import WRONG_SETTINGS, settings_of
from ports.tls import Tls, TlsFiles, TlsRefused
from simulators.fleet.fleet import Fleet, encounter_ids
from simulators.fleet.links import Links
from simulators.fleet.performance import NotConnected, Performance, story_file
from simulators.fleet.scanner import Scanner
from simulators.fleet.stdin_unit import StdinUnit, UnitFailed
from simulators.fleet.units import ClientUnit, SimulatedUnit
from simulators.generated import fleet_scenario
from simulators.scenario import BadScenario, Scan, Scenario, Unit, load
from simulators.settings import JUDGE, SimulateSettings
from simulators.story import Story
from simulators.verdict.classification import Kill, Truth
from simulators.verdict.judge import Judge
from simulators.verdict.ledger import FrameKey, Ledger, LedgerEntry, read_ledger
from simulators.verdict.reader import present
from simulators.verdict.report import Evidence, Report, report_of, verdict
from vehicle.spool.spool import Spool, SpoolInUse

SETTLE_US: Final = 2_000_000
"""Time for the last alarms to arrive after the drain."""

_EXPECTED: Final = (
    LogLost,
    NotConnected,
    SpoolInUse,
    TlsRefused,
    UnitFailed,
    grpc.aio.AioRpcError,
)
_log = get_logger(__name__)


def main(  # noqa: PLR0917 - one per setting
    scenario: Annotated[str | None, typer.Option(help="Name or path of a scenario.")] = None,
    units: Annotated[int | None, typer.Option(help="So many ambulances, and no scenario.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of patients and jitter.")] = None,
    gateway: Annotated[str | None, typer.Option(help="Address of the gateway.")] = None,
    alerts: Annotated[str | None, typer.Option(help="Address of the alert feed.")] = None,
    kafka: Annotated[str | None, typer.Option(help="Kafka, read for losses at the end.")] = None,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Length of the story.")] = None,
    report: Annotated[Path | None, typer.Option(help="File for the report, JSON.")] = None,
    kills: Annotated[Path | None, typer.Option(help="File that says what was killed when.")] = None,
    tls_folder: Annotated[Path | None, typer.Option(help="Certificates of the fleet.")] = None,
    *,
    log_json: Annotated[bool | None, typer.Option(help="Log lines as JSON objects.")] = None,
) -> None:
    """Drive a fleet of real vehicle clients through a story, and judge the feed."""
    settings = settings_of(SimulateSettings, locals())
    configure_logging(json=settings.log_json)
    _log.info("settings", **settings.model_dump(mode="json"))
    try:
        story = _scenario(settings)
    except BadScenario as bad:
        typer.echo(f"--scenario: {bad}", err=True)
        raise typer.Exit(WRONG_SETTINGS) from bad
    raise typer.Exit(run_program(lambda stop: _guarded(settings, story, stop)))


def _scenario(settings: SimulateSettings) -> Scenario:
    if settings.units is not None:
        return fleet_scenario(settings.units, settings.seed)
    return load(settings.scenario)


async def _guarded(settings: SimulateSettings, scenario: Scenario, stop: asyncio.Event) -> int:
    try:
        return await run(settings, scenario, stop)
    except _EXPECTED as error:
        _log.error("simulation failed", error=str(error))
        return 1


async def run(
    settings: SimulateSettings, scenario: Scenario, stop: asyncio.Event, log: Log | None = None
) -> int:
    """Play a scenario until its length is over or ``stop`` is set; return the exit code.

    ``log`` is the log that is read at the end in place of Kafka at ``settings.kafka``.

    Raises:
        LogLost, NotConnected, SpoolInUse, TlsRefused, UnitFailed, AioRpcError: it could not be
            played.
    """
    clock = SystemClock()
    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    story_file(home).unlink(missing_ok=True)
    ids = encounter_ids(scenario, settings.seed, clock.now_us())
    story = Story(clock)
    async with AsyncExitStack() as stack:
        judge = None
        if settings.alerts is not None:
            judge = Judge(settings.alerts, clock, _tls(settings, JUDGE))
        if judge is not None:
            stack.push_async_callback(judge.stop)
            await judge.start()
        spool = Spool(home / "spool")
        await spool.open()
        stack.push_async_callback(spool.close)
        ledger = Ledger(home / "ledger.jsonl", clock)
        stack.callback(ledger.close)
        links = Links(scenario.faults, settings.gateway, clock)
        await links.open(story)
        stack.push_async_callback(links.close)
        units = {
            unit.id: _unit(unit, links.address(unit.id), settings, spool, ledger)
            for unit in scenario.units
        }
        scanners = [
            Scanner(
                scan,
                unit,
                ids[scan.encounter],
                address=links.address(unit.unit_id),
                story=story,
            )
            for scan, unit in _scanned(scenario, units)
        ]
        for scanner in scanners:
            await scanner.load(home / "scans")
        fleet = Fleet(
            scenario,
            units,
            ids,
            seed=settings.seed,
            story=story,
            clock=clock,
            scanners=scanners,
        )
        stack.push_async_callback(fleet.stop)
        await fleet.start()
        say_ready("simulate")
        performance = Performance(settings, fleet, links, judge, story)
        seconds = await performance.play(stop)
        await performance.wind_down(settings.stop_drain_s if stop.is_set() else settings.drain_s)
        await clock.sleep_us(SETTLE_US)
    if settings.report is None or story.started_us is None:
        return 0
    if log is None and settings.kafka is not None:
        log = KafkaLog(settings.kafka, client_id="simulate-reader")
    found = None if log is None else await present(log)
    entries = read_ledger(home / "ledger.jsonl")
    report = report_of(
        Evidence(
            truth=Truth(scenario, ids, story.started_us, _kills(settings.kills)),
            seed=settings.seed,
            seconds=seconds,
            entries=entries,
            acknowledged=_acknowledged(units.values(), entries),
            present=None if found is None else found.frames,
            receipts={} if found is None else found.receipts,
            deliveries=None if judge is None else judge.deliveries,
            studies=None if found is None else found.studies,
            discarded=() if found is None else found.discarded,
        )
    )
    return _write(report, settings.report)


def _write(report: Report, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")
    good = verdict(report)
    _log.info("report", good=good, lost=report.get("frames_lost"))
    return 0 if good else 1


def _unit(
    unit: Unit, gateway: str, settings: SimulateSettings, spool: Spool, ledger: Ledger
) -> SimulatedUnit:
    clock = SystemClock()
    if unit.process:
        files = _files(settings, unit.id)
        return StdinUnit(unit.id, gateway, settings.home, ledger=ledger, clock=clock, tls=files)
    jitter = Random(f"{settings.seed}/{unit.id}/{clock.now_us()}")  # noqa: S311 - no secret
    tls = _tls(settings, unit.id)
    return ClientUnit(unit.id, gateway, spool, ledger=ledger, clock=clock, rng=jitter, tls=tls)


def _files(settings: SimulateSettings, name: str) -> TlsFiles | None:
    folder = settings.tls_folder
    return None if folder is None else TlsFiles.in_folder(folder, name)


def _tls(settings: SimulateSettings, name: str) -> Tls | None:
    files = _files(settings, name)
    return None if files is None else Tls(files)


def _scanned(
    scenario: Scenario, units: Mapping[str, SimulatedUnit]
) -> Iterable[tuple[Scan, ClientUnit]]:
    unit_of = {one.key: units[one.unit] for one in scenario.encounters}
    for scan in scenario.scans:
        unit = unit_of[scan.encounter]
        if isinstance(unit, ClientUnit):
            yield scan, unit


def _kills(path: Path | None) -> tuple[Kill, ...]:
    if path is None or not path.exists():
        return ()
    return tuple(msgspec.json.decode(path.read_bytes(), type=list[Kill]))


def _acknowledged(units: Iterable[SimulatedUnit], entries: Sequence[LedgerEntry]) -> int:
    frames: dict[str, list[FrameKey]] = {}
    for entry in entries:
        frames.setdefault(entry.unit, []).append(entry.frame)
    return sum(unit.acknowledged(frames.get(unit.unit_id, [])) for unit in units)
