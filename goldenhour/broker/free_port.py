"""Free loopback ports outside the range from which the system takes outgoing ones.

A port of that range can be taken by any connection before a server binds it; worse, a client that
keeps dialling a dead server there can end up connected to itself and hold the port.
"""

import secrets
import socket
from typing import Final

_LOWEST: Final = 20_000
_HIGHEST: Final = 32_000
_TRIES: Final = 200
_given: set[int] = set()
"""Ports that this process was given: none is bound yet, perhaps, and none is given twice."""


def free_port() -> int:
    """Return a loopback port on which nobody listens now, another one each time.

    Raises:
        OSError: none was found in 200 tries.
    """
    for _ in range(_TRIES):
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        if port not in _given and port_is_free(port):
            _given.add(port)
            return port
    message = f"no free port between {_LOWEST} and {_HIGHEST}"
    raise OSError(message)


def port_is_free(port: int) -> bool:
    """Say whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
