"""A presentation being led: which slide the screens show, and which window leads.

The state is in the application's store, beside the frozen view it is about: a server that starts
again, or another process, goes on where the last one was. One window leads at a time (`pilote`);
each of its moves has a number of its own (`geste`), so that a move sent twice counts once, and one
that comes late changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data import application as t
from data.application import maintenant, transaction
from queries.partages import PartageInconnu, hacher

ENTRACTE = dt.timedelta(hours=4)
"""A presentation that nobody moved for that long is over: whoever opens its link later finds its
first slide, and leads it without taking it from anyone."""

ESSAIS = 20
"""Most times a move is tried again because another one was written at the same moment."""

_CONDUITE = tuple(c for c in t.conduites.c if c.name != "partage")


class MainPrise(RuntimeError):
    """Another window leads. French text. `conduite`: how things stand."""

    def __init__(self, conduite: Conduite) -> None:
        self.conduite = conduite
        super().__init__(f"{conduite.qui or 'Quelqu’un d’autre'} présente en ce moment.")


@dataclass(frozen=True, slots=True)
class Etat:
    """What the screens show. `variante`: its rank. `forme`: graphique or tableau. `valeur`: the
    highlighted row, "" for none. `noir`: nothing at all. `code`: the QR code to join."""

    diapo: str
    variante: int = 0
    forme: str = "graphique"
    valeur: str = ""
    noir: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Conduite:
    """How a presentation is led. `version`: grows at each change; 0: nobody ever led it.

    `pilote`: the window that leads, "" when none does. `qui`: what its holder is called. `geste`:
    number of its last move. `etat`: None before the first. `modifiee_le`: UTC.
    """

    version: int = 0
    pilote: str = ""
    qui: str = ""
    geste: int = 0
    etat: Etat | None = None
    modifiee_le: dt.datetime | None = None

    @property
    def en_cours(self) -> bool:
        """Whether somebody leads now."""
        recente = self.modifiee_le is not None and maintenant() - self.modifiee_le < ENTRACTE
        return bool(self.pilote) and recente


@dataclass(frozen=True, slots=True)
class Suivi:
    """What a follower's screen needs to know of the view behind its link."""

    partage: int
    expire_le: dt.datetime
    conduite: Conduite

    @property
    def ouvert(self) -> bool:
        """Whether the link still works."""
        return self.expire_le > maintenant()


def suivre(jeton: str) -> Suivi:
    """The state behind a link, without the slides. Raises PartageInconnu when there is none, or it
    is over; MagasinIndisponible."""
    p = t.partages.c
    with transaction() as conn:
        ligne = conn.execute(
            sa.select(p.id, p.expire_le, *_CONDUITE)
            .select_from(t.partages.outerjoin(t.conduites, p.id == t.conduites.c.partage))
            .where(p.jeton_hache == hacher(jeton))
        ).one_or_none()
    if ligne is None:
        raise PartageInconnu
    suivi = Suivi(ligne.id, ligne.expire_le, _de_la_base(ligne))
    if not suivi.ouvert:
        raise PartageInconnu
    return suivi


def lire(partage: int) -> Conduite:
    """How a view is led. Raises MagasinIndisponible."""
    with transaction() as conn:
        ligne = conn.execute(
            sa.select(*_CONDUITE).where(t.conduites.c.partage == partage)
        ).one_or_none()
    return _de_la_base(ligne) if ligne is not None else Conduite()


def prendre(
    partage: int, pilote: str, qui: str, depart: Etat, *, ancien: str = "", force: bool = False
) -> Conduite:
    """Make this window the one that leads; the screens do not move.

    Nobody is deprived of it but by hand (`force`): unless nobody leads, or the window that leads is
    the same one before it was loaded again (`ancien`). `depart`: what is shown when nobody led.
    Raises MainPrise, MagasinIndisponible.
    """
    for _ in range(ESSAIS):
        avant = lire(partage)
        if avant.pilote == pilote:
            return avant
        if avant.en_cours and not force and avant.pilote != ancien:
            raise MainPrise(avant)
        etat = avant.etat if avant.en_cours and avant.etat is not None else depart
        if _ecrire(partage, avant, Conduite(avant.version + 1, pilote, qui, 0, etat)):
            break
    return lire(partage)


def bouger(partage: int, pilote: str, geste: int, etat: Etat) -> Conduite:
    """A move of the window that leads; one already done, or older, changes nothing.

    Raises MainPrise when another window leads, MagasinIndisponible.
    """
    for _ in range(ESSAIS):
        avant = lire(partage)
        if not pilote or avant.pilote != pilote:
            raise MainPrise(avant)
        if geste <= avant.geste:
            return avant
        apres = Conduite(avant.version + 1, pilote, avant.qui, geste, etat)
        if _ecrire(partage, avant, apres):
            return lire(partage)
    raise t.MagasinIndisponible


def rendre(partage: int, pilote: str) -> Conduite:
    """End the presentation: nobody leads any more. Raises as `bouger`."""
    for _ in range(ESSAIS):
        avant = lire(partage)
        if avant.pilote != pilote:
            raise MainPrise(avant)
        if _ecrire(partage, avant, Conduite(avant.version + 1, "", "", 0, avant.etat)):
            break
    return lire(partage)


def _ecrire(partage: int, avant: Conduite, apres: Conduite) -> bool:
    """Write, unless somebody else wrote since `avant` was read."""
    valeurs: dict[str, Any] = {
        "version": apres.version,
        "pilote": apres.pilote,
        "etat": {
            **(asdict(apres.etat) if apres.etat else {}),
            "qui": apres.qui,
            "geste": apres.geste,
        },
        "modifiee_le": maintenant(),
    }
    with transaction() as conn:
        if not avant.version:
            inserer: Any = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
            ordre = inserer(t.conduites).values(partage=partage, **valeurs)
            return bool(conn.execute(ordre.on_conflict_do_nothing()).rowcount)
        fait = conn.execute(
            t.conduites.update()
            .where(t.conduites.c.partage == partage, t.conduites.c.version == avant.version)
            .values(**valeurs)
        )
        return bool(fait.rowcount)


def _de_la_base(ligne: Any) -> Conduite:
    if ligne.version is None:
        return Conduite()
    garde: Mapping[str, Any] = ligne.etat
    connus = {f.name for f in fields(Etat)}
    montre = {nom: v for nom, v in garde.items() if nom in connus}
    return Conduite(
        ligne.version,
        ligne.pilote,
        garde.get("qui", ""),
        garde.get("geste", 0),
        Etat(**montre) if "diapo" in montre else None,
        ligne.modifiee_le,
    )
