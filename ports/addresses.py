"""Where a running stack can be reached: ``addresses.json`` in its home.

The file is replaced in one step, so a reader sees the old addresses or the new, never half.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

FILE_NAME: Final = "addresses.json"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Each as ``host:port``, the board and the WebSocket as URLs; None where none runs."""

    gateway: str
    alerts: str
    kafka: str | None
    board: str | None = None
    websocket: str | None = None
    crew: str | None = None
    certificates: str | None = None
    """Folder of the certificates of a run with TLS."""
    metrics: Mapping[str, str] = field(default_factory=dict)
    """Of each program, by its name."""


class AddressesUnknown(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """No readable addresses lie in this home: no stack was started there."""


def write_addresses(home: Path, addresses: Addresses) -> Path:
    """Write the addresses into a home, which is made if missing, and return the file."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE_NAME
    descriptor, name = tempfile.mkstemp(dir=home, prefix=f".{FILE_NAME}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(addresses)) + b"\n")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def read_addresses(home: Path) -> Addresses:
    """Return the addresses of the stack of a home.

    Raises:
        AddressesUnknown: there is no such file, or it is not one of ours.
    """
    path = home / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Addresses)
    except (OSError, msgspec.DecodeError) as error:
        message = f"no addresses in {path}: is a stack running with this home?"
        raise AddressesUnknown(message) from error


def remove_addresses(home: Path) -> None:
    """Forget the addresses of a home, as its stack stops."""
    (home / FILE_NAME).unlink(missing_ok=True)
