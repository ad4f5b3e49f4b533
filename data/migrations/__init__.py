"""Migrations of what is stored, with Alembic: the consolidated database, the application's store.

What each holds is said in `data.schema` and `data.application`; how one of another time gets
there, in `versions_base/` and `versions/`, one file a step. To change a table: change it there,
then

    python -m data.migrations base|application NOM_DE_L_ETAPE

which writes the step that leads from what the steps make today to what the model says; read what
was written, and put the name of the new step in the `REVISION` beside the tables (a test
compares). A step that changes what the answers or the annual facts hold empties `etats_annees`:
every school year is then published again (`data.importation.mettre_a_jour`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from data import application
from data import schema as t

DOSSIER = Path(__file__).parent


class RevisionInconnue(RuntimeError):
    """The store is at a step that this version does not know."""


@dataclass(frozen=True, slots=True)
class Branche:
    """One store and its steps. `schema`: of its tables, behind a connection; None: the default."""

    dossier: str
    metadata: sa.MetaData
    table_des_revisions: str
    schema: Callable[[sa.Connection], str | None]


APPLICATION = Branche(
    "versions", application.metadata, application.TABLE_DES_REVISIONS, application.schema_de
)
BASE = Branche("versions_base", t.metadata, t.TABLE_DES_REVISIONS, lambda _: None)
BRANCHES = {"application": APPLICATION, "base": BASE}


def configurer(conn: sa.Connection | None = None, branche: Branche = APPLICATION) -> Config:
    """What Alembic must know. `conn`: the connection whose transaction it works in."""
    config = Config(attributes={"connection": conn, "branche": branche})
    config.set_main_option("script_location", str(DOSSIER).replace("%", "%%"))
    config.set_main_option("version_locations", str(DOSSIER / branche.dossier).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "m%%(rev)s")
    return config


def monter(conn: sa.Connection, branche: Branche = APPLICATION) -> None:
    """Bring the store behind this connection up to date, inside its transaction.

    Raises RevisionInconnue.
    """
    try:
        command.upgrade(configurer(conn, branche), "head")
    except CommandError as erreur:
        raise RevisionInconnue(str(erreur)) from erreur


def derniere(branche: Branche = APPLICATION) -> str:
    """Name of the last step."""
    nom = ScriptDirectory.from_config(configurer(branche=branche)).get_current_head()
    assert nom is not None
    return nom
