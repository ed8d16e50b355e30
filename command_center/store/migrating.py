"""Brings a store to the present version of its tables; the migrations ship with the package."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Run what migrations are missing, in the connection's transaction, from any folder."""
    known = MigrationContext.configure(connection).get_current_heads()
    if known != _newest():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache
def _newest() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
