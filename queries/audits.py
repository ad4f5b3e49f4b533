"""What the audits of the publications found, as any reader may know it (`data.schema.audits`).

An audit tries one attacker per association and per collège: who each of them is stays here. What
goes on to the pages is added up by kind of attacker, so that it names no place to anybody.
Contract, confidentialité, Audit at import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import schema as t

GENRES = {
    "departement": "departement",
    "college": "colleges",
    "colleges": "colleges",
    "association": "association",
}
"""How the name of an attacker begins → its kind: the reader of every protected number, school
heads (alone or in groups), associations. Any other is of the kind « autre »."""


@dataclass(frozen=True, slots=True)
class Attaque:
    """What the attackers of one kind found together. `attaquants`: tried, each a group or alone.

    `cellules`: numbers of one to four tried, once for each attacker who tried it; `avant`: known
    for certain before anything was withheld, `apres`: once the audit was done.
    """

    genre: str
    attaquants: int
    cellules: int
    avant: int
    apres: int


@dataclass(frozen=True, slots=True)
class Ecart:
    """Gaps between published and true shares, in points of per cent, over `parts` shares."""

    parts: int
    mediane: float
    centile_95: float
    pire: float


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of one publication.

    `date`: UTC. `annees`: school years and cumuls examined. `tables`: tables that would be
    answered, of which `nouvelles` were withheld by this audit; `retenues`: withheld in force, all
    years. `entetes`: headlines rounded instead of exact. `ecarts`: level of place → gaps.
    `duree`: seconds.
    """

    publication: int
    livraison: int
    date: dt.datetime
    annees: tuple[str, ...]
    attaques: tuple[Attaque, ...]
    tables: int
    retenues: int
    nouvelles: int
    entetes: int
    programmes: int
    ecarts: dict[str, Ecart]
    duree: float

    @property
    def avant(self) -> int:
        """Small numbers known for certain before anything was withheld, all attackers."""
        return sum(a.avant for a in self.attaques)

    @property
    def apres(self) -> int:
        """Small numbers still known for certain, all attackers."""
        return sum(a.apres for a in self.attaques)


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication of answers: its number, the latest delivery behind it, its date (UTC)."""

    numero: int
    livraison: int
    date: dt.datetime


def lire_audits(conn: sa.Connection) -> tuple[Audit, ...]:
    """Every audit, the oldest first; none in a database made before there were audits."""
    if not sa.inspect(conn).has_table(t.audits.name):
        return ()
    requete = sa.select(t.audits).order_by(t.audits.c.publication)
    return tuple(
        _resumer(ligne.publication, ligne.livraison, ligne.date, ligne.rapport)
        for ligne in conn.execute(requete)
    )


def lire_publications(conn: sa.Connection) -> tuple[Publication, ...]:
    """Every publication, the oldest first (why it was made may name an association: left out)."""
    p = t.publications.c
    requete = sa.select(p.numero, p.livraison, p.date).order_by(p.numero)
    return tuple(Publication(*ligne) for ligne in conn.execute(requete))


def _resumer(
    publication: int, livraison: int, date: dt.datetime, rapport: Mapping[str, Any]
) -> Audit:
    return Audit(
        publication=publication,
        livraison=livraison,
        date=date,
        annees=tuple(rapport["annees"]),
        attaques=_additionner(rapport["bilans"]),
        tables=rapport["tables"],
        retenues=rapport["retenues"],
        nouvelles=rapport["nouvelles"],
        entetes=rapport["entetes_arrondis"],
        programmes=rapport["programmes"],
        ecarts={
            niveau: Ecart(int(e["parts"]), e["mediane"], e["centile_95"], e["pire"])
            for niveau, e in rapport["erreurs"].items()
        },
        duree=rapport["duree"],
    )


def _additionner(bilans: Mapping[str, Mapping[str, Any]]) -> tuple[Attaque, ...]:
    siens: dict[str, list[Mapping[str, Any]]] = {}
    for nom, bilan in bilans.items():
        siens.setdefault(GENRES.get(nom.partition(":")[0], "autre"), []).append(bilan)
    ordre = [*dict.fromkeys(GENRES.values()), "autre"]
    return tuple(
        Attaque(
            genre,
            len(siens[genre]),
            *(sum(b[champ] for b in siens[genre]) for champ in ("cellules", "avant", "apres")),
        )
        for genre in ordre
        if genre in siens
    )
