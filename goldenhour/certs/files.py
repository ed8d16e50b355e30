"""Files of keys and certificates: written in one step, keys for their owner alone."""

import os
import tempfile
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o600
_PUBLIC: Final = 0o644


def write_private(file: Path, data: bytes) -> None:
    """Write what only the owner may read."""
    _write(file, data, _PRIVATE)


def write_public(file: Path, data: bytes) -> None:
    """Write what everybody may read."""
    _write(file, data, _PUBLIC)


def _write(file: Path, data: bytes, mode: int) -> None:
    """Replace a file; its content is on the disk before it takes the place of the old one."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            os.fchmod(out.fileno(), mode)
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
