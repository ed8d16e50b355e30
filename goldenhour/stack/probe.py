"""The supervisor's look from outside: does a program still answer at its metrics port?

The port is served by a thread of the program, so a busy program answers; one that was stopped, or
hangs as a whole, does not. It cannot end itself, so whoever supervises it kills it.
"""

import socket
from typing import Final

PROBED_EVERY_US: Final = 1_000_000
"""Between two looks."""

ANSWER_S: Final = 3.0
"""Longest wait for an answer."""

UNANSWERED_MAX: Final = 5
"""Looks in a row without an answer; then the program is killed and started again."""

_ASKED: Final = b"GET /favicon.ico HTTP/1.0\r\n\r\n"


def answers(address: str) -> bool:
    """Say whether anything answers at ``http://host:port`` or ``host:port``.

    It waits in the thread that calls it: asked on an event loop, a supervisor that is busy itself
    would take its own lateness for a program's silence.
    """
    host, _, port = address.removeprefix("http://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=ANSWER_S) as connection:
            connection.sendall(_ASKED)
            return bool(connection.recv(1))
    except OSError:
        return False
