"""Who may lead a shared presentation: its owner, and those of the same perimeter.

A colleague replaces another one in a meeting: an agent of the Département another agent, a chef de
service another account of the very same associations. To anyone else the presenter's window does
not exist.
"""

from __future__ import annotations

from dashboard.session import (
    etat_courant,
    lecteur_courant,
    perimetre_courant,
    proprietaire_courant,
    session_courante,
)
from queries.lecteur import Role
from queries.partages import Partage


def a_lui(partage: Partage) -> bool:
    """Whether the caller made this link."""
    return partage.proprietaire == proprietaire_courant()


def peut_mener(partage: Partage) -> bool:
    """Whether the caller may lead this presentation."""
    if not lecteur_courant().auteur:
        return False
    # That of the day it was shared: an owner who moves elsewhere takes no meeting along.
    sien = partage.perimetre
    return a_lui(partage) or (bool(sien) and sien == perimetre_courant())


def nommer_le_meneur() -> str:
    """What the caller is called by a colleague who would lead too."""
    session = session_courante()
    if session is not None and session.compte is not None:
        return session.compte.intitule
    lecteur = lecteur_courant()
    if lecteur.role is Role.CHEF:
        connues = etat_courant().geographie.associations
        noms = [str(connues[a]["nom"]) for a in lecteur.associations if a in connues]
        return f"Un chef de service ({', '.join(noms)})"
    return "Un agent du Département"
