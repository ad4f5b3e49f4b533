"""Linear programming on the cells left nearly known (interval of width ≤ 2).

A cell is tried with every row relation it stands in, crossed with every column relation of its
column: the two-way tables around it, whose cycles interval propagation cannot see. The bounds of
the rest of the lattice come in through the intervals. HiGHS, through scipy.

The auditor knows the truth: a cell is safe as soon as one solution tells another whole number of
youths. One programme usually clears every candidate of a row; the others are tried one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from data.audit.charpente import Charpente
from data.audit.propagation import AuditImpossible, Bornes, Drapeaux, Nombres

LARGEUR = 2
"""Widest interval that is tried, for who reads every protected number."""

LARGEUR_AVERTIE = 1
"""Widest interval that is tried for those who know more: there are a hundred of them, and what is
not tried for them was tried for the reader of every number."""

PETIT = 4
"""Cells of 1 to 4 youths are those that must not be known."""

_MARGE = 1e-6
_SECONDES = 20.0

Cellule = tuple[int, int]
Flottants = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Bloc:
    """The two-way tables around a row: cells (rows × columns) and constraints on them."""

    lignes: npt.NDArray[np.int64]
    colonnes: npt.NDArray[np.int64]
    contraintes: LinearConstraint | None


@dataclass(frozen=True, slots=True)
class _Relation:
    parent: int
    enfants: npt.NDArray[np.int64]
    reste: bool
    colonnes: npt.NDArray[np.bool_]


class Programmes:
    """Linear programmes on one frame. `resolus`: how many were solved."""

    def __init__(self, charpente: Charpente) -> None:
        self.charpente = charpente
        self.resolus = 0
        self._relations: list[_Relation] = []
        self._de_la_ligne: dict[int, list[int]] = {}
        for famille in charpente.familles:
            bouts = np.append(famille.debuts, len(famille.enfants))
            for i, parent in enumerate(famille.parents.tolist()):
                enfants = famille.enfants[bouts[i] : bouts[i + 1]]
                rang = len(self._relations)
                self._relations.append(_Relation(parent, enfants, famille.reste, famille.colonnes))
                for ligne in (parent, *enfants.tolist()):
                    self._de_la_ligne.setdefault(ligne, []).append(rang)
        self._de_la_colonne: dict[int, list[int]] = {}
        for i, partage in enumerate(charpente.partages):
            for k in (partage.parent, *partage.enfants):
                self._de_la_colonne.setdefault(k, []).append(i)

    def eprouver(
        self, bornes: Bornes, verite: Nombres, candidats: Iterable[Cellule]
    ) -> list[Cellule]:
        """Those of these cells whose number is the only one possible."""
        par_ligne: dict[int, list[int]] = {}
        for ligne, colonne in candidats:
            par_ligne.setdefault(ligne, []).append(colonne)
        connues: list[Cellule] = []
        for ligne, colonnes in par_ligne.items():
            connues += [(ligne, k) for k in self._eprouver_ligne(bornes, verite, ligne, colonnes)]
        return connues

    def garder_les_neuves(
        self, cellules: list[Cellule], differe: npt.NDArray[np.bool_]
    ) -> list[Cellule]:
        """Those of these cells around which some bound differs (rows, columns) from those they
        were tried under: for the others the programme would be the same."""
        lignes_differentes: npt.NDArray[np.bool_] = np.any(differe, axis=1)
        gardees = []
        autour: dict[int, npt.NDArray[np.int64]] = {}
        for ligne, colonne in cellules:
            if ligne not in autour:
                lignes = self._lignes_autour(ligne)
                autour[ligne] = lignes[lignes_differentes[lignes]]
            if not len(autour[ligne]):
                continue
            colonnes = np.array(sorted(self._colonnes_autour([colonne])))
            if differe[np.ix_(autour[ligne], colonnes)].any():
                gardees.append((ligne, colonne))
        return gardees

    def _lignes_autour(self, ligne: int) -> npt.NDArray[np.int64]:
        relations = [self._relations[i] for i in self._de_la_ligne.get(ligne, [])]
        return np.unique(
            np.concatenate(
                [np.array([ligne]), *(np.append(r.enfants, r.parent) for r in relations)]
            )
        )

    def _colonnes_autour(self, colonnes: list[int]) -> set[int]:
        tenues = {0, *colonnes}
        for i in {i for k in colonnes for i in self._de_la_colonne.get(k, [])}:
            partage = self.charpente.partages[i]
            tenues |= {partage.parent, *partage.enfants}
        return tenues

    def _eprouver_ligne(
        self, bornes: Bornes, verite: Nombres, ligne: int, colonnes: list[int]
    ) -> list[int]:
        bloc = self._assembler(ligne, colonnes)
        if bloc.contraintes is None:
            return []
        place = {k: i for i, k in enumerate(bloc.colonnes.tolist())}
        debut = int(np.searchsorted(bloc.lignes, ligne)) * len(bloc.colonnes)
        rangs = np.array([debut + place[k] for k in colonnes])
        vrais = verite[ligne, colonnes].astype(np.float64)
        au_plus = bornes.haut[ligne, colonnes] == vrais
        # Away from the truth, each cell on the side where its interval is open.
        x = self._resoudre(bornes, bloc, rangs, np.where(au_plus, 1.0, -1.0))
        douteuses = np.flatnonzero(~_autre(x[rangs], vrais))
        connues = []
        for i in douteuses.tolist():
            for sens in (1.0, -1.0):
                x = self._resoudre(bornes, bloc, rangs[i : i + 1], np.array([sens]))
                if _autre(x[rangs[i : i + 1]], vrais[i : i + 1])[0]:
                    break
            else:
                connues.append(colonnes[i])
        return connues

    def _resoudre(
        self, bornes: Bornes, bloc: _Bloc, rangs: npt.NDArray[np.int64], sens: Flottants
    ) -> Flottants:
        """A solution that minimises the sum of these cells, with these signs."""
        assert bloc.contraintes is not None
        cases = np.ix_(bloc.lignes, bloc.colonnes)
        bas, haut = bornes.bas[cases].reshape(-1), bornes.haut[cases].reshape(-1)
        objectif = np.zeros(len(bas))
        objectif[rangs] = sens
        self.resolus += 1
        resultat = milp(
            objectif,
            constraints=bloc.contraintes,
            bounds=Bounds(bas, haut),
            options={"time_limit": _SECONDES, "presolve": False},
        )
        if resultat.x is None:
            raise AuditImpossible(
                "L’audit n’a pas abouti : un programme linéaire n’a pas de solution "
                f"({resultat.message})."
            )
        x: Flottants = resultat.x
        return x

    def _assembler(self, ligne: int, colonnes: list[int]) -> _Bloc:
        relations = [self._relations[i] for i in self._de_la_ligne.get(ligne, [])]
        lignes = self._lignes_autour(ligne)
        tenues = self._colonnes_autour(colonnes)
        ks = np.array(sorted(tenues), dtype=np.int64)
        proches = {i for k in tenues - {0} for i in self._de_la_colonne.get(k, [])}
        partages = [
            p
            for p in (self.charpente.partages[i] for i in sorted(proches))
            if p.parent in tenues and tenues >= set(p.enfants)
        ]
        auteur = _Contraintes(len(lignes) * len(ks))
        for r in relations:
            bonnes = np.flatnonzero(r.colonnes[ks])
            cases = np.searchsorted(lignes, np.append(r.parent, r.enfants)) * len(ks)
            auteur.ajouter(cases[None, :] + bonnes[:, None], r.reste)
        rangs = {int(k): i for i, k in enumerate(ks)}
        debuts = np.arange(len(lignes)) * len(ks)
        for p in partages:
            cases = debuts[:, None] + np.array([rangs[p.parent], *(rangs[e] for e in p.enfants)])
            if p.recouvrement:
                for j in range(1, cases.shape[1]):
                    auteur.ajouter(cases[:, [0, j]], True)
                if not p.reste:
                    auteur.ajouter(cases, True, signe=-1)
            else:
                auteur.ajouter(cases, p.reste)
        return _Bloc(lignes, ks, auteur.rendre())


def connaitre(
    programmes: Programmes,
    bornes: Bornes,
    verite: Nombres,
    connues: Drapeaux | None,
    reference: tuple[Bornes, Nombres] | None,
) -> list[Cellule]:
    """Small cells (1 to 4) that linear programming knows for certain.

    `connues`: cells known beforehand. `reference`: bounds and truth of the reader of every
    protected number, who was tried already: only what differs is tried again.
    """
    large = LARGEUR if reference is None else LARGEUR_AVERTIE
    largeur = bornes.haut - bornes.bas
    candidats = (verite >= 1) & (verite <= PETIT) & (largeur <= large) & (largeur > 0)
    if connues is not None:
        candidats &= ~connues
    cellules: list[Cellule] = [(int(r), int(k)) for r, k in np.argwhere(candidats)]
    if reference is not None:
        avant, verite_avant = reference
        siens = verite_avant - verite
        differe = (bornes.bas != avant.bas - siens) | (bornes.haut != avant.haut - siens)
        cellules = programmes.garder_les_neuves(cellules, differe)
    return programmes.eprouver(bornes, verite, cellules)


def _autre(x: Flottants, vrais: Flottants) -> npt.NDArray[np.bool_]:
    """Whether these solutions leave room for another whole number than the truth."""
    autre: npt.NDArray[np.bool_] = (np.floor(x + _MARGE) > vrais) | (np.ceil(x - _MARGE) < vrais)
    return autre


class _Contraintes:
    """Collects « first − sum of the others = 0, or ≥ 0 »."""

    def __init__(self, variables: int) -> None:
        self.variables = variables
        self._lignes: list[npt.NDArray[np.int64]] = []
        self._colonnes: list[npt.NDArray[np.int64]] = []
        self._valeurs: list[Flottants] = []
        self._hauts: list[Flottants] = []
        self._combien = 0

    def ajouter(self, cases: npt.NDArray[np.int64], reste: bool, *, signe: int = 1) -> None:
        """`cases` (m, 1 + children): m relations of the same shape."""
        m, largeur = cases.shape
        self._lignes.append(np.repeat(np.arange(m) + self._combien, largeur))
        self._colonnes.append(cases.reshape(-1))
        coefficients = np.full(largeur, -float(signe))
        coefficients[0] = float(signe)
        self._valeurs.append(np.tile(coefficients, m))
        self._hauts.append(np.full(m, np.inf if reste else 0.0))
        self._combien += m

    def rendre(self) -> LinearConstraint | None:
        """The constraints together; None when there is none."""
        if not self._combien:
            return None
        a = sparse.csr_array(
            (
                np.concatenate(self._valeurs),
                (np.concatenate(self._lignes), np.concatenate(self._colonnes)),
            ),
            shape=(self._combien, self.variables),
        )
        return LinearConstraint(a, np.zeros(self._combien), np.concatenate(self._hauts))
