"""The committed corpus: one good input of each decoder and kind, and what fuzzing once broke.

``python -m tests.fuzz.seeds`` writes the good ones anew; broken ones are files that nobody makes.
"""

from pathlib import Path
from random import Random
from typing import Final

from ambulance.imaging.v1 import imaging_service_pb2
from ambulance.telemetry.v1 import frame_pb2, telemetry_service_pb2
from goldenhour.bench.hostile.frames import Story, good
from goldenhour.bench.hostile.mutation import WAYS, Case
from goldenhour.certs.requests import new_key, write_request
from ports.identity import Kind, named
from streams.gateway.following.positions import OLDEST, encode_token
from tests.fuzz.decoders import DECODERS, SEGMENT, UNIT
from tests.wire.samples import of_kind
from wire.frames import Lane
from wire.validation import StreamKey

CORPUS: Final = Path(__file__).parent / "corpus"
LANES: Final = (Lane.ALARM, Lane.VITALS, Lane.WAVEFORM)
KINDS: Final = (
    *(("encounter_event", 0), ("crew_event", 0), ("crew_examination", 0), ("edge_transition", 0)),
    *(("acknowledgement", 0), ("pause", 0), ("reset", 0), ("receipt", 0)),
    *(("vitals", 1), ("device_status", 1), ("position", 1), ("link_state", 1), ("waveform", 2)),
)
STORY: Final = Story("01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058")


def seeds() -> dict[str, bytes]:
    """Return the good inputs, and one of each way to spoil a frame, by name."""
    found = {}
    for kind, decoder in KINDS:
        frame = of_kind(kind)
        found[f"frame-{kind}"] = _for(decoder, frame.SerializeToString())
    for way, (spoil, _) in WAYS.items():
        rng = Random(way)  # noqa: S311 - the same corpus each time
        stream = StreamKey(UNIT, Lane.VITALS, SEGMENT)
        case = Case(good(STORY, stream, 2, rng), STORY, stream, rng)
        found[f"spoiled-{way}"] = _for(1, spoil(case)[:4_096])
    opening = telemetry_service_pb2.Open(
        unit_id=UNIT, lane=frame_pb2.LANE_VITALS, segment=SEGMENT, next_sequence=1
    )
    request = telemetry_service_pb2.UplinkRequest(open=opening)
    found["uplink"] = _for(3, request.SerializeToString())
    one = imaging_service_pb2.ManifestObject(
        sop_instance_uid="1.2.3", size_bytes=1, sha256=bytes(32)
    )
    manifest = imaging_service_pb2.Manifest(
        unit_id=UNIT,
        encounter_id=STORY.encounter_id,
        study_instance_uid="1.2",
        series_instance_uid="1.2.4",
        scanned_at_us=0,
        objects=[one],
    )
    upload = imaging_service_pb2.UploadRequest(manifest=manifest)
    found["manifest"] = _for(4, upload.SerializeToString())
    found["token"] = _for(5, encode_token(OLDEST))
    found["dicom"] = _for(
        6, bytes(128) + b"DICM" + b"\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\x00"
    )
    found["request"] = _for(7, write_request(named(Kind.UNIT, UNIT), new_key()))
    found["certificate"] = _for(
        8, b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    )
    found["record"] = _for(9, b"log.v1.RecordBatch\n\x08\x01\x12\x01g")
    return found


def main() -> None:
    """Write the corpus."""
    CORPUS.mkdir(exist_ok=True)
    for name, data in seeds().items():
        (CORPUS / name).write_bytes(data)


def _for(decoder: int, data: bytes) -> bytes:
    assert decoder < len(DECODERS)
    return bytes([decoder]) + data


if __name__ == "__main__":
    main()
