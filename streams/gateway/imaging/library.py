"""Where the gateway puts images: bytes into the object store, references into topic `images`.

An object is *stored* when it is whole, agrees with its digest, is a slice of the series that it
came with, is sealed, and the log holds its reference: in this order, so that nobody is ever
pointed to half an object. What a crash leaves half done is found again when the unit opens the
series again, and is finished then. References are at least once; a gateway remembers those it
wrote, so that a unit on a poor link does not fill the topic.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from prometheus_client import CollectorRegistry, Counter

from ports.clock import Clock
from ports.log.port import LogWriter
from ports.objects.port import DigestDiffers, Objects
from streams.gateway.imaging.manifest import ExpectedObject, Manifest
from wire.dicom import SliceHeader, read_header
from wire.images import (
    ImageStored,
    SeriesAnnounced,
    encode_image_stored,
    encode_series_announced,
)
from wire.partition import partition_of
from wire.reading import Unreadable
from wire.records import HEADERS_IMAGE_STORED, HEADERS_SERIES_ANNOUNCED, Headers
from wire.topics import IMAGES

WRITTEN_KEPT: Final = 50_000
"""References that are remembered as written; an older one is written again when asked about."""

JUDGED_AT_ONCE: Final = 2
"""Whole objects that are in memory to be judged; further ones wait."""


class ObjectRefusal(IntEnum):
    """Why an object was refused, numbered as on the wire."""

    DIGEST_MISMATCH = 1
    UNREADABLE = 2
    UID_REUSED = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """What is held of an object."""

    sop_uid: str
    held_bytes: int
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An object cannot be kept as it came."""

    sop_uid: str
    reason: ObjectRefusal
    description: str


class Library:
    """The images of one gateway process."""

    def __init__(
        self, objects: Objects, writer: LogWriter, clock: Clock, registry: CollectorRegistry
    ) -> None:
        self._objects = objects
        self._writer = writer
        self._clock = clock
        self._written: OrderedDict[str, bytes] = OrderedDict()
        self._judging = asyncio.Semaphore(JUDGED_AT_ONCE)
        self._bytes = Counter(
            "goldenhour_gateway_image_bytes", "Bytes of images taken.", registry=registry
        )
        self._stored = Counter(
            "goldenhour_gateway_images_stored", "Images stored.", registry=registry
        )
        refused = Counter(
            "goldenhour_gateway_images_refused",
            "Images refused, by reason.",
            ["reason"],
            registry=registry,
        )
        self._refused = {reason: refused.labels(reason.name) for reason in ObjectRefusal}

    async def announce(self, manifest: Manifest) -> None:
        """Say in the log that a unit has this series.

        Raises:
            LogLost: the log did not confirm it.
        """
        sop_uids = tuple(one.sop_uid for one in manifest.objects)
        digest = sha256("/".join(sop_uids).encode()).digest()
        series = f"{manifest.encounter_id}/{manifest.series_uid}"
        if self._written.get(series) == digest:
            return
        announced = SeriesAnnounced(
            manifest.encounter_id,
            manifest.unit_id,
            manifest.study_uid,
            manifest.series_uid,
            manifest.scanned_us,
            sop_uids,
            self._clock.now_us(),
        )
        value = encode_series_announced(announced)
        await self._append(manifest.encounter_id, value, HEADERS_SERIES_ANNOUNCED)
        self._remember(series, digest)

    async def look_up(self, manifest: Manifest, wanted: ExpectedObject) -> Progress | Refused:
        """Return how much of an object is held; finish what is whole.

        Raises:
            LogLost: the log did not confirm a reference.
        """
        key = manifest.key(wanted.sop_uid)
        sealed = self._written.get(key) or await self._objects.sha256(key)
        if sealed is None:
            held = await self._objects.held_bytes(key)
            if held < wanted.size_bytes:
                return Progress(wanted.sop_uid, held)
            return await self.finish(manifest, wanted)
        if sealed != wanted.sha256:
            return self._refuse(wanted, ObjectRefusal.UID_REUSED, "another object has this UID")
        if key not in self._written:
            header = await asyncio.to_thread(read_header, await self._objects.read(key))
            await self._objects.drop(key)  # left by a gateway that died after sealing
            await self._refer(manifest, wanted, header)
        return Progress(wanted.sop_uid, wanted.size_bytes, stored=True)

    async def take(
        self, manifest: Manifest, wanted: ExpectedObject, offset: int, data: bytes
    ) -> Progress:
        """Add bytes to an object; the caller has it finished when it is whole.

        Raises:
            WrongOffset: the bytes do not begin where those held end.
            OSError: there is no room.
        """
        held = await self._objects.append(manifest.key(wanted.sop_uid), offset, data)
        self._bytes.inc(len(data))
        return Progress(wanted.sop_uid, held)

    async def finish(self, manifest: Manifest, wanted: ExpectedObject) -> Progress | Refused:
        """Judge a whole object, seal it, and refer to it in the log.

        Raises:
            OSError: there is no room.
            LogLost: the log did not confirm the reference.
        """
        key = manifest.key(wanted.sop_uid)
        async with self._judging:
            data = await self._objects.read_part(key)
            judged = await asyncio.to_thread(_judge, manifest, wanted, data)
        if isinstance(judged, Refused):
            await self._objects.drop(key)
            return self._refuse(wanted, judged.reason, judged.description)
        try:
            await self._objects.seal(key, wanted.sha256)
        except DigestDiffers:
            words = "the bytes changed while they were judged"
            return self._refuse(wanted, ObjectRefusal.DIGEST_MISMATCH, words)
        await self._refer(manifest, wanted, judged)
        self._stored.inc()
        return Progress(wanted.sop_uid, wanted.size_bytes, stored=True)

    async def _refer(self, manifest: Manifest, wanted: ExpectedObject, header: SliceHeader) -> None:
        key = manifest.key(wanted.sop_uid)
        stored = ImageStored(
            manifest.encounter_id,
            manifest.unit_id,
            manifest.series_uid,
            wanted.sop_uid,
            key,
            wanted.size_bytes,
            wanted.sha256,
            header.slice,
            self._clock.now_us(),
        )
        value = encode_image_stored(stored)
        await self._append(manifest.encounter_id, value, HEADERS_IMAGE_STORED)
        self._remember(key, wanted.sha256)

    async def _append(self, encounter_id: str, value: bytes, headers: Headers) -> None:
        partition = partition_of(encounter_id, IMAGES.partitions)
        await (
            await self._writer.send(
                IMAGES.name, partition, value, key=encounter_id.encode(), headers=headers
            )
        )

    def _remember(self, key: str, digest: bytes) -> None:
        self._written[key] = digest
        if len(self._written) > WRITTEN_KEPT:
            self._written.popitem(last=False)

    def _refuse(self, wanted: ExpectedObject, reason: ObjectRefusal, words: str) -> Refused:
        self._refused[reason].inc()
        return Refused(wanted.sop_uid, reason, words)


def _judge(manifest: Manifest, wanted: ExpectedObject, data: bytes) -> SliceHeader | Refused:
    """Return the header of a whole object, or why it cannot be kept."""
    if sha256(data).digest() != wanted.sha256:
        words = "the bytes differ from the digest"
        return Refused(wanted.sop_uid, ObjectRefusal.DIGEST_MISMATCH, words)
    try:
        header = read_header(data)
    except Unreadable as error:
        return Refused(wanted.sop_uid, ObjectRefusal.UNREADABLE, str(error))
    stated = (header.study_uid, header.series_uid, header.sop_uid)
    if stated != (manifest.study_uid, manifest.series_uid, wanted.sop_uid):
        words = "the object names another study, series or SOP Instance UID"
        return Refused(wanted.sop_uid, ObjectRefusal.UNREADABLE, words)
    return header
