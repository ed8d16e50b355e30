"""Takes images from a scanner over DICOM: a storage SCP in front of the drop folder.

A scanner stores images by C-STORE, in one association or several. Each image is written into the
folder of its series, flushed to disk, and only then answered with Success. While an association is
open that has stored into a series, the series is not finished; after its release it is finished
once it has been quiet, as any other in the drop folder.

pynetdicom works in threads of its own, so nothing here touches the event loop, and the library is
loaded only by a vehicle that has a scanner. Its log lines name patients, so none is kept.

Bounds: ``ASSOCIATIONS_MAX`` at a time; an image above ``MAX_OBJECT_BYTES`` is answered with Out of
Resources, as is a full disk, and the scanner keeps it.
"""

import logging
import os
import threading
from pathlib import Path
from typing import Any, Final

from pynetdicom import AE, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    CTImageStorage,
    Verification,
)

from wire.dicom import read_header
from wire.images import is_uid
from wire.limits import MAX_OBJECT_BYTES
from wire.reading import Unreadable

ASSOCIATIONS_MAX: Final = 4
"""Associations at a time; further ones are rejected for the moment."""

IDLE_S: Final = 60
"""An association on which nothing comes for so long is aborted."""

PDU_BYTES: Final = 131_072
"""Largest protocol data unit that a scanner may send."""

SUCCESS: Final = 0x0000
DUPLICATE: Final = 0x0111
"""Duplicate SOP Instance (PS3.7, C.5.10)."""
OUT_OF_RESOURCES: Final = 0xA700
"""Refused: out of resources (PS3.4, table B.2-1)."""
CANNOT_UNDERSTAND: Final = 0xC000
"""Error: cannot understand (PS3.4, table B.2-1)."""


class Receiver:
    """The DICOM side of a vehicle."""

    def __init__(self, address: str, ae_title: str, folder: Path) -> None:
        """Prepare to listen at ``host:port`` under a title, and to write into a drop folder."""
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._ae_title = ae_title
        self._folder = folder
        self._server: Any = None
        self._lock = threading.Lock()
        self._storing: dict[Any, set[str]] = {}
        """Series by the association that has stored into them."""

    @property
    def address(self) -> str:
        """Where the scanner connects, ``host:port``."""
        return f"{self._host}:{self._server.server_address[1]}"

    def start(self) -> None:
        """Listen; OSError when the port is taken."""
        logging.getLogger("pynetdicom").setLevel(logging.CRITICAL + 1)
        entity = AE(ae_title=self._ae_title)
        entity.add_supported_context(CTImageStorage)
        entity.add_supported_context(Verification)
        entity.require_called_aet = True
        entity.maximum_associations = ASSOCIATIONS_MAX
        entity.network_timeout = entity.acse_timeout = IDLE_S
        entity.maximum_pdu_size = PDU_BYTES
        self._server = entity.start_server(
            (self._host, self._port),
            block=False,
            evt_handlers=[
                (evt.EVT_C_STORE, self._store),
                (evt.EVT_CONN_CLOSE, self._close_association),
            ],
        )

    def stop(self) -> None:
        """End every association and stop listening; once more does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()

    def busy(self, name: str) -> bool:
        """Say whether an association is open that has stored into this series."""
        with self._lock:
            return any(name in series for series in self._storing.values())

    def _store(self, event: Any) -> int:  # noqa: ANN401 - pynetdicom's own type
        data = event.encoded_dataset()
        if len(data) > MAX_OBJECT_BYTES:
            return OUT_OF_RESOURCES
        try:
            header = read_header(data)
        except Unreadable:
            return CANNOT_UNDERSTAND
        if not (is_uid(header.series_uid) and is_uid(header.sop_uid)):
            return CANNOT_UNDERSTAND
        with self._lock:
            self._storing.setdefault(event.assoc, set()).add(header.series_uid)
        try:
            return _keep(self._folder / header.series_uid, f"{header.sop_uid}.dcm", data)
        except OSError:
            return OUT_OF_RESOURCES

    def _close_association(self, event: Any) -> None:  # noqa: ANN401 - pynetdicom's own type
        with self._lock:
            self._storing.pop(event.assoc, None)


def _keep(folder: Path, name: str, data: bytes) -> int:
    """Write an image so that it is there after a power cut; what is there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.exists():
        return SUCCESS if path.read_bytes() == data else DUPLICATE
    draft = folder / f".{name}.{threading.get_ident()}"
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return SUCCESS
