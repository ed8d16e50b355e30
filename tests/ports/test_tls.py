"""The files of a certificate are checked against each other, and followed when they change."""

import os
from pathlib import Path

import pytest

from goldenhour.certs.files import write_private, write_public
from ports.identity import Identity, Kind
from ports.tls import Tls, TlsFiles, TlsRefused, TlsSettings, load
from tests.ports.trust import Trust


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust.in_folder(tmp_path)


def test_what_fits_together_is_taken(trust: Trust) -> None:
    """Certificate, key, authority and list belong together, and say who this is."""
    material = trust.gateway().material
    assert material.own.identity == Identity(Kind.GATEWAY, "gateway")
    assert material.revoked == frozenset()


def test_a_key_that_everybody_may_read_is_refused(trust: Trust) -> None:
    files = trust.files("AMB-01")
    assert files.key.stat().st_mode & 0o777 == 0o600
    files.key.chmod(0o644)
    with pytest.raises(TlsRefused, match="chmod 600"):
        load(files)


def test_a_key_of_another_certificate_is_refused(trust: Trust) -> None:
    one, other = trust.files("AMB-01"), trust.files("AMB-02")
    with pytest.raises(TlsRefused, match="is not the key of"):
        load(TlsFiles(one.certificate, other.key, one.authorities))


@pytest.mark.parametrize("missing", ["certificate", "key", "authorities"])
def test_a_missing_file_is_named_with_its_setting(trust: Trust, missing: str) -> None:
    files = trust.files("AMB-01")
    getattr(files, missing).unlink()
    with pytest.raises(TlsRefused, match=r"^--tls-(cert|key|ca): .* cannot be read"):
        load(files)


def test_a_file_that_is_no_pem_is_refused(trust: Trust) -> None:
    files = trust.files("AMB-01")
    files.certificate.write_bytes(b"not a certificate")
    with pytest.raises(TlsRefused, match="not usable"):
        load(files)


def test_a_list_of_another_authority_is_refused(trust: Trust, tmp_path: Path) -> None:
    """Otherwise anybody could lock units out, or let them in again."""
    files = trust.files("gateway", Kind.GATEWAY)
    foreign = Trust.in_folder(tmp_path / "foreign").authority.folder / "revoked.crl"
    with pytest.raises(TlsRefused, match="signed by no authority"):
        load(TlsFiles(files.certificate, files.key, files.authorities, foreign))
    write_public(foreign, b"nothing")
    with pytest.raises(TlsRefused, match="no list"):
        load(TlsFiles(files.certificate, files.key, files.authorities, foreign))


def test_a_renewed_pair_is_in_force_at_the_next_look(trust: Trust) -> None:
    files = trust.files("AMB-01")
    tls = Tls(files)
    first = tls.material
    assert not tls.refresh()
    trust.files("AMB-01")
    assert tls.refresh()
    assert tls.material.own.serial != first.own.serial


def test_a_half_replaced_pair_changes_nothing_until_it_fits(trust: Trust) -> None:
    """The old certificate stays in force while only one of the two files is new."""
    files = trust.files("AMB-01")
    tls = Tls(files)
    first = tls.material
    other = trust.files("AMB-02")
    write_private(files.key, other.key.read_bytes())
    assert not tls.refresh()
    assert tls.material is first
    write_public(files.certificate, other.certificate.read_bytes())
    assert tls.refresh()
    assert tls.material.own.identity.name == "AMB-02"


def test_a_revocation_is_in_force_at_the_next_look(trust: Trust) -> None:
    unit, tls = trust.tls("AMB-01"), trust.gateway()
    trust.revoke("AMB-01")
    assert tls.refresh()
    assert tls.material.revoked == {unit.material.own.serial}


def test_the_settings_go_together(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the three, or none: half a setting is no TLS, and that must not pass unseen."""
    for name in list(os.environ):
        if name.startswith("GOLDENHOUR_TLS"):
            monkeypatch.delenv(name)
    files = trust.files("AMB-01")
    assert TlsSettings().tls() is None
    for given in ({"tls_cert": files.certificate}, {"tls_ca": files.authorities}):
        with pytest.raises(TlsRefused, match="go together"):
            TlsSettings.model_validate(given).tls()
    whole = TlsSettings(tls_cert=files.certificate, tls_key=files.key, tls_ca=files.authorities)
    assert whole.tls() is not None
