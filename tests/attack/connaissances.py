"""T5 and T8: attackers who know something on the side, alone or together.

An association knows its own records exactly: what it attacks is the count of the others. The head
of a collège knows the sexe × âge × classe margins of the accompanied youths of that collège.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np

from tests.attack.groupes import colonnes
from tests.attack.intervalles import (
    Bilan,
    Bornes,
    Charpente,
    Masque,
    juger,
    propager,
)
from tests.attack.treillis import Entiers
from tests.attack.verite import Comptes, Jeunes

MARGES = frozenset({"sexe", "age", "classe"})
"""What the head of a collège knows of its accompanied youths."""

TOUJOURS_REMPLIS = frozenset({"anciennete", "intensite"})
"""Fields that are never empty, as anyone may read in the definitions: that an answer is known is
nothing to learn."""


def compter_siens(
    comptes: Mapping[tuple[str, str], tuple[Comptes, Jeunes]], associations: Collection[str]
) -> dict[tuple[str, str], Entiers]:
    """(year, population) → true counts of these associations' own records, (rows, columns)."""
    sortie = {}
    for cle, (c, j) in comptes.items():
        siens = np.array([a in associations for a in j.places["association"]], dtype=np.int64)
        sortie[cle] = np.asarray(c.appartenance @ (c.matrice * siens[:, None]))
    return sortie


def retrancher(ch: Charpente, b: Bornes, siens: Entiers) -> tuple[Bornes, Masque]:
    """Bounds of the others' counts, and the rows that this narrowed by itself."""
    bas = b.bas - siens
    autres = Bornes(np.maximum(bas, 0), (b.haut - siens).astype(np.int32))
    # Bounds that are not below zero move with the count: nothing new in the sums.
    return autres, ((bas < 0) & (siens > 0)).any(axis=1)


def attaquer_en_association(
    ch: Charpente, b: Bornes, vrai: Entiers, cibles: Masque, siens: Entiers
) -> Bilan:
    """T5 b: the Département's answers (`b`, propagated) and an association's own exact data."""
    autres, sales = retrancher(ch, b, siens)
    propager(ch, autres, sales)
    return juger(ch, autres, vrai - siens, cibles)


def connaitre_les_marges(ch: Charpente, vrai: Entiers, college: str) -> Masque:
    """Cells that the head of a collège knows."""
    cols = [
        j
        for g, j in colonnes().items()
        if all(c in MARGES or (c in TOUJOURS_REMPLIS and v is None and not s) for c, v, s in g)
    ]
    connues = np.zeros(ch.forme, dtype=bool)
    for bloc in ch.blocs:
        lignes = [
            bloc.debut + k
            for k, i in enumerate(bloc.lignes)
            if bloc.treillis.lignes[i][0] == ("college", college)
            and all(p in MARGES for p, _ in bloc.treillis.lignes[i][1])
        ]
        connues[np.ix_(lignes, cols)] = True
    return connues


def attaquer_en_chef_d_etablissement(
    ch: Charpente, b: Bornes, vrai: Entiers, cibles: Masque, college: str
) -> Bilan:
    """T5 a: what the head of a collège works out beyond the margins."""
    connues = connaitre_les_marges(ch, vrai, college)
    sales = connues.any(axis=1)
    savoir = b.copier()
    savoir.bas[connues] = savoir.haut[connues] = vrai[connues]
    propager(ch, savoir, sales)
    # What the margins tell by themselves is not learnt from the publication.
    seul = Bornes.larges(ch.forme)
    seul.haut[b.haut == 0] = 0
    seul.bas[connues] = seul.haut[connues] = vrai[connues]
    propager(ch, seul, sales)
    return juger(ch, savoir, vrai, cibles & (seul.bas < seul.haut))


def croiser_imports(
    ch: Charpente,
    lectures: list[tuple[Bornes, Entiers]],
    vrai: Entiers,
    cibles: Masque,
    progression: Callable[[str], None] | None = None,
) -> Bilan:
    """T8: several imports between which an association changed its own records.

    `lectures`: bounds read after each import, and the association's own counts then; `vrai`: the
    others' true counts, which never moved.
    """
    ensemble: Bornes | None = None
    for b, siens in lectures:
        bas, haut = np.maximum(b.bas - siens, 0), b.haut - siens
        if ensemble is None:
            ensemble = Bornes(bas, haut.astype(np.int32))
        else:
            np.maximum(ensemble.bas, bas, out=ensemble.bas)
            np.minimum(ensemble.haut, haut, out=ensemble.haut)
    assert ensemble is not None
    propager(ch, ensemble, progression=progression)
    return juger(ch, ensemble, vrai, cibles)
