"""The authority of a deployment: one folder, one key, one register.

``ca.key`` signs, ``ca.crt`` is what everybody believes, ``register.json`` is what was given out,
``revoked.crl`` is what gateways and centers read. Every change of the register is made under a
lock and replaces the file in one step. A token is spent on disk before its certificate is made:
what fails in between costs a token, never gives two certificates for one.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from goldenhour.certs import register as book
from goldenhour.certs.files import write_private, write_public
from goldenhour.certs.register import EnrolmentRefused, Issued, Register
from goldenhour.certs.requests import Request, key_pem, names_of, new_key, read_key, subject
from ports.identity import Identity, Kind, describe

AUTHORITY_DAYS: Final = 3_650
"""Validity of the authority's own certificate."""

CERTIFICATE_DAYS: Final = 90
"""Validity of a certificate; it is renewed before."""

LIST_DAYS: Final = 30
"""Time within which a list of revoked certificates should be made anew."""

CLOCKS_APART_S: Final = 300
"""A certificate is valid from so long before it was made, because clocks differ."""

_SECOND_US: Final = 1_000_000
_SERVES: Final = [ExtendedKeyUsageOID.SERVER_AUTH]
_CALLS: Final = [ExtendedKeyUsageOID.CLIENT_AUTH]
_USAGES: Final = {
    Kind.UNIT: _CALLS,
    Kind.GATEWAY: _SERVES,
    Kind.CENTER: [*_SERVES, *_CALLS],
    Kind.BROKER: _SERVES,
    Kind.STAFF: _CALLS,
}
"""A center also calls a gateway, for its heartbeat."""
_HASH: Final = hashes.SHA256()


class Authority:
    """An authority whose folder is at hand."""

    def __init__(self, folder: Path) -> None:
        """Open a folder.

        Raises:
            EnrolmentRefused: there is no authority in it.
        """
        self.folder = folder
        try:
            self._key = read_key((folder / "ca.key").read_bytes())
            self.certificate = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        except (OSError, ValueError) as error:
            message = f"no authority in {folder}: make one with init"
            raise EnrolmentRefused(message) from error

    @classmethod
    def found(cls, folder: Path, name: str, now_us: int) -> "Authority":
        """Make a new authority.

        Raises:
            EnrolmentRefused: there is one in that folder.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / "ca.key").exists():
            message = f"{folder} has an authority already"
            raise EnrolmentRefused(message)
        key = new_key()
        certificate = _self_signed(key, name, now_us)
        write_private(folder / "ca.key", key_pem(key))
        write_public(folder / "ca.crt", certificate.public_bytes(serialization.Encoding.PEM))
        authority = cls(folder)
        with authority._changing():
            authority._write(Register())
        authority.list_revoked(now_us)
        return authority

    @property
    def fingerprint(self) -> str:
        """What people compare to be sure of the authority: SHA-256 of its certificate."""
        return self.certificate.fingerprint(_HASH).hex(":")

    @property
    def register(self) -> Register:
        """What was given out."""
        return msgspec.json.decode((self.folder / "register.json").read_bytes(), type=Register)

    def new_token(self, identity: Identity, now_us: int, hours: int) -> str:
        """Return a one-time token that enrols this identity."""
        token = token_urlsafe(book.TOKEN_BYTES)
        until_us = now_us + hours * 3_600 * _SECOND_US
        with self._changing():
            self._write(book.with_token(self.register, token, identity, until_us))
        return token

    def enrol(self, request: Request, token: str, now_us: int) -> bytes:
        """Return a first certificate, PEM.

        Raises:
            EnrolmentRefused: the token does not admit the request.
        """
        with self._changing():
            self._write(book.spend(self.register, token, request.identity, now_us))
        return self.issue(request.identity, request.public_key, now_us)

    def renew(self, request: Request, now_us: int) -> bytes:
        """Return the certificate that follows the one in force, which stays valid beside it.

        Raises:
            EnrolmentRefused: the request does not renew a certificate of this authority in force.
        """
        current = request.current
        if current is None:
            message = "the request renews nothing; a first one needs a token"
            raise EnrolmentRefused(message)
        try:
            current.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature) as error:
            message = "the certificate in force is of another authority"
            raise EnrolmentRefused(message) from error
        if describe(current).identity != request.identity:
            message = "a renewal keeps its identity"
            raise EnrolmentRefused(message)
        if not book.in_force(self.register, f"{current.serial_number:x}", now_us):
            message = "the certificate has expired or is revoked: enrol again"
            raise EnrolmentRefused(message)
        return self.issue(request.identity, request.public_key, now_us)

    def issue(
        self,
        identity: Identity,
        public_key: ec.EllipticCurvePublicKey,
        now_us: int,
        *,
        hosts: Sequence[str] = (),
        days: int = CERTIFICATE_DAYS,
    ) -> bytes:
        """Return a certificate, PEM, and remember it."""
        certificate = self._signed(identity, public_key, now_us, hosts, days)
        issued = Issued(
            f"{certificate.serial_number:x}", identity.uri, now_us, describe(certificate).until_us
        )
        with self._changing():
            self._write(book.with_issued(self.register, issued))
        return certificate.public_bytes(serialization.Encoding.PEM)

    def revoke(
        self, *, serial: str | None, identity: Identity | None, now_us: int, reason: str
    ) -> tuple[Issued, ...]:
        """Take certificates back, make the list anew, and return which.

        Raises:
            EnrolmentRefused: none in force is meant.
        """
        with self._changing():
            changed, which = book.revoke(
                self.register, serial=serial, identity=identity, now_us=now_us, reason=reason
            )
            self._write(changed)
        self.list_revoked(now_us)
        return which

    def list_revoked(self, now_us: int) -> Path:
        """Make the list of revoked certificates anew, and return its file."""
        with self._changing():
            number = self.register.lists + 1
            self._write(replace(self.register, lists=number))
            made = (
                x509.CertificateRevocationListBuilder()
                .issuer_name(self.certificate.subject)
                .last_update(_instant(now_us))
                .next_update(_instant(now_us) + timedelta(days=LIST_DAYS))
                .add_extension(x509.CRLNumber(number), critical=False)
            )
            for one in book.revoked(self.register, now_us):
                made = made.add_revoked_certificate(_entry(one))
            file = self.folder / "revoked.crl"
            write_public(file, made.sign(self._key, _HASH).public_bytes(serialization.Encoding.PEM))
        return file

    def _signed(
        self,
        identity: Identity,
        public_key: ec.EllipticCurvePublicKey,
        now_us: int,
        hosts: Sequence[str],
        days: int,
    ) -> x509.Certificate:
        return (
            _builder(now_us, days)
            .subject_name(subject(identity))
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(names_of(identity, _hosts(hosts)), critical=False)
            .add_extension(x509.ExtendedKeyUsage(_USAGES[identity.kind]), critical=False)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, _HASH)
        )

    @contextmanager
    def _changing(self) -> Iterator[None]:
        descriptor = os.open(self.folder / "register.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, register: Register) -> None:
        data = msgspec.json.format(msgspec.json.encode(register)) + b"\n"
        write_private(self.folder / "register.json", data)


def _self_signed(key: ec.EllipticCurvePrivateKey, name: str, now_us: int) -> x509.Certificate:
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        _builder(now_us, AUTHORITY_DAYS)
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _HASH)
    )


def _builder(now_us: int, days: int) -> x509.CertificateBuilder:
    now = _instant(now_us)
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(seconds=CLOCKS_APART_S))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _hosts(hosts: Sequence[str]) -> tuple[x509.GeneralName, ...]:
    return tuple(_host(host) for host in hosts)


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _entry(one: Issued) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(int(one.serial, 16))
        .revocation_date(_instant(one.revoked_us or one.from_us))
        .build()
    )


def _instant(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us // _SECOND_US, UTC)
