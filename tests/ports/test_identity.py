"""A certificate says who somebody is, in one URI, or it says nothing."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from goldenhour.certs.requests import new_key, subject
from ports.identity import (
    CERTIFICATES_REMEMBERED,
    Identity,
    Kind,
    Unidentified,
    certificate_of,
    identity_in,
    identity_of,
    named,
    read_certificate,
)
from tests.ports.trust import Trust


@given(st.sampled_from(Kind), st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True))
def test_an_identity_survives_its_uri(kind: Kind, name: str) -> None:
    if name in {".", ".."}:
        return
    identity = named(kind, name)
    assert identity_of(identity.uri) == identity


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "spiffe://goldenhour/unit/",
        "spiffe://goldenhour/unit/AMB-01/more",
        "spiffe://goldenhour/unit/..",
        "spiffe://goldenhour/driver/AMB-01",
        "spiffe://goldenhour.example/unit/AMB-01",
        "spiffe://other/unit/AMB-01",
        "https://goldenhour/unit/AMB-01",
        "spiffe://goldenhour/unit/AMB%2D01",
        "spiffe://goldenhour/unit/heartbeat.center-1",
    ],
)
def test_any_other_uri_names_nobody(uri: str) -> None:
    with pytest.raises(Unidentified):
        identity_of(uri)


def test_a_certificate_names_its_holder_and_its_end(tmp_path: Path) -> None:
    """Identity, serial and end of validity are read from the certificate itself."""
    trust = Trust.in_folder(tmp_path)
    tls = trust.tls("AMB-01")
    read = read_certificate(tls.material.certificate_pem)
    (issued,) = trust.authority.register.issued
    assert read.identity == Identity(Kind.UNIT, "AMB-01")
    assert (f"{read.serial:x}", read.until_us) == (issued.serial, issued.until_us)


@pytest.mark.parametrize("uris", [[], ["spiffe://goldenhour/unit/A", "spiffe://goldenhour/unit/B"]])
def test_without_exactly_one_uri_nobody_is_named(uris: list[str]) -> None:
    """Two names could be read differently by two readers."""
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
    request = x509.CertificateSigningRequestBuilder().subject_name(
        subject(Identity(Kind.UNIT, "A"))
    )
    if uris:
        request = request.add_extension(names, critical=False)
    with pytest.raises(Unidentified, match=f"here are {len(uris)}"):
        identity_in(request.sign(new_key(), hashes.SHA256()))


def test_bytes_that_are_no_certificate_name_nobody() -> None:
    with pytest.raises(Unidentified):
        read_certificate(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_a_call_without_tls_has_no_certificate() -> None:
    class Call:
        def auth_context(self) -> dict[str, list[bytes]]:
            return {}

    assert certificate_of(Call()) is None


def test_no_more_certificates_are_remembered_than_the_bound() -> None:
    """The least recently seen is forgotten, and read again when it comes again."""
    assert read_certificate.cache_info().maxsize == CERTIFICATES_REMEMBERED
