"""Entry point of Alembic; the connection comes from ``store.cipher``, already inside a transaction."""

from alembic import context

from osfi_gui.store import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema.metadata)
with context.begin_transaction():
    context.run_migrations()
