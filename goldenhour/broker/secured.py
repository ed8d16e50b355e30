"""A broker that lets nobody in without a password, and speaks TLS: its certificates and its users.

Everything lies in ``secrets`` in the broker's folder, for its owner alone: an authority, the
broker's certificate, and a password each for the broker itself and for our programs. A folder with
``secrets`` in it is a secured one from its first start on; the users are written into the storage
when it is formatted. The controller's listener stays plain on loopback, as there is one node.
"""

from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from goldenhour.broker.errors import BrokerFailed
from goldenhour.certs.authority import Authority
from goldenhour.certs.equipping import LOOPBACK, equip
from goldenhour.certs.files import write_private
from ports.identity import Kind, named
from ports.log.kafka_security import MECHANISM

USER: Final = "goldenhour"
"""As whom our programs come."""

CERTIFICATE_DAYS: Final = 825
"""Validity of the broker's certificate: as long as a folder of run state is likely to live."""

_BROKER: Final = "broker"
_PASSWORD_BYTES: Final = 24
_LOGIN: Final = "org.apache.kafka.common.security.scram.ScramLoginModule"


def secure(folder: Path, now_us: int) -> dict[str, str]:
    """Make a broker's folder a secured one, if it is none; return the settings of its clients.

    Raises:
        BrokerFailed: the folder has data of a broker that is not secured.
    """
    secrets = _secrets(folder)
    if not secrets.exists():
        if (folder / "data").exists():
            message = f"{folder} holds data of a broker without passwords: use another home"
            raise BrokerFailed(message)
        _make(folder, now_us)
    return {
        "GOLDENHOUR_KAFKA_USER": USER,
        "GOLDENHOUR_KAFKA_PASSWORD_FILE": str(_password_file(folder, USER)),
        "GOLDENHOUR_KAFKA_CA": str(secrets / "ca.crt"),
    }


def secured_properties(folder: Path, properties: dict[str, str]) -> dict[str, str]:
    """Return the settings of a broker; of a secured folder, with those that secure it."""
    secrets = _secrets(folder)
    if not secrets.exists():
        return properties
    password = _password_file(folder, _BROKER).read_text()
    swapped = {
        name: value.replace("PLAINTEXT://", "SASL_SSL://", 1)
        for name, value in properties.items()
        if name in {"listeners", "advertised.listeners"}
    }
    return {
        **properties,
        **swapped,
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
        "inter.broker.listener.name": "SASL_SSL",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        f"listener.name.sasl_ssl.{MECHANISM.lower()}.sasl.jaas.config": (
            f'{_LOGIN} required username="{_BROKER}" password="{password}";'
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(secrets / "keystore.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(secrets / "ca.crt"),
    }


def scram_arguments(folder: Path) -> tuple[str, ...]:
    """Return what adds the users when the storage of a secured folder is formatted."""
    if not _secrets(folder).exists():
        return ()
    users = ((name, _password_file(folder, name).read_text()) for name in (_BROKER, USER))
    return tuple(
        argument
        for name, password in users
        for argument in ("--add-scram", f"{MECHANISM}=[name={name},password={password}]")
    )


def _make(folder: Path, now_us: int) -> None:
    draft = folder / "secrets.draft"
    draft.mkdir(parents=True, mode=0o700)
    authority = Authority.found(draft / "authority", "Golden Hour broker", now_us)
    identity = named(Kind.BROKER, _BROKER)
    equip(authority, draft, identity, now_us, hosts=LOOPBACK, days=CERTIFICATE_DAYS)
    pair = (draft / f"{_BROKER}.key").read_bytes() + (draft / f"{_BROKER}.crt").read_bytes()
    write_private(draft / "keystore.pem", pair)
    for name in (_BROKER, USER):
        write_private(draft / f"{name}.password", token_urlsafe(_PASSWORD_BYTES).encode())
    draft.rename(_secrets(folder))


def _secrets(folder: Path) -> Path:
    return folder / "secrets"


def _password_file(folder: Path, user: str) -> Path:
    return _secrets(folder) / f"{user}.password"
