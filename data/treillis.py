"""The lattice: the finite list of places and filters that may be asked about (contract).

A *context* is one place under at most two profile filters. Its key is a text,
`annee|population|type|lieu|filtres`, filters written `champ=code` in the order of `PROFILS` and
joined by `&`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import schema as t

PROFILS: tuple[str, ...] = ("sexe", "age", "classe", "anciennete")
"""Profile filters, in the order of a key. `age` is the band."""

CHAMP_DU_PROFIL = {
    "sexe": "sexe",
    "age": "tranche_age",
    "classe": "classe",
    "anciennete": "anciennete",
}
"""Profile filter → closed list (and field of the facts)."""

FILTRES_PERMIS: dict[str, int] = {
    "departement": 2,
    "territoire": 2,
    "association": 1,
    "association_territoire": 1,
    "college": 1,
    "reseau": 1,
    "poste": 1,
    "association_college": 1,
}
"""Kind of place → most profile filters together. `association_college` is for exact readers."""

TYPES_SANS_DETAIL = frozenset(
    {"departement", "territoire", "association", "association_territoire"}
)
"""Places of which a series without detail is given (`catalogue.Serie.sans_detail`)."""

TYPES_EXACTS = frozenset({"association_college"})
TYPES_D_ASSOCIATION = frozenset({"association", "association_territoire", "association_college"})
TYPES_CROISABLES = ("departement", "territoire", "association")
TYPES_CUMULABLES = ("college", "association_college")
DEPARTEMENT = "nord"


def ecrire_cle(annee: str, population: str, type_: str, lieu: str, filtres: str = "") -> str:
    """Key of a context's answers."""
    return f"{annee}|{population}|{type_}|{lieu}|{filtres}"


def ecrire_filtres(filtres: tuple[tuple[str, str], ...]) -> str:
    """Canonical text of profile filters: (("age", "10_13"), ("sexe", "fille")) → sexe first."""
    rangs = {p: i for i, p in enumerate(PROFILS)}
    return "&".join(f"{c}={v}" for c, v in sorted(filtres, key=lambda f: rangs[f[0]]))


@dataclass(frozen=True, slots=True)
class Geographie:
    """What the reference tables say of places. `postes` rows: college, association code, plan
    pauvreté (True/False), etp, debut, fin (or None)."""

    territoires: dict[str, str]
    associations: dict[str, dict[str, Any]]
    colleges: dict[str, dict[str, Any]]
    postes: tuple[dict[str, Any], ...]

    def lieux(self) -> Iterator[tuple[str, str]]:
        """Every place of the lattice: (kind, code)."""
        yield "departement", DEPARTEMENT
        yield from (("territoire", c) for c in self.territoires)
        yield from (("association", c) for c in self.associations)
        yield from (("association_territoire", "/".join(c)) for c in self.paires_territoire())
        yield from (("college", c) for c in self.colleges)
        yield from (("reseau", c) for c in ("rep", "rep_plus", "hors"))
        yield from (("poste", c) for c in ("plan_pauvrete", "autre"))
        yield from (("association_college", "/".join(c)) for c in self.paires_college())

    def paires_territoire(self) -> list[tuple[str, str]]:
        """(association, territoire) that posts and collèges make."""
        return sorted(
            {(p["association"], self.colleges[p["college"]]["territoire"]) for p in self.postes}
        )

    def paires_college(self) -> list[tuple[str, str]]:
        """(association, collège) that posts make."""
        return sorted({(p["association"], p["college"]) for p in self.postes})

    def genre_de_poste(self, annee: int) -> dict[str, str]:
        """Collège → kind of its posts open on 1 January of the school year (§2.5); absent: none."""
        genre: dict[str, str] = {}
        for p in self.postes_ouverts(annee):
            if p["plan_pauvrete"]:
                genre[p["college"]] = "plan_pauvrete"
            else:
                genre.setdefault(p["college"], "autre")
        return genre

    def postes_ouverts(self, annee: int) -> list[dict[str, Any]]:
        """Posts open on 1 January of the school year that begins in `annee` (§2.13)."""
        jour = dt.date(annee + 1, 1, 1)
        return [p for p in self.postes if p["debut"] <= jour and (not p["fin"] or jour <= p["fin"])]

    def postes_de_l_annee(self, annee: int) -> list[dict[str, Any]]:
        """Posts open on any day of the school year."""
        premier = dt.date(annee, 9, 1)
        dernier = dt.date(annee + 1, 8, 31)
        return [
            p
            for p in self.postes
            if p["debut"] <= dernier and (not p["fin"] or premier <= p["fin"])
        ]


def lire_geographie(conn: sa.Connection) -> Geographie:
    """The reference tables of the database."""
    oui = next((v.rang for v in t.lire_listes(conn)["oui_non"] if v.code == "oui"), 1)
    associations = {
        a["code"]: dict(a)
        for a in conn.execute(sa.select(t.associations).order_by(t.associations.c.nom)).mappings()
    }
    code_de = {a["id"]: a["code"] for a in associations.values()}
    return Geographie(
        territoires=dict(
            conn.execute(
                sa.select(t.territoires.c.code, t.territoires.c.nom).order_by(t.territoires.c.nom)
            ).all()
        ),
        associations=associations,
        colleges={
            c["code"]: dict(c)
            for c in conn.execute(
                sa.select(t.colleges).order_by(t.colleges.c.commune, t.colleges.c.nom)
            ).mappings()
        },
        postes=tuple(
            {
                **p,
                "association": code_de[p["association"]],
                "plan_pauvrete": p["plan_pauvrete"] == oui,
            }
            for p in conn.execute(sa.select(t.postes)).mappings()
        ),
    )


def est_un_entete(population: str, type_: str, filtres: str) -> bool:
    """Whether a number of youths is a headline, exact for everyone (contract, rule 7)."""
    return population in ("alses", "ps") and type_ in ("departement", "territoire") and not filtres
