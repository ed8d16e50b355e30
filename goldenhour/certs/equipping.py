"""Key and certificate made in one step, by whoever holds the authority: servers, staff, a demo."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from goldenhour.certs.authority import CERTIFICATE_DAYS, Authority
from goldenhour.certs.files import write_private, write_public
from goldenhour.certs.requests import key_pem, new_key
from ports.identity import Identity

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""Hosts of a server of this machine."""


def equip(
    authority: Authority,
    folder: Path,
    identity: Identity,
    now_us: int,
    *,
    hosts: Sequence[str] = (),
    days: int = CERTIFICATE_DAYS,
) -> None:
    """Put ``NAME.key``, ``NAME.crt`` and ``ca.crt`` into a folder."""
    key = new_key()
    pem = authority.issue(identity, key.public_key(), now_us, hosts=hosts, days=days)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(folder / f"{identity.name}.key", key_pem(key))
    write_public(folder / f"{identity.name}.crt", pem)
    write_public(folder / "ca.crt", (authority.folder / "ca.crt").read_bytes())
