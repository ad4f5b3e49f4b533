"""The contexts that may be asked about, and how they add up (contract, treillis).

A row is a place under at most two profile filters. « ∅ » stands for the part that is never
published: the youths without a place of a kind, or whose profile is not filled in.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tests.attack.groupes import PROFILS, valeurs_du_filtre

Entiers = npt.NDArray[np.int64]
VIDE = "∅"
NORD = ("departement", "nord")
SANS_TERRITOIRE = ("sans_territoire", "nord")
SANS_POSTE = ("sans_poste", "nord")
PERMIS = {"departement": 2, "territoire": 2, "sans_territoire": 2}
"""Most profile filters of a kind of place; 1 elsewhere."""

Lieu = tuple[str, str]
Filtres = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Carte:
    """The places, as anyone may list them: territoires, associations, réseaux, kinds of post;
    `territoire_du`, `reseau_du`, `poste_du`: of each collège (no post: absent)."""

    territoires: tuple[str, ...]
    associations: tuple[str, ...]
    paires: tuple[str, ...]
    territoire_du: dict[str, str]
    reseau_du: dict[str, str]
    poste_du: dict[str, str] = field(default_factory=dict)

    @property
    def publics(self) -> list[Lieu]:
        """Places that have answers."""
        return [
            NORD,
            *(("territoire", c) for c in self.territoires),
            *(("association", c) for c in self.associations),
            *(("association_territoire", c) for c in self.paires),
            *(("college", c) for c in self.territoire_du),
            *(("reseau", c) for c in ("rep", "rep_plus", "hors")),
            *(("poste", c) for c in ("plan_pauvrete", "autre")),
        ]

    @property
    def caches(self) -> list[Lieu]:
        """Parts of places that have none."""
        return [
            SANS_TERRITOIRE,
            SANS_POSTE,
            *(("sans_college", c) for c in (*self.territoires, VIDE)),
            *(("hors_association", c) for c in self.territoires),
            *(("hors_territoire", c) for c in self.associations),
        ]


Famille = tuple[Entiers, Entiers, Entiers]
"""Sums of rows: parents (r,), kids of all of them one after the other (k,), where each begins (r,).
No row is the kid of two parents of one family, nor its parent twice."""


class Treillis:
    """The rows of one school year and their sums."""

    def __init__(self, carte: Carte) -> None:
        self.carte = carte
        self.lignes: list[tuple[Lieu, Filtres]] = [
            (lieu, filtres)
            for lieu in (*carte.publics, *carte.caches)
            for filtres in combiner(PERMIS.get(lieu[0], 1))
        ]
        self.rang = {ligne: i for i, ligne in enumerate(self.lignes)}
        publics = set(carte.publics)
        self.visibles = np.array(
            [
                lieu in publics and all(v != VIDE for _, v in filtres)
                for lieu, filtres in self.lignes
            ]
        )

    def __len__(self) -> int:
        return len(self.lignes)

    @cached_property
    def entetes(self) -> npt.NDArray[np.bool_]:
        """Rows whose number of youths is a headline (rule 7), populations `alses` and `ps`."""
        return np.array(
            [lieu[0] in ("departement", "territoire") and not f for lieu, f in self.lignes]
        )

    @cached_property
    def familles(self) -> list[Famille]:
        """Every sum of rows: by profile, then by place."""
        sommes: list[list[tuple[int, list[int]]]] = []
        for profil in PROFILS:
            famille = []
            for (lieu, filtres), i in self.rang.items():
                if profil in {p for p, _ in filtres}:
                    continue
                enfants = [
                    self.rang.get((lieu, ordonner((*filtres, (profil, v)))))
                    for v in valeurs(profil)
                ]
                if None not in enfants:
                    famille.append((i, [e for e in enfants if e is not None]))
            sommes.append(famille)
        sommes.extend(self._par_lieu(parts) for parts in self._partages())
        return [_serrer(f) for f in sommes if f]

    def _partages(self) -> list[dict[Lieu, list[Lieu]]]:
        c = self.carte
        colleges = {
            t: [("college", x) for x, ici in c.territoire_du.items() if ici == t]
            for t in c.territoires
        }
        de_t = [("territoire", t) for t in c.territoires]
        return [
            {NORD: [*de_t, SANS_TERRITOIRE]},
            {NORD: [("association", a) for a in c.associations]},
            {NORD: [*(("reseau", r) for r in ("rep", "rep_plus", "hors")), ("sans_college", VIDE)]},
            {NORD: [("poste", "plan_pauvrete"), ("poste", "autre"), SANS_POSTE]},
            {("territoire", t): [*colleges[t], ("sans_college", t)] for t in c.territoires},
            {
                ("sans_college", VIDE): [
                    *(("sans_college", t) for t in c.territoires),
                    SANS_TERRITOIRE,
                ]
            },
            {
                ("reseau", r): [("college", x) for x, ici in c.reseau_du.items() if ici == r]
                for r in ("rep", "rep_plus", "hors")
            },
            {
                ("poste", g): [("college", x) for x, ici in c.poste_du.items() if ici == g]
                for g in ("plan_pauvrete", "autre")
            },
            {
                ("territoire", t): [
                    *(("association_territoire", p) for p in c.paires if p.endswith(f"/{t}")),
                    ("hors_association", t),
                ]
                for t in c.territoires
            },
            {
                ("association", a): [
                    *(("association_territoire", p) for p in c.paires if p.startswith(f"{a}/")),
                    ("hors_territoire", a),
                ]
                for a in c.associations
            },
        ]

    def _par_lieu(self, parts: dict[Lieu, list[Lieu]]) -> list[tuple[int, list[int]]]:
        famille = []
        for parent, enfants in parts.items():
            d = min(PERMIS.get(x[0], 1) for x in (parent, *enfants))
            for filtres in combiner(d):
                if enfants:
                    famille.append(
                        (self.rang[parent, filtres], [self.rang[e, filtres] for e in enfants])
                    )
        return famille

    @cached_property
    def filtrees(self) -> dict[tuple[str, str], tuple[Entiers, Entiers]]:
        """(profile, value) → rows under that filter, and the same rows without it."""
        sortie: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        for (lieu, filtres), i in self.rang.items():
            for p, v in filtres:
                reste = tuple(f for f in filtres if f[0] != p)
                rangs = sortie.setdefault((p, v), ([], []))
                rangs[0].append(i)
                rangs[1].append(self.rang[lieu, reste])
        return {k: (np.array(a), np.array(b)) for k, (a, b) in sortie.items()}

    def situer(
        self, places: dict[str, list[str | None]], profils: dict[str, list[str | None]]
    ) -> tuple[Entiers, Entiers]:
        """Rows and youths of every membership, « ∅ » included.

        `places`: kind → place of each youth; `profils`: filter → code of each youth.
        """
        n = len(places["departement"])
        par_lieu: dict[Lieu, list[int]] = {}
        for k in range(n):
            t, c, a = places["territoire"][k], places["college"][k], places["association"][k]
            par_lieu.setdefault(NORD, []).append(k)
            for type_ in ("territoire", "association", "association_territoire", "college"):
                if places[type_][k] is not None:
                    par_lieu.setdefault((type_, str(places[type_][k])), []).append(k)
            for type_ in ("reseau", "poste"):
                if places[type_][k] is not None:
                    par_lieu.setdefault((type_, str(places[type_][k])), []).append(k)
            if t is None:
                par_lieu.setdefault(SANS_TERRITOIRE, []).append(k)
            if places["poste"][k] is None:
                par_lieu.setdefault(SANS_POSTE, []).append(k)
            if c is None:
                par_lieu.setdefault(("sans_college", VIDE), []).append(k)
                if t is not None:
                    par_lieu.setdefault(("sans_college", t), []).append(k)
            if places["association_territoire"][k] is None:
                par_lieu.setdefault(("hors_territoire", str(a)), []).append(k)
                if t is not None:
                    par_lieu.setdefault(("hors_association", t), []).append(k)
        lignes: list[int] = []
        jeunes: list[int] = []
        for lieu, membres in par_lieu.items():
            for d in range(PERMIS.get(lieu[0], 1) + 1):
                for choix in itertools.combinations(PROFILS, d):
                    for k in membres:
                        filtres = tuple((p, profils[p][k] or VIDE) for p in choix)
                        lignes.append(self.rang[lieu, filtres])
                        jeunes.append(k)
        return np.array(lignes, dtype=np.int64), np.array(jeunes, dtype=np.int64)


def valeurs(profil: str) -> tuple[str, ...]:
    """Codes of a filter and, where it may be empty, « ∅ » (ancienneté is known of everyone)."""
    return (
        valeurs_du_filtre(profil) if profil == "anciennete" else (*valeurs_du_filtre(profil), VIDE)
    )


def ordonner(filtres: Filtres) -> Filtres:
    """Filters in the order of `PROFILS`."""
    return tuple(sorted(filtres, key=lambda f: PROFILS.index(f[0])))


def combiner(d: int) -> list[Filtres]:
    """Every choice of at most `d` filters."""
    return [
        tuple(zip(choix, v, strict=True))
        for k in range(d + 1)
        for choix in itertools.combinations(PROFILS, k)
        for v in itertools.product(*(valeurs(p) for p in choix))
    ]


def _serrer(famille: list[tuple[int, list[int]]]) -> Famille:
    parents = np.array([p for p, _ in famille], dtype=np.int64)
    tailles = np.array([len(e) for _, e in famille])
    enfants = np.array([e for _, x in famille for e in x], dtype=np.int64)
    return parents, enfants, np.concatenate([[0], np.cumsum(tailles)[:-1]]).astype(np.int64)
