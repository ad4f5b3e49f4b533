"""Files that take time: who asked for what, how far it is, and the file once it is made.

A demand waits for its turn, is taken by one process apart from those that answer the pages, gives
signs of life while it is made, and is erased a day later with its file (`purger`). Whoever dies
while making one leaves it without signs of life: it is then said to be interrupted.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import application as t
from data.application import effacer_les_travaux, maintenant, transaction

VIE = dt.timedelta(hours=24)
SILENCE = dt.timedelta(seconds=20)
"""Without a sign of life for longer, a file is not being made any more."""

EN_MEME_TEMPS = 2
"""Most files made together."""

PAR_PERSONNE = 3
"""Most files that one person waits for."""

ATTENTE, COURS, PRET, ECHEC, INTERROMPU = "attente", "cours", "pret", "echec", "interrompu"
"""What a demand may be at."""

ETAPE_D_ATTENTE = "En attente de son tour"
ETAPE_DE_FIN = "Le fichier est prêt."
TEXTE_INTERROMPU = (
    "La fabrication de ce fichier a été interrompue (le serveur a sans doute redémarré). "
    "Recommencez."
)


class TravailInconnu(LookupError):
    """There is no such file for this person, or it is erased. French text."""

    def __init__(self) -> None:
        super().__init__("Ce fichier n’existe pas, ou n’existe plus : demandez-le à nouveau.")


class TropDeTravaux(RuntimeError):
    """This person waits for enough files already. French text."""

    def __init__(self) -> None:
        super().__init__(
            f"Vous attendez déjà {PAR_PERSONNE} fichiers : attendez que l’un d’eux soit fait."
        )


@dataclass(frozen=True, slots=True)
class Travail:
    """A demand. `nom`: of the file; `genre`: its media type; `fait`: per cent; `demande`: what is
    asked, as `dashboard.livrables` writes it; `taille`: bytes of the file, 0 until it is made."""

    id: str
    proprietaire: str
    nom: str
    genre: str
    etape: str
    fait: int
    erreur: str
    demande: dict[str, Any]
    demande_le: dt.datetime
    vu_le: dt.datetime | None
    taille: int

    @property
    def etat(self) -> str:
        """One of `ATTENTE`, `COURS`, `PRET`, `ECHEC`, `INTERROMPU`."""
        if self.erreur:
            return ECHEC
        if self.taille:
            return PRET
        if self.vu_le is None:
            return ATTENTE
        return COURS if self.vu_le > maintenant() - SILENCE else INTERROMPU

    @property
    def fini(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.etat in (PRET, ECHEC, INTERROMPU)

    @property
    def defaut(self) -> str:
        """Why there is no file, and what to do; "" when there is one or there will be."""
        return TEXTE_INTERROMPU if self.etat == INTERROMPU else self.erreur


def demander(proprietaire: str, nom: str, genre: str, demande: Mapping[str, Any]) -> str:
    """Write a demand down; its identifier, random. Old ones are erased.

    Raises TropDeTravaux, MagasinIndisponible.
    """
    la = secrets.token_urlsafe(16)
    heure = maintenant()
    with transaction() as conn:
        conn.execute(t.travaux.delete().where(t.travaux.c.demande_le < heure - VIE))
        attendus = conn.execute(
            sa.select(sa.func.count())
            .select_from(t.travaux)
            .where(
                t.travaux.c.proprietaire == proprietaire,
                sa.or_(t.travaux.c.vu_le.is_(None), t.travaux.c.vu_le > heure - SILENCE),
                *_A_FAIRE,
            )
        ).scalar_one()
        if attendus >= PAR_PERSONNE:
            raise TropDeTravaux
        conn.execute(
            t.travaux.insert().values(
                id=la,
                proprietaire=proprietaire,
                nom=nom,
                etape=ETAPE_D_ATTENTE,
                fait=0,
                erreur="",
                fichier=None,
                genre=genre,
                demande=dict(demande),
                demande_le=heure,
                vu_le=None,
            )
        )
    return la


def purger() -> int:
    """Erase what is more than a day old; how many demands. Raises MagasinIndisponible."""
    return effacer_les_travaux(maintenant() - VIE)


def prendre() -> Travail | None:
    """Take the oldest demand that waits, for the caller alone to make.

    None when there is none, or enough are being made. Raises MagasinIndisponible.
    """
    heure = maintenant()
    en_cours = (
        sa.select(sa.func.count())
        .select_from(autre := t.travaux.alias())
        .where(autre.c.vu_le > heure - SILENCE, autre.c.fichier.is_(None), autre.c.erreur == "")
        .scalar_subquery()
    )
    premiere = t.travaux.alias()
    premier = (
        sa.select(premiere.c.id)
        .where(premiere.c.vu_le.is_(None), premiere.c.erreur == "")
        .order_by(premiere.c.demande_le, premiere.c.id)
        .limit(1)
        .scalar_subquery()
    )
    with transaction() as conn:
        # One statement: two who take at the same time never take the same.
        pris = conn.execute(
            t.travaux.update()
            .where(
                t.travaux.c.id == premier,
                t.travaux.c.vu_le.is_(None),
                en_cours < EN_MEME_TEMPS,
            )
            .values(vu_le=heure, etape="Préparation")
            .returning(t.travaux.c.id)
        ).scalar()
    return None if pris is None else _lire(t.travaux.c.id == pris)


def avancer(numero: str, etape: str, fait: int) -> None:
    """Say what is being done, and how much of it is, per cent. Raises MagasinIndisponible."""
    _changer(numero, etape=etape, fait=max(0, min(fait, 99)), vu_le=maintenant())


def battre(numero: str) -> None:
    """Give a sign of life. Raises MagasinIndisponible."""
    _changer(numero, vu_le=maintenant())


def finir(numero: str, fichier: bytes) -> None:
    """Keep the file. Raises MagasinIndisponible."""
    _changer(numero, fichier=fichier, fait=100, etape=ETAPE_DE_FIN, vu_le=maintenant())


def echouer(numero: str, erreur: str) -> None:
    """Say that there will be no file, why, and what to do. Raises MagasinIndisponible."""
    _changer(numero, erreur=erreur, vu_le=maintenant())


def trouver(numero: str, proprietaire: str) -> Travail:
    """A demand of one's own. Raises TravailInconnu, MagasinIndisponible."""
    return _lire(t.travaux.c.id == numero, *_siens(proprietaire))


def lister(proprietaire: str) -> list[Travail]:
    """One's own demands of the day, the last first. Raises MagasinIndisponible."""
    with transaction() as conn:
        lignes = conn.execute(
            sa.select(*_COLONNES)
            .where(*_siens(proprietaire))
            .order_by(t.travaux.c.demande_le.desc(), t.travaux.c.id)
        ).all()
    return [_de_la_base(x) for x in lignes]


def ouvrir(numero: str, proprietaire: str) -> bytes:
    """The bytes of a file of one's own. Raises TravailInconnu when it is not made (any more),
    MagasinIndisponible."""
    with transaction() as conn:
        fichier = conn.execute(
            sa.select(t.travaux.c.fichier).where(
                t.travaux.c.id == numero, *_siens(proprietaire), t.travaux.c.fichier.is_not(None)
            )
        ).scalar()
    if fichier is None:
        raise TravailInconnu
    return bytes(fichier)


_A_FAIRE = (t.travaux.c.fichier.is_(None), t.travaux.c.erreur == "")
_COLONNES = (
    *(c for c in t.travaux.c if c.name != "fichier"),
    sa.func.coalesce(sa.func.length(t.travaux.c.fichier), 0).label("taille"),
)


def _siens(proprietaire: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        t.travaux.c.proprietaire == proprietaire,
        t.travaux.c.demande_le >= maintenant() - VIE,
    )


def _changer(numero: str, **valeurs: Any) -> None:
    with transaction() as conn:
        # What is finished stays so, whoever still thinks of making it.
        conn.execute(
            t.travaux.update().where(t.travaux.c.id == numero, *_A_FAIRE).values(**valeurs)
        )


def _lire(*conditions: sa.ColumnElement[bool]) -> Travail:
    with transaction() as conn:
        ligne = conn.execute(sa.select(*_COLONNES).where(*conditions)).one_or_none()
    if ligne is None:
        raise TravailInconnu
    return _de_la_base(ligne)


def _de_la_base(ligne: Any) -> Travail:
    return Travail(
        ligne.id,
        ligne.proprietaire,
        ligne.nom,
        ligne.genre,
        ligne.etape,
        ligne.fait,
        ligne.erreur,
        ligne.demande,
        ligne.demande_le,
        ligne.vu_le,
        ligne.taille,
    )
