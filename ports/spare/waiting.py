"""The part of a spare: load everything, open nothing, wait for the word, then be the program.

A process whose supervisor sets ``SPARE`` is started with the command line of the program that it
may have to replace. It imports what the program needs, reads its settings, says ``LOADED`` and
reads its standard input until the end of a line. The word is any line; what follows it is the
program's own. Where the input ends before, nobody needs it any more, and it ends.

Until then it holds no port, no connection, no lock and no thread, so it can be killed at any time:
signals do what they do to any process.

It loads while the program that was restored catches up, so it stands back: a thread of low
priority imports. Priority belongs to a thread in Linux, and no process may raise its own without
privilege; the thread that will be the program never lowers it. A library that starts threads when
it is imported is imported by that one (``LOADED_FIRST``), since its threads inherit it.
"""

import gc
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import get_native_id
from typing import Final, TypeVar

SPARE: Final = "GOLDENHOUR_SPARE"
"""Environment variable of a process that is to wait."""

LOADED: Final = b'{"loaded": true}\n'
"""What a spare says once it can take over."""

STANDING_BACK: Final = 10
"""How much nicer a spare loads than it will be: where processors are short it gets a tenth."""

LOADED_FIRST: Final = ("numpy", "encodings.idna")
"""What every program needs and a spare does not load aside: numpy starts a thread of its own, and
Python comes to the latter only at the first connection to a host."""

_INPUT: Final = 0
_Loaded = TypeVar("_Loaded")


def is_spare() -> bool:
    """Say whether this process is to wait before it is the program that it was started as."""
    return SPARE in os.environ


def standing_back(load: Callable[[], _Loaded]) -> _Loaded:
    """Return what is loaded; a spare lets everybody else go first."""
    if not is_spare():
        return load()
    for library in LOADED_FIRST:
        import_module(library)
    with ThreadPoolExecutor(max_workers=1, initializer=_stand_back) as aside:
        return aside.submit(load).result()


def await_turn() -> None:
    """Say that everything is loaded, and return when it is this spare's turn.

    Raises:
        SystemExit: nobody will give the word any more.
    """
    gc.collect()
    gc.freeze()
    sys.stdout.buffer.write(LOADED)
    sys.stdout.flush()
    word = b""
    while word != b"\n":
        word = os.read(_INPUT, 1)
        if not word:
            raise SystemExit(0)
    del os.environ[SPARE]


def _stand_back() -> None:
    thread = get_native_id()
    niceness = os.getpriority(os.PRIO_PROCESS, thread) + STANDING_BACK
    os.setpriority(os.PRIO_PROCESS, thread, niceness)
