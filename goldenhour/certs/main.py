"""``goldenhour certs``: give out, renew, take back and list certificates, by files alone.

The authority's commands take ``--authority``, the holder's ``--folder``. What travels between them
is a request and a certificate; neither is a secret. The token is one: it is read from the
environment or asked for, so that no list of processes shows it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from goldenhour.certs.authority import CERTIFICATE_DAYS, Authority
from goldenhour.certs.equipping import equip
from goldenhour.certs.files import write_public
from goldenhour.certs.holder import accept as accept_certificate
from goldenhour.certs.holder import ask
from goldenhour.certs.register import EnrolmentRefused, Issued
from goldenhour.certs.requests import read_request
from ports.clock import SystemClock
from ports.identity import Kind, Unidentified, named

TOKEN_HOURS: Final = 24
"""Validity of a one-time token unless given."""

TOKEN_VARIABLE: Final = "GOLDENHOUR_TOKEN"  # noqa: S105 - the name of a variable
"""Environment variable that holds the token of an enrolment."""

_SECOND_US: Final = 1_000_000
_DAY_US: Final = 86_400 * _SECOND_US

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Certificates: make an authority; enrol, renew, revoke and list its holders.",
)

_Authority = Annotated[Path, typer.Option("--authority", help="Folder of the authority.")]
_Folder = Annotated[Path, typer.Option("--folder", help="Folder of the holder's files.")]
_Kind = Annotated[Kind, typer.Option(help="What the holder is.")]
_Name = Annotated[str, typer.Argument(help="Name of the holder; of a unit, its unit id.")]
_Request = Annotated[Path, typer.Argument(help="File of the request.")]
_Out = Annotated[Path, typer.Option(help="File for the certificate.")]


@app.command()
def init(
    authority: _Authority, name: Annotated[str, typer.Option(help="Its name.")] = "Golden Hour"
) -> None:
    """Make an authority."""
    with _refusals():
        made = Authority.found(authority, name, SystemClock().now_us())
    typer.echo(f"authority in {authority}, SHA-256 {made.fingerprint}")
    typer.echo(f"{authority / 'ca.key'} signs for everybody: keep it off the network")


@app.command()
def issue(  # noqa: PLR0917 - one per option
    name: _Name,
    authority: _Authority,
    folder: _Folder,
    kind: _Kind,
    host: Annotated[list[str] | None, typer.Option(help="DNS name or IP of a server.")] = None,
    days: Annotated[int, typer.Option(min=1, max=825)] = CERTIFICATE_DAYS,
) -> None:
    """Make key and certificate of a server or of staff in one step, here."""
    with _refusals():
        identity = named(kind, name)
        equip(
            Authority(authority),
            folder,
            identity,
            SystemClock().now_us(),
            hosts=host or (),
            days=days,
        )
    typer.echo(f"{identity.uri}: {folder / name}.crt and .key")


@app.command()
def token(
    name: _Name,
    authority: _Authority,
    kind: _Kind = Kind.UNIT,
    hours: Annotated[int, typer.Option(min=1, max=720)] = TOKEN_HOURS,
) -> None:
    """Give out a one-time token that enrols one holder."""
    with _refusals():
        identity = named(kind, name)
        opened = Authority(authority)
        given = opened.new_token(identity, SystemClock().now_us(), hours)
    typer.echo(given)
    typer.echo(f"enrols {identity.uri} once, within {hours} h", err=True)
    typer.echo(f"authority SHA-256 {opened.fingerprint}", err=True)


@app.command()
def request(
    name: _Name,
    folder: _Folder,
    kind: _Kind = Kind.UNIT,
    *,
    renew: Annotated[bool, typer.Option(help="For the certificate in force.")] = False,
) -> None:
    """Make a key, which stays here, and a request, which goes to the authority."""
    with _refusals():
        file = ask(folder, named(kind, name), renew=renew)
    typer.echo(str(file))


@app.command()
def enrol(
    file: _Request,
    authority: _Authority,
    out: _Out,
    token: Annotated[
        str, typer.Option(envvar=TOKEN_VARIABLE, prompt=True, hide_input=True, help="One-time.")
    ],
) -> None:
    """Answer a first request, by its one-time token."""
    with _refusals():
        asked = read_request(_bytes(file))
        pem = Authority(authority).enrol(asked, token, SystemClock().now_us())
        write_public(out, pem)
    typer.echo(f"{asked.identity.uri}: {out}")


@app.command()
def renew(file: _Request, authority: _Authority, out: _Out) -> None:
    """Answer a request that renews a certificate in force."""
    with _refusals():
        asked = read_request(_bytes(file))
        pem = Authority(authority).renew(asked, SystemClock().now_us())
        write_public(out, pem)
    typer.echo(f"{asked.identity.uri}: {out}")


@app.command()
def accept(
    name: _Name,
    folder: _Folder,
    certificate: Annotated[Path, typer.Option(help="File of the certificate.")],
    ca: Annotated[Path, typer.Option(help="File of the authority's certificate.")],
    kind: _Kind = Kind.UNIT,
) -> None:
    """Take the answer to a request into use; a program that runs takes it over by itself."""
    with _refusals():
        accept_certificate(folder, named(kind, name), _bytes(certificate), _bytes(ca))
    typer.echo(f"{folder / name}.crt and .key are in use")


@app.command()
def revoke(
    authority: _Authority,
    name: Annotated[str | None, typer.Option(help="Take back all of this holder.")] = None,
    kind: _Kind = Kind.UNIT,
    serial: Annotated[str | None, typer.Option(help="Take back one, in hexadecimal.")] = None,
    reason: Annotated[str, typer.Option(help="For the register.")] = "unspecified",
) -> None:
    """Take certificates back; gateways and centers that read the list end their calls."""
    with _refusals():
        opened = Authority(authority)
        which = opened.revoke(
            serial=None if serial is None else serial.lower().lstrip("0"),
            identity=None if name is None else named(kind, name),
            now_us=SystemClock().now_us(),
            reason=reason,
        )
    for one in which:
        typer.echo(f"revoked {one.uri} {one.serial}")
    typer.echo(str(authority / "revoked.crl"))


@app.command("list")
def list_issued(authority: _Authority) -> None:
    """Show what was given out, and make the list of revoked certificates anew."""
    with _refusals():
        opened = Authority(authority)
        now_us = SystemClock().now_us()
        opened.list_revoked(now_us)
        typer.echo(f"authority SHA-256 {opened.fingerprint}")
        for one in opened.register.issued:
            typer.echo(line(one, now_us))


def line(one: Issued, now_us: int) -> str:
    """Return one certificate as a line."""
    until = datetime.fromtimestamp(one.until_us // _SECOND_US, UTC).date().isoformat()
    if one.revoked_us is not None:
        state = f"revoked: {one.reason}"
    elif one.until_us <= now_us:
        state = "expired"
    else:
        state = f"{(one.until_us - now_us) // _DAY_US} days left"
    return f"{one.uri}  {one.serial}  until {until}  {state}"


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror}"
        raise EnrolmentRefused(message) from error


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what is wrong in one line."""
    try:
        yield
    except (EnrolmentRefused, Unidentified) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(1) from refused
