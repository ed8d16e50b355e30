"""What only the center can say reaches the crew, whatever was away when it was said.

These vehicles leave their waveforms to the center, so a flat lead is such a cause. It has no word
of the edge watch beside it: what the crew sees of it came by the downlink.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.view import AlarmState
from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent, Vitals
from goldenhour.demo import plan
from goldenhour.stack.supervisor import Stack
from simulators.patients.ecg import RATE_HZ, LeadTrouble, SimulatedLead
from tests.kafka.stack import CLOCK, Running, desk, shown_to_crew, unit
from tests.patience import PATIENCE_US
from vehicle.cabin.desk import Desk
from vehicle.client import VehicleClient

pytestmark = pytest.mark.asyncio(loop_scope="package")

CAUSE = "ECG_LEAD_FAULT"
FLAT_FROM, MENDED_FROM, ENDS = 3, 12, 17


class Monitor:
    """A patient and their lead, of which half a minute was recorded before it is sent."""

    def __init__(self, begin_us: int) -> None:
        self.encounter_id = str(uuid4())
        self._lead = SimulatedLead("II", seed=1)
        self._begin_us = begin_us

    def admit(self, client: VehicleClient) -> None:
        """Open the encounter; the lead shows a signal, then nothing."""
        client.capture(self.encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=67)])
        client.capture(self.encounter_id, [Vitals(heart_rate_bpm=75.0)])
        self._record(client, range(1, FLAT_FROM), None)
        self._record(client, range(FLAT_FROM, MENDED_FROM), LeadTrouble.FLAT)

    def mend(self, client: VehicleClient) -> None:
        """Let the lead show a signal again."""
        self._record(client, range(MENDED_FROM, ENDS), None)

    def _record(self, client: VehicleClient, seconds: range, trouble: LeadTrouble | None) -> None:
        for second in seconds:
            end_us = self._begin_us + second * SECOND_US
            client.capture(self.encounter_id, [self._lead.record(RATE_HZ, 75, end_us, trouble)])


def monitored() -> Monitor:
    return Monitor(CLOCK.now_us() - 30 * SECOND_US)


@asynccontextmanager
async def another_gateway(system: Running) -> AsyncIterator[Running]:
    """Start a gateway that knows nothing but what the log holds, as one that was started again."""
    stack = Stack(system.home / f"gateway-{uuid4().hex[:8]}", CLOCK, PATIENCE_US)
    try:
        home = system.home / "another"
        started = await stack.start(plan.gateway(system.bootstrap, 0, 0, home))
        yield replace(system, gateway=started["address"])
    finally:
        await stack.stop()


async def test_a_unit_that_was_restarted_hears_it_and_that_it_is_over(system: Running) -> None:
    """Away when it was raised, and again when it ended: each time it resumes by its token."""
    unit_id, monitor = f"AMB-CREW-{uuid4().hex[:8]}", monitored()
    async with desk(system.alerts) as listening:
        async with unit(system, unit_id, waveforms=False) as client:
            monitor.admit(client)
            await client.drained()
        alarm = await listening.alarm(monitor.encounter_id, CAUSE)
        async with unit(system, unit_id, waveforms=False) as client:
            (shown,) = await shown_to_crew(client, CAUSE, 1)
            assert (shown.alarm_id, shown.sources) == (alarm.alarm_id, (Source.CENTER_A,))
            (patient,) = Desk(client).view().patients
            assert [(it.cause, it.subject) for it in patient.alarms] == [(CAUSE, "II")]
            monitor.mend(client)
            await client.drained()
        await listening.alarm(monitor.encounter_id, CAUSE, lambda it: it.state is AlarmState.ENDED)
        async with unit(system, unit_id, waveforms=False) as client:
            await shown_to_crew(client, CAUSE, 0)


async def test_a_gateway_that_was_restarted_tells_it_and_that_it_is_over(system: Running) -> None:
    """What the older gateway had told is not told again, and what it had not is."""
    unit_id, monitor = f"AMB-CREW-{uuid4().hex[:8]}", monitored()
    async with desk(system.alerts) as listening:
        async with unit(system, unit_id, waveforms=False) as client:
            monitor.admit(client)
            await client.drained()
        alarm = await listening.alarm(monitor.encounter_id, CAUSE)
        async with (
            another_gateway(system) as other,
            unit(other, unit_id, waveforms=False) as client,
        ):
            (shown,) = await shown_to_crew(client, CAUSE, 1)
            assert shown.alarm_id == alarm.alarm_id
        async with (
            another_gateway(system) as other,
            unit(other, unit_id, waveforms=False) as client,
        ):
            (again,) = await shown_to_crew(client, CAUSE, 1)
            assert again == shown
            monitor.mend(client)
            await shown_to_crew(client, CAUSE, 0)
