"""Loading a library without what it would load for nothing.

Some libraries load others only to offer what nobody here asks for. What a program loads before it
serves is how long it is away after it was killed, so they are told that those others are missing,
or get a stand-in with the name that they look for. Once loaded they keep what they were given; who
else asks for the module later gets the real one.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def standing_in(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Let modules that nobody has loaded yet be these for a while; None: be missing."""
    put = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(cast("dict[str, ModuleType]", put))
    try:
        yield
    finally:
        for name in put:
            sys.modules.pop(name, None)
