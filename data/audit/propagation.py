"""Sound interval propagation, repeated until no bound moves.

`Bornes` holds, for every cell, the least and the most youths an attacker can be sure of. Each
relation of the frame tightens them; a bound never loosens, so the order does not matter and the
fixpoint is the same. The loops are in `noyau`; here are the bounds and the relations as it
wants them (`monter`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.audit import noyau
from data.audit.charpente import Charpente

Nombres = npt.NDArray[np.int32]
Drapeaux = npt.NDArray[np.bool_]
Rangs = npt.NDArray[np.int64]

INFINI = noyau.INFINI

TOURS_MAXIMUM = 3000
"""Most rounds over what is marked: bounds that still move then would never stop in time."""


class AuditImpossible(RuntimeError):
    """The audit cannot be brought to its end: nothing may be published. French text."""


@dataclass(slots=True)
class Bornes:
    """Least and most youths of each cell, (rows, columns)."""

    bas: Nombres
    haut: Nombres

    @classmethod
    def larges(cls, forme: tuple[int, int]) -> Bornes:
        """Of who knows nothing, (rows, columns)."""
        return cls(np.zeros(forme, dtype=np.int32), np.full(forme, INFINI, dtype=np.int32))

    def copier(self) -> Bornes:
        """A copy that can be tightened apart."""
        return Bornes(self.bas.copy(), self.haut.copy())


def resserrer(bornes: Bornes, autres: Bornes) -> Drapeaux:
    """Add what other bounds of the same cells tell, in place. Returns the cells that moved."""
    mieux: Drapeaux = (autres.bas > bornes.bas) | (autres.haut < bornes.haut)
    np.maximum(bornes.bas, autres.bas, out=bornes.bas)
    np.minimum(bornes.haut, autres.haut, out=bornes.haut)
    return mieux


def verifier(bornes: Bornes, verite: Nombres) -> None:
    """The auditor knows the truth: bounds that leave it out would be wrong. Raises
    AuditImpossible."""
    if ((verite < bornes.bas) | (verite > bornes.haut)).any():
        raise AuditImpossible(
            "L’audit s’est trompé : des bornes excluent le vrai nombre. Rien n’est publié."
        )


class Trace:
    """When each bound last moved, in steps: what explains a bound moved before it.

    `bas`, `haut`: (rows, columns); 0 = where the attacker started.
    """

    def __init__(self, forme: tuple[int, int]) -> None:
        self.bas = np.zeros(forme, dtype=np.int32)
        self.haut = np.zeros(forme, dtype=np.int32)


_SANS_TRACE = np.zeros((1, 1), dtype=np.int32)


def propager(
    bornes: Bornes,
    charpente: Charpente,
    changees: Drapeaux | None = None,
    trace: Trace | None = None,
) -> Drapeaux:
    """Tighten the bounds to their fixpoint, in place. Returns the rows that moved.

    `changees`: cells whose bounds moved since the last fixpoint (None: all of them). Raises
    AuditImpossible when the bounds contradict one another, or when there is no end to it.
    """
    if changees is None:
        marques = np.full(charpente.forme, noyau.TOUT, dtype=np.uint8)
        sales = np.ones(charpente.forme[0], dtype=bool)
    else:
        marques = changees.astype(np.uint8) * np.uint8(noyau.TOUT)
        sales = np.any(changees, axis=1)
    touchees = np.zeros(charpente.forme[0], dtype=bool)
    suivi = noyau.Suivi(
        marques,
        sales,
        touchees,
        trace is not None,
        _SANS_TRACE if trace is None else trace.bas,
        _SANS_TRACE if trace is None else trace.haut,
    )
    fin = noyau.propager(bornes.bas, bornes.haut, rouages(charpente), suivi, TOURS_MAXIMUM)
    if fin == noyau.CONTRADICTION:
        raise AuditImpossible(
            "L’audit a rencontré des bornes contradictoires : les réponses préparées ne "
            "s’accordent pas entre elles."
        )
    if fin == noyau.SANS_FIN:
        raise AuditImpossible("L’audit n’a pas abouti : les bornes bougent encore.")
    return touchees


def rouages(charpente: Charpente) -> noyau.Rouages:
    """The relations of a frame, as the compiled loops want them (made once)."""
    if not charpente.rouages:
        charpente.rouages.append(_monter(charpente))
    return charpente.rouages[0]


def _monter(charpente: Charpente) -> noyau.Rouages:
    lignes, colonnes = charpente.forme
    partages = charpente.partages
    c_debuts, c_enfants = aligner([p.enfants for p in partages])
    c_de = _inverser([(p.parent, *p.enfants) for p in partages], colonnes)
    parents, restes, rangs, tailles = [], [], [], []
    for rang, f in enumerate(charpente.familles):
        n = len(f.parents)
        reste = noyau.SANS_RESTE
        if f.reste:
            reste = noyau.RESTE_BORNE if f.borne else noyau.RESTE_LIBRE
        parents.append(f.parents)
        restes.append(np.full(n, reste, dtype=np.uint8))
        rangs.append(np.full(n, rang, dtype=np.int64))
        tailles.append(np.diff(np.append(f.debuts, len(f.enfants))))
    l_parent = _joindre(parents)
    l_enfants = _joindre([f.enfants for f in charpente.familles])
    l_tailles = _joindre(tailles)
    l_debuts = np.concatenate([[0], np.cumsum(l_tailles)]).astype(np.int64)
    l_de = _ranger(
        np.insert(l_enfants, l_debuts[:-1], l_parent),
        lignes,
        np.repeat(np.arange(len(l_parent)), l_tailles + 1),
    )
    e_debuts, e_colonne, e_ligne, e_autre = _aligner_les_egales(charpente)
    return noyau.Rouages(
        np.array([p.parent for p in partages], dtype=np.int64),
        np.array([p.reste for p in partages], dtype=bool),
        np.array([p.recouvrement for p in partages], dtype=bool),
        c_debuts,
        c_enfants,
        *c_de,
        l_parent,
        np.concatenate([np.zeros(0, dtype=np.uint8), *restes]),
        _joindre(rangs),
        l_debuts,
        l_enfants,
        *l_de,
        np.stack([f.colonnes for f in charpente.familles]),
        e_debuts,
        e_colonne,
        e_ligne,
        e_autre,
    )


def _aligner_les_egales(charpente: Charpente) -> tuple[Rangs, Rangs, Rangs, Rangs]:
    """Equalities of each row, both ways: places, column, other row, other column."""
    de: list[Rangs] = []
    vers: list[tuple[Rangs, Rangs, Rangs]] = []
    for a, k, b, m in charpente.egales:
        pour_a, pour_b = np.full(len(a), k), np.full(len(a), m)
        de += [a, b]
        vers += [(pour_a, b, pour_b), (pour_b, a, pour_a)]
    for a, b in charpente.lignes_egales:
        for k in range(charpente.forme[1]):
            pour = np.full(len(a), k)
            de += [a, b]
            vers += [(pour, b, pour), (pour, a, pour)]
    debuts, ordre = _ranger(
        _joindre(de), charpente.forme[0], np.arange(sum(len(x) for x in de), dtype=np.int64)
    )
    colonne, ligne, autre = (_joindre([v[i] for v in vers])[ordre] for i in range(3))
    return debuts, colonne, ligne, autre


def aligner(listes: Sequence[Sequence[int]]) -> tuple[Rangs, Rangs]:
    """Lists end to end: where each begins (one more, the end), and their elements."""
    debuts = np.concatenate([[0], np.cumsum([len(x) for x in listes])]).astype(np.int64)
    return debuts, np.array([y for x in listes for y in x], dtype=np.int64)


def _inverser(listes: Sequence[Sequence[int]], combien: int) -> tuple[Rangs, Rangs]:
    """For each element, the lists that hold it."""
    rangs = np.repeat(np.arange(len(listes), dtype=np.int64), [len(x) for x in listes])
    return _ranger(np.array([y for x in listes for y in x], dtype=np.int64), combien, rangs)


def _ranger(cles: Rangs, combien: int, valeurs: Rangs) -> tuple[Rangs, Rangs]:
    """Values by key (0 to `combien` − 1), end to end."""
    ordre = np.argsort(cles, kind="stable")
    debuts = np.searchsorted(cles[ordre], np.arange(combien + 1)).astype(np.int64)
    return debuts, valeurs[ordre].astype(np.int64)


def _joindre(morceaux: Iterable[Rangs]) -> Rangs:
    sortie: Rangs = np.concatenate([np.zeros(0, dtype=np.int64), *morceaux]).astype(np.int64)
    return sortie
