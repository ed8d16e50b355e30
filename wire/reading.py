"""One way for bytes to be wrong: whatever fails while reading them is Unreadable."""

from collections.abc import Iterator
from contextlib import contextmanager

from google.protobuf.message import DecodeError


class Unreadable(Exception):  # noqa: N818 - named for what the bytes are
    """The bytes are not the message that they should be. The sender's fault."""


@contextmanager
def reading(message_name: str) -> Iterator[None]:
    """Turn malformed bytes and unknown numbers of an enumeration into Unreadable."""
    try:
        yield
    except (DecodeError, KeyError) as error:
        message = f"the bytes are not a {message_name}: {type(error).__name__}"
        raise Unreadable(message) from error
