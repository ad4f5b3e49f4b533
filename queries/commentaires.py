"""What the author of a report wrote beside the figures, by perimeter, place, year and section.

Read by those of the same perimeter only; never in a shared link.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data import application as t
from data.application import maintenant, transaction
from queries.question import Lieu

SIGNES_AU_PLUS = 4000


class CommentaireRefuse(ValueError):
    """What was typed cannot be kept. French text."""


@dataclass(frozen=True, slots=True)
class Commentaire:
    """What stands in one section. `ecrit_le`: UTC."""

    texte: str
    auteur: str
    ecrit_le: dt.datetime


class CommentaireChange(RuntimeError):
    """Somebody else wrote there in the meantime. `actuel`: what stands there now, None when it
    was erased."""

    def __init__(self, actuel: Commentaire | None) -> None:
        super().__init__("Ce commentaire a changé pendant que vous écriviez.")
        self.actuel = actuel


def lire(perimetre: str, lieu: Lieu, annee: str) -> dict[str, Commentaire]:
    """Section → what is written there. Raises MagasinIndisponible."""
    with transaction() as conn:
        lignes = conn.execute(
            sa.select(t.commentaires).where(*_du_rapport(perimetre, lieu, annee))
        ).all()
    return {x.section: Commentaire(x.texte, x.auteur, x.ecrit_le) for x in lignes}


def garder(
    perimetre: str,
    auteur: str,
    lieu: Lieu,
    annee: str,
    section: str,
    texte: str,
    *,
    vu: dt.datetime | None = None,
) -> None:
    """Write a section, or erase it for good when the text is empty.

    `vu`: the date of what the writer saw there, None when nothing. Raises CommentaireChange when
    it is no longer that, CommentaireRefuse, MagasinIndisponible.
    """
    texte = texte.replace("\r\n", "\n").strip()
    if len(texte) > SIGNES_AU_PLUS:
        raise CommentaireRefuse(
            f"Le commentaire a {len(texte)} signes, {SIGNES_AU_PLUS} au plus. Raccourcissez-le."
        )
    ici = (*_du_rapport(perimetre, lieu, annee), t.commentaires.c.section == section)
    with transaction() as conn:
        if vu is None:
            neuf = {
                "perimetre": perimetre,
                "lieu": _cle(lieu),
                "annee": annee,
                "section": section,
                "auteur": auteur,
                "texte": texte,
            }
            change = not _inserer(conn, neuf) if texte else _trouver(conn, *ici) is not None
        else:
            sien = (*ici, t.commentaires.c.ecrit_le == vu)
            fait = conn.execute(
                t.commentaires.update()
                .where(*sien)
                .values(texte=texte, auteur=auteur, ecrit_le=maintenant())
                if texte
                else t.commentaires.delete().where(*sien)
            )
            change = not fait.rowcount
        if change:
            raise CommentaireChange(_trouver(conn, *ici))


def _inserer(conn: sa.Connection, neuf: dict[str, str]) -> bool:
    """Write a section where nothing stands; whether it was so."""
    try:
        with conn.begin_nested():
            conn.execute(t.commentaires.insert().values(ecrit_le=maintenant(), **neuf))
    except sa.exc.IntegrityError:
        return False
    return True


def _trouver(conn: sa.Connection, *ici: Any) -> Commentaire | None:
    ligne = conn.execute(sa.select(t.commentaires).where(*ici)).one_or_none()
    return None if ligne is None else Commentaire(ligne.texte, ligne.auteur, ligne.ecrit_le)


def _du_rapport(perimetre: str, lieu: Lieu, annee: str) -> tuple[Any, ...]:
    c = t.commentaires.c
    return (c.perimetre == perimetre, c.lieu == _cle(lieu), c.annee == annee)


def _cle(lieu: Lieu) -> str:
    return f"{lieu.type}:{lieu.code}"
