"""What Alembic would have to do for a store to be as its model says."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext


def relever(
    url: str, metadata: sa.MetaData, schema: str = "", *, revisions: str = "alembic_version"
) -> list[Any]:
    """The differences, comments left aside. `schema`: of the tables, under PostgreSQL."""
    adresse = sa.make_url(url)
    if schema and adresse.get_backend_name() == "postgresql":
        adresse = adresse.update_query_dict({"options": f"-csearch_path={schema}"})
    engine = sa.create_engine(adresse, poolclass=sa.pool.NullPool)
    with engine.connect() as conn:
        contexte = MigrationContext.configure(
            conn, opts={"compare_server_default": True, "version_table": revisions}
        )
        trouves = compare_metadata(contexte, metadata)
    return [e for e in trouves if "comment" not in (e[0] if isinstance(e, tuple) else e[0][0])]
