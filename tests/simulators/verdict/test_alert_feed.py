"""The subscriber knows whether what it holds is the present."""

import asyncio
from contextlib import aclosing
from typing import Any

import grpc

from ambulance.alerts.v1 import alert_service_pb2 as pb
from ports.clock import SystemClock
from simulators.verdict.alert_feed import AlertFeed, CaughtUp
from tests.patience import PATIENCE_S

SERVICE = pb.DESCRIPTOR.services_by_name["AlertService"].full_name


async def subscribed(_: pb.SubscribeRequest, context: Any) -> None:  # noqa: ANN401
    """Be a center without alarms."""
    await context.write(pb.SubscribeResponse(caught_up=pb.CaughtUp(alarms=0), resume_token=b"1"))
    await asyncio.Event().wait()


def handler() -> grpc.GenericRpcHandler:
    """Return the feed's subscription, served by ``subscribed``."""
    method = grpc.unary_stream_rpc_method_handler(
        subscribed,
        request_deserializer=pb.SubscribeRequest.FromString,
        response_serializer=pb.SubscribeResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler(SERVICE, {"Subscribe": method})


async def test_it_is_caught_up_only_while_a_subscription_stands() -> None:
    """A feed that lost its center says so, instead of showing old alarms as present ones."""
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    feed = AlertFeed(f"127.0.0.1:{port}", "test", SystemClock())
    assert not feed.caught_up
    async with asyncio.timeout(PATIENCE_S), aclosing(feed.events()) as events:
        assert isinstance(await anext(events), CaughtUp)
        assert feed.caught_up
        await server.stop(grace=None)
        waiting = asyncio.ensure_future(anext(events))
        while feed.caught_up:
            await SystemClock().sleep_us(10_000)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
