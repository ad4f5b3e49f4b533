"""The three-year cumuls of collèges: what they add to what the years tell.

A cell of a cumul is the sum of the same cell of its years. The collèges' rows of every year and of
every cumul, those published before included, are brought to one fixpoint for every attacker: two
cumuls that share two years tell of the other two.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.audit.charpente import Charpente
from data.audit.examen import DEPARTEMENT, REPRISES, Attaquant, Bilan, Cadre, nommer_les_attaquants
from data.audit.programmes import connaitre
from data.audit.propagation import AuditImpossible, Bornes, Nombres, propager, resserrer, verifier
from data.audit.retenue import PATIENCE, Retenue, Trouvaille, chercher, compter_petites
from data.audit.savoir import (
    ajouter_les_marges_du_college,
    retrancher,
    savoir_du_departement,
    savoir_prealable,
)
from data.audit.trame import Rangs

Drapeaux = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Composante:
    """A year or a cumul, in the rows of the collèges. `bornes`: what every reader knows of it
    already; `cadre`: what is about to be published of it (None: it is settled); `annees`: places
    of the years a cumul adds up."""

    nom: str
    bornes: Bornes
    verite: Nombres
    cadre: Cadre | None = None
    annees: tuple[int, ...] = ()


@dataclass(slots=True)
class Cumuls:
    """The cumuls to examine, with the years and the other cumuls. `siens(association)`: its own
    true numbers in each year, in the order of `composantes` (the years come first)."""

    charpente: Charpente
    composantes: Sequence[Composante]
    associations: Sequence[str]
    colleges: Sequence[str]
    siens: Callable[[str], Sequence[Nombres]]


@dataclass(slots=True)
class _Vue:
    """Bounds and truth of each component, for one attacker; the cells it knows more about to begin
    with, the rows in which it knows more in the end, the cells it knew beforehand."""

    bornes: list[Bornes]
    verites: list[Nombres]
    changees: list[Drapeaux] | None = None
    touchees: list[Drapeaux] | None = None
    connues: list[Drapeaux] | None = None


@dataclass(frozen=True, slots=True)
class _Trouvee:
    """A small cell known for certain, and the component it is in."""

    composante: int
    trouvaille: Trouvaille


class ExamenDesCumuls:
    """Tries every attacker on the cumuls. `retenues`: what was withheld of each, by its place."""

    def __init__(self, cumuls: Cumuls) -> None:
        self.cumuls = cumuls
        self.charpente = cumuls.charpente
        self.retenues = {
            i: Retenue(self.charpente, c.cadre.pub)
            for i, c in enumerate(cumuls.composantes)
            if c.cadre is not None
        }
        self._base: _Vue | None = None
        self._prealables: dict[tuple[str, ...], list[Drapeaux]] = {}

    def mener(self, progression: Callable[[str], None]) -> list[Bilan]:
        """Withhold tables of the cumuls (in place) until nobody finds anything.

        Returns what each attacker found. Raises AuditImpossible.
        """
        c = self.cumuls
        bilans = self._epuiser([DEPARTEMENT], progression)
        return bilans + self._epuiser(
            nommer_les_attaquants(c.colleges, c.associations), progression
        )

    def cadre(self, place: int) -> Cadre:
        """The frame of a cumul that is about to be published."""
        cadre = self.cumuls.composantes[place].cadre
        assert cadre is not None
        return cadre

    def bornes(self) -> list[Bornes]:
        """What every reader knows of each component in the end."""
        return self._voir_tout().bornes

    def _epuiser(
        self, attaquants: list[Attaquant], progression: Callable[[str], None]
    ) -> list[Bilan]:
        """As `Examen._epuiser`: what is withheld is the cumuls', the years are settled already."""
        bilans: dict[str, Bilan] = {}
        restants = attaquants
        for tour in range(REPRISES):
            self._voir_tout()
            encore: list[Attaquant] = []
            agi = False
            with ThreadPoolExecutor(os.cpu_count()) as equipe:
                essais = []
                for attaquant, (connues, trouvees, cellules) in zip(
                    restants, equipe.map(self._essayer, restants), strict=True
                ):
                    progression(attaquant.nom)
                    essais.append((attaquant, connues, trouvees))
                    if attaquant.nom not in bilans:
                        bilans[attaquant.nom] = Bilan(
                            attaquant.nom, attaquant.libelle, cellules, len(trouvees)
                        )
            for attaquant, connues, trouvees in essais:
                bilans[attaquant.nom].apres = len(trouvees)
                if trouvees:
                    encore.append(attaquant)
                    agi |= self._retenir(trouvees, connues, tour)
            if not encore:
                return list(bilans.values())
            if not agi and tour > PATIENCE:
                encore = [a for a in encore if not self._savait_deja(a)]
                if encore:
                    break
                return list(bilans.values())
            restants = encore
            self._base = None
        noms = ", ".join(self.cumuls.composantes[i].nom for i in self.retenues)
        raise AuditImpossible(
            f"L’audit n’a pas abouti pour {noms} : de petits effectifs resteraient connus avec "
            "certitude."
        )

    def _savait_deja(self, attaquant: Attaquant) -> bool:
        """As `Examen._savait_deja`."""
        trouvees = self._chercher(attaquant)
        pubs = [self.cadre(i).pub for i in self.retenues]
        avant = [p.retenues.copy() for p in pubs]
        for p in pubs:
            p.retenues[:] = True
        self._base = None
        sans = self._chercher(attaquant)
        for p, retenues in zip(pubs, avant, strict=True):
            p.retenues[:] = retenues
        self._base = None
        # Found by a linear programme alone, it is not explained away.
        return bool(trouvees) and trouvees <= sans

    def _chercher(self, attaquant: Attaquant) -> set[tuple[int, tuple[tuple[int, int], ...]]]:
        vue = self._voir(attaquant)
        return {
            (i, t.cellules)
            for i, (bornes, verite) in enumerate(zip(vue.bornes, vue.verites, strict=True))
            for t in chercher(self.charpente, bornes, verite)
        }

    def _essayer(self, attaquant: Attaquant) -> tuple[list[Drapeaux] | None, list[_Trouvee], int]:
        vue = self._voir(attaquant)
        trouvees = self._trouver(vue)
        if attaquant.colleges and trouvees:
            # What follows from the margins alone is nothing new.
            vue.connues = self._deja_su(attaquant.colleges)
            trouvees = self._trouver(vue)
        cellules = sum(compter_petites(self.charpente, vue.verites[i]) for i in self.retenues)
        return vue.connues, trouvees, cellules

    def _retenir(self, trouvees: list[_Trouvee], connues: list[Drapeaux] | None, tour: int) -> bool:
        """Withhold, in each cumul that stands in a sum with it (in all of them when none does:
        sums that share years lead from one to the other), the table nearest to each cell."""
        agi = False
        par_cumul: dict[int, list[Trouvaille]] = {i: [] for i in self.retenues}
        for t in trouvees:
            directs = [
                i for i in self.retenues if t.composante in (i, *self.cumuls.composantes[i].annees)
            ]
            for i in directs or self.retenues:
                par_cumul[i].append(t.trouvaille)
        for i, siennes in par_cumul.items():
            agi |= self.retenues[i].retenir(siennes, None, connues[i] if connues else None, tour)
        return agi

    def _voir_tout(self) -> _Vue:
        """What the reader of every protected number knows (kept until something is withheld)."""
        if self._base is None:
            vue = _Vue([], [])
            for c in self.cumuls.composantes:
                bornes = c.bornes.copier()
                if c.cadre is not None:
                    bornes = savoir_du_departement(self.charpente, c.cadre.pub)
                    if c.cadre.ancien is not None:
                        resserrer(bornes, c.cadre.ancien)
                vue.bornes.append(bornes)
                vue.verites.append(c.verite)
            self._propager(vue)
            self._base = vue
        return self._base

    def _voir(self, attaquant: Attaquant) -> _Vue:
        base = self._voir_tout()
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
            vue.connues = list(vue.changees)
        else:
            siens = list(self.cumuls.siens(attaquant.association))
            for c in self.cumuls.composantes[len(siens) :]:
                siens.append(np.sum([siens[a] for a in c.annees], axis=0, dtype=np.int32))
            for bornes, verite, x in zip(base.bornes, base.verites, siens, strict=True):
                b, changees = retrancher(bornes, x, np.zeros(lignes, dtype=bool))
                vue.bornes.append(b)
                vue.verites.append(verite - x)
                vue.changees.append(changees)
        self._propager(vue)
        return vue

    def _deja_su(self, colleges: tuple[str, ...]) -> list[Drapeaux]:
        """Cells that the heads of these collèges know without any publication: known in each of
        its years is known in a cumul. Nothing that is withheld changes it."""
        if colleges not in self._prealables:
            composantes = self.cumuls.composantes
            sues = [savoir_prealable(self.charpente, c.verite, colleges) for c in composantes]
            for i, c in enumerate(composantes):
                if c.annees:
                    sues[i] |= np.logical_and.reduce([sues[a] for a in c.annees])
            self._prealables[colleges] = sues
        return self._prealables[colleges]

    def _propager(self, vue: _Vue) -> None:
        lignes = len(self.charpente.cles)
        changees: Sequence[Drapeaux | None] = vue.changees or [None] * len(vue.bornes)
        touchees = [
            np.zeros(lignes, dtype=bool) if c is None else np.any(c, axis=1) for c in changees
        ]
        while True:
            for bornes, celles, t in zip(vue.bornes, changees, touchees, strict=True):
                t |= propager(bornes, self.charpente, celles)
            # The rows of a collège are nobody else's: where nothing moved, no sum does.
            lignes_a_voir = np.flatnonzero(
                np.logical_or.reduce(touchees) if vue.changees else np.ones(lignes, dtype=bool)
            )
            bougees = self._additionner(vue.bornes, lignes_a_voir)
            if not any(c.any() for c in bougees):
                break
            for t, cellules in zip(touchees, bougees, strict=True):
                t |= np.any(cellules, axis=1)
            changees = bougees
        if vue.changees is not None:
            vue.touchees = touchees

    def _additionner(self, bornes: list[Bornes], lignes: Rangs) -> list[Drapeaux]:
        """Tighten « cumul = sum of its years » in these rows, in place. Returns the cells that
        moved in each component."""
        ici = [Bornes(b.bas[lignes], b.haut[lignes]) for b in bornes]
        for i, c in enumerate(self.cumuls.composantes):
            if not c.annees:
                continue
            cumul, annees = ici[i], [ici[a] for a in c.annees]
            bas = np.sum([b.bas for b in annees], axis=0, dtype=np.int32)
            haut = np.sum([b.haut for b in annees], axis=0, dtype=np.int32)
            np.maximum(cumul.bas, bas, out=cumul.bas)
            np.minimum(cumul.haut, haut, out=cumul.haut)
            for b in annees:
                nouveau_haut = cumul.haut - (bas - b.bas)
                nouveau_bas = cumul.bas - (haut - b.haut)
                np.minimum(b.haut, nouveau_haut, out=b.haut)
                np.maximum(b.bas, nouveau_bas, out=b.bas)
        sortie = []
        for b, neuf in zip(bornes, ici, strict=True):
            bouge = np.zeros(b.bas.shape, dtype=bool)
            bouge[lignes] = (b.bas[lignes] != neuf.bas) | (b.haut[lignes] != neuf.haut)
            b.bas[lignes], b.haut[lignes] = neuf.bas, neuf.haut
            sortie.append(bouge)
        return sortie

    def _trouver(self, vue: _Vue) -> list[_Trouvee]:
        """Small cells known in a cumul or, through it, in one of the years."""
        trouvees: list[_Trouvee] = []
        for i, (bornes, verite) in enumerate(zip(vue.bornes, vue.verites, strict=True)):
            verifier(bornes, verite)
            touchees = None if vue.touchees is None else vue.touchees[i]
            connues = None if vue.connues is None else vue.connues[i]
            trouvees += [
                _Trouvee(i, Trouvaille(x.cellules))
                for x in chercher(self.charpente, bornes, verite, connues, touchees)
            ]
        if trouvees:
            return trouvees
        base = self._voir_tout()
        for i in self.retenues:
            cadre = self.cadre(i)
            reference = None if vue is base else (base.bornes[i], base.verites[i])
            connues = None if vue.connues is None else vue.connues[i]
            trouvees += [
                _Trouvee(i, Trouvaille((cellule,)))
                for cellule in connaitre(
                    cadre.programmes, vue.bornes[i], vue.verites[i], connues, reference
                )
            ]
        return trouvees
