"""Erasing records for good: right to erasure, end of retention (contract, données §1).

The erased rows leave the tables, the facts and the answers in one transaction; what the database
engine keeps of them on disk is overwritten afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t
from data.ecriture import Portee
from data.importation import refaire
from data.nomenclature import ecrire_code, plier
from data.progression import Progression
from data.refus import LivraisonRefusee, typographier
from data.remises import oublier_les_remises
from data.temoin import reconnaitre
from data.validation import par_paquets
from data.verrou import ecrire_seul

_ATTENTE_DU_NETTOYAGE = 2_000
"""Milliseconds that the emptying of SQLite's log waits for its readers."""


class RetraitImpossible(Exception):
    """Nothing was erased; the message says why, in French (exit status 1)."""

    def __init__(self, message: str) -> None:
        super().__init__(typographier(message))


@dataclass(frozen=True, slots=True)
class Retrait:
    """What was erased: rows by table. `complet`: False when a reader kept SQLite's write-ahead log
    from being emptied; it will be at the next import."""

    association: str
    comptes: dict[str, int] = field(default_factory=dict)
    complet: bool = True


def retirer(
    engine: Engine,
    association: str,
    usager: str | None = None,
    progression: Progression | None = None,
) -> Retrait:
    """Erase one usager, or all the records of an association, and publish anew.

    `association`: sigle, name or code; `usager`: pseudonym, case-sensitive. The association itself
    and its posts, which are about nobody, stay. Raises RetraitImpossible when either is unknown,
    when an import is under way, or when the secret is not the one of what was published.
    """
    if not sa.inspect(engine).has_table("associations"):
        raise RetraitImpossible("La base est vide : il n'y a rien à retirer.")
    _exiger_le_proprietaire(engine)
    try:
        with ecrire_seul(engine) as conn:
            # While those whom it tells by are still there.
            reconnaitre(conn)
            id_, sigle = _trouver_association(conn, association)
            usagers = _trouver_usagers(conn, id_, sigle, usager)
            portee, comptes = _effacer(conn, id_, usagers, tout=usager is None)
            livraison = conn.scalar(sa.select(sa.func.max(t.livraisons.c.numero))) or 0
            motif = "Retrait d’un usager" if usager else f"Retrait des fiches de {sigle}"
            refaire(conn, portee, livraison=livraison, motif=motif, progression=progression)
    except LivraisonRefusee as occupee:
        raise RetraitImpossible(occupee.message) from occupee
    return Retrait(sigle, comptes, _nettoyer_le_disque(engine))


def _exiger_le_proprietaire(engine: Engine) -> None:
    """Under PostgreSQL, whoever does not own the tables cannot clean the disk of what they held."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as conn:
        sien = conn.scalar(
            sa.text(
                "SELECT pg_has_role(relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(:x)"
            ),
            {"x": t.usagers.name},
        )
    if not sien:
        raise RetraitImpossible(
            "Ce rôle de PostgreSQL ne peut pas effacer pour de bon : lancez la commande avec le "
            "compte propriétaire de la base. Rien n'a été modifié."
        )


def _trouver_association(conn: sa.Connection, demandee: str) -> tuple[int, str]:
    a = t.associations.c
    connues = conn.execute(sa.select(a.id, a.sigle, a.nom, a.code).order_by(a.sigle)).all()
    for id_, sigle, _, code in connues:
        if plier(demandee) == plier(sigle) or ecrire_code(demandee) == code:
            return id_, sigle
    par_nom = [(x.id, x.sigle) for x in connues if plier(demandee) == plier(x.nom)]
    if len(par_nom) == 1:
        return par_nom[0]
    raise RetraitImpossible(
        f"Association inconnue : « {demandee} ». Associations de la base : "
        f"{', '.join(x.sigle for x in connues) or 'aucune'}."
    )


def _trouver_usagers(
    conn: sa.Connection, association: int, sigle: str, usager: str | None
) -> list[int]:
    u = t.usagers.c
    requete = sa.select(u.id).where(u.association == association)
    if usager is None:
        return list(conn.scalars(requete))
    trouves = list(conn.scalars(requete.where(u.usager == usager.strip())))
    if not trouves:
        raise RetraitImpossible(f"Aucun usager de ce pseudonyme dans l'association {sigle}.")
    return trouves


def _effacer(
    conn: sa.Connection, association: int, usagers: Sequence[int], *, tout: bool
) -> tuple[Portee, dict[str, int]]:
    """Delete the rows, those that refer to others first."""
    portee = Portee()
    comptes: dict[str, int] = {}
    i, a, p = t.interventions.c, t.actions.c, t.actions_usagers.c

    def supprimer(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> None:
        efface = conn.execute(sa.delete(table).where(*conditions)).rowcount
        comptes[table.name] = comptes.get(table.name, 0) + efface

    if tout:
        for annee, celle in ((i.annee, i.association), (a.annee, a.association)):
            requete = sa.select(annee).where(celle == association).distinct()
            portee.annees |= set(conn.scalars(requete))
    for paquet in par_paquets(usagers):
        f = t.accompagnements.c
        portee.annees |= set(conn.scalars(sa.select(f.annee).where(f.usager.in_(paquet))))
        participe = sa.select(a.annee).join(
            t.actions_usagers,
            sa.and_(p.forme == a.forme, p.association == a.association, p.action == a.action),
        )
        portee.annees |= set(conn.scalars(participe.where(p.usager.in_(paquet))))
        supprimer(t.saisies_tardives, t.saisies_tardives.c.usager.in_(paquet))
        supprimer(t.actions_usagers, p.usager.in_(paquet))
        supprimer(t.accompagnements, f.usager.in_(paquet))
        if not tout:
            supprimer(t.interventions, i.association == association, i.usager.in_(paquet))
        supprimer(t.situations, t.situations.c.usager.in_(paquet))
    if tout:
        supprimer(t.interventions, i.association == association)
        supprimer(t.actions_usagers, p.association == association)
        supprimer(t.actions, a.association == association)
        supprimer(t.conditions, t.conditions.c.association == association)
        supprimer(t.remises, t.remises.c.association == association)
    for paquet in par_paquets(usagers):
        supprimer(t.usagers, t.usagers.c.id.in_(paquet))
    oublier_les_remises(conn, association)
    return portee, comptes


def _nettoyer_le_disque(engine: Engine) -> bool:
    """Overwrite what the engine keeps of the erased rows; False when it has to wait."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        if conn.dialect.name == "sqlite":
            ancien = conn.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            conn.exec_driver_sql(f"PRAGMA busy_timeout = {_ATTENTE_DU_NETTOYAGE}")
            occupe = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            conn.exec_driver_sql(f"PRAGMA busy_timeout = {ancien}")
            return not occupe
        for table in ("usagers", "situations", "interventions", "actions", "actions_usagers"):
            conn.exec_driver_sql(f"VACUUM {table}")
        for table in ("conditions", "accompagnements", "reponses", "reponses_exactes", "savoirs"):
            conn.exec_driver_sql(f"VACUUM {table}")
        conn.exec_driver_sql("VACUUM saisies_tardives")
    return True
