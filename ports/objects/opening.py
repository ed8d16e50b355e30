"""Opens the object store that a setting names: ``s3://BUCKET/PREFIX``, or a folder.

The S3 client is loaded only where it is wanted.
"""

from pathlib import Path
from typing import Final

from ports.objects.folder import FolderObjects
from ports.objects.port import Objects

_S3: Final = "s3://"


def open_objects(place: str) -> Objects:
    """Return the object store at a place."""
    if place.startswith(_S3):
        from ports.objects.s3 import S3Objects  # noqa: PLC0415 - a folder needs no S3 client

        return S3Objects(place)
    return FolderObjects(Path(place))
