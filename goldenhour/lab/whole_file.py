"""Files that appear whole or not at all: written under another name, renamed at the end."""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


def write_whole(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file so that it appears under its name complete or not at all."""
    with _appearing(path) as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def write_whole_text(path: Path, text: str) -> None:
    """Write a text file so that it appears under its name complete or not at all."""
    with _appearing(path) as stream:
        stream.write(text)


@contextmanager
def _appearing(path: Path) -> Iterator[TextIO]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.chmod(_ordinary_mode())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _ordinary_mode() -> int:
    """Return the mode that a newly created file would have."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
