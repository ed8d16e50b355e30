"""Set-up of logs: events with keys, as JSON lines or for a console, always on standard error.

A log line never carries patient data. As a last defence, a value logged under the name of a vital
sign or of a personal detail is replaced by ``withheld``; the name stays, so that the line that
broke the rule is found. A traceback names lines and never shows what their variables held.
"""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any, Final

from clinical.vitals import Vital
from ports.loading import standing_in

with standing_in({"rich": None}):  # its colours are not for log files
    import structlog
    from structlog.dev import plain_traceback
    from structlog.tracebacks import ExceptionDictTransformer
    from structlog.typing import Processor

WITHHELD: Final = "withheld"
"""What stands in a log line in place of patient data."""

PATIENT_KEYS: Final = frozenset(Vital) | {
    "age_years",
    "consciousness",
    "items",
    "patient",
    "patient_name",
    "picture",
    "pregnant",
    "vitals",
}
"""Keys under which patient data could come into a log line."""

_WITHOUT_LOCALS: Final = ExceptionDictTransformer(show_locals=False)

_QUIET: Final = {
    "aiokafka": "ERROR",
    "faust": "WARNING",
    "mode": "WARNING",
    "grpc": "WARNING",
    "pydicom": "CRITICAL",
}
"""Third parties that repeat at length what our own events say, or what stands in an image."""

REPEATED_AFTER_S: Final = 10.0
"""Between two lines of the same words; a Kafka client says at each attempt, many times a second,
that it has failed."""

REPEATS_KEPT: Final = 100
"""Different words whose last line is remembered; with more the memory begins anew, and repeats."""


class Seldom(logging.Filter):
    """Lets aiokafka say the same thing once in ``REPEATED_AFTER_S``; everybody else passes."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether this line is to be written."""
        if not record.name.startswith("aiokafka"):
            return True
        said_s = self._said.get(record.msg)
        if said_s is not None and 0 <= record.created - said_s < REPEATED_AFTER_S:
            return False
        if len(self._said) >= REPEATS_KEPT:
            self._said.clear()
        self._said[record.msg] = record.created
        return True


def withhold(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the values of PATIENT_KEYS."""
    for key in PATIENT_KEYS & event.keys():
        event[key] = WITHHELD
    return event


def configure_logging(*, json: bool, level: str = "INFO") -> None:
    """Send the events of structlog and of the standard library to standard error.

    ``json`` gives one object per line; otherwise lines for a person, coloured on a terminal.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        withhold,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(_stderr(shared, _rendering(json=json), level))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return a logger; ``name`` is the module's, and the event is a short noun phrase."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _rendering(*, json: bool) -> list[Processor]:
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if json:
        return [
            drop_meta,
            structlog.processors.ExceptionRenderer(_WITHOUT_LOCALS),
            structlog.processors.JSONRenderer(),
        ]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=plain_traceback
    )
    return [drop_meta, console]


def _stderr(shared: list[Processor], rendering: list[Processor], level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "event": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": rendering,
            }
        },
        "filters": {"seldom": {"()": Seldom}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "event",
                "filters": ["seldom"],
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: {"level": quiet} for name, quiet in _QUIET.items()},
    }
