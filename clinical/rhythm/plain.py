"""Arrays and what holds them, as plain data that MessagePack can carry, and back."""

from typing import Any, Final

import numpy as np

_ARRAY: Final = "array"


def to_plain(value: object) -> object:
    """Return the value with every array as its type, shape and bytes."""
    if isinstance(value, np.ndarray):
        return [_ARRAY, value.dtype.str, list(value.shape), value.tobytes()]
    if isinstance(value, dict):
        return {name: to_plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(held) for held in value]
    return value.item() if isinstance(value, np.generic) else value


def from_plain(value: Any) -> Any:  # noqa: ANN401 - whatever was made plain
    """Return what ``to_plain`` was given; tuples come back as lists."""
    if isinstance(value, dict):
        return {name: from_plain(held) for name, held in value.items()}
    if not isinstance(value, list):
        return value
    if value and value[0] == _ARRAY:
        _, kind, shape, held = value
        return np.frombuffer(held, kind).reshape(shape).copy()
    return [from_plain(held) for held in value]
