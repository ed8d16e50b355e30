"""What Prometheus sees of a vehicle."""

from clinical.items import CrewEvent, CrewFinding
from tests.vehicle.conftest import Start
from tests.vehicle.gateway import FakeGateway
from tests.vehicle.hearing import until
from vehicle.metrics import watched_registry
from vehicle.spool.spool import Spool


async def test_depth_link_and_alarms_are_read_when_asked_for(
    gateway: FakeGateway, start: Start, spool: Spool
) -> None:
    """The figures are those of the client at the moment of asking."""
    client, _ = await start()
    await until(lambda: client.connected)
    await gateway.cut()
    await until(lambda: not client.connected)
    client.capture("e1", [CrewEvent(CrewFinding.NO_PULSE)])
    registry = watched_registry(client, spool)
    assert registry.get_sample_value("goldenhour_vehicle_link_up") == 0
    assert registry.get_sample_value("goldenhour_vehicle_unacknowledged_frames") == 2
    assert registry.get_sample_value("goldenhour_vehicle_spool_frames") == 2
    high = registry.get_sample_value("goldenhour_vehicle_alarms", {"priority": "HIGH"})
    assert high == 1
