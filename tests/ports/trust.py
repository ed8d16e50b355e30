"""An authority and its holders, made for a test in a folder."""

from dataclasses import dataclass
from pathlib import Path

from goldenhour.certs.authority import Authority
from goldenhour.certs.equipping import LOOPBACK, equip
from ports.clock import SystemClock
from ports.identity import Kind, named
from ports.tls import Tls, TlsFiles

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Trust:
    """One authority and where its holders' files lie."""

    authority: Authority
    folder: Path

    @classmethod
    def in_folder(cls, folder: Path) -> "Trust":
        """Make an authority."""
        authority = Authority.found(folder / "authority", "Test", SystemClock().now_us())
        return cls(authority, folder / "holders")

    def files(self, name: str, kind: Kind = Kind.UNIT, *, days_ago: int = 0) -> TlsFiles:
        """Make a certificate, as it was made so many days ago, and return its files."""
        now_us = SystemClock().now_us() - days_ago * DAY_US
        hosts = () if kind in {Kind.UNIT, Kind.STAFF} else LOOPBACK
        equip(self.authority, self.folder, named(kind, name), now_us, hosts=hosts)
        return TlsFiles.in_folder(self.folder, name)

    def tls(self, name: str, kind: Kind = Kind.UNIT, *, days_ago: int = 0) -> Tls:
        """Make a certificate and return what a program makes of it."""
        return Tls(self.files(name, kind, days_ago=days_ago))

    def gateway(self) -> Tls:
        """Return what a gateway has: its own certificate, and the list of revoked ones."""
        files = self.files("gateway", Kind.GATEWAY)
        revoked = self.authority.list_revoked(SystemClock().now_us())
        return Tls(TlsFiles(files.certificate, files.key, files.authorities, revoked))

    def revoke(self, name: str) -> None:
        """Take a unit's certificates back."""
        self.authority.revoke(
            serial=None,
            identity=named(Kind.UNIT, name),
            now_us=SystemClock().now_us(),
            reason="stolen",
        )
