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
from data import comptes
from data.comptes import CHEF, DEPARTEMENT, CompteRefuse
from queries.lecteur import Role
from queries.partages import Partage

_COMPTE, _POINT_DE_VUE = "compte:", "point-de-vue:"


def a_lui(partage: Partage) -> bool:
    """Whether the caller made this link."""
    return partage.proprietaire == proprietaire_courant()


def peut_mener(partage: Partage) -> bool:
    """Whether the caller may lead this presentation."""
    if not lecteur_courant().auteur:
        return False
    sien = partage.perimetre or _perimetre(partage.proprietaire)
    return a_lui(partage) or sien == perimetre_courant()


def _perimetre(proprietaire: str) -> str | None:
    """The perimeter of an owner as it is now, as `perimetre_courant` writes it; None when the
    account is gone."""
    if proprietaire.startswith(_POINT_DE_VUE):
        return proprietaire.removeprefix(_POINT_DE_VUE)
    try:
        compte = comptes.lire(int(proprietaire.removeprefix(_COMPTE)))
    except (CompteRefuse, ValueError):
        return None
    if compte.role == DEPARTEMENT:
        return Role.DEPARTEMENT.value
    if compte.role != CHEF:
        return None
    connues = etat_courant().geographie.associations
    return ":".join((Role.CHEF.value, *sorted(a for a in compte.associations if a in connues)))


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
