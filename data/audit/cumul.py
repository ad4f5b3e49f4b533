"""The three-year cumul of collèges: what it adds to what the three years tell.

A cell of the cumul is the sum of the same cell of its years. The collèges' rows of the years and
of the cumul are brought to one fixpoint for every attacker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.audit.examen import (
    DEPARTEMENT,
    REPRISES,
    Attaquant,
    Bilan,
    Cadre,
    nommer_les_attaquants,
)
from data.audit.programmes import connaitre
from data.audit.propagation import AuditImpossible, Bornes, Nombres, propager, resserrer, verifier
from data.audit.retenue import Retenue, Trouvaille, chercher, compter_restes, petites
from data.audit.savoir import (
    ajouter_les_marges_du_college,
    retrancher,
    savoir_du_departement,
    savoir_prealable,
)

Drapeaux = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Cumul:
    """A cumul to examine. `annees`: the Département's bounds and the truth of each year, in the
    rows of the cumul's frame. `siens(association)`: its own true numbers in each year."""

    nom: str
    cadre: Cadre
    annees: Sequence[tuple[Bornes, Nombres]]
    associations: Sequence[str]
    colleges: Sequence[str]
    siens: Callable[[str], Sequence[Nombres]]


@dataclass(slots=True)
class _Vue:
    """Bounds and truth of the years, then of the cumul, for one attacker."""

    bornes: list[Bornes]
    verites: list[Nombres]
    changees: list[Drapeaux] | None = None
    touchees: list[Drapeaux] | None = None
    connues: Drapeaux | None = None


def examiner_cumul(
    cumul: Cumul, progression: Callable[[str], None], *, avertis: bool = True
) -> tuple[list[Bilan], list[Bornes], Retenue]:
    """Try every attacker, withholding tables of the cumul (in place) until none finds anything.

    Returns what each found, the Département's bounds of the years, then of the cumul, and what was
    withheld. Raises AuditImpossible.
    """
    examen = _Examen(cumul)
    bilans = examen.epuiser([DEPARTEMENT], progression)
    if avertis:
        bilans += examen.epuiser(
            nommer_les_attaquants(cumul.colleges, cumul.associations), progression
        )
    return bilans, examen.base().bornes, examen.retenue


class _Examen:
    def __init__(self, cumul: Cumul) -> None:
        self.cumul = cumul
        self.charpente = cumul.cadre.charpente
        self.retenue = Retenue(self.charpente, cumul.cadre.pub)
        self._base: _Vue | None = None

    def epuiser(
        self, attaquants: list[Attaquant], progression: Callable[[str], None]
    ) -> list[Bilan]:
        """As `Examen._epuiser`: what is withheld is the cumul's, the years are settled already."""
        bilans: dict[str, Bilan] = {}
        restants = attaquants
        for tour in range(REPRISES):
            encore: list[Attaquant] = []
            agi = False
            for attaquant in restants:
                progression(attaquant.nom)
                vue = self._voir(attaquant)
                trouvees = self._trouver(vue)
                if attaquant.colleges and trouvees:
                    vue.connues = savoir_prealable(
                        self.charpente, vue.verites[-1], attaquant.colleges
                    )
                    trouvees = self._trouver(vue)
                if attaquant.nom not in bilans:
                    petites_ici = int(petites(vue.verites[-1]).sum())
                    petites_ici += compter_restes(self.charpente, vue.verites[-1])
                    bilans[attaquant.nom] = Bilan(
                        attaquant.nom, attaquant.libelle, petites_ici, len(trouvees)
                    )
                if trouvees:
                    encore.append(attaquant)
                    agi |= self.retenue.retenir(trouvees, None, vue.connues, 1 << min(tour, 6))
            if not encore:
                return list(bilans.values())
            if not agi:
                break
            restants = encore
            self._base = None
        raise AuditImpossible(
            f"L’audit n’a pas abouti pour {self.cumul.nom} : de petits effectifs resteraient "
            "connus avec certitude."
        )

    def base(self) -> _Vue:
        if self._base is None:
            bornes = savoir_du_departement(self.charpente, self.cumul.cadre.pub)
            ancien = self.cumul.cadre.ancien
            if ancien is not None:
                resserrer(bornes, ancien)
            vue = _Vue(
                [*(b.copier() for b, _ in self.cumul.annees), bornes],
                [*(v for _, v in self.cumul.annees), self.cumul.cadre.pub.n],
            )
            self._propager(vue)
            self._base = vue
        return self._base

    def _voir(self, attaquant: Attaquant) -> _Vue:
        base = self.base()
        if attaquant is DEPARTEMENT:
            return base
        lignes = len(self.charpente.cles)
        vue = _Vue([], [], changees=[])
        assert vue.changees is not None
        if attaquant.colleges:
            vue.verites = base.verites
            for bornes, verite in zip(base.bornes, base.verites, strict=True):
                vue.bornes.append(bornes.copier())
                sues = ajouter_les_marges_du_college(
                    self.charpente, verite, vue.bornes[-1], attaquant.colleges
                )
                vue.changees.append(sues)
                vue.connues = sues
        else:
            siens = list(self.cumul.siens(attaquant.association))
            siens.append(np.sum(siens, axis=0, dtype=np.int32))
            for bornes, verite, x in zip(base.bornes, base.verites, siens, strict=True):
                b, changees = retrancher(bornes, x, np.zeros(lignes, dtype=bool))
                vue.bornes.append(b)
                vue.verites.append(verite - x)
                vue.changees.append(changees)
        self._propager(vue)
        return vue

    def _propager(self, vue: _Vue) -> None:
        lignes = len(self.charpente.cles)
        changees: Sequence[Drapeaux | None] = vue.changees or [None] * len(vue.bornes)
        touchees = [
            np.zeros(lignes, dtype=bool) if c is None else np.any(c, axis=1) for c in changees
        ]
        while True:
            for bornes, celles, t in zip(vue.bornes, changees, touchees, strict=True):
                t |= propager(bornes, self.charpente, celles)
            changees = _additionner(vue.bornes)
            if not any(c.any() for c in changees if c is not None):
                break
            for t, celles in zip(touchees, changees, strict=True):
                t |= np.any(celles, axis=1)
        if vue.changees is not None:
            vue.touchees = touchees

    def _trouver(self, vue: _Vue) -> list[Trouvaille]:
        """Small cells known in the cumul or, through it, in one of its years: the same row and
        column of the cumul is what can be withheld."""
        trouvees: list[Trouvaille] = []
        for i, (bornes, verite) in enumerate(zip(vue.bornes, vue.verites, strict=True)):
            verifier(bornes, verite)
            touchees = None if vue.touchees is None else vue.touchees[i]
            trouvees += [
                Trouvaille(x.cellules)
                for x in chercher(self.charpente, bornes, verite, vue.connues, touchees)
            ]
        if trouvees:
            return trouvees
        base = self.base()
        reference = None if vue is base else (base.bornes[-1], base.verites[-1])
        return [
            Trouvaille((cellule,))
            for cellule in connaitre(
                self.cumul.cadre.programmes,
                vue.bornes[-1],
                vue.verites[-1],
                vue.connues,
                reference,
            )
        ]


def _additionner(bornes: list[Bornes]) -> list[Drapeaux]:
    """Tighten « cumul = sum of the years », in place. Returns the cells that moved in each."""
    *annees, cumul = bornes
    avant = [(b.bas.copy(), b.haut.copy()) for b in bornes]
    bas = np.sum([b.bas for b in annees], axis=0, dtype=np.int32)
    haut = np.sum([b.haut for b in annees], axis=0, dtype=np.int32)
    np.maximum(cumul.bas, bas, out=cumul.bas)
    np.minimum(cumul.haut, haut, out=cumul.haut)
    for b in annees:
        nouveau_haut = cumul.haut - (bas - b.bas)
        nouveau_bas = cumul.bas - (haut - b.haut)
        np.minimum(b.haut, nouveau_haut, out=b.haut)
        np.maximum(b.bas, nouveau_bas, out=b.bas)
    return [(b.bas != x) | (b.haut != y) for b, (x, y) in zip(bornes, avant, strict=True)]
