"""What ``/proc`` says of a process."""

from pathlib import Path


def gone(pid: int) -> bool:
    """Say whether a process has ended, even if nobody has taken note of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def niceness_of_threads(pid: int) -> list[int]:
    """Return the niceness of each thread of a process."""
    stats = [task / "stat" for task in Path(f"/proc/{pid}/task").iterdir()]
    return [int(stat.read_text().rpartition(")")[2].split()[16]) for stat in stats]


def open_sockets(pid: int) -> list[str]:
    """Return the sockets that a process holds, beside its standard input and output."""
    descriptors = [it for it in Path(f"/proc/{pid}/fd").iterdir() if int(it.name) > 2]
    links = [str(descriptor.readlink()) for descriptor in descriptors]
    return [link for link in links if link.startswith("socket:")]
