"""The rows of the audit: every context that may be asked about, and what places leave beside
their parts.

A *row* is population × place × profile filters. To the places of the lattice are added those that
no answer names, « hors association », « sans territoire »…, and to the populations the youths whom
no ALSES follows: whoever reads the numbers can reckon them like the others, in every sum, and must
not come to know them either. A *coupe* says how a place is made of others.

Who has no collège, or no known value of a profile, stays a rest of each relation
(`charpente.Famille.reste`), sought for but in no other sum: as rows, those without collège withheld
up to 40 % more figures of a small département, unknown profiles several times as many.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.catalogue import Listes
from data.treillis import (
    CHAMP_DU_PROFIL,
    DEPARTEMENT,
    FILTRES_PERMIS,
    PROFILS,
    TYPES_EXACTS,
    Geographie,
    ecrire_filtres,
)

Rangs = npt.NDArray[np.int64]
Place = tuple[str, str]
Combinaison = tuple[tuple[str, str], ...]
Relation = tuple[int, list[int]]
"""A row and those it is the sum of."""

RESTES: dict[str, int] = {
    "sans_territoire": 2,
    "sans_poste": 1,
    "hors_association": 1,
    "hors_territoire": 1,
}
"""Kinds of parts that no answer names → most filters under which they are reckoned: of the
département, those without territoire or post; of a territoire, those of none of its associations;
of an association, those of none of its territoires."""

PROFONDEURS = FILTRES_PERMIS | RESTES

AUTRES = "autres"
"""Population that no answer names: the youths of the whole of prévention spécialisée whom no ALSES
follows. They add up under every filter and over every place, like the others."""


@dataclass(frozen=True, slots=True)
class Coupe:
    """How places are cut: each parent and its parts, the last of which may be what is beside the
    others. `reste`: whether youths of the parent may be in no part."""

    nom: str
    parts: dict[Place, list[Place]]
    reste: bool = False


@dataclass(frozen=True, slots=True)
class Soustraction:
    """Rows that no count gives: `lignes` = `parents` − their `enfants` (from `debuts` on)."""

    lignes: Rangs
    parents: Rangs
    debuts: Rangs
    enfants: Rangs


class Trame:
    """Numbers of rows, by arithmetic: population, then place, then combination of filters.

    `types`: kinds of place; `filtres`: most filters together.
    """

    def __init__(
        self,
        listes: Listes,
        geographie: Geographie,
        annee: int,
        types: tuple[str, ...],
        populations: tuple[str, ...],
        filtres: int = max(FILTRES_PERMIS.values()),
    ) -> None:
        self.valeurs = {p: tuple(v.code for v in listes[CHAMP_DU_PROFIL[p]]) for p in PROFILS}
        self.combinaisons, profondeur = _combiner(self.valeurs)
        publiques = [x for x in geographie.lieux() if x[0] in types and x[0] not in TYPES_EXACTS]
        self.coupes = _restreindre(_couper(geographie, annee), set(publiques))
        self.restes = {
            enfants[-1]: parent
            for coupe in self.coupes
            for parent, enfants in coupe.parts.items()
            if enfants[-1][0] in RESTES
        }
        self.places = (*publiques, *self.restes)
        self.populations = populations
        self.comptees = [type_ not in RESTES for type_, _ in self.places]
        self.numero_combinaison = {frozenset(c): i for i, c in enumerate(self.combinaisons)}
        self.taille = [profondeur[min(PROFONDEURS[type_], filtres)] for type_, _ in self.places]
        self.depart = np.concatenate([[0], np.cumsum(self.taille)]).tolist()
        self.par_population = int(self.depart[-1])
        self.rang_place = {p: i for i, p in enumerate(self.places)}
        self.classes_du_college = frozenset(
            v.code for v in listes["classe"] if v.groupe == "collège"
        )

    def cles(self) -> tuple[tuple[str, str, str, str], ...]:
        """(population, kind, place, filters) of each row."""
        textes = [ecrire_filtres(c) for c in self.combinaisons]
        return tuple(
            (population, type_, lieu, textes[i])
            for population in self.populations
            for (type_, lieu), n in zip(self.places, self.taille, strict=True)
            for i in range(n)
        )

    def decalages(self) -> range:
        """First row of each population."""
        return range(0, self.par_population * len(self.populations), max(self.par_population, 1))

    @cached_property
    def visibles(self) -> npt.NDArray[np.bool_]:
        """Rows that may be asked about, (rows,)."""
        comptee = np.repeat(self.comptees, self.taille)
        return np.concatenate([comptee & (p != AUTRES) for p in self.populations])

    def par_lieux(self, coupe: Coupe) -> list[Relation]:
        """Sums of rows: each parent of a cut and its parts, under every filter they share."""
        relations: list[Relation] = []
        for parent, enfants in coupe.parts.items():
            p, rangs = self.rang_place[parent], [self.rang_place[e] for e in enfants]
            taille = min(self.taille[p], *(self.taille[e] for e in rangs))
            for decalage in self.decalages():
                relations.extend(
                    (
                        decalage + self.depart[p] + i,
                        [decalage + self.depart[e] + i for e in rangs],
                    )
                    for i in range(taille)
                )
        return relations

    def par_profil(self, profil: str, population: str) -> list[Relation]:
        """Sums of rows of a population: each row and the same with each value of one more
        filter."""
        decalage = self.decalages()[self.populations.index(population)]
        relations: list[Relation] = []
        for place, taille in enumerate(self.taille):
            debut = decalage + self.depart[place]
            for i, combinaison in enumerate(self.combinaisons[:taille]):
                enfants = self._avec(combinaison, profil)
                if enfants and all(e < taille for e in enfants):
                    relations.append((debut + i, [debut + e for e in enfants]))
        return relations

    def _avec(self, combinaison: Combinaison, profil: str) -> list[int]:
        """Combinations with each value of one more filter; none when there is no such thing."""
        if any(p == profil for p, _ in combinaison):
            return []
        numeros = [
            self.numero_combinaison.get(frozenset((*combinaison, (profil, v))))
            for v in self.valeurs[profil]
        ]
        return [n for n in numeros if n is not None] if None not in numeros else []

    def soustraction(self) -> Soustraction:
        """What gives the rows that are not counted."""
        faites = np.tile(np.repeat(self.comptees, self.taille), len(self.populations))
        lignes: list[Relation] = []
        for coupe in self.coupes:
            for parent, enfants in self.par_lieux(coupe):
                if not faites[enfants[-1]]:
                    faites[enfants[-1]] = True
                    lignes.append((parent, enfants))
        assert faites.all()
        tailles = np.array([len(e) - 1 for _, e in lignes], dtype=np.int64)
        return Soustraction(
            np.array([e[-1] for _, e in lignes], dtype=np.int64),
            np.array([p for p, _ in lignes], dtype=np.int64),
            np.cumsum(tailles) - tailles,
            np.array([x for _, e in lignes for x in e[:-1]], dtype=np.int64),
        )


def _combiner(
    valeurs: dict[str, tuple[str, ...]],
) -> tuple[tuple[Combinaison, ...], dict[int, int]]:
    """Every combination of filters, the shorter first; how many there are up to each length."""
    combinaisons: list[Combinaison] = []
    profondeur: dict[int, int] = {}
    for d in range(max(PROFONDEURS.values()) + 1):
        for choix in itertools.combinations(PROFILS, d):
            couples = [[(p, v) for v in valeurs[p]] for p in choix]
            combinaisons.extend(itertools.product(*couples))
        profondeur[d] = len(combinaisons)
    return tuple(combinaisons), profondeur


def _couper(g: Geographie, annee: int) -> list[Coupe]:
    """Every way a place is made of others. A rest comes last among the parts."""
    nord = ("departement", DEPARTEMENT)
    paires = ["/".join(p) for p in g.paires_territoire()]
    reseaux = [("reseau", x) for x in ("rep", "rep_plus", "hors")]
    postes = [("poste", x) for x in ("plan_pauvrete", "autre")]
    return [
        _avec_reste(
            "territoires",
            {nord: [("territoire", x) for x in g.territoires]},
            "sans_territoire",
        ),
        Coupe("associations", {nord: [("association", x) for x in g.associations]}),
        Coupe("reseaux", {nord: reseaux}, reste=True),
        _avec_reste("postes", {nord: postes}, "sans_poste"),
        Coupe(
            "colleges du territoire",
            _regrouper(
                (("territoire", c["territoire"]), ("college", k)) for k, c in g.colleges.items()
            ),
            reste=True,
        ),
        Coupe(
            "colleges du reseau",
            _regrouper(
                (("reseau", c["education_prioritaire"] or "hors"), ("college", k))
                for k, c in g.colleges.items()
            ),
        ),
        Coupe(
            "colleges du poste",
            _regrouper((("poste", x), ("college", k)) for k, x in g.genre_de_poste(annee).items()),
        ),
        _avec_reste(
            "associations du territoire",
            _regrouper(
                (("territoire", x.split("/")[1]), ("association_territoire", x)) for x in paires
            ),
            "hors_association",
        ),
        _avec_reste(
            "territoires de l association",
            _regrouper(
                (("association", x.split("/")[0]), ("association_territoire", x)) for x in paires
            ),
            "hors_territoire",
        ),
    ]


def _avec_reste(nom: str, parts: dict[Place, list[Place]], reste: str) -> Coupe:
    """A cut whose last part is what each parent leaves beside the others."""
    return Coupe(nom, {p: [*enfants, (reste, p[1])] for p, enfants in parts.items()})


def _restreindre(coupes: list[Coupe], tenues: set[Place]) -> list[Coupe]:
    """These cuts, of the places of a frame only. What is beside them is held where they are."""
    gardees = []
    for coupe in coupes:
        parts = {}
        for parent, enfants in coupe.parts.items():
            siennes = [e for e in enfants if e in tenues]
            if parent in tenues and siennes:
                parts[parent] = siennes + [e for e in enfants if e[0] in RESTES]
        if parts:
            gardees.append(Coupe(coupe.nom, parts, coupe.reste))
    return gardees


def _regrouper(paires: Iterable[tuple[Place, Place]]) -> dict[Place, list[Place]]:
    coupe: dict[Place, list[Place]] = {}
    for parent, enfant in paires:
        coupe.setdefault(parent, []).append(enfant)
    return coupe
