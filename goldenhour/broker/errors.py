"""What can go wrong with the broker, and whose turn it is."""


class BrokerError(Exception):
    """Something about the broker that its user can mend; the message says how."""


class NoKafkaFound(BrokerError):  # noqa: N818 - it states a fact
    """Nothing on this machine can run a Kafka broker."""


class PortBusy(BrokerError):  # noqa: N818 - it states a fact
    """Somebody else listens on the port that was asked for."""


class BrokerFailed(BrokerError):  # noqa: N818 - it states a fact
    """The broker ended or stayed mute; the message ends with its last log lines."""
