"""Alembic's entry: runs the scripts on the connection that ``migrate.upgrade`` passes."""

from alembic import context

from matcher.adapters.sql.schema import metadata

connection = context.config.attributes["connection"]
if connection is None:
    raise RuntimeError("Migrations run through Store.migrate(): they need an open connection.")
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,  # true of SQLite too once BEGIN is ours: killed half-way, nothing changed
    compare_type=True,
)
context.run_migrations()
