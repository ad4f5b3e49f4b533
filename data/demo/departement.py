"""What a synthetic département is made of: its places, its posts, its sizes, its profile.

The generators (`cohorte`, `fiches`, `actions`) know only this; `nord` and `fictif` fill it in.
A school year is named by the calendar year it begins in: 2021 is 2021-2022.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from data.demo.repartition import INCONNU, Cible, Entiers

ALSES, EDUCATEUR = 0, 1
"""The two parts of a year: youths whom an ALSES accompanies, those whom only educators do."""

_NOMENCLATURES = Path(__file__).resolve().parent.parent / "reference" / "nomenclatures.csv"
AGES = tuple(str(a) for a in range(5, 27))


@lru_cache(maxsize=1)
def lire_codes() -> dict[str, tuple[str, ...]]:
    """Each list → its codes in order, `INCONNU` first; `age` in years is added."""
    listes: dict[str, list[str]] = {}
    with _NOMENCLATURES.open(encoding="utf-8", newline="") as f:
        for ligne in csv.DictReader(f):
            listes.setdefault(ligne["champ"], [INCONNU]).append(ligne["code"])
    listes["age"] = [INCONNU, *AGES]
    listes["croise"] = listes["aide_connue"] = listes["mesure_connue"] = [INCONNU, "oui", "non"]
    listes["avec_famille"] = listes["avec_partenaires"] = [INCONNU, "oui", "non"]
    listes["avec_interne"] = listes["seul"] = [INCONNU, "oui", "non"]
    return {champ: tuple(codes) for champ, codes in listes.items()}


@dataclass(frozen=True, slots=True)
class College:
    """`territoire`: index in `Departement.territoires`."""

    code: str
    nom: str
    commune: str
    territoire: int
    education_prioritaire: str = ""
    latitude: str = ""
    longitude: str = ""


@dataclass(frozen=True, slots=True)
class Poste:
    """`college`, `association`: indexes. A post is open from `debut` to `fin`, both included."""

    college: int
    association: int
    etp: float
    plan_pauvrete: bool
    debut: date
    fin: date | None = None

    def ouverture(self, annee: int) -> float:
        """Share of the ten school months of the year during which the post is open, 0–1."""
        ouvert = max(self.debut, date(annee, 9, 1))
        ferme = min(self.fin or date(annee + 1, 6, 30), date(annee + 1, 6, 30))
        return max(0, (ferme - ouvert).days + 1) / 303


@dataclass(frozen=True, slots=True)
class Fixe:
    """One cell of a table imposed: `part` per cent of the zone's known answers, or `effectif`."""

    zone: str
    code: str
    part: float | None = None
    effectif: int | None = None


@dataclass(frozen=True)
class Zones:
    """How the collèges are grouped when counts are imposed: mostly the territoires.

    `noms` (Z), `territoires` (Z, index), `par_college` (collège index → zone index).
    """

    noms: tuple[str, ...]
    territoires: tuple[int, ...]
    par_college: Entiers


@dataclass(frozen=True)
class Departement:
    """Everything the generators need. Functions take a year and, where said, a `part`.

    `fixes` bears on the youths of the ALSES only.
    """

    territoires: tuple[tuple[str, str], ...]
    associations: tuple[tuple[str, str], ...]
    prefixes: tuple[str, ...]
    colleges: tuple[College, ...]
    postes: tuple[Poste, ...]
    conditions: tuple[tuple[str, ...], ...]
    effectif_alses: Callable[[int], int]
    effectif_ps: Callable[[int], int]
    colleges_alses: Callable[[int, int], Entiers]
    """(year, total) → youths of each collège's ALSES."""
    poids_educateurs: Mapping[tuple[int, int], float]
    """(territoire, association) → share of the youths followed by educators only."""
    zones: Callable[[int], Zones]
    cible: Callable[[str, int, int], Cible]
    """(field, part, year) → how its answers are spread."""
    commun: Callable[[str, int], bool]
    """(field, year): the educators' target bears on both parts together (whole of PS)."""
    communs_multiples: Mapping[tuple[str, int], Mapping[str, float]]
    """(field, year) → code → per cent of the whole of PS, for multiple choices."""
    penchants: Mapping[str, Mapping[str, Mapping[str, float]]]
    """field → territoire → code → multiplier (see `pencher`)."""
    fixes: Callable[[str, int], tuple[Fixe, ...]]
    lieux_alses: Callable[[int], Cible]
    """Year → place of the interventions of ALSES (unit: intervention)."""
    hors_territoire: Mapping[str, float]
    """Territoire → per cent of the ALSES' partner mentions that lie outside it."""
    territoire_ps: Callable[[int], float]
    """Year → per cent of all mentions, whole of PS, that lie on the territory."""
    partenaires: Callable[[int, int], Cible]
    """(part, year) → mentions on the territory."""
    colonnes_absentes: Callable[[int], frozenset[str]] = lambda annee: frozenset()
    remplacements: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Collège → (collège that takes its place, from that year)."""
    rythmes: Mapping[int, float] = field(default_factory=dict)
    """Association → how many interventions it records, around 1 (habits differ)."""
    sans_fiche: float = 0.0
    """Share of the youths without any situation record in their year."""
    sans_territoire: float = 0.0
    """Share of the youths whose team's territoire is not filled in."""
    debuts_tardifs: float = 0.0
    """Share of the youths whose `debut` is later than their first intervention."""

    @cached_property
    def association_du_college(self) -> Entiers:
        """Collège → association of its first post (−1: none)."""
        t = np.full(len(self.colleges), -1, dtype=np.int64)
        for p in self.postes:
            if t[p.college] < 0:
                t[p.college] = p.association
        return t

    @cached_property
    def territoire_du_college(self) -> Entiers:
        """Collège → territoire."""
        return np.array([c.territoire for c in self.colleges], dtype=np.int64)

    @cached_property
    def zones_territoires(self) -> Zones:
        """The territoires as zones."""
        return Zones(
            tuple(c for c, _ in self.territoires),
            tuple(range(len(self.territoires))),
            self.territoire_du_college,
        )

    def pencher(self, champ: str, part: int, annee: int, territoire: int, code: str) -> float:
        """How much more often (1: neither more nor less) a territoire gives this answer.

        The multiplier declared for the ALSES, halved for the other educators; else a small
        difference of its own, nearly the same every year: no two places are alike.
        """
        nom = self.territoires[territoire][0]
        declares = self.penchants.get(champ, {}).get(nom, {})
        if code in declares:
            return declares[code] if part == ALSES else declares[code] ** 0.5
        propre = _tirage(f"{champ} {nom} {code} {part}")
        annuel = _tirage(f"{champ} {nom} {code} {part} {annee}")
        return math.exp(0.09 * propre + 0.04 * annuel)


def _tirage(sujet: str) -> float:
    """A number of mean 0 and deviation about 1, always the same for the same subject."""
    octets = hashlib.sha256(sujet.encode()).digest()
    return (sum(octets[:12]) / 255 - 6) * 1.0
