"""Linear programming on the cells left nearly known (interval of width ≤ 2).

A cell is tried with every row relation it stands in, crossed with every column relation of its
column: the two-way tables around it, whose cycles interval propagation cannot see. The bounds of
the rest of the lattice come in through the intervals. HiGHS, by its own interface: a year is
thousands of small programmes, and scipy takes as long to hand one over as it takes to solve it.

The auditor knows the truth: a cell is safe as soon as one solution tells another whole number of
youths. One programme usually clears every candidate of a row; the others are tried one by one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from data.audit import noyau
from data.audit.charpente import Charpente
from data.audit.propagation import AuditImpossible, Bornes, Drapeaux, Nombres, Rangs, aligner

LARGEUR = 2
"""Widest interval that is tried, for who reads every protected number."""

LARGEUR_AVERTIE = 1
"""Widest interval that is tried for those who know more: there are a hundred of them, and what is
not tried for them was tried for the reader of every number."""

LARGEUR_DU_BLOC = 48
"""Columns of a programme, unless one cell alone stands among more."""

FRERES = 12
"""Children of a relation above which those beside the one that is tried are taken together."""

ENSEMBLE = 8
"""Rows tried in one programme: their blocks have nothing in common, but each call has its price."""

PETIT = 4
"""Cells of 1 to 4 youths are those that must not be known."""

_MARGE = 1e-6
_SECONDES = 20.0

Cellule = tuple[int, int]
Flottants = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Essai:
    """Cells of a row tried together: (row, columns), and their places in the programme.

    `debut`, `fin`: the block's variables, (rows of the block) × `voisines`. A row of the block may
    be several rows of the frame taken together: they are end to end in `lignes`, each row of the
    block from `debuts` on. The row that is tried comes first.
    """

    ligne: int
    colonnes: list[int]
    debut: int
    fin: int
    voisines: Rangs
    lignes: Rangs
    debuts: Rangs

    @property
    def places(self) -> Rangs:
        """Variables of the cells that are tried."""
        places: Rangs = self.debut + np.searchsorted(self.voisines, self.colonnes)
        return places

    def borner(self, valeurs: Nombres) -> Flottants:
        """Bounds of the block's variables."""
        cases = valeurs[np.ix_(self.lignes, self.voisines)]
        sommes: Flottants = np.add.reduceat(cases, self.debuts, axis=0).reshape(-1).astype(float)
        return sommes


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
        self._autour: tuple[Rangs, Rangs, Rangs, Rangs] | None = None
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
        a_faire = [
            (ligne, ensemble)
            for ligne, colonnes in par_ligne.items()
            for ensemble in self._assortir(colonnes)
        ]
        for i in range(0, len(a_faire), ENSEMBLE):
            for ligne, colonne in self._eprouver(bornes, verite, a_faire[i : i + ENSEMBLE]):
                if all(
                    self._eprouver(bornes, verite, [(ligne, [colonne])], sens)
                    for sens in (1.0, -1.0)
                ):
                    connues.append((ligne, colonne))
        return connues

    def _assortir(self, colonnes: list[int]) -> list[list[int]]:
        """Columns to be tried together: a few whose surroundings are the same. The cost of a
        programme grows faster than its size."""
        groupes: list[tuple[list[int], set[int]]] = []
        for k in colonnes:
            autour = self._colonnes_autour([k])
            for groupe, tenues in groupes:
                if len(tenues | autour) <= max(LARGEUR_DU_BLOC, len(tenues)):
                    groupe.append(k)
                    tenues |= autour
                    break
            else:
                groupes.append(([k], autour))
        return [groupe for groupe, _ in groupes]

    def garder_les_neuves(
        self, cellules: list[Cellule], differe: npt.NDArray[np.bool_]
    ) -> list[Cellule]:
        """Those of these cells around which some bound differs (rows, columns) from those they
        were tried under: for the others the programme would be the same."""
        if not cellules:
            return []
        if self._autour is None:
            lignes, colonnes = self.charpente.forme
            self._autour = (
                *aligner([self._lignes_autour(r).tolist() for r in range(lignes)]),
                *aligner([sorted(self._colonnes_autour([k])) for k in range(colonnes)]),
            )
        ici = np.array(cellules, dtype=np.int64)
        gardees = noyau.garder_les_neuves(
            np.ascontiguousarray(ici[:, 0]), np.ascontiguousarray(ici[:, 1]), differe, *self._autour
        )
        return [c for c, g in zip(cellules, gardees.tolist(), strict=True) if g]

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

    def _eprouver(
        self,
        bornes: Bornes,
        verite: Nombres,
        a_faire: Sequence[tuple[int, list[int]]],
        sens: float | None = None,
    ) -> list[Cellule]:
        """Of these rows and columns, the cells that one programme leaves at their true number.

        `sens`: make them small (1) or large (−1); None: each on the side where its interval is
        open.
        """
        auteur = _Contraintes()
        essais = [self._assembler(auteur, ligne, colonnes) for ligne, colonnes in a_faire]
        if not auteur.relations:
            return []
        objectif = np.zeros(auteur.variables)
        vrais = []
        for e in essais:
            vrai = verite[e.ligne, e.colonnes].astype(np.float64)
            vrais.append(vrai)
            au_plus = bornes.haut[e.ligne, e.colonnes] == vrai
            objectif[e.places] = np.where(au_plus, 1.0, -1.0) if sens is None else sens
        self.resolus += len(essais)
        x = _resoudre(
            objectif,
            auteur,
            np.concatenate([e.borner(bornes.bas) for e in essais]),
            np.concatenate([e.borner(bornes.haut) for e in essais]),
        )
        return [
            (e.ligne, k)
            for e, vrai in zip(essais, vrais, strict=True)
            for k, autre in zip(e.colonnes, _autre(x[e.places], vrai), strict=True)
            if not autre
        ]

    def _assembler(self, auteur: _Contraintes, ligne: int, colonnes: list[int]) -> _Essai:
        """Add the block around a row to a programme."""
        ensembles, places = self._rassembler(ligne)
        tenues = self._colonnes_autour(colonnes)
        ks = np.array(sorted(tenues), dtype=np.int64)
        proches = {i for k in tenues - {0} for i in self._de_la_colonne.get(k, [])}
        partages = [
            p
            for p in (self.charpente.partages[i] for i in sorted(proches))
            if p.parent in tenues and tenues >= set(p.enfants)
        ]
        debut = auteur.reserver(len(ensembles) * len(ks))
        for r, membres in places:
            bonnes = np.flatnonzero(r.colonnes[ks])
            auteur.ajouter(debut + membres[None, :] * len(ks) + bonnes[:, None], r.reste)
        rangs = {int(k): i for i, k in enumerate(ks)}
        debuts = debut + np.arange(len(ensembles)) * len(ks)
        for p in partages:
            cases = debuts[:, None] + np.array([rangs[p.parent], *(rangs[e] for e in p.enfants)])
            if p.recouvrement:
                for j in range(1, cases.shape[1]):
                    auteur.ajouter(cases[:, [0, j]], True)
                if not p.reste:
                    auteur.ajouter(cases, True, signe=-1)
            else:
                auteur.ajouter(cases, p.reste)
        tailles = np.array([len(e) for e in ensembles])
        return _Essai(
            ligne,
            colonnes,
            debut,
            auteur.variables,
            ks,
            np.array([x for e in ensembles for x in e], dtype=np.int64),
            np.cumsum(tailles) - tailles,
        )

    def _rassembler(
        self, ligne: int
    ) -> tuple[list[tuple[int, ...]], list[tuple[_Relation, npt.NDArray[np.int64]]]]:
        """Rows of the block around a row, and its relations with the places of their members.

        The brothers of a row are taken together where they are many: what holds of each holds of
        their sum, and a programme of eighty collèges becomes one of two.
        """
        rang: dict[tuple[int, ...], int] = {(ligne,): 0}
        places = []
        for i in self._de_la_ligne.get(ligne, []):
            r = self._relations[i]
            enfants = r.enfants.tolist()
            membres = [(r.parent,), *((x,) for x in enfants)]
            if ligne != r.parent and len(enfants) > FRERES:
                freres = tuple(x for x in enfants if x != ligne)
                membres = [(r.parent,), (ligne,), freres]
            places.append((r, np.array([rang.setdefault(m, len(rang)) for m in membres])))
        return list(rang), places


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
    candidats &= programmes.charpente.visees[:, None]
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
    """Collects « first − sum of the others = 0, or ≥ 0 ». `relations`: how many."""

    def __init__(self) -> None:
        self.variables = 0
        self.relations = 0
        self._colonnes: list[npt.NDArray[np.int64]] = []
        self._valeurs: list[Flottants] = []
        self._tailles: list[npt.NDArray[np.int64]] = []
        self._hauts: list[Flottants] = []

    def reserver(self, combien: int) -> int:
        """Room for so many variables. Returns the first."""
        self.variables += combien
        return self.variables - combien

    def ajouter(self, cases: npt.NDArray[np.int64], reste: bool, *, signe: int = 1) -> None:
        """`cases` (m, 1 + children): m relations of the same shape."""
        m, largeur = cases.shape
        self._colonnes.append(cases.reshape(-1))
        coefficients = np.full(largeur, -float(signe))
        coefficients[0] = float(signe)
        self._valeurs.append(np.tile(coefficients, m))
        self._tailles.append(np.full(m, largeur))
        self._hauts.append(np.full(m, np.inf if reste else 0.0))
        self.relations += m

    def rendre(self) -> tuple[Rangs, Rangs, Flottants, Flottants]:
        """Where each relation begins, its variables, their coefficients; its upper bound."""
        tailles = np.concatenate(self._tailles)
        return (
            np.cumsum(tailles) - tailles,
            np.concatenate(self._colonnes),
            np.concatenate(self._valeurs),
            np.concatenate(self._hauts),
        )


class _Solveur(highspy.Highs):
    """HiGHS, silent from its making on. Small programmes whose coefficients are 1 and −1: neither
    presolve, nor scaling, nor steepest edges are worth their price."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.setOptionValue("presolve", "off")
        self.setOptionValue("threads", 1)
        self.setOptionValue("simplex_scale_strategy", 0)
        self.setOptionValue("simplex_dual_edge_weight_strategy", 0)

    def enableCallbacks(self) -> None:
        """The first thing its making does, in which it would greet on the standard output."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


_fils = threading.local()


def _solveur() -> _Solveur:
    """The solver of this thread."""
    solveur: _Solveur | None = getattr(_fils, "solveur", None)
    if solveur is None:
        solveur = _fils.solveur = _Solveur()
    return solveur


def _resoudre(
    objectif: Flottants, contraintes: _Contraintes, bas: Flottants, haut: Flottants
) -> Flottants:
    """Values of the variables that make the objective least. Raises AuditImpossible."""
    debuts, colonnes, valeurs, hauts = contraintes.rendre()
    solveur = _solveur()
    solveur.passModel(
        contraintes.variables,
        contraintes.relations,
        len(colonnes),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        objectif,
        bas,
        haut,
        np.zeros(contraintes.relations),
        hauts,
        debuts,
        colonnes,
        valeurs,
        np.zeros(contraintes.variables, dtype=np.int32),
    )
    # Its clock runs on from one programme to the next.
    solveur.setOptionValue("time_limit", solveur.getRunTime() + _SECONDES)
    solveur.run()
    etat = solveur.getModelStatus()
    if etat != highspy.HighsModelStatus.kOptimal:
        raise AuditImpossible(
            "L’audit n’a pas abouti : un programme linéaire n’a pas de solution "
            f"({solveur.modelStatusToString(etat)})."
        )
    return np.array(solveur.getSolution().col_value)
