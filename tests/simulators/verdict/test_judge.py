import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
import pytest

from ambulance.alerts.v1 import alert_service_pb2, alert_service_pb2_grpc
from ports.clock import SystemClock
from simulators.verdict.judge import Judge
from tests.patience import PATIENCE_S
from tests.simulators.samples import delivered
from wire.alarms import alarm_message


def said(revision: int) -> alert_service_pb2.SubscribeResponse:
    alarm = alarm_message(delivered("ill", revision=revision).alarm)
    return alert_service_pb2.SubscribeResponse(
        delivery=alert_service_pb2.Delivery(delivery_id=bytes(16), alarm=alarm),
        resume_token=f"after {revision}".encode(),
    )


@dataclass
class Center(alert_service_pb2_grpc.AlertServiceServicer):
    """A feed that breaks off after its first alarm, and goes on where the subscriber was."""

    refusing: bool = False
    tokens: list[bytes] = field(default_factory=list)

    async def Subscribe(  # noqa: N802 - the name of the method on the wire
        self,
        request: alert_service_pb2.SubscribeRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> AsyncIterator[alert_service_pb2.SubscribeResponse]:
        if self.refusing:
            await context.abort(grpc.StatusCode.OUT_OF_RANGE, "too old")
        self.tokens.append(request.resume_token)
        if len(self.tokens) == 1:
            caught_up = alert_service_pb2.CaughtUp(alarms=0)
            yield alert_service_pb2.SubscribeResponse(caught_up=caught_up, resume_token=b"now")
            yield said(1)
            await context.abort(grpc.StatusCode.UNAVAILABLE, "killed")
        yield said(2)
        await asyncio.Future()

    async def Acknowledge(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.AcknowledgeRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.AcknowledgeResponse:
        return alert_service_pb2.AcknowledgeResponse()

    async def Pause(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.PauseRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.PauseResponse:
        return alert_service_pb2.PauseResponse()

    async def Escalate(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.EscalateRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.EscalateResponse:
        return alert_service_pb2.EscalateResponse()

    async def Reset(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.ResetRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.ResetResponse:
        return alert_service_pb2.ResetResponse()

    async def SetLimit(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.SetLimitRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.SetLimitResponse:
        return alert_service_pb2.SetLimitResponse()

    async def GetStrip(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.GetStripRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.GetStripResponse:
        return alert_service_pb2.GetStripResponse()

    async def Report(  # noqa: N802 - as above
        self,
        request: alert_service_pb2.ReportRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> alert_service_pb2.ReportResponse:
        return alert_service_pb2.ReportResponse()


@pytest.fixture
async def center() -> AsyncIterator[tuple[Center, str]]:
    service = Center()
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    alert_service_pb2_grpc.add_AlertServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield service, f"127.0.0.1:{port}"
    await server.stop(None)


async def test_the_judge_hears_every_change_once_over_a_lost_feed(
    center: tuple[Center, str],
) -> None:
    service, address = center
    clock = SystemClock()
    judge = Judge(address, clock)
    async with asyncio.timeout(PATIENCE_S):
        await judge.start()
        while len(judge.deliveries) < 2:
            await clock.sleep_us(10_000)
    assert [it.alarm.revision for it in judge.deliveries] == [1, 2]
    assert service.tokens == [b"", b"after 1"]
    assert judge.deliveries[0].at_us <= judge.deliveries[1].at_us <= clock.now_us()
    await judge.stop()


async def test_a_feed_that_refuses_the_judge_is_no_silence(center: tuple[Center, str]) -> None:
    service, address = center
    service.refusing = True
    judge = Judge(address, SystemClock())
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(grpc.aio.AioRpcError):
            await judge.start()
    await judge.stop()
