"""A page as a test reads it: its HTML, its figures, from an address and for a reader."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from dashboard.contexte import Contexte
from dashboard.nombres import FINE, INSECABLE
from dashboard.serveur import lire_adresse
from queries.depot import Depot
from queries.lecteur import Lecteur, Role

DEPARTEMENT = Lecteur(Role.DEPARTEMENT)
HABILITE = Lecteur(Role.HABILITE)
INVITE = Lecteur(Role.INVITE)
CHEF = Lecteur(Role.CHEF, ("itineraires",))


def regarder(
    depot: Depot, adresse: str, lecteur: Lecteur = DEPARTEMENT, *, etroit: bool = False
) -> Contexte:
    """What an address asks to look at; nothing in it may be unknown to every page."""
    chemin, _, requete = adresse.partition("?")
    contexte, _ = lire_adresse(chemin, requete, depot, lecteur, etroit=etroit)
    return contexte


def composants(arbre: Any) -> Iterator[Any]:
    """Every component of a page."""
    for enfant in arbre if isinstance(arbre, list) else [arbre]:
        yield enfant
        if hasattr(enfant, "_traverse"):
            yield from enfant._traverse()


def ecrire_brut(page: Any) -> str:
    """The HTML of a page, as it is sent."""
    textes = [getattr(c, "data-html", "") for c in composants(page)]
    return "".join(t for t in textes if t)


def ecrire(page: Any) -> str:
    """The same with ordinary spaces and characters."""
    return lisible(ecrire_brut(page))


def lisible(texte: str) -> str:
    """With ordinary spaces and characters."""
    return html.unescape(texte).replace(INSECABLE, " ").replace(FINE, " ")


def figures(page: Any) -> list[dict[str, Any]]:
    """The charts of a page."""
    return [c.figure for c in composants(page) if type(c).__name__ == "Graph"]


def adresses(texte: str) -> list[str]:
    """Addresses that the selects and the links of a page lead to."""
    return re.findall(r'<(?:option value|a href)="(/[^"#]*)"', texte)
