"""HTML written on the server, element by element, as text.

Tables and texts reach the page as HTML in one attribute (`dashboard.fragments`), rather than as a
tree of components that the browser would have to build cell by cell: a card holds hundreds of
them. Everything that is not already `Markup` is escaped, with French spaces and apostrophes. The
signatures are those of `dash.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from data.refus import typographier

Enfants = Any
"""Text, number, `Markup`, None, or a sequence of those."""

_NOMS = {
    "className": "class",
    "htmlFor": "for",
    "tabIndex": "tabindex",
    "colSpan": "colspan",
    "rowSpan": "rowspan",
}


_LUS = frozenset({"title", "aria-label"})
"""Attributes that a person reads or hears."""


def _echapper(texte: str) -> str:
    # `Markup` equals the text it holds: it must not meet it in the cache.
    return texte if isinstance(texte, Markup) else _echapper_texte(texte)


@lru_cache(maxsize=8192)
def _echapper_texte(texte: str) -> str:
    return escape(typographier(texte))


def _ecrire(enfants: Enfants, sortie: list[str]) -> None:
    if enfants is None:
        return
    if isinstance(enfants, str):
        sortie.append(_echapper(enfants))
    elif isinstance(enfants, Iterable):
        for enfant in enfants:
            _ecrire(enfant, sortie)
    else:
        sortie.append(str(escape(enfants)))


def _attribut(nom: str, valeur: Any) -> str:
    if valeur is None or valeur is False or (valeur == "" and nom == "className"):
        return ""
    nom = _NOMS.get(nom, nom)
    if valeur is True:
        return f" {nom}"
    if nom == "style" and isinstance(valeur, Mapping):
        if not valeur:
            return ""
        valeur = ";".join(f"{propriete}:{x}" for propriete, x in valeur.items())
    return f' {nom}="{_echapper(str(valeur)) if nom in _LUS else escape(valeur)}"'


def _balise(nom: str) -> Callable[..., Markup]:
    ouverture, fermeture = f"<{nom}", f"</{nom}>"

    def composer(enfants: Enfants = None, **attributs: Any) -> Markup:
        sortie = [ouverture]
        for attribut, valeur in attributs.items():
            sortie.append(_attribut(attribut, valeur))
        sortie.append(">")
        _ecrire(enfants, sortie)
        sortie.append(fermeture)
        return Markup("".join(sortie))

    composer.__name__ = nom
    composer.__doc__ = f"The element `{nom}`."
    return composer


A = _balise("a")
Blockquote = _balise("blockquote")
Button = _balise("button")
Caption = _balise("caption")
Dd = _balise("dd")
Details = _balise("details")
Div = _balise("div")
Dl = _balise("dl")
Dt = _balise("dt")
Footer = _balise("footer")
H1 = _balise("h1")
H2 = _balise("h2")
H3 = _balise("h3")
H4 = _balise("h4")
Header = _balise("header")
Label = _balise("label")
Li = _balise("li")
Nav = _balise("nav")
Ol = _balise("ol")
Optgroup = _balise("optgroup")
Option = _balise("option")
P = _balise("p")
Section = _balise("section")
Select = _balise("select")
Span = _balise("span")
Strong = _balise("strong")
Summary = _balise("summary")
Table = _balise("table")
Tbody = _balise("tbody")
Td = _balise("td")
Th = _balise("th")
Thead = _balise("thead")
Tr = _balise("tr")
Ul = _balise("ul")


def Lien(enfants: Enfants, href: str, **attributs: Any) -> Markup:
    """A link inside the application: followed without loading the page again."""
    return A(enfants, href=href, **{"data-interne": True, **attributs})


def joindre(*morceaux: Enfants) -> Markup:
    """Pieces one after the other."""
    sortie: list[str] = []
    _ecrire(morceaux, sortie)
    return Markup("".join(sortie))
