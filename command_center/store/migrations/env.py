"""Alembic's entry: runs the migrations on the connection that the store hands over."""

from alembic import context

from command_center.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
