"""Migrations of the application's own store, with Alembic.

What the store holds is said in `data.application`; how a store of another time gets there, in
`versions/`, one file a step. To change a table: change it there, then

    python -m alembic revision --autogenerate -m "what changes"

with `APPLICATION_URL` on a store that is up to date (SQLite); read what was written, and put the
name of the new step in `data.application.REVISION` (a test compares).
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

DOSSIER = Path(__file__).parent


class RevisionInconnue(RuntimeError):
    """The store is at a step that this version does not know."""


def configurer(conn: sa.Connection | None = None) -> Config:
    """What Alembic must know. `conn`: the connection whose transaction it works in."""
    config = Config(attributes={"connection": conn})
    config.set_main_option("script_location", str(DOSSIER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def monter(conn: sa.Connection) -> None:
    """Bring the store behind this connection up to date, inside its transaction.

    Raises RevisionInconnue.
    """
    try:
        command.upgrade(configurer(conn), "head")
    except CommandError as erreur:
        raise RevisionInconnue(str(erreur)) from erreur


def derniere() -> str:
    """Name of the last step."""
    nom = ScriptDirectory.from_config(configurer()).get_current_head()
    assert nom is not None
    return nom
