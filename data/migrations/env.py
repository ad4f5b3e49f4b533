"""What Alembic runs: the steps, on the connection it is given or on the store of the settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from data import application


def _monter(conn: sa.Connection) -> None:
    schema = application.schema_de(conn)
    if schema:
        # ALTER TABLE, as Alembic writes it, does not go through `schema_translate_map`.
        conn.execute(sa.text(f"SET LOCAL search_path TO {schema}"))
    context.configure(
        connection=conn,
        target_metadata=application.metadata,
        version_table=application.TABLE_DES_REVISIONS,
        version_table_schema=schema,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


donnee = context.config.attributes.get("connection")
if donnee is not None:
    _monter(donnee)
else:
    with application.transaction() as conn:
        _monter(conn)
