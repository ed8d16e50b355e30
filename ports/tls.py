"""The files by which a program proves who it is and checks who others are, read again when changed.

A certificate is renewed by replacing its files, an authority is followed by a second one in the
same file, and a revocation by a new list. A program that runs takes them over when it looks again,
without ending a stream. What cannot be used (a key without its certificate, in the
middle of a replacement) changes nothing: the old files stay in force, and the log says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from pydantic_settings import BaseSettings, SettingsConfigDict

from ports.identity import MALFORMED, PeerCertificate, describe
from ports.logging import get_logger

_OTHERS_MAY: Final = 0o007
_log = get_logger(__name__)


class TlsRefused(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """The files cannot be used; the message names the setting."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where they lie, all PEM."""

    certificate: Path
    key: Path
    authorities: Path
    revoked: Path | None = None

    @classmethod
    def in_folder(cls, folder: Path, name: str, *, revoked: bool = False) -> "TlsFiles":
        """Return the files of one name, as ``goldenhour certs`` lays them out."""
        return cls(
            folder / f"{name}.crt",
            folder / f"{name}.key",
            folder / "ca.crt",
            folder / "revoked.crl" if revoked else None,
        )

    def options(self) -> tuple[str, ...]:
        """Return the options that hand these files to a program."""
        options = ("--tls-cert", self.certificate, "--tls-key", self.key, "--tls-ca")
        crl = () if self.revoked is None else ("--tls-crl", self.revoked)
        return tuple(map(str, (*options, self.authorities, *crl)))

    def stamp(self) -> tuple[tuple[int, int, int] | None, ...]:
        """Return what changes when a file is replaced."""
        files = (self.certificate, self.key, self.authorities, self.revoked)
        return tuple(None if file is None else _stamp(file) for file in files)


@dataclass(frozen=True, slots=True)
class Material:
    """What the files hold, checked against each other."""

    certificate_pem: bytes
    key_pem: bytes
    authorities_pem: bytes
    own: PeerCertificate
    revoked: frozenset[int]
    """Serials that are valid no longer."""


class Tls:
    """The material in force."""

    def __init__(self, files: TlsFiles) -> None:
        """Read the files.

        Raises:
            TlsRefused: they cannot be used.
        """
        self._files = files
        self._seen = files.stamp()
        self.material = load(files)

    def refresh(self) -> bool:
        """Take over changed files; say whether there is anything new in force."""
        stamp = self._files.stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self.material = load(self._files)
        except TlsRefused as refused:
            _log.warning("the old certificates stay in force", why=str(refused))
            return False
        _log.info("certificates read again", identity=self.material.own.identity.uri)
        return True

    def server_credentials(self) -> grpc.ServerCredentials:
        """Return credentials that ask every client for its certificate and follow the files."""
        given = self.material

        def newest() -> grpc.ServerCertificateConfiguration | None:
            nonlocal given
            if given is self.material:
                return None
            given = self.material
            return _configuration(given)

        return grpc.dynamic_ssl_server_credentials(
            _configuration(given),
            newest,  # type: ignore[arg-type]  # its stub forgets that None means "as before"
            require_client_authentication=True,
        )


def channel_credentials(material: Material) -> grpc.ChannelCredentials:
    """Return the credentials of a client."""
    return grpc.ssl_channel_credentials(
        material.authorities_pem, material.key_pem, material.certificate_pem
    )


def load(files: TlsFiles) -> Material:
    """Read the files and check them against each other.

    Raises:
        TlsRefused: one cannot be read, the key is open to others or of another certificate, or
            the list of revoked certificates is of no authority given.
    """
    certificate_pem = _read(files.certificate, "--tls-cert")
    key_pem = _read(files.key, "--tls-key")
    authorities_pem = _read(files.authorities, "--tls-ca")
    if files.key.stat().st_mode & _OTHERS_MAY:
        message = f"--tls-key: everybody may read {files.key}; chmod 600 it"
        raise TlsRefused(message)
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem)
        key = serialization.load_pem_private_key(key_pem, None)
        authorities = x509.load_pem_x509_certificates(authorities_pem)
        own = describe(certificate)
    except (TypeError, *MALFORMED) as error:
        message = f"--tls-cert, --tls-key or --tls-ca: not usable: {error}"
        raise TlsRefused(message) from error
    if key.public_key() != certificate.public_key():
        message = f"--tls-key: {files.key} is not the key of {files.certificate}"
        raise TlsRefused(message)
    revoked = frozenset[int]() if files.revoked is None else _revoked(files.revoked, authorities)
    return Material(certificate_pem, key_pem, authorities_pem, own, revoked)


def _revoked(file: Path, authorities: Iterable[x509.Certificate]) -> frozenset[int]:
    try:
        listed = x509.load_pem_x509_crl(_read(file, "--tls-crl"))
    except MALFORMED as error:
        message = f"--tls-crl: {file} is no list of revoked certificates"
        raise TlsRefused(message) from error
    if not any(_signed(listed, authority) for authority in authorities):
        message = f"--tls-crl: {file} is signed by no authority of --tls-ca"
        raise TlsRefused(message)
    return frozenset(one.serial_number for one in listed)


def _signed(listed: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        return listed.issuer == authority.subject and listed.is_signature_valid(
            authority.public_key()  # type: ignore[arg-type]  # a kind that cannot sign raises
        )
    except (TypeError, InvalidSignature):
        return False


def _configuration(material: Material) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(material.key_pem, material.certificate_pem)], material.authorities_pem
    )


def _read(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{setting}: {file} cannot be read: {error.strerror}"
        raise TlsRefused(message) from error


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        seen = file.stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


class TlsSettings(BaseSettings):
    """The settings of a program that may speak TLS: all of the first three, or none."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_", frozen=True)

    tls_cert: Path | None = None
    """Certificate of this program, PEM; with it, every link is mutual TLS."""
    tls_key: Path | None = None
    """Its key, PEM, not readable by others."""
    tls_ca: Path | None = None
    """Certificates of the authorities whose certificates are believed, PEM."""
    tls_crl: Path | None = None
    """List of revoked certificates, PEM; read again when it changes."""

    def tls(self) -> Tls | None:
        """Return the material in force, None without TLS.

        Raises:
            TlsRefused: the files cannot be used, or one of the settings is missing.
        """
        if self.tls_cert is None and self.tls_key is None and self.tls_ca is None:
            return None
        if self.tls_cert is None or self.tls_key is None or self.tls_ca is None:
            message = "--tls-cert, --tls-key and --tls-ca go together"
            raise TlsRefused(message)
        return Tls(TlsFiles(self.tls_cert, self.tls_key, self.tls_ca, self.tls_crl))
