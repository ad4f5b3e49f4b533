"""What Alembic runs: the steps of a branch, on the connection of `migrations.configurer`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from data import migrations


def _monter(conn: sa.Connection, branche: migrations.Branche) -> None:
    schema = branche.schema(conn)
    if schema:
        # ALTER TABLE, as Alembic writes it, does not go through `schema_translate_map`.
        conn.execute(sa.text(f"SET LOCAL search_path TO {schema}"))
    context.configure(
        connection=conn,
        target_metadata=branche.metadata,
        version_table=branche.table_des_revisions,
        version_table_schema=schema,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_monter(context.config.attributes["connection"], context.config.attributes["branche"])
