"""The holder's side: makes key and request in its own folder, and takes the answer into use.

``NAME.key.next`` waits beside the key in force until the certificate for it has come; then both
are replaced, certificate last. A program that runs notices, takes the pair into use once both fit,
and drops no stream (``ports.tls``).
"""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from goldenhour.certs.files import write_private, write_public
from goldenhour.certs.register import EnrolmentRefused
from goldenhour.certs.requests import key_pem, new_key, read_key, write_request
from ports.identity import MALFORMED, Identity, describe


def ask(folder: Path, identity: Identity, *, renew: bool) -> Path:
    """Make a key and a request for a certificate; return the request's file.

    Raises:
        EnrolmentRefused: there is nothing to renew.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = new_key()
    current = _in_force(folder, identity) if renew else None
    write_private(folder / f"{identity.name}.key.next", key_pem(key))
    file = folder / f"{identity.name}.request"
    write_public(file, write_request(identity, key, current))
    return file


def accept(folder: Path, identity: Identity, certificate_pem: bytes, authority_pem: bytes) -> None:
    """Take a certificate into use.

    Raises:
        EnrolmentRefused: it is not the answer to what was asked.
    """
    waiting = folder / f"{identity.name}.key.next"
    try:
        key = read_key(waiting.read_bytes())
        certificate = x509.load_pem_x509_certificate(certificate_pem)
        stated = describe(certificate).identity
        x509.load_pem_x509_certificates(authority_pem)
    except (OSError, *MALFORMED) as error:
        message = f"the certificate answers no request here: {error}"
        raise EnrolmentRefused(message) from error
    if stated != identity or certificate.public_key() != key.public_key():
        message = "the certificate is of another identity or another key"
        raise EnrolmentRefused(message)
    write_public(folder / "ca.crt", authority_pem)
    waiting.replace(folder / f"{identity.name}.key")
    write_public(folder / f"{identity.name}.crt", certificate_pem)
    (folder / f"{identity.name}.request").unlink(missing_ok=True)


def _in_force(folder: Path, identity: Identity) -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    try:
        pem = (folder / f"{identity.name}.crt").read_bytes()
        key = read_key((folder / f"{identity.name}.key").read_bytes())
    except OSError as error:
        message = f"nothing to renew in {folder}: {error.strerror}"
        raise EnrolmentRefused(message) from error
    return pem, key
