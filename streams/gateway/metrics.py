"""What the gateway counts and measures, for Prometheus."""

from asyncio import Future
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ports.metrics import hop_histogram
from wire.frames import Lane
from wire.validation import RefusalReason

_BATCH_FRAMES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_SECOND_US: Final = 1_000_000


class GatewayMetrics:
    """The gateway's metrics, in the registry of its program."""

    def __init__(self, registry: CollectorRegistry) -> None:
        frames = Counter(
            "goldenhour_gateway_frames", "Frames admitted, by lane.", ["lane"], registry=registry
        )
        refused = Counter(
            "goldenhour_gateway_refused",
            "Frames refused, by reason.",
            ["reason"],
            registry=registry,
        )
        discarded = Counter(
            "goldenhour_gateway_discarded",
            "Frames that units left out under pressure and said so, by lane.",
            ["lane"],
            registry=registry,
        )
        self._discarded = {lane: discarded.labels(lane.name) for lane in Lane}
        hop = hop_histogram(registry)
        self._registry = registry
        self._frames = {lane: frames.labels(lane.name) for lane in Lane}
        self._refused = {reason: refused.labels(reason.name) for reason in RefusalReason}
        self._waited = hop.labels("gateway_receive_to_batch")
        self._confirmed = hop.labels("gateway_batch_to_durable")
        self._batches = Counter(
            "goldenhour_gateway_batches", "Record batches confirmed by the log.", registry=registry
        )
        self._batches_lost = Counter(
            "goldenhour_gateway_batches_lost",
            "Record batches that the log did not confirm.",
            registry=registry,
        )
        self._batch_frames = Histogram(
            "goldenhour_gateway_batch_frames",
            "Frames per record batch.",
            registry=registry,
            buckets=_BATCH_FRAMES,
        )
        self._duplicates = Counter(
            "goldenhour_gateway_duplicates",
            "Frames that were known already and not appended.",
            registry=registry,
        )
        self._tombstones = Counter(
            "goldenhour_gateway_tombstones",
            "Messages taken from the downlink because the unit has them.",
            registry=registry,
        )
        turned_away = Counter(
            "goldenhour_gateway_turned_away",
            "Calls refused before they were served, by reason.",
            ["reason"],
            registry=registry,
        )
        self._turned_away = {it: turned_away.labels(it) for it in ("SILENT", "IDENTITY", "QUOTA")}
        self._entries = Counter(
            "goldenhour_gateway_downlink_sent", "Responses sent on downlinks.", registry=registry
        )

    def watch(self, name: str, words: str, read: Callable[[], float]) -> None:
        """Show a figure that is read whenever somebody asks."""
        gauge = Gauge(f"goldenhour_gateway_{name}", words, registry=self._registry)
        gauge.set_function(read)

    def frame_admitted(self, lane: Lane) -> None:
        """Count a frame that goes to the log."""
        self._frames[lane].inc()

    def frames_discarded(self, lane: Lane, frames: int) -> None:
        """Count what a unit says that it left out."""
        self._discarded[lane].inc(frames)

    def frame_refused(self, reason: RefusalReason) -> None:
        """Count a frame that goes to the dead letters."""
        self._refused[reason].inc()

    def frame_repeated(self) -> None:
        """Count a duplicate."""
        self._duplicates.inc()

    def batch_settled(
        self, frames: int, *, waited_us: int, confirmed_us: int, durable: bool
    ) -> None:
        """Measure a batch: how long its first frame waited, and how long the log took."""
        if not durable:
            self._batches_lost.inc()
            return
        self._batches.inc()
        self._batch_frames.observe(frames)
        self._waited.observe(waited_us / _SECOND_US)
        self._confirmed.observe(confirmed_us / _SECOND_US)

    def tombstone_settled(self, future: Future[int]) -> None:
        """Count a message that was taken from the downlink."""
        if not future.cancelled() and future.exception() is None:
            self._tombstones.inc()

    def turned_away(self, reason: str) -> None:
        """Count a call that was refused before it was served."""
        self._turned_away[reason].inc()

    def downlink_sent(self) -> None:
        """Count a response on a downlink."""
        self._entries.inc()
