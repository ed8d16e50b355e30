"""``goldenhour bench``: figures, always from a real Kafka; a folder for each thing measured."""

import typer

from goldenhour.bench.accuracy.main import accuracy
from goldenhour.bench.attack import roles as roles_of_attack
from goldenhour.bench.attack.main import attack
from goldenhour.bench.board.main import board
from goldenhour.bench.crash.main import crash
from goldenhour.bench.ecg.measure import ecg
from goldenhour.bench.fleet.main import capacity, scale, soak
from goldenhour.bench.herd.main import herd
from goldenhour.bench.herd.program import herd_units
from goldenhour.bench.herd.return_watcher import return_watcher
from goldenhour.bench.hostile.main import hostile
from goldenhour.bench.judgement.main import alarms, judgement
from goldenhour.bench.latency import roles
from goldenhour.bench.latency.main import latency, rhythm
from goldenhour.bench.moves.main import moves
from goldenhour.bench.vehicle.main import imaging, memory, overload

app = typer.Typer(no_args_is_help=True, help="Measure; every figure beside its floor.")
for command in (
    judgement,
    alarms,
    crash,
    moves,
    attack,
    hostile,
    herd,
    capacity,
    scale,
    soak,
    ecg,
    accuracy,
    latency,
    board,
    memory,
    overload,
    rhythm,
    imaging,
):
    app.command()(command)

app.add_typer(roles.floor_app, name="floor", hidden=True)
for role in (
    roles.load,
    roles.listener,
    roles.subscriber,
    roles_of_attack.healthy,
    roles_of_attack.attacker,
    return_watcher,
    herd_units,
):
    app.command(hidden=True)(role)
