"""A real S3 server for the tests: ``rclone serve s3``, whose buckets are folders on the disk."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Final

BUCKET: Final = "images"
_KEY, _SECRET = "tester", "a-secret-of-this-test"
_STARTS_S: Final = 60
_POLL_S: Final = 0.02


class S3Server:
    """One server on a free port; started again it holds what it held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / BUCKET).mkdir(parents=True, exist_ok=True)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self._port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a program finds in its environment to reach it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
        }

    def start(self) -> None:
        """Return once it takes connections."""
        rclone = Path(sys.executable).parent / "rclone"
        self._process = subprocess.Popen(
            [rclone, "serve", "s3", "--addr", f"127.0.0.1:{self._port}",
             "--auth-key", f"{_KEY},{_SECRET}", self._folder],
            env={**os.environ, "RCLONE_CONFIG": os.devnull},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        never = Event()
        for _ in range(int(_STARTS_S / _POLL_S)):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            assert self._process.poll() is None, "the S3 server ended"
            never.wait(_POLL_S)
        message = "the S3 server takes no connections"
        raise TimeoutError(message)

    def kill(self) -> None:
        """Kill it with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Server]:
    """Run a server whose buckets lie in a folder."""
    server = S3Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
