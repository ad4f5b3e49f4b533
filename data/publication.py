"""Compute the answers of the lattice, have them audited, and store those that changed.

Runs inside the transaction of an import (or of an erasure): readers keep the answers they had
until it commits, then see all the new ones at once. A school year is published again when its
facts were recomputed (`etats_annees` no longer knows it) or when the columns changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable

import sqlalchemy as sa

from data import schema as t
from data.atelier import AnneeComptee, Atelier
from data.audit.conduite import auditer
from data.comptage import Matiere
from data.faits import annees_saisies, ecrire_annee
from data.rangement import (
    Lot,
    garder_la_mise_en_page,
    oublier,
    ranger,
    ranger_exacts,
    ranger_non_poses,
)
from data.rapprochement import conserver
from data.temoin import deposer

Progression = Callable[[str, int, int], None]

ANNEES_DU_CUMUL = 3


def publier(
    conn: sa.Connection, *, livraison: int, motif: str, progression: Progression | None = None
) -> int:
    """Publish every school year whose facts changed. Returns the number of the publication.

    `livraison`: the latest delivery behind the figures; `motif`: why, in French. Raises
    audit.propagation.AuditImpossible and LivraisonRefusee (another secret than before): nothing may
    then be published.
    """
    atelier = Atelier(conn)
    numero: int = (conn.scalar(sa.select(sa.func.max(t.publications.c.numero))) or 0) + 1
    annees = annees_saisies(conn)
    pages, empreinte = _dresser_les_pages(conn, atelier)
    a_faire = _chercher_a_faire(conn, annees, empreinte)
    comptees, cumuls = _compter(atelier, annees, a_faire, progression)
    maintenant = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    if comptees or cumuls:
        rapport = auditer(conn, atelier, comptees, cumuls, numero=numero, progression=progression)
        conn.execute(
            sa.insert(t.audits).values(
                publication=numero,
                livraison=livraison,
                date=maintenant,
                rapport=rapport.en_clair(),
            )
        )
    for comptee in comptees:
        _ranger_annee(conn, atelier, comptee, pages, numero)
        nom = comptee.nom
        conn.execute(sa.delete(t.etats_annees).where(t.etats_annees.c.annee == nom))
        conn.execute(sa.insert(t.etats_annees).values(annee=nom, empreinte=empreinte))
    for comptee, _ in cumuls:
        _ranger_jeunes(conn, comptee, pages, numero)
    oublier(conn, {ecrire_annee(a) for a in annees} | set(_trios(annees)), numero)
    conserver(conn)
    deposer(conn, atelier.secret)
    conn.execute(
        sa.insert(t.publications).values(
            numero=numero, livraison=livraison, date=maintenant, motif=motif
        )
    )
    return numero


def reste_a_publier(conn: sa.Connection) -> bool:
    """Whether some school year is not published as this version of the program would."""
    annees = annees_saisies(conn)
    if not annees:
        return False
    _, empreinte = _dresser_les_pages(conn, Atelier(conn))
    return bool(_chercher_a_faire(conn, annees, empreinte))


def _dresser_les_pages(conn: sa.Connection, atelier: Atelier) -> tuple[dict[str, int], str]:
    """The layouts, by name, and what tells them from any others."""
    pages = {
        nom: garder_la_mise_en_page(conn, nom, contenu) for nom, contenu in atelier.pages().items()
    }
    return pages, hashlib.sha256(json.dumps(sorted(pages.items())).encode()).hexdigest()


def _chercher_a_faire(conn: sa.Connection, annees: list[int], empreinte: str) -> list[int]:
    connues = dict(
        conn.execute(sa.select(t.etats_annees.c.annee, t.etats_annees.c.empreinte)).all()
    )
    return [a for a in annees if connues.get(ecrire_annee(a)) != empreinte]


def _trios(annees: list[int]) -> dict[str, list[int]]:
    """Every three school years in a row: name of the cumul → its years."""
    trios = {}
    for debut in annees:
        trois = list(range(debut, debut + ANNEES_DU_CUMUL))
        if set(trois) <= set(annees):
            trios[f"{debut}-{debut + ANNEES_DU_CUMUL}"] = trois
    return trios


def _compter(
    atelier: Atelier, annees: list[int], a_faire: list[int], progression: Progression | None
) -> tuple[list[AnneeComptee], list[tuple[AnneeComptee, list[str]]]]:
    """The years to publish and the cumuls they stand in, with the years each of those adds up."""
    matieres: dict[int, dict[str, Matiere]] = {}

    def matiere(annee: int) -> dict[str, Matiere]:
        if annee not in matieres:
            matieres[annee] = atelier.extraire(annee)
        return matieres[annee]

    comptees = []
    for rang, annee in enumerate(a_faire):
        if progression:
            progression(f"Publication {ecrire_annee(annee)}", rang, len(a_faire))
        comptees.append(atelier.compter_annee(annee, matiere(annee)))
    cumuls = [
        (
            atelier.compter_cumul(nom, [matiere(a) for a in trois]),
            [ecrire_annee(a) for a in trois],
        )
        for nom, trois in _trios(annees).items()
        if set(trois) & set(a_faire)
    ]
    return comptees, cumuls


def _ranger_jeunes(
    conn: sa.Connection, comptee: AnneeComptee, pages: dict[str, int], numero: int
) -> None:
    publie: Lot = {}
    for decompte in comptee.jeunes.values():
        publie |= decompte.emballer(comptee.nom)
    ranger(conn, comptee.nom, pages["jeunes"], numero, publie, "jeunes")
    exacts = [(pages["jeunes"], d.rendre_les_exacts(comptee.nom)) for d in comptee.jeunes.values()]
    if comptee.croises is not None:
        publie = comptee.croises.emballer(comptee.nom)
        ranger(conn, comptee.nom, pages["croises"], numero, publie, "croises")
        exacts.append((pages["croises"], comptee.croises.rendre_les_exacts(comptee.nom)))
    ranger_exacts(conn, comptee.nom, exacts)


def _ranger_annee(
    conn: sa.Connection,
    atelier: Atelier,
    comptee: AnneeComptee,
    pages: dict[str, int],
    numero: int,
) -> None:
    """Answers about youths, activity, and the questions that were not asked."""
    _ranger_jeunes(conn, comptee, pages, numero)
    annee = int(comptee.nom[:4])
    publie, exact = atelier.compter_activite(annee)
    ranger(conn, comptee.nom, pages["activite"], numero, publie, "activite")
    ranger_exacts(conn, comptee.nom, [(pages["activite"], exact)], activite=True)
    ranger_non_poses(conn, comptee.nom, atelier.non_poses(annee))
