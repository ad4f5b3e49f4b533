"""The shape of what the page sends to the callbacks of Dash: anything else is refused before it
reaches them (contract, confidentialité, Access)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Forme = Callable[[dict[str, Any]], bool]
"""Whether a body has the shape that a callback is sent."""


def dessiner_formes(rappels: Mapping[str, dict[str, Any]]) -> dict[str, Forme]:
    """The shape of each callback that runs on the server, by the name of its output.

    `rappels`: as Dash declares them (`Dash.callback_map`).
    """
    return {
        sortie: _dessiner_forme(rappel)
        for sortie, rappel in rappels.items()
        if "callback" in rappel
    }


def _texte(valeur: Any) -> bool:
    """A text that can be written again: half a pair of surrogates cannot."""
    return isinstance(valeur, str) and not any("\ud800" <= signe <= "\udfff" for signe in valeur)


def _texte_ou_rien(valeur: Any) -> bool:
    return valeur is None or _texte(valeur)


def _adresse(valeur: Any) -> bool:
    """A path or the query of an address: short enough to be one."""
    return _texte_ou_rien(valeur) and len(valeur or "") <= 8_000


def _liste_de_textes(valeur: Any) -> bool:
    return valeur is None or (isinstance(valeur, list) and all(map(_texte, valeur)))


def _textes_par_texte(valeur: Any) -> bool:
    return valeur is None or (
        isinstance(valeur, dict)
        and all(_texte(nom) and _texte(texte) for nom, texte in valeur.items())
    )


def _oui_non(valeur: Any) -> bool:
    return valeur is None or isinstance(valeur, bool)


def _page(valeur: Any) -> bool:
    """The store `page`: path and number of the publication."""
    return valeur is None or (
        isinstance(valeur, list)
        and len(valeur) == 2
        and _texte(valeur[0])
        and isinstance(valeur[1], int)
    )


VALEURS: dict[str, Callable[[Any], bool]] = {
    "adresse.pathname": _adresse,
    "adresse.search": _adresse,
    "page.data": _page,
    "etroit.data": _oui_non,
    "visibles.data": _liste_de_textes,
    "dessinees.data": _textes_par_texte,
}
"""Property that a callback reads → what it may hold. A property that is not here is a text."""


def _dessiner_forme(rappel: dict[str, Any]) -> Forme:
    """The shape of the bodies that a callback of Dash is sent, from its declaration."""
    entrees = [f"{e['id']}.{e['property']}" for e in rappel["inputs"]]
    etats = [f"{e['id']}.{e['property']}" for e in rappel["state"]]

    def lire(valeurs: Any, attendues: list[str]) -> bool:
        return (
            isinstance(valeurs, list)
            and len(valeurs) == len(attendues)
            and all(
                isinstance(v, dict)
                and f"{v.get('id')}.{v.get('property')}" == nom
                and VALEURS.get(nom, _texte_ou_rien)(v.get("value"))
                for v, nom in zip(valeurs, attendues, strict=True)
            )
        )

    def convient(corps: dict[str, Any]) -> bool:
        changees = corps.get("changedPropIds", [])
        return (
            lire(corps.get("inputs", []), entrees)
            and lire(corps.get("state", []), etats)
            and _memes_sorties(corps.get("outputs"), corps["output"])
            and isinstance(changees, list)
            and all(_texte(x) for x in changees)
        )

    return convient


def _memes_sorties(sorties: Any, sortie: str) -> bool:
    """Whether the outputs a body lists are those of the callback's name, in its order."""
    noms = sortie.strip(".").split("...") if sortie.startswith("..") else [sortie]
    liste = sorties if isinstance(sorties, list) else [sorties]
    return (
        (sortie.startswith("..") == isinstance(sorties, list))
        and len(liste) == len(noms)
        and all(
            isinstance(x, dict) and f"{x.get('id')}.{x.get('property')}" == nom
            for x, nom in zip(liste, noms, strict=True)
        )
    )
