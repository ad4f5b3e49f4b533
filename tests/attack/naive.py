"""The naive policy, for contrast: true counts, hidden under 5, on the very same lattice.

With or without « secondary suppression »: in each table where one row alone is hidden, the
smallest of the others is hidden too.
"""

from __future__ import annotations

import numpy as np

from tests.attack.groupes import colonnes, questions
from tests.attack.intervalles import INFINI, Bornes, Masque, annuler
from tests.attack.treillis import Entiers, Treillis

SEUIL = 5


def publier_naivement(
    treillis: Treillis, n: Entiers, population: str, *, secondaire: bool
) -> tuple[Bornes, Masque]:
    """What this policy shows of true counts (rows, columns), and the cells of 1 to 4 it hides."""
    rang = colonnes()
    b = Bornes.larges(n.shape)  # type: ignore[arg-type]
    montre = np.zeros(n.shape, dtype=bool)
    pose = np.zeros(n.shape, dtype=bool)
    for q in questions():
        if q.population not in ("", population) or q.genre == "evenements":
            continue
        cols = [rang[g] for _, g in q.cellules]
        vus = n[:, cols] >= SEUIL
        caches = ~vus
        if secondaire and len(cols) > 1:
            seules = caches.sum(axis=1) == 1
            moindre = np.where(vus, n[:, cols], INFINI).argmin(axis=1)
            vus[np.flatnonzero(seules), moindre[seules]] = False
        for k, j in enumerate((rang[q.base], *cols)):
            montre[:, j] |= n[:, j] >= SEUIL if k == 0 else vus[:, k - 1]
            pose[:, j] = True
            # Under the threshold, it says so.
            b.haut[:, j] = np.where(
                n[:, j] < SEUIL, np.minimum(b.haut[:, j], SEUIL - 1), b.haut[:, j]
            )
    b.bas = np.where(montre, n, b.bas).astype(np.int32)
    b.haut = np.where(montre, n, b.haut).astype(np.int32)
    b.bas[~treillis.visibles] = 0
    b.haut[~treillis.visibles] = INFINI
    annuler(treillis, b, population)
    return b, pose & ~montre & treillis.visibles[:, None] & (n >= 1) & (n < SEUIL)
