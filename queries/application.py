"""What the application itself writes, apart from the consolidated database: sessions.

Contract, interface, Commands: under SQLite a second file beside the first
(`passerelle-application.sqlite`), under PostgreSQL a schema of its own (`application`), so that an
import never makes a log-in wait. `APPLICATION_URL` names another place.

A session is server-side and revocable. Its token is 128 random bits that only the reader holds:
what is stored is its SHA-256.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.schema import CreateTable

from data import schema as t
from queries.depot import BaseIndisponible
from queries.lecteur import Lecteur, Role

FICHIER = "passerelle-application.sqlite"
SCHEMA = "application"
DUREE_DE_REPOS = dt.timedelta(hours=12)
"""A session nobody used for that long is over."""

PAS_DE_VUE = dt.timedelta(minutes=5)
"""`vue_le` is written again no more often than that: a page is many requests."""

OCTETS_DU_JETON = 16
_VERROU_DE_CREATION = 0x5345_5353
"""Number of the advisory lock under PostgreSQL; not the one an import takes."""

metadata = sa.MetaData()

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("jeton_hache", sa.Text, primary_key=True, comment="SHA-256, hexadecimal"),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("associations", sa.JSON, nullable=False, comment="codes of a chef de service's own"),
    sa.Column("creee_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("vue_le", sa.DateTime, nullable=False, comment="UTC"),
)


def url_de_l_application() -> str:
    """URL of the application's own store: `APPLICATION_URL`, or beside the consolidated base."""
    url = os.environ.get("APPLICATION_URL", "").strip()
    if url:
        for prefixe in ("postgres://", "postgresql://"):
            if url.startswith(prefixe):
                return "postgresql+psycopg://" + url[len(prefixe) :]
        return url
    consolidee = sa.make_url(t.url_de_la_base())
    if consolidee.get_backend_name() != "sqlite":
        return consolidee.render_as_string(hide_password=False)
    fichier = consolidee.database
    dossier = t.CHEMIN_PAR_DEFAUT.parent
    if fichier and fichier != ":memory:":
        dossier = Path(fichier).parent
    return f"sqlite:///{dossier / FICHIER}"


@lru_cache(maxsize=8)
def _ouvrir(url: str) -> Engine:
    engine = t.ouvrir(url)
    # A connection must not be shared with a worker forked from this process.
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(schema_translate_map={None: SCHEMA})
    return engine


@contextmanager
def _ecriture() -> Iterator[sa.Connection]:
    try:
        with _ouvrir(url_de_l_application()).begin() as conn:
            yield conn
    except (sa.exc.DBAPIError, OSError) as erreur:
        raise BaseIndisponible(
            "La base de l’application ne répond pas. Réessayez dans un instant."
        ) from erreur


def creer() -> None:
    """Create what is missing. Idempotent, and safe when several processes start together.

    Raises BaseIndisponible, like every function here, when the store cannot be reached.
    """
    with _ecriture() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_VERROU_DE_CREATION)))
            conn.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        for table in metadata.sorted_tables:
            conn.execute(CreateTable(table, if_not_exists=True))


def ouvrir_session(lecteur: Lecteur) -> str:
    """Open a session for this reader and return its token, 22 URL-safe characters.

    Sessions that are over are forgotten on the way.
    """
    jeton = secrets.token_urlsafe(OCTETS_DU_JETON)
    maintenant = _maintenant()
    with _ecriture() as conn:
        conn.execute(sa.delete(sessions).where(sessions.c.vue_le < maintenant - DUREE_DE_REPOS))
        conn.execute(
            sa.insert(sessions).values(
                jeton_hache=_hacher(jeton),
                role=lecteur.role.value,
                associations=list(lecteur.associations),
                creee_le=maintenant,
                vue_le=maintenant,
            )
        )
    return jeton


def lire_session(jeton: str) -> Lecteur | None:
    """The reader behind a token; None when there is no such session, or after 12 idle hours."""
    hache, maintenant = _hacher(jeton), _maintenant()
    with _ecriture() as conn:
        ligne: Any = conn.execute(
            sa.select(sessions).where(
                sessions.c.jeton_hache == hache,
                sessions.c.vue_le >= maintenant - DUREE_DE_REPOS,
            )
        ).one_or_none()
        if ligne is None:
            return None
        if maintenant - ligne.vue_le > PAS_DE_VUE:
            conn.execute(
                sa.update(sessions).where(sessions.c.jeton_hache == hache).values(vue_le=maintenant)
            )
    return Lecteur(Role(ligne.role), tuple(ligne.associations))


def fermer_session(jeton: str) -> None:
    """Close a session at once; nothing happens when there is none."""
    with _ecriture() as conn:
        conn.execute(sa.delete(sessions).where(sessions.c.jeton_hache == _hacher(jeton)))


def _hacher(jeton: str) -> str:
    return hashlib.sha256(jeton.encode("utf-8", "surrogatepass")).hexdigest()


def _maintenant() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
