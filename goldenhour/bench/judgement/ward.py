"""What the bench of judgement judges: one partition's records, as gateways would write them.

The patients of the ward send vital signs at 1 Hz, in micro-batches of a hundred frames, with a tick
each second. Most are well, and their numbers wander by a step or two. One in thirty is ill for
half of each two minutes, so that alarms begin and end. One frame in two hundred lacks a vital, and
one in two hundred has one marked as artefact. The same seed gives the same bytes.

The frames of the vitals job are smaller, about 60 bytes: encounter, instant and five numbers, with
consciousness and oxygen, of each of which a tenth is missing, as in the peers' table.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.items import Vitals
from clinical.vitals import Consciousness, Quality, Vital
from ports.log.port import Record
from wire.frames import Frame, Lane, encode_frame
from wire.records import HEADERS_BATCH, HEADERS_TICK, Tick, encode_batch, encode_tick

BATCH_FRAMES: Final = 100
START_US: Final = 1_780_000_000 * SECOND_US

_ILL: Final[dict[str, float]] = {"heart_rate_bpm": 135, "respiration_per_min": 27}
_ILL_ONE_IN: Final = 30
_ODD_ONE_IN: Final = 200
_MISSING_ONE_IN: Final = 10
_GATEWAY: Final = "gateway-1"


def ward(patients: int, seconds: int, *, ticks: bool, seed: int = 1) -> list[Record]:
    """Return the records of a partition: vital signs of so many patients for so long."""
    chance = random.Random(seed)  # noqa: S311 - a load, not a secret
    units = [_Unit(number, chance) for number in range(patients)]
    values: list[tuple[bytes, tuple[tuple[str, bytes], ...]]] = []
    for second in range(seconds):
        begin_us = START_US + second * SECOND_US
        frames = [unit.frame(second, begin_us, chance) for unit in units]
        for stamp, batch in enumerate(_batches(frames)):
            value = encode_batch(begin_us + stamp * 10_000, _GATEWAY, batch)
            values.append((value, HEADERS_BATCH))
        if ticks:
            tick = Tick(_GATEWAY, begin_us + SECOND_US - 1, healthy=True)
            values.append((encode_tick(tick), HEADERS_TICK))
    return _records(values)


def vitals_job_records(encounters: int, seconds: int, *, seed: int = 1) -> list[Record]:
    """Return the records of the vitals job."""
    frames = [
        job_frame(encounter_id, second * SECOND_US, item)
        for second, items in enumerate(job_vitals(encounters, seconds, seed=seed))
        for encounter_id, item in items
    ]
    return _records([(encode_batch(0, "", batch), HEADERS_BATCH) for batch in _batches(frames)])


def job_vitals(encounters: int, seconds: int, *, seed: int) -> Iterator[list[tuple[str, Vitals]]]:
    """Give what each encounter of the vitals job measures, second by second."""
    chance = random.Random(seed)  # noqa: S311 - a load, not a secret
    ids = [f"e-{number:04}" for number in range(encounters)]
    numbers = [[chance.gauss(mean, width) for mean, width in _MEANS] for _ in ids]
    for _ in range(seconds):
        items: list[tuple[str, Vitals]] = []
        for encounter_id, carried in zip(ids, numbers, strict=True):
            for index, (mean, width) in enumerate(_MEANS):
                carried[index] += 0.002 * (mean - carried[index]) + chance.gauss(0, width / 60)
            items.append((encounter_id, _small(carried, chance)))
        yield items


def job_frame(encounter_id: str, captured_us: int, item: Vitals) -> bytes:
    """Return a frame of the vitals job, as bytes."""
    return encode_frame(
        Frame("", Lane.VITALS, b"", 0, captured_us, None, None, encounter_id, (item,))
    )


_MEANS: Final = ((92.0, 22.0), (19.0, 5.0), (95.0, 3.0), (118.0, 20.0), (37.1, 0.8))
"""Mean and spread of heart rate, respiration, saturation, systolic pressure and temperature."""


def _small(numbers: list[float], chance: random.Random) -> Vitals:
    fields = ("heart_rate_bpm", "respiration_per_min", "spo2_percent", "systolic_mmhg")
    values: dict[str, Any] = {
        field: float(round(value)) for field, value in zip(fields, numbers, strict=False)
    }
    values["spo2_percent"] = min(100.0, values["spo2_percent"])
    values["temperature_c"] = round(numbers[-1], 1)
    values["consciousness"] = Consciousness.ALERT
    values["on_oxygen"] = False
    return Vitals(
        **{name: value for name, value in values.items() if chance.randrange(_MISSING_ONE_IN)}
    )


class _Unit:
    """One patient in one vehicle."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self._number = number
        self._segment = chance.randbytes(16)
        self._boot = f"00000000-0000-4000-8000-{number:012x}"
        self._encounter = f"01890a5d-ac96-774b-bcce-{number:012x}"
        self._heart = chance.gauss(76, 5)

    def frame(self, second: int, begin_us: int, chance: random.Random) -> bytes:
        """Return the frame of one second, as bytes."""
        return encode_frame(
            Frame(
                unit_id=f"UNIT-{self._number:05}",
                lane=Lane.VITALS,
                segment=self._segment,
                sequence=second + 1,
                captured_us=begin_us - 20_000 + self._number,
                uncertainty_us=800,
                boot_id=self._boot,
                encounter_id=self._encounter,
                items=(self._item(second, chance),),
            )
        )

    def _item(self, second: int, chance: random.Random) -> Vitals:
        heart = float(round(self._heart + chance.gauss(0, 1.5)))
        item = Vitals(
            heart_rate_bpm=heart,
            pulse_rate_bpm=heart + chance.randint(-1, 1),
            respiration_per_min=float(round(chance.gauss(16, 1))),
            spo2_percent=float(round(min(100.0, chance.gauss(97.5, 0.7)))),
        )
        if second == 0 or (second + self._number) % 60 == 0:
            item = replace(item, **_SELDOM)
        if self._number % _ILL_ONE_IN == 0 and (second + self._number) // 60 % 2:
            item = replace(item, **_ILL)  # type: ignore[arg-type]
        odd = chance.randrange(_ODD_ONE_IN)
        if odd == 0:
            return replace(item, spo2_percent=None)
        return replace(item, marks={Vital.SPO2: Quality.ARTEFACT}) if odd == 1 else item


_SELDOM: Final[dict[str, Any]] = {
    "systolic_mmhg": 124.0,
    "diastolic_mmhg": 78.0,
    "temperature_c": 36.9,
    "consciousness": Consciousness.ALERT,
    "on_oxygen": False,
}
"""What is measured at first, and then once a minute."""


def _batches(frames: list[bytes]) -> Iterator[list[bytes]]:
    for start in range(0, len(frames), BATCH_FRAMES):
        yield frames[start : start + BATCH_FRAMES]


def _records(values: list[tuple[bytes, tuple[tuple[str, bytes], ...]]]) -> list[Record]:
    return [
        Record("bench", 0, offset, None, value, headers)
        for offset, (value, headers) in enumerate(values)
    ]
