"""One way for bytes to be wrong: whatever fails while reading them is Unreadable."""

from types import TracebackType

from google.protobuf.message import DecodeError


class Unreadable(Exception):  # noqa: N818 - named for what the bytes are
    """The bytes are not the message that they should be. The sender's fault."""


class reading:  # noqa: N801 - reads as the verb that it is
    """Turns malformed bytes and unknown numbers of an enumeration into Unreadable.

    It stands around all that is decoded; a generator in its place takes three times as long.
    """

    __slots__ = ("_message_name",)

    def __init__(self, message_name: str) -> None:
        """Name what the bytes should be."""
        self._message_name = message_name

    def __enter__(self) -> None:
        """Begin to read."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say that the bytes are wrong, if they are."""
        if kind is not None and issubclass(kind, DecodeError | KeyError):
            message = f"the bytes are not a {self._message_name}: {type(error).__name__}"
            raise Unreadable(message) from error
