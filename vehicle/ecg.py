"""Sends a twelve-lead ECG, behind the alarms, and judges it in the vehicle meanwhile.

Its pieces travel on the lane of the alarms and are numbered in order, so a piece that is captured
goes before an alarm that begins later. The first goes at once, since it names the ECG; each further
one waits until what was captured before is acknowledged, so an alarm never waits for more than one
piece. The vehicle's own watch alarms without waiting for the link: it judges the ECG while the
pieces are under way. Pieces that were not captured when the program ends are lost, and the ECG is
to be taken again; the caller knows when all of them are.
"""

import asyncio
from collections.abc import Sequence

from clinical.alarms.identity import FrameRef
from clinical.twelve_lead.ecg import EcgRecording, read
from clinical.twelve_lead.pieces import cut
from clinical.twelve_lead.telling import finding_of
from vehicle.client import VehicleClient
from vehicle.lane.session import SequenceRef
from wire.frames import Lane
from wire.twelve_lead import encode_ecg


async def send_ecg(
    client: VehicleClient, encounter_id: str, ecg: EcgRecording, ecg_id: bytes
) -> Sequence[SequenceRef]:
    """Send an ECG; return the names of its pieces once all are captured.

    Raises:
        TooLargeError: it is larger than can be sent.
        UnfitError: it is no twelve-lead ECG.
        LeadsMissingError: it lacks a lead that does not follow from others.
    """
    twelve = ecg.twelve()
    first, *others = cut(ecg_id, encode_ecg(ecg))
    name = client.capture(encounter_id, [first])
    refs = [name]
    reading = await asyncio.to_thread(read, twelve, ecg.person)
    frame = FrameRef(name.unit_id, int(name.lane), name.segment, name.sequence, item=0)
    client.hear(finding_of(encounter_id, ecg_id, ecg, reading.infarction, frame, client.now_us()))
    for piece in others:
        await client.clear(Lane.ALARM)
        refs.append(client.capture(encounter_id, [piece]))
    return refs
