"""What somebody who wants a certificate brings: a request, and to renew, proof of the old one.

The key is made where it will be used and never leaves; a request holds the public key and the
identity asked for, signed by the key itself. A renewal is signed by the key of the certificate in
force too, so it needs no token.
"""

from dataclasses import dataclass
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from goldenhour.certs.register import EnrolmentRefused
from ports.identity import MALFORMED, Identity, identity_in

REQUEST_BYTES_MOST: Final = 65_536
"""Size of a request; a larger file is none."""

_CURVE: Final = ec.SECP256R1()
_HASH: Final = hashes.SHA256()


class RequestFile(msgspec.Struct, frozen=True):
    """A request as it travels."""

    csr: str
    """PEM."""
    current: str | None = None
    """The certificate in force, PEM; only of a renewal."""
    proof: str | None = None
    """Signature over the request by the key of that certificate, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose signatures were checked."""

    identity: Identity
    public_key: ec.EllipticCurvePublicKey
    current: x509.Certificate | None
    """The certificate that it renews."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new key."""
    return ec.generate_private_key(_CURVE)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a key as it is kept; its file must be readable by its owner alone."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Return a key that was kept.

    Raises:
        EnrolmentRefused: it is none of ours.
    """
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (TypeError, *MALFORMED) as error:
        message = f"the key cannot be read: {error}"
        raise EnrolmentRefused(message) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        message = "the key must be ECDSA"
        raise EnrolmentRefused(message)
    return key


def write_request(
    identity: Identity,
    key: ec.EllipticCurvePrivateKey,
    current: tuple[bytes, ec.EllipticCurvePrivateKey] | None = None,
) -> bytes:
    """Return a request for an identity; with the certificate in force and its key, a renewal."""
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject(identity))
        .add_extension(names_of(identity), critical=True)
        .sign(key, _HASH)
    )
    pem = csr.public_bytes(serialization.Encoding.PEM)
    if current is None:
        return _encoded(RequestFile(pem.decode()))
    certificate_pem, old_key = current
    proof = old_key.sign(pem, ec.ECDSA(_HASH))
    return _encoded(RequestFile(pem.decode(), certificate_pem.decode(), proof.hex()))


def read_request(data: bytes) -> Request:
    """Return a request whose signatures hold.

    Raises:
        EnrolmentRefused: it is no request, or a signature of it does not hold.
    """
    if len(data) > REQUEST_BYTES_MOST:
        message = "the file is too large for a request"
        raise EnrolmentRefused(message)
    try:
        file = msgspec.json.decode(data, type=RequestFile)
        csr = x509.load_pem_x509_csr(file.csr.encode())
        identity = identity_in(csr)
        key = csr.public_key()
        signed = csr.is_signature_valid
    except (msgspec.MsgspecError, *MALFORMED) as error:
        message = f"the file is no request: {error}"
        raise EnrolmentRefused(message) from error
    if not signed:
        message = "the request is not signed by its own key"
        raise EnrolmentRefused(message)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        message = "the key must be ECDSA on P-256"
        raise EnrolmentRefused(message)
    return Request(identity, key, _renewed(file))


def names_of(
    identity: Identity, hosts: tuple[x509.GeneralName, ...] = ()
) -> x509.SubjectAlternativeName:
    """Return the names that a certificate carries."""
    return x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity.uri), *hosts])


def subject(identity: Identity) -> x509.Name:
    """Return the subject, which is for people; machines read the URI."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, identity.name)])


def _renewed(file: RequestFile) -> x509.Certificate | None:
    if file.current is None or file.proof is None:
        return None
    try:
        current = x509.load_pem_x509_certificate(file.current.encode())
        key = current.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            message = "the key must be ECDSA"
            raise EnrolmentRefused(message)
        key.verify(bytes.fromhex(file.proof), file.csr.encode(), ec.ECDSA(_HASH))
    except (InvalidSignature, *MALFORMED) as error:
        message = "the request is not signed by the certificate in force"
        raise EnrolmentRefused(message) from error
    return current


def _encoded(file: RequestFile) -> bytes:
    return msgspec.json.format(msgspec.json.encode(file)) + b"\n"
