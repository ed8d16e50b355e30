"""The parts of Faust that a worker needs, loaded without what they would load for nothing.

Faust loads a whole web client for one name of a type, and a reader of YAML if there is one. Neither
is used here, and both together are a quarter of what a worker loads before it can judge: so long a
worker that was killed would be away longer. While Faust is loaded, a stand-in has the name, and
YAML is said to be missing.
"""

from types import ModuleType
from typing import Any, cast

from ports.loading import standing_in

_web_client = cast("Any", ModuleType("aiohttp.client"))
_web_client.ClientSession = object

with standing_in({"aiohttp": ModuleType("aiohttp"), "aiohttp.client": _web_client, "yaml": None}):
    from faust import App, SASLCredentials, StreamT
    from faust.exceptions import ConsumerNotStarted
    from faust.tables import TableManager
    from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
    from faust.types import TP, Message
    from faust.types.transports import ConsumerCallback, ConsumerT
    from mode import ServiceT
    from mode.utils.futures import maybe_async

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
