"""What the author of a text is called: those who read it are of the same perimeter."""

from __future__ import annotations

from collections.abc import Iterable

from data import comptes
from data.comptes import CompteInconnu


def nommer_les_auteurs(auteurs: Iterable[str]) -> dict[str, str]:
    """Owner, as `session.proprietaire_courant` writes it → name. Raises MagasinIndisponible."""
    return {auteur: _nommer(auteur) for auteur in set(auteurs)}


def _nommer(auteur: str) -> str:
    genre, _, numero = auteur.partition(":")
    if genre != "compte" or not numero.isdecimal():
        return "point de vue de démonstration"
    try:
        return comptes.lire(int(numero)).intitule
    except CompteInconnu:
        return "compte supprimé"
