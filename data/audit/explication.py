"""Why an attacker knows a cell: the published numbers its bounds come from.

From a bound, back through the relation that gave it, to the bounds the attacker started from.
What is withheld is chosen among those: withholding anything else would not help.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from data.audit.charpente import Charpente
from data.audit.propagation import Bornes, Drapeaux, Trace, propager, rouages
from data.audit.trame import Rangs

Cellule = tuple[int, int]
Borne = tuple[int, int, bool]
"""Row, column, whether it is the upper bound."""

FEUILLES = 400
"""Most bounds an explanation walks through."""


@dataclass(slots=True)
class Relations:
    """The relations of each row and of each column of a frame, to be looked up."""

    charpente: Charpente
    de_la_ligne: dict[int, list[tuple[int, Rangs, bool, int]]] = field(default_factory=dict)
    de_la_colonne: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rang, famille in enumerate(self.charpente.familles):
            bouts = np.append(famille.debuts, len(famille.enfants))
            for i, parent in enumerate(famille.parents.tolist()):
                enfants = famille.enfants[bouts[i] : bouts[i + 1]]
                for ligne in (parent, *enfants.tolist()):
                    self.de_la_ligne.setdefault(ligne, []).append(
                        (parent, enfants, famille.reste, rang)
                    )
        for i, partage in enumerate(self.charpente.partages):
            for k in (partage.parent, *partage.enfants):
                self.de_la_colonne.setdefault(k, []).append(i)

    def jumelles(self, ligne: int, colonne: int) -> Iterator[Cellule]:
        """Cells that count the same youths."""
        r = rouages(self.charpente)
        debut, fin = r.e_debuts[ligne], r.e_debuts[ligne + 1]
        ici = debut + np.flatnonzero(r.e_colonne[debut:fin] == colonne)
        yield from zip(r.e_ligne[ici].tolist(), r.e_autre[ici].tolist(), strict=True)


class Explication:
    """Explains the bounds that follow from where an attacker started (`depart`), in one frame.

    `changees`: cells it knows more about; `dessous`: what explains the bounds it started from.
    """

    def __init__(
        self,
        relations: Relations,
        depart: Bornes,
        changees: Drapeaux | None = None,
        dessous: Explication | None = None,
    ) -> None:
        self.relations, self.dessous = relations, dessous
        self.bornes = depart.copier()
        self.trace = Trace(relations.charpente.forme)
        propager(self.bornes, relations.charpente, changees, self.trace)
        self._raisons: dict[Borne, list[Borne]] = {}

    def sources(self, bornes: Sequence[Borne]) -> list[Cellule]:
        """Cells whose starting bounds these bounds come from."""
        a_voir, vues = list(bornes), set(bornes)
        feuilles: list[Borne] = []
        while a_voir and len(vues) < FEUILLES:
            borne = a_voir.pop()
            if not self._quand(borne):
                if borne[2] or self._valeur(borne) > 0:
                    feuilles.append(borne)
                continue
            if borne not in self._raisons:
                self._raisons[borne] = self._donner_raison(borne)
            raisons = self._raisons[borne]
            a_voir.extend(r for r in raisons if r not in vues)
            vues.update(raisons)
        if self.dessous is not None:
            return self.dessous.sources(feuilles)
        return list(dict.fromkeys(f[:2] for f in feuilles))

    def _donner_raison(self, borne: Borne) -> list[Borne]:
        """What gave this bound; it was there before it."""
        quand = self._quand(borne)
        return next(
            (
                raisons
                for raisons in self._relations_serrees(borne)
                if all(self._quand(x) < quand for x in raisons)
            ),
            [],
        )

    def _quand(self, borne: Borne) -> int:
        ligne, colonne, haute = borne
        return int((self.trace.haut if haute else self.trace.bas)[ligne, colonne])

    def _valeur(self, borne: Borne) -> int:
        ligne, colonne, haute = borne
        return int((self.bornes.haut if haute else self.bornes.bas)[ligne, colonne])

    def _relations_serrees(self, borne: Borne) -> Iterator[list[Borne]]:
        """Reasons of a bound, one list for each relation that gives it exactly."""
        ligne, colonne, haute = borne
        voulue = self._valeur(borne)
        for autre in self.relations.jumelles(ligne, colonne):
            if self._valeur((*autre, haute)) == voulue:
                yield [(*autre, haute)]
        for i in self.relations.de_la_colonne.get(colonne, []):
            p = self.relations.charpente.partages[i]
            parent, enfants = (ligne, p.parent), [(ligne, k) for k in p.enfants]
            yield from self._serrer(borne, parent, enfants, None if p.reste else 0, p.recouvrement)
        for ligne_parent, lignes, reste, rang in self.relations.de_la_ligne.get(ligne, []):
            famille = self.relations.charpente.familles[rang]
            if not famille.colonnes[colonne]:
                continue
            parent = (ligne_parent, colonne)
            enfants = [(int(x), colonne) for x in lignes]
            plafond: int | None = 0 if famille.borne else None
            tous: list[Borne] = []
            if reste and famille.borne:
                tous = [(ligne_parent, 0, True), *((int(x), 0, False) for x in lignes)]
                plafond = max(self._valeur(tous[0]) - sum(self._valeur(b) for b in tous[1:]), 0)
            for raisons in self._serrer(borne, parent, enfants, plafond, False):
                yield raisons + [b for b in tous if self._compte(b)]

    def _compte(self, borne: Borne) -> bool:
        """Whether a bound says anything (a lower bound of zero does not)."""
        return borne[2] or self._valeur(borne) > 0

    def _serrer(
        self,
        borne: Borne,
        parent: Cellule,
        enfants: list[Cellule],
        plafond: int | None,
        recouvrement: bool,
    ) -> Iterator[list[Borne]]:
        """Reasons, when this relation gives the bound. `plafond`: most youths of the rest (None:
        as many as one likes)."""
        cellule, haute = borne[:2], borne[2]
        voulue = self._valeur(borne)
        autres = [e for e in enfants if e != cellule]
        bas = {e: self._valeur((*e, False)) for e in enfants}
        haut = {e: self._valeur((*e, True)) for e in enfants}
        if cellule == parent:
            if haute:
                if plafond is not None and sum(haut.values()) + plafond == voulue:
                    yield [(*e, True) for e in enfants]
            elif recouvrement:
                yield from ([(*e, False)] for e in enfants if bas[e] == voulue)
            elif sum(bas.values()) == voulue:
                yield [(*e, False) for e in enfants if bas[e]]
            return
        if haute:
            pris = 0 if recouvrement else sum(bas[e] for e in autres)
            if self._valeur((*parent, True)) - pris == voulue:
                raisons = [] if recouvrement else [(*e, False) for e in autres if bas[e]]
                yield [(*parent, True), *raisons]
        elif plafond is not None and (
            self._valeur((*parent, False)) - sum(haut[e] for e in autres) - plafond == voulue
        ):
            yield [(*parent, False), *((*e, True) for e in autres)]


def bornes_d_un_reste(parent: int, enfants: Sequence[int], colonne: int) -> list[Borne]:
    """The bounds that make the unpublished rest of a relation known."""
    return [
        (parent, colonne, False),
        (parent, colonne, True),
        (parent, 0, True),
        *((e, colonne, True) for e in enfants),
        *((e, colonne, False) for e in enfants),
    ]
