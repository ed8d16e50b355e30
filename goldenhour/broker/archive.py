"""The class archive (AppCDS) that halves the start of the broker.

Made once per Kafka and Java version by a training run: a broker on a throw-away folder, one record
through it, a clean stop, at which the JVM writes the archive. It is written under a draft name and
renamed, so two programs may train at once; and whatever goes wrong, the broker just starts slower.
"""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from goldenhour.broker.errors import BrokerError
from goldenhour.broker.free_port import free_port
from goldenhour.broker.process import spawn
from goldenhour.broker.runtime import KAFKA_MAIN, JavaRuntime, Runtime
from goldenhour.broker.serving import prepare, until_working
from ports.clock import Clock

_TRAINING_TIMEOUT_S: Final = 40.0
_WRITING_TIMEOUT_S: Final = 40.0


async def archived(runtime: Runtime, clock: Clock) -> Runtime:
    """Return the runtime starting from its class archive, made now when it is missing.

    Only our own jars get one: a distribution of the user's is left as it is, and Docker's image
    is out of reach.
    """
    if not isinstance(runtime, JavaRuntime) or runtime.jars.logging_settings:
        return runtime
    archive = runtime.jars.folder.parent / f"classes-java-{runtime.java.version}.jsa"
    if not archive.exists():
        try:
            await _train(runtime, archive, clock)
        except (BrokerError, OSError, TimeoutError) as error:
            structlog.get_logger().warning("broker_class_archive_not_made", reason=str(error))
    return replace(runtime, archive=archive) if archive.exists() else runtime


async def _train(runtime: JavaRuntime, archive: Path, clock: Clock) -> None:
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, "", "training-", archive.parent))
    draft = folder / "classes.jsa"
    port = free_port()
    try:
        properties = await prepare(folder, runtime, port)
        learning = replace(runtime, extra_flags=(f"-XX:ArchiveClassesAtExit={draft}",))
        log = folder / "kafka.log"
        process = spawn(learning.command(folder, KAFKA_MAIN, str(properties)), folder, log)
        try:
            await until_working(process, f"127.0.0.1:{port}", _TRAINING_TIMEOUT_S, clock, log)
        finally:
            await process.stop(clock, _WRITING_TIMEOUT_S)
        if draft.exists():
            draft.replace(archive)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
