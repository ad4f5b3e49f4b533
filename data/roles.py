"""Roles of PostgreSQL: who may read and write what (contract, confidentialité, Access).

Three accounts stand behind the service. The owner makes the tables (`python -m data migrer`,
`roles`, `restaurer`, `retirer`). The role of the import writes them. The role of the web
application reads the answers and the reference tables, never an individual row, and writes its own
store; under row-level security it reads the exact answers of the associations that the
transaction was told (`queries.depot.REGLAGE_DES_DROITS`), none by default.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import application, journal
from data import schema as t

LISIBLES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("nomenclatures", "territoires", "associations", "colleges", "postes"), ()),
    **dict.fromkeys(("mises_en_page", "publications", "reponses", "reponses_exactes"), ()),
    **dict.fromkeys(("audits", "questions_non_posees", "remises", "rapprochements"), ()),
    "etats_annees": ("annee",),
    # How many rows came is a true count.
    "livraisons": ("numero", "recue_le", "synthetique"),
}
"""Tables that the web application reads → their columns (none named: all). No other."""

_DROITS = "(SELECT current_setting('passerelle.associations', true))"
_POLITIQUES = {
    "lecture_par_association": (
        f"FOR SELECT USING ({_DROITS} = '*' OR association <> '' "
        f"AND association = ANY (string_to_array({_DROITS}, ',')))"
    ),
    # Whoever may write the table sees it: no name of a role, so that a backup can be restored
    # on a server that has none yet.
    "ecriture": (
        "FOR ALL USING ((SELECT has_table_privilege('reponses_exactes', 'INSERT'))) "
        "WITH CHECK ((SELECT has_table_privilege('reponses_exactes', 'INSERT')))"
    ),
}


class RolesImpossibles(RuntimeError):
    """The roles cannot be given what they must have, and only that. French text."""


@dataclass(frozen=True, slots=True)
class Compte:
    """A role of PostgreSQL that logs in. `mot_de_passe`: "" leaves it as it is."""

    nom: str
    mot_de_passe: str = ""


def accorder(engine: Engine, web: Compte, importation: Compte) -> None:
    """Create the two roles when they are missing, and give them their rights, all or nothing.

    To be run as the owner of the tables, which are brought up to date first. Idempotent: what was
    given before and is no longer meant is taken back. Raises RolesImpossibles.
    """
    if engine.dialect.name != "postgresql":
        raise RolesImpossibles(
            "Les rôles n’existent que sous PostgreSQL : DATABASE_URL désigne un fichier SQLite."
        )
    if web.nom == importation.nom:
        raise RolesImpossibles("Le rôle de l’application et celui de l’import doivent différer.")
    t.creer(engine)
    application.creer()
    journal.creer()
    try:
        with engine.begin() as conn:
            for compte in (web, importation):
                _assurer(conn, compte)
            _accorder_la_base(conn, web.nom, importation.nom)
        with application.transaction() as conn:
            if conn.dialect.name == "postgresql":
                _assurer(conn, web)
                _accorder_le_magasin(conn, web.nom, importation.nom)
    except sa.exc.ProgrammingError as erreur:
        raise RolesImpossibles(
            "PostgreSQL refuse : lancez cette commande avec le compte propriétaire de la base, "
            f"qui doit aussi pouvoir créer des rôles ({erreur.orig})."
        ) from erreur


def _assurer(conn: sa.Connection, compte: Compte) -> None:
    """Make the role, or make sure that nothing puts it above the rights it is given."""
    nom = _citer(conn, compte.nom)
    role = conn.execute(
        sa.text(
            "SELECT rolsuper OR rolbypassrls AS passe_droit, "
            "pg_has_role(oid, current_user, 'MEMBER') AS proprietaire "
            "FROM pg_roles WHERE rolname = :nom"
        ),
        {"nom": compte.nom},
    ).first()
    if role is None:
        conn.exec_driver_sql(f"CREATE ROLE {nom} LOGIN")
    elif role.passe_droit or role.proprietaire:
        raise RolesImpossibles(
            f"Le rôle « {compte.nom} » passe outre les droits (superutilisateur, BYPASSRLS ou "
            "membre du propriétaire) : choisissez-en un autre."
        )
    if compte.mot_de_passe:
        liaison = conn.connection.dbapi_connection
        assert isinstance(liaison, psycopg.Connection)
        # Encrypted here: the server's logs may keep statements.
        secret = liaison.pgconn.encrypt_password(
            compte.mot_de_passe.encode(), compte.nom.encode(), b"scram-sha-256"
        ).decode()
        conn.exec_driver_sql(f"ALTER ROLE {nom} PASSWORD '{secret}'")


def _accorder_la_base(conn: sa.Connection, web: str, importation: str) -> None:
    schema = _citer(conn, str(conn.scalar(sa.select(sa.func.current_schema()))))
    base = _citer(conn, str(conn.scalar(sa.select(sa.func.current_database()))))
    lecteur, ecrivain = _citer(conn, web), _citer(conn, importation)
    tables = [_citer(conn, x.name) for x in t.metadata.sorted_tables]
    toutes = ", ".join([*tables, t.TABLE_DES_REVISIONS])
    for ordre in (
        f"REVOKE ALL ON {toutes} FROM PUBLIC, {lecteur}, {ecrivain}",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {lecteur}, {ecrivain}",
        f"GRANT CONNECT ON DATABASE {base} TO {lecteur}, {ecrivain}",
        f"GRANT TEMPORARY ON DATABASE {base} TO {ecrivain}",
        f"GRANT USAGE ON SCHEMA {schema} TO {lecteur}, {ecrivain}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(tables)} TO {ecrivain}",
        f"GRANT SELECT ON {t.TABLE_DES_REVISIONS} TO {lecteur}, {ecrivain}",
        *(
            f"GRANT SELECT {'(' + ', '.join(colonnes) + ')' if colonnes else ''} "
            f"ON {_citer(conn, nom)} TO {lecteur}"
            for nom, colonnes in LISIBLES.items()
        ),
        "ALTER TABLE reponses_exactes ENABLE ROW LEVEL SECURITY",
    ):
        conn.exec_driver_sql(ordre)
    for nom, regle in _POLITIQUES.items():
        conn.exec_driver_sql(f"DROP POLICY IF EXISTS {nom} ON reponses_exactes")
        conn.exec_driver_sql(f"CREATE POLICY {nom} ON reponses_exactes {regle}")
    _verifier(conn, web)


def _verifier(conn: sa.Connection, web: str) -> None:
    """What another grant, or another role it belongs to, would still let the application read."""
    permis = sa.func.has_any_column_privilege
    lues = [
        x.name
        for x in t.metadata.sorted_tables
        if x.name not in LISIBLES and conn.scalar(sa.select(permis(web, x.name, "SELECT")))
    ]
    if lues:
        raise RolesImpossibles(
            f"Le rôle « {web} » lirait encore des fiches ({', '.join(lues)}) par un autre rôle "
            "dont il est membre : retirez-l’en. Rien n’a été changé."
        )


def _accorder_le_magasin(conn: sa.Connection, web: str, importation: str) -> None:
    """The application's own store: its rows, not its tables. The import has no business there."""
    schema, lecteur = application.SCHEMA, _citer(conn, web)
    for ordre in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {lecteur}",
        f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, {lecteur}",
        f"GRANT USAGE ON SCHEMA {schema} TO {lecteur}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {lecteur}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {lecteur}",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.{application.TABLE_DES_REVISIONS} "
        f"FROM {lecteur}",
        # What was consulted is added, and erased when it is old; never rewritten.
        f"REVOKE UPDATE ON {schema}.{journal.journal.name} FROM {lecteur}",
    ):
        conn.exec_driver_sql(ordre)


def _citer(conn: sa.Connection, nom: str) -> str:
    return conn.dialect.identifier_preparer.quote_identifier(nom)
