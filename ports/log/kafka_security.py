"""How every client of Kafka in a process proves who it is: by setting, the same for all of them.

With a user the link is TLS and the proof SCRAM-SHA-512: the password never crosses it. The
password is in a file, so that neither a list of processes nor a log line of settings shows it.
Without a user there is neither TLS nor proof, as fits a broker on loopback.

A wrong password is not a broker that is away: it is said once, in one line, and not tried again.
"""

import ssl
from pathlib import Path
from typing import Any, Final

from aiokafka.conn import create_conn
from aiokafka.errors import AuthenticationFailedError, KafkaError, SaslAuthenticationFailed
from pydantic_settings import BaseSettings, SettingsConfigDict

from ports.log.port import LogLost

MECHANISM: Final = "SCRAM-SHA-512"
"""How the password is proven."""


_TURNED_AWAY: Final = (AuthenticationFailedError, SaslAuthenticationFailed, ssl.SSLError)


class KafkaRefused(LogLost):
    """Kafka does not let this program in, or the settings for it cannot be used."""


class KafkaSecurity(BaseSettings):
    """The user of Kafka; each setting is an environment variable, GOLDENHOUR_KAFKA_..."""

    model_config = SettingsConfigDict(env_prefix="GOLDENHOUR_KAFKA_", frozen=True)

    user: str | None = None
    """Name of the user; with it every link to Kafka is TLS with SCRAM-SHA-512."""
    password_file: Path | None = None
    """File that holds the password alone."""
    ca: Path | None = None
    """Certificates of the authorities whose brokers are believed, PEM; none: the system's."""

    def password(self) -> str:
        """Return the password.

        Raises:
            KafkaRefused: there is none to be read.
        """
        if self.password_file is None:
            message = "GOLDENHOUR_KAFKA_USER needs GOLDENHOUR_KAFKA_PASSWORD_FILE"
            raise KafkaRefused(message)
        try:
            return self.password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            message = f"GOLDENHOUR_KAFKA_PASSWORD_FILE: {error}"
            raise KafkaRefused(message) from error

    def context(self) -> ssl.SSLContext:
        """Return what checks the broker.

        Raises:
            KafkaRefused: the authorities cannot be read.
        """
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            message = f"GOLDENHOUR_KAFKA_CA: {error}"
            raise KafkaRefused(message) from error


def client_options() -> dict[str, Any]:
    """Return what every client of aiokafka is given beside its own options; nothing without a user.

    Raises:
        KafkaRefused: the settings cannot be used.
    """
    security = KafkaSecurity()
    if security.user is None:
        return {}
    return {
        "security_protocol": "SASL_SSL",
        "ssl_context": security.context(),
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": security.user,
        "sasl_plain_password": security.password(),
    }


async def check_admitted(bootstrap: str) -> None:
    """Return unless a broker answers and turns the user away, which no further attempt changes.

    Raises:
        KafkaRefused: it does; the message says whom and why.
    """
    options = client_options()
    if not options:
        return
    for broker in bootstrap.split(","):
        host, _, port = broker.rpartition(":")
        try:
            connection = await create_conn(host.strip("[]"), int(port), **options)
        except _TURNED_AWAY as error:
            user = options["sasl_plain_username"]
            message = f"Kafka at {broker} does not let {user} in: {error}"
            raise KafkaRefused(message) from error
        except (KafkaError, OSError):
            continue
        connection.close()
