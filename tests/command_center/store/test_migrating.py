"""The migrations and the tables say the same."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from command_center.store.migrating import migrate
from command_center.store.tables import METADATA


def test_migrations_create_the_tables_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they leave behind is what the statements expect; running them again changes nothing."""
    monkeypatch.chdir(tmp_path)
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        migrate(connection)
        migrate(connection)
        names = set(inspect(connection).get_table_names())
        assert names == {*METADATA.tables, "alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()
