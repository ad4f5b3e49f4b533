"""What an attacker starts from: the numbers that are about to be published, and side knowledge.

Rule source: contract, confidentialité, « The rule that makes a published number » (1–7) and
« Audit at import » (attackers).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.audit import noyau
from data.audit.charpente import Charpente, Table
from data.audit.propagation import Bornes, Nombres, aligner, propager
from data.treillis import TYPES_SANS_DETAIL

ASSIETTE = 15
PAS = 5
ERREUR = PAS - 1

Drapeaux = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Publiables:
    """What is about to be published of a school year (rows of the frame).

    `n`: true numbers (rows, columns of the audit). `p`: published numbers in fives (rows, columns
    of the plan). `entetes`: rows whose number of youths is given exactly (rule 7).
    `retenues`: tables withheld (rows, tables).
    """

    n: Nombres
    p: npt.NDArray[np.uint16]
    entetes: Drapeaux
    retenues: Drapeaux


def _poser(charpente: Charpente, table: Table) -> Drapeaux:
    """Rows in which a table may be asked for."""
    par_population = len(charpente.cles) // len(charpente.populations)
    posee = np.repeat([p in table.populations for p in charpente.populations], par_population)
    posee &= charpente.visibles
    if table.sans_detail:
        posee &= [not f and t in TYPES_SANS_DETAIL for _, t, _, f in charpente.cles]
    return posee


def tableaux(charpente: Charpente) -> noyau.Tableaux:
    """The tables of a frame, as the compiled loops want them (made once)."""
    if not charpente.tableaux:
        tables = charpente.tables
        debuts, membres = aligner([[k for _, k in x.membres] for x in tables])
        charpente.tableaux.append(
            noyau.Tableaux(
                np.stack([_poser(charpente, x) for x in tables], axis=1),
                np.array([x.base_auditee for x in tables], dtype=np.int64),
                np.array([x.base for x in tables], dtype=np.int64),
                np.array([x.evenements for x in tables], dtype=bool),
                debuts,
                membres,
                np.array([j for x in tables for j, _ in x.membres], dtype=np.int64),
            )
        )
    return charpente.tableaux[0]


def cacher(charpente: Charpente, pub: Publiables) -> Drapeaux:
    """Cells not to be read anywhere, (rows, columns): those of the tables withheld.

    A set of youths that one table hides is hidden in every other: a set has one number.
    """
    caches = np.zeros(charpente.forme, dtype=bool)
    for rang, table in enumerate(charpente.tables):
        lignes = np.flatnonzero(pub.retenues[:, rang])
        if len(lignes):
            colonnes = [table.base_auditee, *(k for _, k in table.membres)]
            caches[np.ix_(lignes, np.array(colonnes))] = True
    for lignes_a, lignes_b in charpente.lignes_egales:
        caches[lignes_a] = caches[lignes_b] = caches[lignes_a] | caches[lignes_b]
    for lignes_a, a, lignes_b, b in charpente.egales:
        if caches[lignes_a, a].any() or caches[lignes_b, b].any():
            ensemble = caches[lignes_a, a] | caches[lignes_b, b]
            caches[lignes_a, a] = caches[lignes_b, b] = ensemble
    return caches


def savoir_du_departement(charpente: Charpente, pub: Publiables) -> Bornes:
    """What anyone who sees every protected answer knows at once of every cell.

    Holders of links see less of the same numbers: what is safe from this reader is from them.
    """
    bornes = Bornes.larges(charpente.forme)
    bas, haut = bornes.bas, bornes.haut
    caches = cacher(charpente, pub)
    noyau.lire_les_tableaux(bas, haut, pub.p, caches, tableaux(charpente), PAS, ASSIETTE)
    if charpente.tables[0].membres:
        return bornes  # The crossings give no number of youths of their own.
    effectif = PAS * pub.p[:, 0].astype(np.int32)
    lisible = charpente.visibles & ~caches[:, 0]
    _resserrer(bornes, lisible & ~pub.entetes, 0, effectif - ERREUR, effectif + ERREUR)
    exact = pub.entetes & lisible
    bas[exact, 0] = haut[exact, 0] = pub.n[exact, 0]
    _lire_les_plafonds(charpente, pub, caches, bornes)
    for lignes, colonnes in charpente.nulles:
        haut[np.ix_(lignes, colonnes)] = 0
    np.maximum(bas, 0, out=bas)
    return bornes


def _resserrer(bornes: Bornes, lignes: Drapeaux, colonne: int, bas: Nombres, haut: Nombres) -> None:
    b, h = bornes.bas, bornes.haut
    b[lignes, colonne] = np.maximum(b[lignes, colonne], bas[lignes])
    h[lignes, colonne] = np.minimum(h[lignes, colonne], haut[lignes])


def _lire_les_plafonds(
    charpente: Charpente, pub: Publiables, caches: Drapeaux, bornes: Bornes
) -> None:
    """A group shown 5 lower in a table than under its own filter was capped by the base of the
    table (rule 2): the base is below the next five."""
    par_colonne = {
        k: (j, rang, table)
        for rang, table in enumerate(charpente.tables)
        if not table.evenements
        for j, k in table.membres
    }
    posees = tableaux(charpente).posees
    for parents, k, enfants, b in charpente.egales:
        if b != 0 or k not in par_colonne or k == 0:
            continue
        j, rang, table = par_colonne[k]
        p_base = pub.p[parents, table.base].astype(np.int32) * PAS
        p = pub.p[parents, j].astype(np.int32) * PAS
        libre = pub.p[enfants, 0].astype(np.int32) * PAS
        base = table.base_auditee
        vu = (
            posees[parents, rang]
            & ~caches[parents, k]
            & ~caches[parents, base]
            & ~caches[enfants, 0]
            & ~pub.entetes[enfants]
            & (p_base >= ASSIETTE)
            & (p < libre)
        )
        lignes = parents[vu]
        bornes.haut[lignes, base] = np.minimum(bornes.haut[lignes, base], p[vu] + ERREUR)


def ajouter_les_marges_du_college(
    charpente: Charpente, n: Nombres, bornes: Bornes, colleges: Collection[str]
) -> Drapeaux:
    """A school head knows the sexe × âge × classe margins of the own collège.

    Several collèges: what their heads know together, which is more than any of them does. Returns
    the cells known beforehand, (rows, columns)."""
    connues = np.zeros(charpente.forme, dtype=bool)
    champs = {"sexe", "age", "classe"}
    colonnes = np.array([{c for c, _ in r} <= champs for r in charpente.regions])
    lignes = np.array(
        [
            type_ == "college" and lieu in colleges and "anciennete=" not in filtres
            for _, type_, lieu, filtres in charpente.cles
        ]
    )
    connues[np.ix_(lignes, colonnes)] = True
    bornes.bas[connues] = bornes.haut[connues] = n[connues]
    return connues


def savoir_prealable(charpente: Charpente, n: Nombres, colleges: Collection[str]) -> Drapeaux:
    """Cells that the heads of these collèges know without any publication: their margins, and
    what follows from them by arithmetic. Finding those again teaches them nothing."""
    bornes = Bornes.larges(charpente.forme)
    for lignes, colonnes in charpente.nulles:
        bornes.haut[np.ix_(lignes, colonnes)] = 0
    ajouter_les_marges_du_college(charpente, n, bornes, colleges)
    propager(bornes, charpente)
    connues: Drapeaux = bornes.bas == bornes.haut
    return connues


def retrancher(bornes: Bornes, siens: Nombres, lignes: Drapeaux) -> tuple[Bornes, Drapeaux]:
    """What an association knows of the others' youths: the bounds less its own numbers.

    `siens`: its true numbers (rows, columns); `lignes`: rows that are its own records (nobody
    else's). Returns the bounds of what is left, and the cells (rows, columns) that tell it more
    than the Département knows.
    """
    bas, haut = bornes.bas - siens, bornes.haut - siens
    changees: Drapeaux = bas < 0
    changees[lignes] |= haut[lignes] > 0
    haut[lignes] = 0
    np.maximum(bas, 0, out=bas)
    return Bornes(bas, haut), changees
