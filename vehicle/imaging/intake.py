"""Takes series from the drop folder and has them sent, one after the other, each once.

    folder ── finished? ── whose? ── read ── marked as taken ── Uploader ── marked as sent

The folder is looked at by polling: it may be a share, from which no change is reported. What cannot
be sent is said once and looked at again when it changes. Nothing here may stop the vehicle: a bad
folder, a full disk and a share that is gone are log lines.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from ports.clock import Clock
from ports.logging import get_logger
from vehicle.imaging.drop_folder import Listing, Mark, Unlistable, listings, write_mark
from vehicle.imaging.quiet import Quiet
from vehicle.imaging.series import NoSeries, Series, read_files
from vehicle.imaging.uploader import Uploader
from wire.limits import MAX_OBJECT_BYTES, MAX_SERIES_OBJECTS, is_uuid_text
from wire.reading import Unreadable

LOOK_EVERY_US: Final = 250_000
"""Between two looks at the drop folder."""

log = get_logger(__name__)


class Intake:
    """The series of one unit, from its drop folder to the gateway."""

    def __init__(
        self,
        folder: Path,
        uploader: Uploader,
        clock: Clock,
        *,
        quiet_us: int,
        encounters: Callable[[], Sequence[str]],
        now_us: Callable[[], int],
        busy: Callable[[str], bool],
    ) -> None:
        """Prepare; ``run`` works.

        ``encounters`` are those that are open; ``now_us`` is the unit's best knowledge of the time;
        ``busy`` says whether somebody is storing into a series by name.
        """
        self._folder = folder
        self._uploader = uploader
        self._clock = clock
        self._quiet = Quiet(quiet_us)
        self._encounters = encounters
        self._now_us = now_us
        self._busy = busy
        self._done: dict[Path, int] = {}
        """Series that were sent, with the change time of their folder."""
        self._unfit: dict[Path, str] = {}
        """Series that are none, with the fingerprint of their files."""
        self._said: dict[Path, str] = {}
        """Why a series waits, as it was logged."""
        self._waiting = True
        self._looked = asyncio.Event()

    async def run(self) -> None:
        """Look and send until cancelled."""
        while True:
            try:
                await self._look()
            except OSError as error:
                self._say(self._folder, f"the drop folder cannot be read: {error.strerror}")
            self._looked.set()
            await self._clock.sleep_us(LOOK_EVERY_US)

    async def settled(self) -> None:
        """Return once every series that can be sent is sent; bound it with a timeout."""
        await self._next_look()  # which may have begun before this call
        while True:
            await self._next_look()
            if not self._waiting:
                return

    async def close(self) -> None:
        """Let go of the connection."""
        await self._uploader.close()

    async def _next_look(self) -> None:
        self._looked.clear()
        await self._looked.wait()

    async def _look(self) -> None:
        found = await asyncio.to_thread(
            lambda: list(listings(self._folder, known=lambda path, ns: self._done.get(path) == ns))
        )
        self._quiet.keep({one.folder.name for one in found})
        self._waiting = False
        for one in found:
            if isinstance(one, Unlistable):
                self._say(one.folder, one.why)
            elif one.sent:
                self._done[one.folder] = await asyncio.to_thread(_changed_ns, one.folder)
            elif one.files and self._unfit.get(one.folder) != one.fingerprint:
                await self._take(one)

    async def _take(self, one: Listing) -> None:
        now_us = self._clock.monotonic_us()
        busy = self._busy(one.folder.name)
        finished_us = self._quiet.finished(
            one.folder.name, one.fingerprint, now_us, complete=one.complete, busy=busy
        )
        if finished_us is None:
            self._waiting = True
            return
        encounter_id = self._encounter_of(one)
        if encounter_id is None:
            return
        scanned_us = self._now_us() - (now_us - finished_us)
        if one.mark is not None and one.mark.fingerprint == one.fingerprint:
            scanned_us = one.mark.scanned_us
        self._waiting = True
        try:
            series = await asyncio.to_thread(_read, one, encounter_id, scanned_us)
            await self._send(one, series)
        except (NoSeries, Unreadable) as error:
            self._unfit[one.folder] = one.fingerprint
            self._say(one.folder, str(error))
        except OSError as error:
            self._say(one.folder, f"cannot be read or marked: {error.strerror}")

    async def _send(self, one: Listing, series: Series) -> None:
        mark = Mark(one.fingerprint, series.encounter_id, series.scanned_us)
        await asyncio.to_thread(write_mark, one.folder, mark)
        session = await self._uploader.upload(series)
        sent = Mark(
            one.fingerprint,
            series.encounter_id,
            series.scanned_us,
            sent=True,
            stored=len(session.stored),
            given_up=len(session.given_up),
        )
        await asyncio.to_thread(write_mark, one.folder, sent)
        log.info("series sent", stored=sent.stored, given_up=sent.given_up)

    def _encounter_of(self, one: Listing) -> str | None:
        """Return whose series it is; None, and say so, while nobody can know."""
        if one.encounter_id is not None:
            if is_uuid_text(one.encounter_id):
                return one.encounter_id
            self._say(one.folder, "the file `encounter` names no encounter")
            return None
        if one.mark is not None:
            return one.mark.encounter_id
        encounters = self._encounters()
        if len(encounters) != 1:
            self._say(one.folder, f"{len(encounters)} encounters are open and none is named")
            return None
        return encounters[0]

    def _say(self, folder: Path, why: str) -> None:
        """Log once why a series waits; its name could be the patient's, so it is not in the log."""
        if self._said.get(folder) != why:
            self._said[folder] = why
            log.warning("series waits", why=why)


def _read(one: Listing, encounter_id: str, scanned_us: int) -> Series:
    if len(one.files) > MAX_SERIES_OBJECTS:
        message = f"{len(one.files)} files are more than {MAX_SERIES_OBJECTS}"
        raise NoSeries(message)
    if any(path.stat().st_size > MAX_OBJECT_BYTES for path in one.files):
        message = f"a file is larger than {MAX_OBJECT_BYTES} bytes"
        raise NoSeries(message)
    return read_files(one.files, encounter_id, scanned_us)


def _changed_ns(folder: Path) -> int:
    return folder.stat().st_mtime_ns
