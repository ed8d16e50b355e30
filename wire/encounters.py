"""Whole states of encounters, as topic `encounters` keeps them. Key: the encounter id."""

from ambulance.log.v1 import record_pb2
from clinical.watch.encounter import EncounterState
from wire.codes import ENCOUNTER_STATUS
from wire.reading import reading


def encode_encounter(state: EncounterState) -> bytes:
    """Return the serialised state; ``pregnant`` is for the watch alone and stays behind."""
    return record_pb2.EncounterState(
        encounter_id=state.encounter_id,
        unit_id=state.unit_id,
        bay=state.bay,
        status=ENCOUNTER_STATUS.number[state.status],
        provisional=state.provisional,
        offered_to_unit_id=state.offered_to_unit_id,
        standby_until_us=state.standby_until_us,
        owned_since_us=state.owned_since_us,
        previous_unit_id=state.previous_unit_id,
        age_years=state.age_years,
    ).SerializeToString()


def decode_encounter(value: bytes) -> EncounterState:
    """Return the state that the bytes hold; Unreadable when they hold none."""
    with reading("EncounterState"):
        pb = record_pb2.EncounterState.FromString(value)
        return EncounterState(
            encounter_id=pb.encounter_id,
            unit_id=pb.unit_id,
            bay=pb.bay or None,
            status=ENCOUNTER_STATUS.member[pb.status],
            provisional=pb.provisional,
            offered_to_unit_id=pb.offered_to_unit_id or None,
            standby_until_us=pb.standby_until_us if pb.HasField("standby_until_us") else None,
            owned_since_us=pb.owned_since_us,
            previous_unit_id=pb.previous_unit_id or None,
            age_years=pb.age_years if pb.HasField("age_years") else None,
            pregnant=None,
        )
