"""T4: linear programming on the cells that propagation leaves nearly known (HiGHS).

The programme is that of the cell's surroundings; beyond them, the bounds already found. Leaving
relations out only loosens: what is found is certain.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from tests.attack.groupes import inclusions, sommes, unions
from tests.attack.intervalles import Bilan, Bornes, Charpente, Masque
from tests.attack.treillis import Entiers

Cellule = tuple[int, int]
Relation = tuple[Cellule, tuple[Cellule, ...], str]
"""Cell, others, and what it is to their sum: « = » or « <= »."""

PLUS_GRAND = 200
"""Most cells in a programme."""


class Voisinage:
    """The relations that a cell is in."""

    def __init__(self, ch: Charpente) -> None:
        self.ch = ch
        self._parents: list[dict[int, int]] = []
        self._de: list[dict[int, int]] = []
        for parents, enfants, debuts, _, _ in ch.sommes:
            tailles = np.diff(np.append(debuts, len(enfants)))
            self._parents.append(dict(zip(parents.tolist(), range(len(parents)), strict=True)))
            self._de.append(
                dict(
                    zip(
                        enfants.tolist(),
                        np.repeat(np.arange(len(parents)), tailles).tolist(),
                        strict=True,
                    )
                )
            )
        self._colonnes: dict[int, list[tuple[int, tuple[int, ...], str]]] = defaultdict(list)
        for p, e in sommes():
            for j in (p, *e):
                self._colonnes[j].append((p, e, "="))
        for p, e in unions():
            for j in (p, *e):
                self._colonnes[j].append((p, e, "<="))
        for a, b in inclusions():
            self._colonnes[a].append((a, (b,), "<="))
            self._colonnes[b].append((a, (b,), "<="))

    def relations(self, cellule: Cellule) -> list[Relation]:
        """Every relation of a cell."""
        i, j = cellule
        trouvees: list[Relation] = [
            ((i, p), tuple((i, k) for k in e), genre) for p, e, genre in self._colonnes[j]
        ]
        for (parents, enfants, debuts, cp, ce), ou, de in zip(
            self.ch.sommes, self._parents, self._de, strict=True
        ):
            for r, siennes in ((ou.get(i), cp), (de.get(i), ce)):
                if r is None:
                    continue
                k = j if siennes is None else _place(siennes, j)
                if k is None:
                    continue
                fin = debuts[r + 1] if r + 1 < len(debuts) else len(enfants)
                jp = j if cp is None else int(cp[k])
                je = j if ce is None else int(ce[k])
                trouvees.append(
                    (
                        (int(parents[r]), jp),
                        tuple((int(e), je) for e in enfants[debuts[r] : fin]),
                        "=",
                    )
                )
        return trouvees


def _place(colonnes: Entiers, j: int) -> int | None:
    trouve = np.flatnonzero(colonnes == j)
    return int(trouve[0]) if len(trouve) else None


def encadrer(v: Voisinage, b: Bornes, cellule: Cellule) -> tuple[int, int]:
    """Least and greatest whole numbers that the surroundings of a cell allow."""
    rang: dict[Cellule, int] = {cellule: 0}
    relations: dict[Relation, None] = {}
    front = [cellule]
    while front and len(rang) < PLUS_GRAND:
        suivant: list[Cellule] = []
        for c in front:
            for relation in v.relations(c):
                if relation in relations:
                    continue
                relations[relation] = None
                for x in (relation[0], *relation[1]):
                    if x not in rang:
                        rang[x] = len(rang)
                        if b.bas[x] < b.haut[x]:
                            suivant.append(x)
            if len(rang) >= PLUS_GRAND:
                break
        front = suivant
    bornes = [(int(b.bas[x]), int(b.haut[x])) for x in rang]
    blocs: dict[str, tuple[list[int], list[int], list[int], int]] = {
        "=": ([], [], [], 0),
        "<=": ([], [], [], 0),
    }
    for parent, enfants, genre in relations:
        ligne, colonne, valeur, n = blocs[genre]
        ligne += [n] * (1 + len(enfants))
        colonne += [rang[parent], *(rang[e] for e in enfants)]
        valeur += [1, *([-1] * len(enfants))]
        blocs[genre] = (ligne, colonne, valeur, n + 1)

    def matrice(genre: str) -> sparse.csr_array | None:
        ligne, colonne, valeur, n = blocs[genre]
        return sparse.csr_array((valeur, (ligne, colonne)), shape=(n, len(rang))) if n else None

    egales, moindres = matrice("="), matrice("<=")
    reponses = []
    for signe in (1, -1):
        cout = np.zeros(len(rang))
        cout[0] = signe
        r = linprog(
            cout,
            A_eq=egales,
            b_eq=None if egales is None else np.zeros(egales.shape[0]),
            A_ub=moindres,
            b_ub=None if moindres is None else np.zeros(moindres.shape[0]),
            bounds=bornes,
            method="highs",
        )
        assert r.status == 0, r.message
        reponses.append(signe * r.fun)
    return int(np.ceil(reponses[0] - 1e-6)), int(np.floor(reponses[1] + 1e-6))


@dataclass
class Programmes:
    """What T4 tried, of how many, and what it found."""

    bilan: Bilan
    essayees: int
    candidates: int


def programmer(
    ch: Charpente,
    b: Bornes,
    vrai: Entiers,
    cibles: Masque,
    au_plus: int,
    graine: int = 1,
) -> Programmes:
    """Bound small cells left with an interval of width 1 or 2: all, or `au_plus` drawn of them."""
    largeur = b.haut - b.bas
    cellules = np.argwhere(cibles & (vrai >= 1) & (vrai <= 4) & (largeur > 0) & (largeur <= 2))
    choix = np.random.default_rng(graine).permutation(len(cellules))[:au_plus]
    v = Voisinage(ch)
    bilan = Bilan(cellules=len(choix))
    for i, j in cellules[choix].tolist():
        bas, haut = encadrer(v, b, (i, j))
        if not bas <= vrai[i, j] <= haut:
            bilan.fausses += 1
        elif bas == haut:
            bilan.connues += 1
            bilan.exemples.append(f"{ch.nommer(i, j)} = {bas}")
    bilan.exemples = bilan.exemples[:10]
    return Programmes(bilan, len(choix), len(cellules))
