"""Who is at the other end of a TLS connection: what a certificate says, and nothing else.

A certificate of ours carries one URI, in the form of SPIFFE: ``spiffe://goldenhour/unit/AMB-01``.
Kind and name are read from there; the subject is for people. TLS has checked the chain and the
dates when the connection began. A call may last much longer than that, so serial and end of
validity are read too and looked at again while it lasts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from wire.limits import is_unit_id
from wire.synthetic import UNIT_PREFIX, synthetic_unit

TRUST_DOMAIN: Final = "goldenhour"
"""Whose identities these are."""

CERTIFICATES_REMEMBERED: Final = 4_096
"""Certificates that are read once for all their calls; the least recently seen is read again."""

MALFORMED: Final = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the parser of certificates raises for bytes that are none, or none that it knows."""

_SECOND_US: Final = 1_000_000
_PEM_OF_PEER: Final = "x509_pem_cert"
"""gRPC's name for the certificate of the other end."""


class Kind(StrEnum):
    """What somebody is; decides to whom they may speak."""

    UNIT = "unit"
    GATEWAY = "gateway"
    CENTER = "center"
    BROKER = "broker"
    STAFF = "staff"
    """Whoever reads and answers alarms at a command center."""


class Unidentified(ValueError):  # noqa: N818 - named for what the certificate leaves open
    """A certificate does not say who this is."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody with a certificate."""

    kind: Kind
    name: str
    """Of a unit, its unit id."""

    @property
    def uri(self) -> str:
        """The identity as certificates carry it."""
        return f"spiffe://{TRUST_DOMAIN}/{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """What matters of a certificate."""

    identity: Identity
    serial: int
    until_us: int
    """The end of its validity."""


def named(kind: Kind, name: str) -> Identity:
    """Return an identity.

    Raises:
        Unidentified: the name cannot stand in a certificate.
    """
    if not is_unit_id(name) or name in {".", ".."}:
        message = f"{name}: must be 1 to 64 characters of [A-Za-z0-9._-]"
        raise Unidentified(message)
    if kind is Kind.UNIT and synthetic_unit(name):
        message = f"{name}: {UNIT_PREFIX} begins the name of no unit; a center's heartbeat has it"
        raise Unidentified(message)
    return Identity(kind, name)


def identity_of(uri: str) -> Identity:
    """Return the identity that a URI names.

    Raises:
        Unidentified: it names none of ours.
    """
    prefix = f"spiffe://{TRUST_DOMAIN}/"
    kind, _, name = uri.removeprefix(prefix).partition("/")
    if not uri.startswith(prefix) or kind not in set(Kind):
        message = "the certificate names nobody of this trust domain"
        raise Unidentified(message)
    return named(Kind(kind), name)


@lru_cache(maxsize=CERTIFICATES_REMEMBERED)
def read_certificate(pem: bytes) -> PeerCertificate:
    """Return what a certificate says.

    Raises:
        Unidentified: it is no certificate, or carries no identity, or several.
    """
    try:
        return describe(x509.load_pem_x509_certificate(pem))
    except Unidentified:
        raise
    except MALFORMED as error:
        message = f"the certificate cannot be read: {error}"
        raise Unidentified(message) from error


def describe(certificate: x509.Certificate) -> PeerCertificate:
    """Return what matters of a certificate that was read.

    Raises:
        Unidentified: it carries no identity, or several.
    """
    until_us = int(certificate.not_valid_after_utc.timestamp()) * _SECOND_US
    return PeerCertificate(identity_in(certificate), certificate.serial_number, until_us)


def identity_in(carrier: x509.Certificate | x509.CertificateSigningRequest) -> Identity:
    """Return the one identity that a certificate, or a request for one, carries.

    Raises:
        Unidentified: it carries none, or several.
    """
    try:
        names = carrier.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        uris: list[str] = []
    else:
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1:
        message = f"one URI names who this is; here are {len(uris)}"
        raise Unidentified(message)
    return identity_of(uris[0])


class Authenticated(Protocol):
    """A call that knows what TLS found out about its other end."""

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Return the properties of the connection; without TLS, none of a certificate."""
        ...


def certificate_of(context: Authenticated | Any) -> PeerCertificate | None:  # noqa: ANN401 - gRPC's
    """Return the certificate of a call's other end, None where there is no mutual TLS.

    Raises:
        Unidentified: it says nothing that we understand.
    """
    pems = list(context.auth_context().get(_PEM_OF_PEER, ()))
    return read_certificate(bytes(pems[0])) if pems else None
