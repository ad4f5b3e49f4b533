"""The inner loops of the audit, compiled: bounds of two million cells, again and again.

Cells are (row, column) of two arrays of bounds. Relations come as `Rouages`: those between columns
hold in every row, those between rows in the columns of their family, equalities between two cells.
A cell that moves is marked for each of the three kinds; only what is marked is looked at again.
"""

# Compiled code: loops, and no function that numba does not know.

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Entiers = npt.NDArray[np.int32]
Rangs = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
Drapeaux = npt.NDArray[np.bool_]

PAR_COLONNES, PAR_LIGNES, PAR_EGALITES = 1, 2, 4
"""Marks of a cell: relations between columns, between rows, equalities still to be looked at."""
TOUT = PAR_COLONNES | PAR_LIGNES | PAR_EGALITES
SAUF_COLONNES, SAUF_LIGNES = TOUT - PAR_COLONNES, TOUT - PAR_LIGNES
SAUF_EGALITES = TOUT - PAR_EGALITES

INFINI = 1 << 20
"""More youths than there can be anywhere."""

SANS_RESTE, RESTE_BORNE, RESTE_LIBRE = 0, 1, 2
"""What a relation between rows leaves out: nobody; at most the youths of the parent whom no child
counts; as many as one likes."""

FINI, CONTRADICTION, SANS_FIN = 0, 1, 2


class Rouages(NamedTuple):
    """The relations of a frame, as arrays (`debuts` are places in the list that follows them).

    Columns: `c_parent`, `c_reste`, `c_recouvre` of each; `c_debuts`, `c_enfants`; `c_de_debuts`,
    `c_de`: those of each column. Rows: the same with `l_`, `l_reste` as above, `l_famille`, and
    `l_colonnes` (family, column). Equalities `e_`: those of each row, (column, other row, other
    column).
    """

    c_parent: Rangs
    c_reste: Drapeaux
    c_recouvre: Drapeaux
    c_debuts: Rangs
    c_enfants: Rangs
    c_de_debuts: Rangs
    c_de: Rangs
    l_parent: Rangs
    l_reste: Octets
    l_famille: Rangs
    l_debuts: Rangs
    l_enfants: Rangs
    l_de_debuts: Rangs
    l_de: Rangs
    l_colonnes: Drapeaux
    e_debuts: Rangs
    e_colonne: Rangs
    e_ligne: Rangs
    e_autre: Rangs


class Tableaux(NamedTuple):
    """The tables of a frame, as arrays: `posees` (rows, tables): where each may be asked for;
    `base`, `base_du_plan`: its columns of the audit, of the plan; `evenements`; its values from
    `debuts` on, `membres` and `membres_du_plan`."""

    posees: Drapeaux
    base: Rangs
    base_du_plan: Rangs
    evenements: Drapeaux
    debuts: Rangs
    membres: Rangs
    membres_du_plan: Rangs


class Suivi(NamedTuple):
    """What a propagation keeps of its course: marks of the cells, rows still to be seen, rows that
    moved; and, when `suivre`, the step at which each bound last moved."""

    marques: Octets
    sales: Drapeaux
    touchees: Drapeaux
    suivre: bool
    bas: Entiers
    haut: Entiers


@numba.njit(cache=True, nogil=True)
def _voir_les_colonnes(
    bas: Entiers, haut: Entiers, rouages: Rouages, suivi: Suivi, pas: int
) -> int:
    """In each row still to be seen, the relations between columns until none moves, then the
    cells equal to those that moved. Returns the step reached, −1 when bounds contradict."""
    # Out of the tuples once: reading them costs more than what is computed.
    parent, reste, recouvre = rouages.c_parent, rouages.c_reste, rouages.c_recouvre
    debuts, enfants = rouages.c_debuts, rouages.c_enfants
    de_debuts, de = rouages.c_de_debuts, rouages.c_de
    e_debuts, e_colonne = rouages.e_debuts, rouages.e_colonne
    e_ligne, e_autre = rouages.e_ligne, rouages.e_autre
    marques, sales, touchees = suivi.marques, suivi.sales, suivi.touchees
    suivre, pas_b, pas_h = suivi.suivre, suivi.bas, suivi.haut
    attente = np.zeros(len(parent), dtype=np.bool_)
    lignes, colonnes = bas.shape
    for r in range(lignes):
        if not sales[r]:
            continue
        sales[r] = False
        avant = 0
        for k in range(colonnes):
            avant += bas[r, k] - haut[r, k]
        eb, eh, em = bas[r], haut[r], marques[r]
        tb, th = pas_b[r if suivre else 0], pas_h[r if suivre else 0]
        while True:
            rien = True
            for k in range(colonnes):
                if eb[k] > eh[k]:
                    # Bounds that have crossed would drift apart for ever.
                    return -1
                if em[k] & PAR_COLONNES:
                    em[k] &= SAUF_COLONNES
                    for i in range(de_debuts[k], de_debuts[k + 1]):
                        attente[de[i]] = True
                        rien = False
            if rien:
                break
            for s in range(len(attente)):
                if not attente[s]:
                    continue
                attente[s] = False
                somme_b, somme_h, plus_grand = np.int32(0), np.int32(0), np.int32(0)
                for i in range(debuts[s], debuts[s + 1]):
                    k = enfants[i]
                    somme_b += eb[k]
                    somme_h += eh[k]
                    plus_grand = max(plus_grand, eb[k])
                p = parent[s]
                pas += 2
                b = plus_grand if recouvre[s] else somme_b
                if b > eb[p]:
                    eb[p] = b
                    em[p] |= TOUT
                    if suivre:
                        tb[p] = pas - 1
                if not reste[s] and somme_h < eh[p]:
                    eh[p] = somme_h
                    em[p] |= TOUT
                    if suivre:
                        th[p] = pas - 1
                manque = eb[p] - somme_h
                place = eh[p] if recouvre[s] else eh[p] - somme_b
                for i in range(debuts[s], debuts[s + 1]):
                    k = enfants[i]
                    b, h = eb[k], eh[k]
                    if not reste[s] and manque + h > b:
                        eb[k] = manque + h
                        em[k] |= TOUT
                        if suivre:
                            tb[k] = pas
                    most = place if recouvre[s] else place + b
                    if most < h:
                        eh[k] = most
                        em[k] |= TOUT
                        if suivre:
                            th[k] = pas
        apres = 0
        for k in range(colonnes):
            apres += eb[k] - eh[k]
        touchees[r] |= apres != avant
        for i in range(e_debuts[r], e_debuts[r + 1]):
            k, x, m = e_colonne[i], e_ligne[i], e_autre[i]
            if not em[k] & PAR_EGALITES:
                continue
            pas += 1
            if eb[k] > bas[x, m]:
                bas[x, m] = eb[k]
                marques[x, m] |= TOUT
                sales[x] = touchees[x] = True
                if suivre:
                    pas_b[x, m] = pas
            elif eb[k] < bas[x, m]:
                eb[k] = bas[x, m]
                em[k] |= TOUT
                sales[r] = touchees[r] = True
                if suivre:
                    tb[k] = pas
            if eh[k] < haut[x, m]:
                haut[x, m] = eh[k]
                marques[x, m] |= TOUT
                sales[x] = touchees[x] = True
                if suivre:
                    pas_h[x, m] = pas
            elif eh[k] > haut[x, m]:
                eh[k] = haut[x, m]
                em[k] |= TOUT
                sales[r] = touchees[r] = True
                if suivre:
                    th[k] = pas
        if not sales[r]:
            for k in range(colonnes):
                em[k] &= SAUF_EGALITES
    return pas


@numba.njit(cache=True, nogil=True)
def _voir_les_lignes(bas: Entiers, haut: Entiers, rouages: Rouages, suivi: Suivi, pas: int) -> int:
    """The relations between rows in which a marked cell stands. Returns the step reached."""
    parent, reste, famille = rouages.l_parent, rouages.l_reste, rouages.l_famille
    debuts, enfants, permises = rouages.l_debuts, rouages.l_enfants, rouages.l_colonnes
    de_debuts, de = rouages.l_de_debuts, rouages.l_de
    marques, sales, touchees = suivi.marques, suivi.sales, suivi.touchees
    suivre, pas_b, pas_h = suivi.suivre, suivi.bas, suivi.haut
    lignes, colonnes = bas.shape
    attente = np.zeros(len(parent), dtype=np.bool_)
    for r in range(lignes):
        vue = False
        em = marques[r]
        for k in range(colonnes):
            vue |= (em[k] & PAR_LIGNES) != 0
            em[k] &= SAUF_LIGNES
        if vue:
            for i in range(de_debuts[r], de_debuts[r + 1]):
                attente[de[i]] = True
    somme_b = np.zeros(colonnes, dtype=np.int32)
    somme_h = np.zeros(colonnes, dtype=np.int32)
    for q in range(len(attente)):
        if not attente[q]:
            continue
        p, bonnes = parent[q], permises[famille[q]]
        pb, ph = bas[p], haut[p]
        somme_b[:] = 0
        somme_h[:] = 0
        for i in range(debuts[q], debuts[q + 1]):
            eb, eh = bas[enfants[i]], haut[enfants[i]]
            for k in range(colonnes):
                somme_b[k] += eb[k]
                somme_h[k] += eh[k]
        plafond = np.int32(0)
        if reste[q] == RESTE_LIBRE:
            plafond = np.int32(INFINI)
        elif reste[q] == RESTE_BORNE:
            plafond = max(ph[0] - somme_b[0], np.int32(0))
        pas += 2
        bouge = False
        for k in range(colonnes):
            bouge |= bonnes[k] and (somme_b[k] > pb[k] or somme_h[k] + plafond < ph[k])
        if bouge:
            sales[p] = touchees[p] = True
            em = marques[p]
            for k in range(colonnes):
                if bonnes[k] and somme_b[k] > pb[k]:
                    pb[k] = somme_b[k]
                    em[k] |= TOUT
                    if suivre:
                        pas_b[p, k] = pas - 1
                if bonnes[k] and somme_h[k] + plafond < ph[k]:
                    ph[k] = somme_h[k] + plafond
                    em[k] |= TOUT
                    if suivre:
                        pas_h[p, k] = pas - 1
        for i in range(debuts[q], debuts[q + 1]):
            r = enfants[i]
            eb, eh = bas[r], haut[r]
            bouge = False
            for k in range(colonnes):
                bouge |= bonnes[k] and (
                    pb[k] - plafond - somme_h[k] + eh[k] > eb[k]
                    or ph[k] - somme_b[k] + eb[k] < eh[k]
                )
            if not bouge:
                continue
            sales[r] = touchees[r] = True
            em = marques[r]
            for k in range(colonnes):
                b, h = eb[k], eh[k]
                if bonnes[k] and pb[k] - plafond - somme_h[k] + h > b:
                    eb[k] = pb[k] - plafond - somme_h[k] + h
                    em[k] |= TOUT
                    if suivre:
                        pas_b[r, k] = pas
                if bonnes[k] and ph[k] - somme_b[k] + b < h:
                    eh[k] = ph[k] - somme_b[k] + b
                    em[k] |= TOUT
                    if suivre:
                        pas_h[r, k] = pas
    return pas


@numba.njit(cache=True, nogil=True)
def propager(bas: Entiers, haut: Entiers, rouages: Rouages, suivi: Suivi, tours: int) -> int:
    """Tighten the bounds until none moves, in place. Returns FINI, CONTRADICTION or SANS_FIN."""
    pas = 0
    for _ in range(tours):
        if not suivi.sales.any():
            return FINI
        while suivi.sales.any():
            pas = _voir_les_colonnes(bas, haut, rouages, suivi, pas)
            if pas < 0:
                return CONTRADICTION
        pas = _voir_les_lignes(bas, haut, rouages, suivi, pas)
    return SANS_FIN


@numba.njit(cache=True, nogil=True)
def garder_les_neuves(
    lignes: Rangs,
    colonnes: Rangs,
    differe: Drapeaux,
    autour_debuts: Rangs,
    autour: Rangs,
    cote_debuts: Rangs,
    cote: Rangs,
) -> Drapeaux:
    """Which of these cells have a cell that differs among the rows and columns around them."""
    n = len(lignes)
    gardees = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        r, k = lignes[i], colonnes[i]
        for a in range(autour_debuts[r], autour_debuts[r + 1]):
            x = autour[a]
            for c in range(cote_debuts[k], cote_debuts[k + 1]):
                if differe[x, cote[c]]:
                    gardees[i] = True
                    break
            if gardees[i]:
                break
    return gardees


@numba.njit(cache=True, nogil=True)
def chercher_les_restes(
    bas: Entiers,
    haut: Entiers,
    verite: Entiers,
    connues: Drapeaux,
    lignes: Drapeaux,
    cherchees: Drapeaux,
    rouages: Rouages,
    au_plus: int,
) -> tuple[Rangs, Rangs]:
    """What is left out of a relation between rows, where its number (1 to `au_plus`) is certain.

    `connues`: cells known beforehand (no row: none). `lignes`: rows to look around; `cherchees`:
    families to look in. Returns relations and columns.
    """
    relations, colonnes = [0][:0], [0][:0]
    largeur = bas.shape[1]
    somme_b = np.zeros(largeur, dtype=np.int32)
    somme_h = np.zeros(largeur, dtype=np.int32)
    somme_v = np.zeros(largeur, dtype=np.int32)
    sues = np.zeros(largeur, dtype=np.bool_)
    for q in range(len(rouages.l_parent)):
        if not cherchees[rouages.l_famille[q]]:
            continue
        p = rouages.l_parent[q]
        enfants = rouages.l_enfants[rouages.l_debuts[q] : rouages.l_debuts[q + 1]]
        vue = lignes[p]
        for r in enfants:
            vue |= lignes[r]
        if not vue:
            continue
        somme_b[:] = 0
        somme_h[:] = 0
        somme_v[:] = 0
        sues[:] = len(connues) > 0
        for r in enfants:
            for k in range(largeur):
                somme_b[k] += bas[r, k]
                somme_h[k] += haut[r, k]
                somme_v[k] += verite[r, k]
                if sues[k]:
                    sues[k] = connues[r, k]
        dehors = max(haut[p, 0] - somme_b[0], 0)
        bonnes = rouages.l_colonnes[rouages.l_famille[q]]
        for k in range(largeur):
            reste = verite[p, k] - somme_v[k]
            if not bonnes[k] or reste < 1 or reste > au_plus:
                continue
            if sues[k] and connues[p, k]:
                continue
            if max(bas[p, k] - somme_h[k], 0) == min(haut[p, k] - somme_b[k], dehors):
                relations.append(q)
                colonnes.append(k)
    return np.array(relations), np.array(colonnes)


@numba.njit(cache=True, nogil=True)
def _rencontrer(case: int, rencontrees: Drapeaux, suivantes: list[int]) -> None:
    if not rencontrees[case]:
        rencontrees[case] = True
        suivantes.append(case)


@numba.njit(cache=True, nogil=True)
def chercher_autour(
    lignes: Rangs,
    colonnes: Rangs,
    visibles: Drapeaux,
    rouages: Rouages,
    anneaux: int,
    au_plus: int,
) -> tuple[Rangs, Rangs]:
    """The visible cells (rows, columns) of the first ring around these that has any.

    These cells are the first of the `anneaux` rings; what stands in one relation with a ring is
    the next one. Once more than `au_plus` cells were met, no farther.
    """
    largeur = visibles.shape[1]
    rencontrees = np.zeros(visibles.size, dtype=np.bool_)
    suivantes = [0][:0]
    for i in range(len(lignes)):
        _rencontrer(lignes[i] * largeur + colonnes[i], rencontrees, suivantes)
    vues = 0
    for _ in range(anneaux):
        anneau = np.array(suivantes)
        lisibles = [0][:0]
        for case in anneau:
            if visibles[case // largeur, case % largeur]:
                lisibles.append(case)
        if len(lisibles):
            choix = np.array(lisibles)
            return choix // largeur, choix % largeur
        vues += len(anneau)
        if vues > au_plus:
            break
        suivantes = [0][:0]
        for case in anneau:
            r, k = case // largeur, case % largeur
            for i in range(rouages.l_de_debuts[r], rouages.l_de_debuts[r + 1]):
                q = rouages.l_de[i]
                _rencontrer(rouages.l_parent[q] * largeur + k, rencontrees, suivantes)
                for j in range(rouages.l_debuts[q], rouages.l_debuts[q + 1]):
                    _rencontrer(rouages.l_enfants[j] * largeur + k, rencontrees, suivantes)
            for i in range(rouages.c_de_debuts[k], rouages.c_de_debuts[k + 1]):
                q = rouages.c_de[i]
                _rencontrer(r * largeur + rouages.c_parent[q], rencontrees, suivantes)
                for j in range(rouages.c_debuts[q], rouages.c_debuts[q + 1]):
                    _rencontrer(r * largeur + rouages.c_enfants[j], rencontrees, suivantes)
            for i in range(rouages.e_debuts[r], rouages.e_debuts[r + 1]):
                if rouages.e_colonne[i] == k:
                    autre = rouages.e_ligne[i] * largeur + rouages.e_autre[i]
                    _rencontrer(autre, rencontrees, suivantes)
            if len(suivantes) > au_plus:
                break
        if not len(suivantes):
            break
    rien = np.empty(0, dtype=np.int64)
    return rien, rien


@numba.njit(cache=True, nogil=True)
def lire_les_tableaux(
    bas: Entiers,
    haut: Entiers,
    p: npt.NDArray[np.uint16],
    caches: Drapeaux,
    tableaux: Tableaux,
    pas: int,
    assiette: int,
) -> None:
    """Tighten the bounds by what each table shows, in place. `p`: published numbers, in steps of
    `pas` youths; a table whose base is below `assiette` is refused."""
    erreur = pas - 1
    for r in range(len(bas)):
        b, h = bas[r], haut[r]
        for t in range(len(tableaux.base)):
            base = tableaux.base[t]
            debut, fin = tableaux.debuts[t], tableaux.debuts[t + 1]
            if debut == fin or not tableaux.posees[r, t] or caches[r, base]:
                continue
            p_base = np.int32(pas) * np.int32(p[r, tableaux.base_du_plan[t]])
            if p_base < assiette:
                # Refused: the published base is 10 at most.
                h[base] = min(h[base], assiette - 1)
                continue
            # A base that is everyone is capped by itself: rounded down, always.
            b[base] = max(b[base], p_base if base == 0 else p_base - erreur)
            h[base] = min(h[base], p_base + erreur)
            b[0] = max(b[0], p_base)
            for i in range(debut, fin):
                k = tableaux.membres[i]
                if caches[r, k]:
                    continue
                n = np.int32(pas) * np.int32(p[r, tableaux.membres_du_plan[i]])
                if tableaux.evenements[t]:
                    if n:
                        b[k] = max(b[k], 1)
                    else:
                        h[k] = min(h[k], erreur)
                    continue
                b[k] = max(b[k], n if k == base else n - erreur)
                h[k] = min(h[k], n + erreur)
                b[base] = max(b[base], n)
