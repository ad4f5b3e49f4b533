"""The rows of the audit: every context that may be asked about, and what is left beside them.

A *row* is population × place × profile filters. To the places and values of the lattice are added
the parts that no answer names, « sans lieu » and « profil inconnu »: whoever reads the numbers can
reckon them like the others, and must not come to know them either. A *coupe* says how a row is
made of others, the parts that are left included, so that every sum is a whole.
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

INCONNU = "∅"
"""Value of a profile that is not filled in; place of who is in no place of a kind."""

RESTES: dict[str, int] = {
    "sans_territoire": 2,
    "sans_college": 1,
    "sans_poste": 1,
    "hors_association": 1,
    "hors_territoire": 1,
}
"""Kinds of parts that are in no place → most filters under which they are reckoned: of the
département, those without territoire, collège or post; of a territoire, those without collège, or
of none of its associations; of an association, those of none of its territoires."""

PROFONDEURS = FILTRES_PERMIS | RESTES
SANS_INCONNU = frozenset({"anciennete"})
"""Profiles that everyone has."""


@dataclass(frozen=True, slots=True)
class Coupe:
    """How places are cut: each parent and its parts, the last of which may be a rest."""

    nom: str
    parts: dict[Place, list[Place]]


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
        self.valeurs = {
            p: (
                *(v.code for v in listes[CHAMP_DU_PROFIL[p]]),
                *(() if p in SANS_INCONNU else (INCONNU,)),
            )
            for p in PROFILS
        }
        self.combinaisons, profondeur = _combiner(self.valeurs)
        publiques = [x for x in geographie.lieux() if x[0] in types and x[0] not in TYPES_EXACTS]
        self.coupes = _restreindre(_couper(geographie, annee), set(publiques))
        self.restes = {
            enfants[-1]: parent
            for coupe in self.coupes
            for parent, enfants in coupe.parts.items()
            if parent[0] not in RESTES and enfants[-1][0] in RESTES
        }
        self.places = (*publiques, *self.restes)
        self.populations = populations
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
        publique = np.repeat([type_ not in RESTES for type_, _ in self.places], self.taille)
        toutes: npt.NDArray[np.bool_] = self._inconnus == 0
        toutes &= np.tile(publique, len(self.populations))
        return toutes

    @cached_property
    def _inconnus(self) -> Rangs:
        """How many profiles of each row are unknown, (rows,)."""
        combien = np.array([sum(v == INCONNU for _, v in c) for c in self.combinaisons])
        une = np.concatenate([combien[:n] for n in self.taille])
        return np.tile(une, len(self.populations)).astype(np.int64)

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

    def par_profil(self, profil: str) -> list[Relation]:
        """Sums of rows: each row and the same with each value of one more filter."""
        relations: list[Relation] = []
        for decalage in self.decalages():
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

    def soustractions(self) -> list[Soustraction]:
        """What gives the rows that are not counted, in the order in which to reckon them: places
        that are rests, then profiles that are unknown, then two that are."""
        faites = self.visibles.copy()
        etapes: list[list[tuple[int, int, list[int]]]] = [[], [], []]
        for coupe in self.coupes:
            for parent, enfants in self.par_lieux(coupe):
                if faites[enfants[-1]] or self._inconnus[parent]:
                    continue
                if faites[parent]:
                    faites[enfants[-1]] = True
                    etapes[0].append((enfants[-1], parent, enfants[:-1]))
        for profil in PROFILS:
            if profil in SANS_INCONNU:
                continue
            for parent, enfants in self.par_profil(profil):
                if not faites[enfants[-1]]:
                    faites[enfants[-1]] = True
                    etapes[self._inconnus[enfants[-1]]].append((enfants[-1], parent, enfants[:-1]))
        assert faites.all()
        return [_soustraire(etape) for etape in etapes if etape]


def _soustraire(etape: list[tuple[int, int, list[int]]]) -> Soustraction:
    tailles = np.array([len(e) for _, _, e in etape], dtype=np.int64)
    return Soustraction(
        np.array([x for x, _, _ in etape], dtype=np.int64),
        np.array([p for _, p, _ in etape], dtype=np.int64),
        np.cumsum(tailles) - tailles,
        np.array([x for _, _, e in etape for x in e], dtype=np.int64),
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
    sans_territoire = ("sans_territoire", DEPARTEMENT)
    paires = ["/".join(p) for p in g.paires_territoire()]
    reseaux = [("reseau", x) for x in ("rep", "rep_plus", "hors")]
    du_territoire = _regrouper(
        (("territoire", c["territoire"]), ("college", k)) for k, c in g.colleges.items()
    )
    return [
        Coupe(
            "territoires", {nord: [*(("territoire", x) for x in g.territoires), sans_territoire]}
        ),
        Coupe("associations", {nord: [("association", x) for x in g.associations]}),
        Coupe("reseaux", {nord: [*reseaux, ("sans_college", INCONNU)]}),
        Coupe(
            "postes",
            {
                nord: [
                    *(("poste", x) for x in ("plan_pauvrete", "autre")),
                    ("sans_poste", DEPARTEMENT),
                ]
            },
        ),
        Coupe(
            "colleges du territoire",
            {p: [*parts, ("sans_college", p[1])] for p, parts in du_territoire.items()},
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
        Coupe(
            "associations du territoire",
            {
                p: [*parts, ("hors_association", p[1])]
                for p, parts in _regrouper(
                    (("territoire", x.split("/")[1]), ("association_territoire", x)) for x in paires
                ).items()
            },
        ),
        Coupe(
            "territoires de l association",
            {
                p: [*parts, ("hors_territoire", p[1])]
                for p, parts in _regrouper(
                    (("association", x.split("/")[0]), ("association_territoire", x))
                    for x in paires
                ).items()
            },
        ),
        Coupe(
            "sans college",
            {
                ("sans_college", INCONNU): [
                    *(
                        ("sans_college" if ("territoire", x) in du_territoire else "territoire", x)
                        for x in g.territoires
                    ),
                    sans_territoire,
                ]
            },
        ),
    ]


def _restreindre(coupes: list[Coupe], tenues: set[Place]) -> list[Coupe]:
    """These cuts, of the places of a frame only. A rest is held where its place is cut."""
    gardees = []
    for coupe in coupes:
        parts = {}
        for parent, enfants in coupe.parts.items():
            if parent not in tenues:
                continue
            reste = [e for e in enfants if e[0] in RESTES]
            if parent[0] in RESTES:
                siennes = enfants if tenues.issuperset(enfants) else []
            else:
                siennes = [e for e in enfants if e in tenues and e[0] not in RESTES]
                siennes += reste if siennes else []
            if siennes:
                parts[parent] = siennes
                tenues = tenues | set(reste)
        if parts:
            gardees.append(Coupe(coupe.nom, parts))
    return gardees


def _regrouper(paires: Iterable[tuple[Place, Place]]) -> dict[Place, list[Place]]:
    coupe: dict[Place, list[Place]] = {}
    for parent, enfant in paires:
        coupe.setdefault(parent, []).append(enfant)
    return coupe
