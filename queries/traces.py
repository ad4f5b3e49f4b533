"""What was decided and asked in a meeting, typed under a slide (issue « Trace of the meeting »).

Free text can name a child: it is read by those of the same perimeter only, stands in a link only
when ticked, is erased at once and for good, and goes after twelve months unless kept on purpose.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import application as t
from data.application import maintenant, transaction
from queries import partages
from queries.partages import Partage

GENRES = {"decision": "Décision", "question": "Question"}
SIGNES_AU_PLUS = 2000
DUREE = dt.timedelta(days=365)
"""How long a trace stays that nobody keeps on purpose."""


class TraceInconnue(LookupError):
    """There is no such trace for this perimeter."""

    def __init__(self) -> None:
        super().__init__("Cette trace n’existe pas, ou n’est plus gardée.")


class TraceRefusee(ValueError):
    """What was typed cannot be kept. French text."""


@dataclass(frozen=True, slots=True)
class Sujet:
    """What a trace is about: indicator, place (kind:code), school year; "" on a slide of words."""

    indicateur: str = ""
    lieu: str = ""
    annee: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """One decision or question. `genre`: a key of `GENRES`; `ecrite_le`: UTC."""

    numero: int
    perimetre: str
    auteur: str
    partage: int | None
    diapo: str
    sujet: Sujet
    genre: str
    texte: str
    dans_le_lien: bool
    garder: bool
    ecrite_le: dt.datetime

    @property
    def intitule(self) -> str:
        """« Décision » or « Question »."""
        return GENRES[self.genre]

    @property
    def efface_le(self) -> dt.datetime | None:
        """When it goes, UTC; None when it is kept on purpose."""
        return None if self.garder else self.ecrite_le + DUREE


def ajouter(
    perimetre: str,
    auteur: str,
    partage: int | None,
    diapo: str,
    sujet: Sujet,
    genre: str,
    texte: str,
    *,
    dans_le_lien: bool = False,
    garder: bool = False,
) -> int:
    """Keep what was said under a slide; its number. Raises TraceRefusee, MagasinIndisponible.

    Whether this writer may write under this share is for the caller to make sure of.
    """
    valeurs = _verifier(genre, texte)
    with transaction() as conn:
        _purger(conn)
        fait = conn.execute(
            t.traces.insert().values(
                perimetre=perimetre,
                auteur=auteur,
                partage=partage,
                diapo=diapo,
                indicateur=sujet.indicateur,
                lieu=sujet.lieu,
                annee=sujet.annee,
                dans_le_lien=dans_le_lien,
                garder=garder,
                ecrite_le=maintenant(),
                **valeurs,
            )
        )
        (numero,) = fait.inserted_primary_key or (0,)
    return int(numero)


def _la_sienne(numero: int, perimetre: str) -> tuple[sa.ColumnElement[bool], ...]:
    """What singles a trace out. Raises TraceInconnue for a number that no store can hold."""
    if not 0 < numero <= partages.NUMERO_AU_PLUS:
        raise TraceInconnue
    return t.traces.c.id == numero, t.traces.c.perimetre == perimetre


def modifier(
    numero: int,
    perimetre: str,
    auteur: str,
    genre: str,
    texte: str,
    *,
    dans_le_lien: bool,
    garder: bool,
) -> None:
    """Write a trace again. It keeps its date, hence the day it goes. Raises TraceInconnue,
    TraceRefusee, MagasinIndisponible."""
    valeurs = _verifier(genre, texte)
    with transaction() as conn:
        _purger(conn)
        fait = conn.execute(
            t.traces.update()
            .where(*_la_sienne(numero, perimetre))
            .values(auteur=auteur, dans_le_lien=dans_le_lien, garder=garder, **valeurs)
        )
        if not fait.rowcount:
            raise TraceInconnue


def effacer(numero: int, perimetre: str) -> None:
    """Erase a trace, at once and for good. Raises TraceInconnue, MagasinIndisponible."""
    with transaction() as conn:
        fait = conn.execute(t.traces.delete().where(*_la_sienne(numero, perimetre)))
        if not fait.rowcount:
            raise TraceInconnue


def trouver_le_partage(numero: int, proprietaire: str, perimetre: str) -> Partage:
    """The share under whose slides this person may write: an own one, or a colleague's of the same
    perimeter. Raises PartageInconnu, MagasinIndisponible."""
    if perimetre and 0 < numero <= partages.NUMERO_AU_PLUS:
        with transaction() as conn:
            sien = conn.execute(
                sa.select(t.partages.c.proprietaire).where(
                    t.partages.c.id == numero, t.partages.c.perimetre == perimetre
                )
            ).scalar()
        proprietaire = sien or proprietaire
    return partages.trouver(numero, proprietaire)


def trouver(numero: int, perimetre: str) -> Trace:
    """One trace. Raises TraceInconnue, MagasinIndisponible."""
    trouvees = _lire(*_la_sienne(numero, perimetre))
    if not trouvees:
        raise TraceInconnue
    return trouvees[0]


def lister(perimetre: str) -> list[Trace]:
    """Those of a perimeter, the last first; those too old go. Raises MagasinIndisponible."""
    purger()
    return _lire(t.traces.c.perimetre == perimetre)


def sous(perimetre: str, lieux: Sequence[str], indicateur: str | None = None) -> list[Trace]:
    """Those of a perimeter about these places (kind:code), and this indicator, the last first."""
    vivantes = _executer(_SOUS, perimetre=perimetre, lieux=list(lieux), limite=maintenant() - DUREE)
    return [x for x in vivantes if indicateur in (None, x.sujet.indicateur)]


def de_la_diapo(perimetre: str, partage: int, diapo: str) -> list[Trace]:
    """Those of a perimeter under one slide of one share, the last first."""
    return _lire(
        t.traces.c.perimetre == perimetre,
        t.traces.c.partage == partage,
        t.traces.c.diapo == diapo,
    )


def du_lien(partage: int) -> list[Trace]:
    """Those that whoever holds the link of this share may read: the ticked ones."""
    return _lire(t.traces.c.partage == partage, t.traces.c.dans_le_lien.is_(True))


def purger() -> None:
    """Erase those that are too old and that nobody keeps. Raises MagasinIndisponible."""
    with transaction() as conn:
        _purger(conn)


def _purger(conn: sa.Connection) -> None:
    trop_vieille = t.traces.c.ecrite_le <= maintenant() - DUREE
    conn.execute(t.traces.delete().where(t.traces.c.garder.is_(False), trop_vieille))


def _verifier(genre: str, texte: str) -> dict[str, str]:
    texte = texte.replace("\r\n", "\n").strip()
    if genre not in GENRES:
        raise TraceRefusee("Dites s’il s’agit d’une décision ou d’une question.")
    if not texte:
        raise TraceRefusee("Il n’y a rien à garder : le texte est vide.")
    if len(texte) > SIGNES_AU_PLUS:
        raise TraceRefusee(
            f"Le texte a {len(texte)} signes, {SIGNES_AU_PLUS} au plus. Raccourcissez-le."
        )
    return {"genre": genre, "texte": texte}


def _lire(*conditions: Any) -> list[Trace]:
    return _executer(_choisir(*conditions), limite=maintenant() - DUREE)


def _choisir(*conditions: Any) -> sa.Select[Any]:
    """Those that are kept or later than `limite`, the last first: too old is not read, even before
    it is erased."""
    vivante = sa.or_(t.traces.c.garder.is_(True), t.traces.c.ecrite_le > sa.bindparam("limite"))
    return sa.select(t.traces).where(*conditions, vivante).order_by(t.traces.c.id.desc())


_SOUS = _choisir(
    t.traces.c.perimetre == sa.bindparam("perimetre"),
    t.traces.c.lieu.in_(sa.bindparam("lieux", expanding=True)),
)
"""Asked each time cards are shown: written once."""


def _executer(requete: sa.Select[Any], **valeurs: Any) -> list[Trace]:
    with transaction() as conn:
        lignes = conn.execute(requete, valeurs).all()
    return [
        Trace(
            x.id,
            x.perimetre,
            x.auteur,
            x.partage,
            x.diapo,
            Sujet(x.indicateur, x.lieu, x.annee),
            x.genre,
            x.texte,
            bool(x.dans_le_lien),
            bool(x.garder),
            x.ecrite_le,
        )
        for x in lignes
    ]
