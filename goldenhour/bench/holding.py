"""Whose a patient is, said in the log before a gateway reads it."""

from collections.abc import Iterable
from dataclasses import replace

from clinical.watch.encounter import EncounterState, provisional
from ports.log.port import Log
from wire.encounters import encode_encounter
from wire.partition import partition_of
from wire.records import HEADERS_ENCOUNTER_STATE
from wire.topics import ENCOUNTERS


def held_by(unit_id: str, encounter_id: str) -> EncounterState:
    """Return that a unit holds a patient."""
    return replace(provisional(encounter_id, unit_id, 0), provisional=False)


async def say_held(log: Log, states: Iterable[EncounterState]) -> None:
    """Write who holds whom."""
    writer = await log.writer()
    for state in states:
        await writer.send(
            ENCOUNTERS.name,
            partition_of(state.encounter_id, ENCOUNTERS.partitions),
            encode_encounter(state),
            key=state.encounter_id.encode(),
            headers=HEADERS_ENCOUNTER_STATE,
        )
    await writer.close()
