"""The parts of Faust that a worker needs, loaded without what they would load for nothing.

Faust loads a whole web client for one name of a type, and a reader of YAML if there is one. Neither
is used here, and both together are a quarter of what a worker loads before it can judge: so long a
worker that was killed would be away longer. While Faust is loaded, a stand-in has the name, and
YAML is said to be missing.

Faust also notes of each agent in which module it is, to be found by a scan that is not made here;
for that Python looks at the files of all modules that are loaded (``_scan``).

What Faust loads when an app is made and started, by names in its settings, is loaded here as well:
so nothing is left to be loaded by a spare that has got its word (``ports.spare``).
"""

from importlib import import_module
from types import ModuleType
from typing import Any, cast

from ports.loading import standing_in

_web_client = cast("Any", ModuleType("aiohttp.client"))
_web_client.ClientSession = object

_scan = cast("Any", ModuleType("faust.utils.venusian"))
_scan.Scanner = object
_scan.attach = lambda *_, **__: None

with standing_in(
    {
        "aiohttp": ModuleType("aiohttp"),
        "aiohttp.client": _web_client,
        "faust.utils.venusian": _scan,
        "yaml": None,
    }
):
    from faust import App, SASLCredentials, StreamT
    from faust.exceptions import ConsumerNotStarted
    from faust.tables import TableManager
    from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
    from faust.types import TP, Message
    from faust.types.transports import ConsumerCallback, ConsumerT
    from mode import ServiceT
    from mode.utils.futures import maybe_async

    for part in (
        "app.router",
        "assignor.leader_assignor",
        "assignor.partition_assignor",
        "events",
        "fixups.django",
        "tables.sets",
        "topics",
        "transport.utils",
        "worker",
    ):
        import_module(f"faust.{part}")

__all__ = [
    "TP",
    "AIOKafkaConsumerThread",
    "App",
    "Consumer",
    "ConsumerCallback",
    "ConsumerNotStarted",
    "ConsumerT",
    "Message",
    "SASLCredentials",
    "ServiceT",
    "StreamT",
    "TableManager",
    "Transport",
    "maybe_async",
]
