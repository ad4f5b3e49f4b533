"""Frozen views as HTML, kept a while: a whole room opens the same one at once."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from dashboard.memoire import Memoire
from dashboard.presentations import diapos, figer
from dashboard.presentations.figer import Jeu
from data.journal import Entree, inscrire
from queries.lecteur import PARTAGE
from queries.partages import Partage

RETENUES = 16
"""Frozen views a process keeps."""


@dataclass(frozen=True, slots=True)
class Ecrite:
    """A frozen view and its slides as HTML."""

    jeu: Jeu
    diapos: list[Markup]


_ecrites: Memoire[Ecrite] = Memoire(RETENUES)


def inscrire_la_vue(qui: str, geste: str, jeu: Jeu, *, fichier: bool = False) -> None:
    """Write in the journal who sees a frozen view, and what it answers: no question is put again,
    so that nothing else would tell. Raises JournalIndisponible."""
    inscrire([Entree(qui, x, PARTAGE.nom, fichier) for x in (geste, *jeu.questions)])


def ecrire(partage: Partage) -> Ecrite:
    """The slides of a frozen view, which never change."""
    cle = (partage.numero, partage.cree_le)
    gardee = _ecrites.lire(cle)
    if gardee is None:
        jeu = figer.lire_en_clair(partage.contenu)
        gardee = _ecrites.garder(cle, Ecrite(jeu, diapos.ecrire(jeu)))
    return gardee
