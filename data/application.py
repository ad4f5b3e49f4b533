"""The application's own store: accounts, sessions, attempts to log in, one-time links,
presentations and what became of them.

Contract, interface, Commands: under SQLite a second file beside the consolidated database
(`passerelle-application.sqlite`), under PostgreSQL a schema of its own (`application`), so that an
import never makes a log-in wait. `APPLICATION_URL` names another place.

Tokens are random and only the person who was given one holds it: what is stored is its HMAC under
the secret of the sessions (`data.secret_session`), so that a copy of the store opens nothing.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t

FICHIER = "passerelle-application.sqlite"
SCHEMA = "application"
TABLE_DES_REVISIONS = "alembic_version"
REVISION = "0003_perimetre_des_partages"
"""Last step of `data.migrations`: what `metadata` says."""

_VERROU_DE_CREATION = 0x5345_5353
"""Number of the advisory lock under PostgreSQL; not the one an import takes."""

metadata = sa.MetaData()

comptes = sa.Table(
    "comptes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("identifiant", sa.Text, nullable=False, unique=True, comment="e-mail, folded"),
    sa.Column("nom", sa.Text, nullable=False, default=""),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("habilitation", sa.Boolean, nullable=False, default=False),
    sa.Column("associations", sa.JSON, nullable=False, comment="codes of a chef de service's own"),
    sa.Column("mot_de_passe", sa.Text, nullable=False, comment="argon2id"),
    sa.Column("a_changer", sa.Boolean, nullable=False, comment="first password, to be changed"),
    sa.Column("actif", sa.Boolean, nullable=False, default=True),
    sa.Column("cree_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("connecte_le", sa.DateTime, comment="UTC; last log-in"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("jeton_hache", sa.Text, primary_key=True, comment="HMAC-SHA256, hexadecimal"),
    sa.Column("compte", sa.Integer, sa.ForeignKey("comptes.id"), comment="null: a viewpoint"),
    sa.Column("moyen", sa.Text, nullable=False, comment="mot_de_passe, oidc or point_de_vue"),
    sa.Column("role", sa.Text, nullable=False, comment="of a viewpoint"),
    sa.Column("associations", sa.JSON, nullable=False, comment="of a viewpoint"),
    sa.Column("chiffres_exacts", sa.Boolean, nullable=False, comment="the switch of the habilité"),
    sa.Column("creee_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("vue_le", sa.DateTime, nullable=False, comment="UTC"),
)

essais = sa.Table(
    "essais",
    metadata,
    sa.Column("cle", sa.Text, primary_key=True, comment="HMAC of account or address"),
    sa.Column("echecs", sa.Integer, nullable=False),
    sa.Column("dernier_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("bloque_jusqu_a", sa.DateTime, nullable=False, comment="UTC"),
)

liens = sa.Table(
    "liens",
    metadata,
    sa.Column("jeton_hache", sa.Text, primary_key=True, comment="HMAC-SHA256, hexadecimal"),
    sa.Column("compte", sa.Integer, sa.ForeignKey("comptes.id"), nullable=False),
    sa.Column("expire_le", sa.DateTime, nullable=False, comment="UTC"),
)

demandes_oidc = sa.Table(
    "demandes_oidc",
    metadata,
    sa.Column("etat_hache", sa.Text, primary_key=True, comment="HMAC-SHA256 of `state`"),
    sa.Column("suivant", sa.Text, nullable=False),
    sa.Column("expire_le", sa.DateTime, nullable=False, comment="UTC"),
)

presentations = sa.Table(
    "presentations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("proprietaire", sa.Text, nullable=False, index=True, comment="account or viewpoint"),
    sa.Column("titre", sa.Text, nullable=False),
    sa.Column("contenu", sa.JSON, nullable=False, comment="slides: questions and words, no figure"),
    sa.Column("version", sa.Integer, nullable=False, comment="grows at each change"),
    sa.Column("archivee", sa.Boolean, nullable=False, default=False),
    sa.Column("creee_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("modifiee_le", sa.DateTime, nullable=False, comment="UTC"),
)

partages = sa.Table(
    "partages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("jeton_hache", sa.Text, unique=True, comment="HMAC-SHA256; null: revoked"),
    sa.Column("presentation", sa.Integer, index=True, comment="null: erased since"),
    sa.Column("proprietaire", sa.Text, nullable=False, index=True, comment="account or viewpoint"),
    sa.Column(
        "perimetre",
        sa.Text,
        nullable=False,
        default="",
        server_default=sa.text("''"),
        comment="whose colleagues may present it; empty: the owner alone",
    ),
    sa.Column("titre", sa.Text, nullable=False),
    sa.Column("contenu", sa.JSON, nullable=False, comment="slides and answers, as they were given"),
    sa.Column("notes", sa.JSON, nullable=False, comment="slide → the presenter's own notes"),
    sa.Column("livraison", sa.Integer, nullable=False, comment="number of the delivery"),
    sa.Column("cree_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("expire_le", sa.DateTime, nullable=False, comment="UTC"),
)

conduites = sa.Table(
    "conduites",
    metadata,
    sa.Column("partage", sa.Integer, sa.ForeignKey("partages.id"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, comment="grows at each move"),
    sa.Column("pilote", sa.Text, nullable=False, comment="window that leads; empty: nobody yet"),
    sa.Column("etat", sa.JSON, nullable=False, comment="slide, variant, form, highlighted value"),
    sa.Column("modifiee_le", sa.DateTime, nullable=False, comment="UTC"),
)

traces = sa.Table(
    "traces",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("perimetre", sa.Text, nullable=False, index=True, comment="who may read it"),
    sa.Column("auteur", sa.Text, nullable=False, comment="account or viewpoint"),
    sa.Column("partage", sa.Integer, sa.ForeignKey("partages.id"), index=True),
    sa.Column("diapo", sa.Text, nullable=False),
    sa.Column("indicateur", sa.Text, nullable=False, comment="empty: a slide of words"),
    sa.Column("lieu", sa.Text, nullable=False, comment="kind:code"),
    sa.Column("annee", sa.Text, nullable=False, comment="school year"),
    sa.Column("genre", sa.Text, nullable=False, comment="decision or question"),
    sa.Column("texte", sa.Text, nullable=False),
    sa.Column("dans_le_lien", sa.Boolean, nullable=False, default=False),
    sa.Column("garder", sa.Boolean, nullable=False, default=False),
    sa.Column("ecrite_le", sa.DateTime, nullable=False, comment="UTC"),
)

commentaires = sa.Table(
    "commentaires",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("perimetre", sa.Text, nullable=False, index=True, comment="who may read it"),
    sa.Column("auteur", sa.Text, nullable=False, comment="account or viewpoint"),
    sa.Column("lieu", sa.Text, nullable=False, comment="kind:code"),
    sa.Column("annee", sa.Text, nullable=False, comment="school year"),
    sa.Column("section", sa.Text, nullable=False, comment="chapter or indicator"),
    sa.Column("texte", sa.Text, nullable=False),
    sa.Column("ecrit_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.UniqueConstraint("perimetre", "lieu", "annee", "section"),
)

travaux = sa.Table(
    "travaux",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="random, known to who asked"),
    sa.Column("proprietaire", sa.Text, nullable=False, comment="account or viewpoint"),
    sa.Column("nom", sa.Text, nullable=False, comment="of the file"),
    sa.Column("etape", sa.Text, nullable=False, comment="what is being done, French"),
    sa.Column("fait", sa.Integer, nullable=False, comment="per cent"),
    sa.Column("erreur", sa.Text, nullable=False, default=""),
    sa.Column("fichier", sa.LargeBinary, comment="null until it is made"),
    sa.Column("genre", sa.Text, nullable=False, comment="media type"),
    sa.Column("demande", sa.JSON, nullable=False, comment="what is asked, for whom; no figure"),
    sa.Column("demande_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("vu_le", sa.DateTime, comment="UTC; last sign of life; null: waits for its turn"),
)


class MagasinIndisponible(RuntimeError):
    """The application's store cannot be read or written. French text."""

    def __init__(
        self, texte: str = "La base de l’application ne répond pas. Réessayez dans un instant."
    ) -> None:
        super().__init__(texte)


class MagasinTropRecent(MagasinIndisponible):
    """A later version of the application has changed the store."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            "La base de l’application a été mise à jour par une version plus récente de Passerelle "
            f"(étape « {revision} ») : installez cette version, ou rétablissez une sauvegarde."
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


def dossier_de_l_application() -> Path:
    """The folder of the store; under PostgreSQL, that of the default database."""
    adresse = sa.make_url(url_de_l_application())
    if adresse.get_backend_name() == "sqlite" and adresse.database not in (None, "", ":memory:"):
        return Path(str(adresse.database)).parent
    return t.CHEMIN_PAR_DEFAUT.parent


@lru_cache(maxsize=8)
def _ouvrir(url: str) -> Engine:
    adresse = sa.make_url(url)
    if adresse.get_backend_name() == "sqlite" and adresse.database not in (None, "", ":memory:"):
        chemin = Path(str(adresse.database))
        chemin.parent.mkdir(parents=True, exist_ok=True)
        # Only the owner reads it; the files that SQLite puts beside it follow.
        os.close(os.open(chemin, os.O_CREAT | os.O_RDWR, 0o600))
    engine = t.ouvrir(url, interactif=True)
    # A connection must not be shared with a worker forked from this process.
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(schema_translate_map={None: SCHEMA})
    return engine


@contextmanager
def transaction() -> Iterator[sa.Connection]:
    """One transaction on the store. Raises MagasinIndisponible."""
    try:
        with _ouvrir(url_de_l_application()).begin() as conn:
            yield conn
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError) as erreur:
        raise MagasinIndisponible from erreur


def verrouiller(conn: sa.Connection) -> None:
    """Make what follows in this transaction the only writing of accounts there is."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text("SELECT pg_advisory_xact_lock(:numero)"), {"numero": 0x434F_4D50})
    else:
        conn.exec_driver_sql("BEGIN IMMEDIATE")


def creer() -> None:
    """Bring the store up to date, whatever it holds, in one transaction (`data.migrations`).

    Idempotent, and safe when several processes start together. Raises MagasinIndisponible when the
    store cannot be reached, MagasinTropRecent.
    """
    with transaction() as conn:
        if _lire_la_revision(conn) == REVISION:
            return
    # Slow to import, and needed only when something is to be done.
    from data import migrations

    with transaction() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_VERROU_DE_CREATION)))
            conn.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        else:
            conn.exec_driver_sql("BEGIN IMMEDIATE")
        revision = _lire_la_revision(conn)
        if not revision:
            _oublier_les_anciennes_sessions(conn)
        try:
            migrations.monter(conn)
        except migrations.RevisionInconnue as erreur:
            raise MagasinTropRecent(revision) from erreur


def schema_de(conn: sa.Connection) -> str | None:
    """Schema that the tables stand in, behind this connection."""
    return SCHEMA if conn.dialect.name == "postgresql" else None


def _lire_la_revision(conn: sa.Connection) -> str:
    """The step a store is at; "" when it is empty, or from before there were any."""
    schema = schema_de(conn)
    if not sa.inspect(conn).has_table(TABLE_DES_REVISIONS, schema=schema):
        return ""
    table = sa.table(TABLE_DES_REVISIONS, sa.column("version_num"), schema=schema)
    return str(conn.execute(sa.select(table.c.version_num)).scalar() or "")


def _oublier_les_anciennes_sessions(conn: sa.Connection) -> None:
    """Sessions from before there were accounts are no use to anyone."""
    schema = schema_de(conn)
    inspecteur = sa.inspect(conn)
    if inspecteur.has_table("sessions", schema=schema):
        colonnes = {c["name"] for c in inspecteur.get_columns("sessions", schema=schema)}
        if "compte" not in colonnes:
            sessions.drop(conn)


def lit_les_fiches() -> bool:
    """Whether the account that writes the store may read the youths' own records (`data.schema`).
    Raises MagasinIndisponible."""
    with transaction() as conn:
        return t.lit_les_fiches(conn)


def effacer_les_travaux(avant: dt.datetime | None = None) -> int:
    """Erase the prepared files that were asked for before a time (UTC), or all; how many they were.

    Those that are being made are given up. Raises MagasinIndisponible.
    """
    fichier = t.fichier_sqlite(sa.make_url(url_de_l_application()))
    if fichier is not None and not fichier.is_file():
        return 0
    with transaction() as conn:
        if not sa.inspect(conn).has_table(travaux.name, schema=schema_de(conn)):
            return 0
        if conn.dialect.name == "sqlite":
            # They may hold exact figures: what is erased leaves no trace in the file.
            conn.exec_driver_sql("PRAGMA secure_delete = ON")
        vieux = sa.true() if avant is None else travaux.c.demande_le < avant
        return conn.execute(sa.delete(travaux).where(vieux)).rowcount


def maintenant() -> dt.datetime:
    """UTC, without time zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
