"""The commands, as somebody types them."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldenhour.certs.main import TOKEN_VARIABLE, app
from ports.tls import TlsFiles, load

GUESSED = "guessed"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, token: str | None = None, code: int = 0) -> str:
    environment = {} if token is None else {TOKEN_VARIABLE: token}
    done = CliRunner().invoke(app, list(arguments), env={**os.environ, **environment})
    assert done.exit_code == code, done.output
    return done.output


def test_a_unit_is_enrolled_renewed_and_revoked(here: Path) -> None:
    """The whole life of a certificate, by files alone."""
    run("init", "--authority", "ca")
    token = run("token", "AMB-01", "--authority", "ca").splitlines()[0]
    request = run("request", "AMB-01", "--folder", "unit").strip()
    run("enrol", request, "--authority", "ca", "--out", "first.crt", token=token)
    accept = ("accept", "AMB-01", "--folder", "unit", "--ca", "ca/ca.crt", "--certificate")
    run(*accept, "first.crt")
    first = load(TlsFiles.in_folder(here / "unit", "AMB-01")).own
    request = run("request", "AMB-01", "--folder", "unit", "--renew").strip()
    run("renew", request, "--authority", "ca", "--out", "second.crt")
    run(*accept, "second.crt")
    second = load(TlsFiles.in_folder(here / "unit", "AMB-01")).own
    assert first.serial != second.serial
    said = run("revoke", "--authority", "ca", "--name", "AMB-01", "--reason", "stolen")
    assert f"{first.serial:x}" in said
    assert f"{second.serial:x}" in said
    files = TlsFiles(here / "unit/AMB-01.crt", here / "unit/AMB-01.key", here / "ca/ca.crt")
    listed = TlsFiles(files.certificate, files.key, files.authorities, here / "ca/revoked.crl")
    assert load(listed).revoked == {first.serial, second.serial}
    lines = run("list", "--authority", "ca").splitlines()
    assert sum("revoked: stolen" in line for line in lines) == 2


def test_a_refusal_is_one_line_and_exit_code_1(here: Path) -> None:
    run("init", "--authority", "ca")
    request = run("request", "AMB-01", "--folder", "unit").strip()
    said = run("enrol", request, "--authority", "ca", "--out", "x.crt", token=GUESSED, code=1)
    assert said == "no such token was given out\n"
    assert not (here / "x.crt").exists()
    run("init", "--authority", "ca", code=1)
    run("token", "not a unit", "--authority", "ca", code=1)


def test_a_servers_certificate_names_its_hosts(here: Path) -> None:
    run("init", "--authority", "ca")
    run(
        *("issue", "gateway-1", "--kind", "gateway", "--authority", "ca", "--folder", "servers"),
        *("--host", "gateway.example.org", "--host", "192.0.2.7"),
    )
    assert load(TlsFiles.in_folder(here / "servers", "gateway-1")).own.identity.name == "gateway-1"
    assert "days left" in run("list", "--authority", "ca")
