"""What people ask for takes effect when it was read back from the log; here they wait for that."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable
from typing import Any, Generic, TypeVar

from ports.log.port import LogLost

T = TypeVar("T")


class RequestReused(Exception):  # noqa: N818 - named for what happened
    """The request id names another action. The sender's fault."""


class NotReadBack(Exception):  # noqa: N818 - named for what happened
    """The action was not read back in time: not known whether it took effect, safe to repeat."""


class ReadBack(Generic[T]):
    """Those who wait for what they asked for, by the id of their request."""

    def __init__(self, timeout_ms: int) -> None:
        self._timeout_ms = timeout_ms
        self._waiting: set[tuple[str, Future[T]]] = set()

    async def after(self, request_id: str, appended: Awaitable[None]) -> T:
        """Return what was read back of a request after it was appended.

        Raises:
            NotReadBack: it took too long, or the log lost it.
        """
        read_back: Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.add((request_id, read_back))
        try:
            async with asyncio.timeout(self._timeout_ms / 1_000):
                await appended
                return await read_back
        except (TimeoutError, LogLost) as error:
            message = "not read back in time: safe to repeat with the same request_id"
            raise NotReadBack(message) from error
        finally:
            self._waiting.discard((request_id, read_back))

    def met(self, request_id: str, found: T) -> None:
        """Let everybody who waits for a request go on with what was found."""
        for waiting, read_back in self._waiting:
            if waiting == request_id and not read_back.done():
                read_back.set_result(found)


def let_go(durable: "Future[Any]") -> None:
    """Take note of a loss for which nobody waits any more, so that asyncio does not complain."""
    if not durable.cancelled():
        durable.exception()
