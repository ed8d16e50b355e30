"""An authority gives certificates to who proves a right to one, and to nobody else."""

import stat
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from goldenhour.certs.authority import CERTIFICATE_DAYS, LIST_DAYS, Authority
from goldenhour.certs.holder import accept, ask
from goldenhour.certs.register import EnrolmentRefused
from goldenhour.certs.requests import (
    REQUEST_BYTES_MOST,
    names_of,
    new_key,
    read_key,
    read_request,
    subject,
    write_request,
)
from ports.identity import Identity, Kind, identity_in, named
from ports.tls import TlsFiles, load

NOW_US = 1_790_000_000_000_000
DAY_US = 86_400_000_000
UNIT = named(Kind.UNIT, "AMB-01")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.found(tmp_path / "authority", "Test", NOW_US)


def _enrolled(authority: Authority, folder: Path, at_us: int = NOW_US) -> x509.Certificate:
    request = read_request(ask(folder, UNIT, renew=False).read_bytes())
    token = authority.new_token(UNIT, at_us, 1)
    pem = authority.enrol(request, token, at_us)
    accept(folder, UNIT, pem, (authority.folder / "ca.crt").read_bytes())
    return x509.load_pem_x509_certificate(pem)


def test_a_unit_enrols_by_files_and_its_key_never_leaves(
    authority: Authority, tmp_path: Path
) -> None:
    """Request out, certificate in; what results is a working pair, its key for the owner alone."""
    folder = tmp_path / "unit"
    certificate = _enrolled(authority, folder)
    material = load(TlsFiles.in_folder(folder, "AMB-01"))
    assert material.own.identity == UNIT
    assert stat.S_IMODE((folder / "AMB-01.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((authority.folder / "ca.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((authority.folder / "register.json").stat().st_mode) == 0o600
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert "PRIVATE" not in "".join(
        file.read_text() for file in authority.folder.iterdir() if file.name != "ca.key"
    )


def test_a_certificate_serves_what_its_kind_does(authority: Authority) -> None:
    """A unit's cannot be a server's, nor a gateway's a unit's; a center's is both; none signs."""
    calls, serves = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    for kind, usages in (
        (Kind.UNIT, [calls]),
        (Kind.STAFF, [calls]),
        (Kind.GATEWAY, [serves]),
        (Kind.CENTER, [serves, calls]),
    ):
        pem = authority.issue(named(kind, "X"), new_key().public_key(), NOW_US, hosts=["a.test"])
        certificate = x509.load_pem_x509_certificate(pem)
        extensions = certificate.extensions
        assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == usages
        assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
        assert identity_in(certificate) == Identity(kind, "X")
        certificate.verify_directly_issued_by(authority.certificate)


def test_a_renewal_needs_the_key_in_force_and_leaves_it_valid(
    authority: Authority, tmp_path: Path
) -> None:
    """The old certificate goes on beside the new one, so that nothing has to happen at once."""
    folder = tmp_path / "unit"
    old = _enrolled(authority, folder)
    later_us = NOW_US + 60 * DAY_US
    request = read_request(ask(folder, UNIT, renew=True).read_bytes())
    pem = authority.renew(request, later_us)
    new = x509.load_pem_x509_certificate(pem)
    assert new.public_key() != old.public_key()
    assert (new.not_valid_after_utc - old.not_valid_after_utc).days == 60
    assert load(TlsFiles.in_folder(folder, "AMB-01")).own.serial == old.serial_number
    accept(folder, UNIT, pem, (authority.folder / "ca.crt").read_bytes())
    assert load(TlsFiles.in_folder(folder, "AMB-01")).own.serial == new.serial_number
    assert authority.list_revoked(later_us).read_bytes()
    assert [one.revoked_us for one in authority.register.issued] == [None, None]


def test_a_renewal_is_refused_without_a_certificate_in_force(
    authority: Authority, tmp_path: Path
) -> None:
    """Revoked, expired, of another authority, of another identity, or none at all."""
    folder = tmp_path / "unit"
    _enrolled(authority, folder)
    request = read_request(ask(folder, UNIT, renew=True).read_bytes())
    with pytest.raises(EnrolmentRefused, match="expired or is revoked"):
        authority.renew(request, NOW_US + (CERTIFICATE_DAYS + 1) * DAY_US)
    foreign = Authority.found(tmp_path / "foreign", "Test", NOW_US)
    with pytest.raises(EnrolmentRefused, match="another authority"):
        foreign.renew(request, NOW_US)
    first = read_request(write_request(UNIT, new_key()))
    with pytest.raises(EnrolmentRefused, match="needs a token"):
        authority.renew(first, NOW_US)
    pem, key = (folder / "AMB-01.crt").read_bytes(), (folder / "AMB-01.key").read_bytes()
    old_key = read_key(key)
    other = read_request(write_request(named(Kind.UNIT, "AMB-02"), new_key(), (pem, old_key)))
    with pytest.raises(EnrolmentRefused, match="keeps its identity"):
        authority.renew(other, NOW_US)
    authority.revoke(serial=None, identity=UNIT, now_us=NOW_US, reason="stolen")
    with pytest.raises(EnrolmentRefused, match="expired or is revoked"):
        authority.renew(request, NOW_US)


def test_a_renewal_signed_by_another_key_is_no_request(
    authority: Authority, tmp_path: Path
) -> None:
    """A certificate is public; holding it proves nothing."""
    folder = tmp_path / "unit"
    _enrolled(authority, folder)
    pem = (folder / "AMB-01.crt").read_bytes()
    with pytest.raises(EnrolmentRefused, match="not signed by the certificate in force"):
        read_request(write_request(UNIT, new_key(), (pem, new_key())))


def test_what_is_no_request_is_refused() -> None:
    """Truncated, too large, with another kind of key, or signed by another key."""
    good = write_request(UNIT, new_key())
    for data in (b"", good[: len(good) // 2], b"{}", b'{"csr": "x"}'):
        with pytest.raises(EnrolmentRefused, match="is no request"):
            read_request(data)
    with pytest.raises(EnrolmentRefused, match="too large"):
        read_request(b" " * (REQUEST_BYTES_MOST + 1))
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    with pytest.raises(EnrolmentRefused, match="P-256"):
        read_request(_request_of(other))


def test_a_refused_enrolment_gives_no_certificate(authority: Authority) -> None:
    """And a spent token stays spent."""
    request = read_request(write_request(UNIT, new_key()))
    token = authority.new_token(UNIT, NOW_US, 1)
    authority.enrol(request, token, NOW_US)
    for again in (token, "another"):
        with pytest.raises(EnrolmentRefused):
            authority.enrol(request, again, NOW_US)
    assert len(authority.register.issued) == 1
    assert token not in (authority.folder / "register.json").read_text()


def test_the_list_names_what_is_revoked_and_when_the_next_is_due(authority: Authority) -> None:
    pem = authority.issue(UNIT, new_key().public_key(), NOW_US)
    serial = x509.load_pem_x509_certificate(pem).serial_number
    authority.revoke(serial=f"{serial:x}", identity=None, now_us=NOW_US, reason="stolen")
    listed = x509.load_pem_x509_crl((authority.folder / "revoked.crl").read_bytes())
    assert [one.serial_number for one in listed] == [serial]
    assert listed.next_update_utc is not None
    assert (listed.next_update_utc - listed.last_update_utc).days == LIST_DAYS


def test_there_is_one_authority_in_a_folder(authority: Authority, tmp_path: Path) -> None:
    """A second init would make every certificate worthless."""
    with pytest.raises(EnrolmentRefused, match="already"):
        Authority.found(authority.folder, "Test", NOW_US)
    with pytest.raises(EnrolmentRefused, match="init"):
        Authority(tmp_path / "nowhere")


def test_a_holder_takes_only_the_answer_to_its_own_request(
    authority: Authority, tmp_path: Path
) -> None:
    folder = tmp_path / "unit"
    ask(folder, UNIT, renew=False)
    ca = (authority.folder / "ca.crt").read_bytes()
    other = authority.issue(UNIT, new_key().public_key(), NOW_US)
    with pytest.raises(EnrolmentRefused, match="another key"):
        accept(folder, UNIT, other, ca)
    with pytest.raises(EnrolmentRefused, match="answers no request"):
        accept(folder, UNIT, b"nothing", ca)
    with pytest.raises(EnrolmentRefused, match="nothing to renew"):
        ask(folder, UNIT, renew=True)
    assert not (folder / "AMB-01.crt").exists()


def _request_of(key: rsa.RSAPrivateKey) -> bytes:
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject(UNIT))
        .add_extension(names_of(UNIT), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = csr.public_bytes(serialization.Encoding.PEM).decode()
    return msgspec.json.encode({"csr": pem})
