"""The certificates of a demo: an authority of its own, and a holder for everybody who speaks.

They live as long as the run's folder. What a deployment does with tokens and requests is done here
in one step, because one process holds both sides.
"""

from pathlib import Path
from typing import Final

from goldenhour.certs.authority import Authority
from goldenhour.certs.equipping import LOOPBACK, equip
from ports.identity import Kind, named
from simulators.scenario import load
from simulators.settings import JUDGE

GATEWAY: Final = "gateway"
CENTER: Final = "command-center"


def certify(folder: Path, scenario: str, now_us: int) -> Path:
    """Make everybody's certificates; return the folder in which they lie."""
    authority = Authority.found(folder / "authority", "Golden Hour demo", now_us)
    certificates = folder / "certificates"
    for kind, name in ((Kind.GATEWAY, GATEWAY), (Kind.CENTER, CENTER)):
        equip(authority, certificates, named(kind, name), now_us, hosts=LOOPBACK)
    equip(authority, certificates, named(Kind.STAFF, JUDGE), now_us)
    for unit in load(scenario).units:
        equip(authority, certificates, named(Kind.UNIT, unit.id), now_us)
    revoked = authority.list_revoked(now_us)
    (certificates / "revoked.crl").symlink_to(revoked)
    return certificates
