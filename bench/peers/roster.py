"""Who takes part, and how each is set: a table; docs/peers.md says why."""

from dataclasses import dataclass
from typing import Final

OURS: Final = ".venv"
THEIRS: Final = ".cache/peers"


@dataclass(frozen=True, slots=True)
class Peer:
    """One engine in one way of using it."""

    name: str
    engine: str
    """Module of ``bench.peers.engines``."""
    batched: bool
    """It reads micro-batches of frames, and not one frame a record."""
    variant: str = ""
    environment: str = THEIRS
    share: int = 1
    """One in so many of the frames is enough: it is slow."""
    spare: bool = False
    """Its process is kept by our supervisor, which has a spare of it; else it is started anew."""


PEERS: Final = (
    Peer("golden-hour on_batch", "golden_hour", batched=True, variant="on_batch", environment=OURS),
    Peer(
        "golden-hour on_batch, spare",
        "golden_hour",
        batched=True,
        variant="on_batch",
        environment=OURS,
        spare=True,
    ),
    Peer("golden-hour on_item", "golden_hour", batched=True, variant="on_item", environment=OURS),
    Peer("faust batched, dict", "faust_app", batched=True, variant="dict"),
    Peer("faust naive, Table", "faust_app", batched=False, variant="table", share=10),
    Peer("quix batched", "quix_app", batched=True),
    Peer("quix", "quix_app", batched=False),
    Peer("bytewax batched", "bytewax_flow", batched=True),
    Peer("bytewax", "bytewax_flow", batched=False),
    Peer("aiokafka loop, batched", "aiokafka_loop", batched=True),
    Peer("aiokafka loop", "aiokafka_loop", batched=False),
    Peer("confluent loop, batched", "confluent_loop", batched=True),
    Peer("confluent loop", "confluent_loop", batched=False),
)
