"""The printed figures that a computed value can stand beside, and where they were printed.

`reference/rapprochement.csv` says which indicator, value, place and year a printed figure is of
(`data.rapprochement`), `data.publications` where it is read; `reference/ruptures.csv` what changed
in the forms, and from which school year. A figure that must not be reused is never read.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from data import publications
from data.catalogue import REFERENCE
from data.rapprochement import Declaration, interdit, lire_chiffres, lire_declarations
from data.treillis import DEPARTEMENT

SOURCES: dict[str, str] = {
    "flyer": "dépliant de l’APSN sur le dispositif, sans date",
    "page-2019": "page du Département du Nord, 2019",
    "note-2020": "note de synthèse 2020 de l’APSN",
    "rapport-2021-2022": "rapport 2021-2022 de l’APSN",
    "itineraires-2023-2024": "rapport d’activité 2023-2024 d’Itinéraires",
}
"""Code of a document → what it is called in a sentence."""

_MESURES = {"effectif": "effectif", "part": "part"}
_POSTES = {"etp": ("postes", "etp"), "college": ("colleges_equipes", "")}


@dataclass(frozen=True, slots=True)
class Imprime:
    """One printed figure. `valeur` as printed, in per cent when `mesure` is `part`.

    `modalites`: the values it is about; empty: the number itself, or the sum of all values.
    `base`: what a part is a share of, when not the indicator's own base. `periode`, `citation`,
    `section`, `pages` ("" when unknown): as in the document. `theme`, `carte`: where the figure
    stands among the publications. `a_savoir`: how to read it.
    """

    id: str
    annee: str
    lieu_type: str
    lieu: str
    population: str
    indicateur: str
    serie: str
    modalites: tuple[str, ...]
    mesure: str
    base: str
    valeur: float
    approximatif: bool
    unite: str
    periode: str
    source: str
    section: str
    pages: str
    theme: str
    carte: str
    citation: str
    a_savoir: str


@dataclass(frozen=True, slots=True)
class Rupture:
    """What changed in the forms from a school year on. `indicateurs`: those it is about; empty:
    all that come from the forms. `citation`: as printed."""

    annee: str
    indicateurs: tuple[str, ...]
    texte: str
    citation: str
    source: str
    pages: str


@lru_cache(maxsize=1)
def lire_imprimes() -> tuple[Imprime, ...]:
    """Every printed figure that says a value of an indicator, in the order of the documents."""
    declarations = lire_declarations()
    lus = []
    for chiffre in lire_chiffres():
        d = declarations.get(chiffre["id"])
        if d and not interdit(chiffre) and d.calcul in ("valeur", "postes_au"):
            lu = _lire(chiffre, d)
            if lu:
                lus.append(lu)
    return tuple(lus)


def imprimes_de(indicateur: str, population: str, lieu_type: str, lieu: str) -> tuple[Imprime, ...]:
    """The printed figures of one indicator at one place; `population` "" for activity. One figure
    printed twice in the same document is there once."""
    uniques: dict[tuple[object, ...], Imprime] = {}
    for x in lire_imprimes():
        if (x.indicateur, x.population, x.lieu_type, x.lieu) != (
            indicateur,
            population,
            lieu_type,
            lieu,
        ):
            continue
        cle = (x.annee, x.serie, x.modalites, x.mesure, x.base, x.valeur, x.source)
        uniques.setdefault(cle, x)
    return tuple(uniques.values())


def _lire(chiffre: Mapping[str, str], d: Declaration) -> Imprime | None:
    """None: not a number or a share of one school year, or an aim rather than a fact."""
    mesure = _MESURES.get(chiffre["measure"])
    if mesure is None:
        return None
    if d.calcul == "postes_au":
        indicateur, serie = _POSTES[d.mesure]
        annee, population, lieu_type, lieu = (
            annee_scolaire(d.date),
            "",
            "departement",
            DEPARTEMENT,
        )
    else:
        indicateur, serie, annee = d.indicateur, d.serie, d.annee
        lieu_type, lieu = d.lieu_type, d.lieu
        population = "" if d.population == "activite" else d.population
    theme, carte = publications.lire().lieu_de(chiffre["id"])
    modalites = () if d.modalite in ("", "*") else tuple(d.modalite.split("+"))
    return Imprime(
        id=chiffre["id"],
        annee=annee,
        lieu_type=lieu_type,
        lieu=lieu,
        population=population,
        indicateur=indicateur,
        serie=serie,
        modalites=modalites,
        mesure=mesure,
        base=d.base,
        valeur=float(chiffre["value"]),
        approximatif=chiffre["approx"] == "true",
        unite=chiffre["unit"],
        periode=chiffre["period"],
        source=chiffre["source"],
        section=chiffre["section"].rstrip(" ,"),
        pages=carte.page,
        theme=theme.code,
        carte=carte.code,
        citation=chiffre["quote"],
        a_savoir=d.explication,
    )


def annee_scolaire(jour: str) -> str:
    """School year of an ISO date: « 2019-07-15 » → « 2018-2019 »."""
    annee, mois = int(jour[:4]), int(jour[5:7])
    debut = annee if mois >= 9 else annee - 1
    return f"{debut}-{debut + 1}"


@lru_cache(maxsize=1)
def lire_ruptures() -> tuple[Rupture, ...]:
    """Every change of the forms, the oldest first."""
    with (REFERENCE / "ruptures.csv").open(encoding="utf-8", newline="") as f:
        return tuple(
            Rupture(
                x["annee"],
                tuple(i for i in x["indicateurs"].split("|") if i),
                x["texte"],
                x["citation"],
                x["source"],
                x["pages"],
            )
            for x in csv.DictReader(f)
        )
