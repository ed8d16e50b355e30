"""The apps that a worker can run: what each reads, where it keeps its marker, who judges.

Everything else - Faust, the in-memory worker, the outbox, the checkpoints - is the same for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol, runtime_checkable

from clinical.alarms.priority import Source
from ports.log.port import Record
from streams.engine.checkpointing import Recovered, Snapshot
from streams.engine.host import PartitionHost
from streams.engine.outputs import CHECKPOINTS, Outputs
from streams.engine.partition_clock import Point
from streams.engine.settings import App
from streams.engine.watches import PatientWatches
from wire.topics import PATIENTS, Topic


class Covering(Protocol):
    """Knows from where a partition could be rebuilt."""

    def durable(self, snapshot: Snapshot) -> None:
        """Take note that a snapshot is in the log."""
        ...

    def covered(self, settled: Point) -> Point:
        """Return the point to which all is covered, when all is durable before ``settled``."""
        ...


class Host(Protocol):
    """The judgement of one partition, pure."""

    @property
    def ledger(self) -> Covering:
        """From where it could be rebuilt."""
        ...

    @property
    def reached(self) -> Point:
        """The next record to take, and the clock before it."""
        ...

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Take over what an earlier host stored; return what has to be rebuilt from the input."""
        ...

    def on_record(self, offset: int, record: Record) -> Outputs:
        """Judge the record at this offset."""
        ...


@runtime_checkable
class Gathering(Protocol):
    """A host that can leave records to be judged together, with those of other partitions."""

    @property
    def gathered(self) -> int:
        """How much waits for judgement."""
        ...

    @property
    def pressing(self) -> bool:
        """Whether any of it should not wait."""
        ...

    def gather(self, offset: int, record: Record) -> Outputs:
        """Take the record at this offset, to be judged soon."""
        ...


@dataclass(frozen=True, slots=True)
class HostedApp:
    """What makes an app."""

    topic: Topic
    checkpoints: Mapping[Source, Topic]
    host: Callable[[int, Source], Host]
    """Makes the host of a partition, for a channel."""
    together: Callable[[Sequence[Any]], list[Outputs]] | None = None
    """Judges what hosts of this app have gathered; None: they judge record by record."""


PATIENTS_APP: Final = HostedApp(
    PATIENTS,
    CHECKPOINTS,
    lambda partition, source: PartitionHost(partition, source, PatientWatches()),
)

APPS: Final[Mapping[App, str]] = {
    App.PATIENTS: "streams.engine.apps:PATIENTS_APP",
    App.WAVEFORMS: "streams.engine.waveform_host:WAVEFORMS_APP",
    App.IMAGING: "streams.engine.imaging_host:IMAGING_APP",
}
"""Where each app is, as ``module:attribute``: a worker loads only its own."""


def hosted(app: App) -> HostedApp:
    """Load an app and return it."""
    module, _, attribute = APPS[app].partition(":")
    found: HostedApp = getattr(import_module(module), attribute)
    return found
