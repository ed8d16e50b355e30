"""Which series the scanner has finished: those that have not changed for a while. Without I/O."""

from dataclasses import dataclass


@dataclass(slots=True)
class _Seen:
    fingerprint: str
    changed_us: int


class Quiet:
    """Remembers of each series when it changed last."""

    def __init__(self, quiet_us: int) -> None:
        """Begin with nothing seen; a series that is quiet for so long is finished."""
        self._quiet_us = quiet_us
        self._seen: dict[str, _Seen] = {}

    def finished(
        self, name: str, fingerprint: str, now_us: int, *, complete: bool, busy: bool
    ) -> int | None:
        """Return when a series was finished, None while it is not; ``now_us`` is monotonic.

        ``complete``: the scanner says so, and no time need pass. ``busy``: somebody is storing into
        it, so no time passes.
        """
        seen = self._seen.get(name)
        if seen is None or busy or seen.fingerprint != fingerprint:
            seen = self._seen[name] = _Seen(fingerprint, now_us)
        if busy or not (complete or now_us - seen.changed_us >= self._quiet_us):
            return None
        return seen.changed_us

    def keep(self, names: set[str]) -> None:
        """Forget every other series."""
        self._seen = {name: it for name, it in self._seen.items() if name in names}
