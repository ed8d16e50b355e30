"""What an authority remembers: tokens given out, certificates given out, and which are revoked.

Pure: each step takes a register and returns the next one. A token is kept as its digest; it has
256 random bits, so a plain digest gives nothing away. It is spent in the step that uses it.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Final

from ports.identity import Identity, Kind, identity_of

TOKEN_BYTES: Final = 32
"""Random bytes of a one-time token."""


class EnrolmentRefused(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """The authority gives no certificate, or takes none back; the message says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """A one-time token, as the authority keeps it."""

    digest: str
    uri: str
    """The identity that it enrols, and no other."""
    until_us: int
    spent_us: int | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was given out."""

    serial: str
    """In hexadecimal."""
    uri: str
    from_us: int
    until_us: int
    revoked_us: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """Everything that the authority remembers."""

    tokens: tuple[Token, ...] = ()
    issued: tuple[Issued, ...] = ()
    lists: int = 0
    """Lists of revoked certificates that were made."""


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.strip().encode()).hexdigest()


def with_token(register: Register, token: str, identity: Identity, until_us: int) -> Register:
    """Remember a token that was given out."""
    given = Token(digest_of(token), identity.uri, until_us)
    return replace(register, tokens=(*register.tokens, given))


def spend(register: Register, token: str, identity: Identity, now_us: int) -> Register:
    """Use a token up.

    Raises:
        EnrolmentRefused: there is no such token, it is spent, too old, or for somebody else.
    """
    digest = digest_of(token)
    known = [one for one in register.tokens if hmac.compare_digest(one.digest, digest)]
    if not known:
        message = "no such token was given out"
        raise EnrolmentRefused(message)
    (found,) = known
    if found.spent_us is not None:
        message = "the token was used before"
        raise EnrolmentRefused(message)
    if found.until_us <= now_us:
        message = "the token has expired"
        raise EnrolmentRefused(message)
    if found.uri != identity.uri:
        message = f"the token does not enrol {identity.uri}"
        raise EnrolmentRefused(message)
    spent = replace(found, spent_us=now_us)
    tokens = tuple(spent if one is found else one for one in register.tokens)
    return replace(register, tokens=tokens)


def with_issued(register: Register, issued: Issued) -> Register:
    """Remember a certificate that was given out."""
    return replace(register, issued=(*register.issued, issued))


def in_force(register: Register, serial: str, now_us: int) -> bool:
    """Say whether a certificate was given out here, has not run out and is not revoked."""
    return any(
        one.serial == serial and one.revoked_us is None and now_us < one.until_us
        for one in register.issued
    )


def revoke(
    register: Register, *, serial: str | None, identity: Identity | None, now_us: int, reason: str
) -> tuple[Register, tuple[Issued, ...]]:
    """Take back one certificate by its serial, or all of somebody; return which.

    Raises:
        EnrolmentRefused: there is none in force.
    """
    wanted = tuple(
        one
        for one in register.issued
        if one.revoked_us is None
        and now_us < one.until_us
        and (one.serial == serial or (identity is not None and one.uri == identity.uri))
    )
    if not wanted:
        message = "no certificate in force is meant by that"
        raise EnrolmentRefused(message)
    issued = tuple(
        replace(one, revoked_us=now_us, reason=reason) if one in wanted else one
        for one in register.issued
    )
    return replace(register, issued=issued), wanted


def revoked(register: Register, now_us: int) -> tuple[Issued, ...]:
    """Return what a list of revoked certificates holds now; what has run out needs no entry."""
    return tuple(
        one for one in register.issued if one.revoked_us is not None and now_us < one.until_us
    )


def kind_of(issued: Issued) -> Kind:
    """Return what the holder of a certificate is."""
    return identity_of(issued.uri).kind
