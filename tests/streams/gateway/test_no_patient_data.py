"""The gateway never logs patient data: what it says of good and bad frames is scanned."""

import pytest

from ambulance.telemetry.v1 import frame_pb2
from clinical.items import CrewEvent, CrewFinding, EncounterChange, EncounterEvent, Vitals
from ports.log.memory_log import MemoryLog
from streams.gateway.uplink.ingress import Ingress
from tests.streams.gateway.station import Frames, Station
from wire.frames import Lane

VITALS = Frames("AMB-1")
ALARMS = Frames("AMB-1", Lane.ALARM)
HEART_RATE = 141.625
TOO_MUCH = 777.125
FOREIGN_RATE = 97.8125
DRUG = "Secretopam"
REASON = "mother of the mayor"
PRIVATE = (str(HEART_RATE), str(TOO_MUCH), str(FOREIGN_RATE), DRUG, REASON, "\\x8b", "age_years")


def _bad(sequence: int) -> bytes:
    frame = frame_pb2.Frame.FromString(VITALS(sequence, Vitals(heart_rate_bpm=HEART_RATE)))
    frame.items[0].vitals.spo2_percent = TOO_MUCH
    return frame.SerializeToString()


async def test_no_value_name_or_word_of_a_patient_is_logged(
    station: Station, log: MemoryLog, capfd: pytest.CaptureFixture[str]
) -> None:
    """Admitted, out of range, unreadable, reused, foreign: the log names reasons and fields."""
    line = await station.uplink(VITALS)
    good = VITALS(1, Vitals(heart_rate_bpm=HEART_RATE))
    await line.send((1, good), (2, _bad(2)), (3, b"\x8b" + DRUG.encode()))
    await line.until_acknowledged(3)
    await line.send((1, VITALS(1, Vitals(heart_rate_bpm=FOREIGN_RATE))))
    await line.until_acknowledged(3)
    crew = await station.uplink(ALARMS)
    event = EncounterEvent(EncounterChange.OPENED, age_years=97, reason=REASON)
    given = CrewEvent(CrewFinding.DRUG_GIVEN, drug=DRUG)
    await crew.send((1, ALARMS(1, event)), (2, ALARMS(2, given)), (3, VITALS(3)))
    await crew.until_acknowledged(3)
    logged = "".join(capfd.readouterr())
    assert logged.count("frame refused") == 4
    assert "items[0].vitals.spo2_percent" in logged
    for private in PRIVATE:
        assert private not in _without_times(logged)


async def test_a_failure_of_our_own_shows_no_frame(
    station: Station, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What failed is named by its line; the frame that it failed on is not shown."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    line = await station.uplink(VITALS)
    monkeypatch.setattr(Ingress, "judge", fail)
    await line.send((1, VITALS(1, Vitals(heart_rate_bpm=HEART_RATE))))
    await line.end()
    logged = "".join(capfd.readouterr())
    assert "frame not taken" in logged
    assert str(HEART_RATE) not in logged


def _without_times(logged: str) -> str:
    """Leave out the stamps of the lines, whose digits mean nothing."""
    return "\n".join(line[19:] for line in logged.splitlines())
