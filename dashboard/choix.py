"""The choices of a page's own: native selects whose option values are addresses, and the reading
of the parameters they write."""

from __future__ import annotations

from collections.abc import Container, Iterable

from markupsafe import Markup

from dashboard import balises
from dashboard.contexte import Contexte

Options = Iterable[tuple[str, str, bool]]
"""Words, address, whether it is the one chosen."""


def choisir(nom: str, titre: str, groupes: Iterable[tuple[str, Options]], aide: str = "") -> Markup:
    """A labelled select; options under the heading of their group, "" for none."""
    contenu = []
    for entete, options in groupes:
        lignes = [
            balises.Option(mots, value=adresse, selected=choisie)
            for mots, adresse, choisie in options
        ]
        contenu += [balises.Optgroup(lignes, label=entete)] if entete and lignes else lignes
    return balises.Div(
        [
            balises.Label(titre, htmlFor=f"choix-{nom}"),
            balises.Select(contenu, id=f"choix-{nom}", className="form-select"),
            balises.P(aide, className="aide") if aide else None,
        ],
        className="choix",
        **{"data-navigation": nom},
    )


def lire(ctx: Contexte, nom: str, possibles: Container[str], defaut: str = "") -> str:
    """The first value of a parameter of the page's own that is one of these."""
    return next((v for v in ctx.valeurs(nom) if v in possibles), defaut)


def avertir(ctx: Contexte, nom: str, possibles: Container[str]) -> list[str]:
    """What an address says for this parameter and is ignored, in French."""
    valeurs = ctx.valeurs(nom)
    avis = [
        f"Valeur inconnue pour « {nom} » : « {v[:60]} », ignorée."
        for v in valeurs
        if v not in possibles
    ]
    connues = [v for v in valeurs if v in possibles]
    if len(connues) > 1:
        avis.append(f"« {nom} » ne se donne qu’une fois : seule la première valeur est suivie.")
    return avis


def dire_avis(avis: Iterable[str]) -> Markup | None:
    """Notices of a page about its own parameters, shown as those of every page; None without."""
    textes = [balises.P(texte) for texte in dict.fromkeys(avis)]
    return balises.Div(textes, className="avis", role="status") if textes else None
