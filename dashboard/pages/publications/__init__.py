"""The published documents, theme by theme: printed figures and tables, drawn, quoted, sourced.

They are public facts and the same for every reader (contract, données §4): nothing on this page
comes from the database, and the filters of the other pages do not bear on it.
"""

from __future__ import annotations

from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard.choix import dire_avis
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, pluriel
from dashboard.pages.publications import carte
from dashboard.pages.publications.fichiers import adresse_des_affirmations, adresse_des_chiffres
from data.publications import Publications, Theme, lire
from data.refus import typographier

TITRE = "Publications"
PARAMETRE = "document"
INTRODUCTION = (
    "Ce que les documents publics impriment sur les ALSES, tel qu’ils l’impriment. Ce ne sont pas "
    "les chiffres de la base : le choix d’un lieu ou d’une année n’y change rien, et ce qui se "
    "contredit est montré, jamais corrigé."
)


def composer(ctx: Contexte) -> list[Any]:
    """The page at the theme of the address, the first one by default."""
    lues = lire()
    theme, avis = choisir(ctx, lues)

    def adresser(code: str, ancre: str) -> str:
        return ctx.adresse_avec(PARAMETRE, code) + (f"#{ancre}" if ancre else "")

    tete: list[Any] = [
        html.Header(
            [html.H1(TITRE), html.P(INTRODUCTION, className="introduction")],
            className="tete-page",
        )
    ]
    if avis:
        tete.insert(0, dire_avis([avis]))
    sommaire = html.Ol(
        [
            html.Li(html.A([html.Span(c.numero, className="numero"), c.titre], href=f"#{c.code}"))
            for c in theme.cartes
        ]
    )
    return [
        fragment(*tete),
        composants.Nav(
            className="themes",
            **{"aria-label": "Documents", "data-html": str(_choix(lues, theme, ctx))},
        ),
        fragment(_presenter(theme), className="presentation"),
        composants.Div(
            [
                composants.Nav(
                    className="index",
                    **{
                        "aria-label": typographier(f"Sommaire : {theme.nom}"),
                        "data-html": str(sommaire),
                    },
                ),
                composants.Div(
                    [carte.composer(c, theme, lues, adresser) for c in theme.cartes],
                    className="cartes methode publications",
                ),
            ],
            className="avec-index",
        ),
    ]


def choisir(ctx: Contexte, lues: Publications) -> tuple[Theme, str]:
    """The theme asked for, and what to say of what could not be followed, or ""."""
    valeurs = ctx.valeurs(PARAMETRE)
    connus = [t for t in map(lues.trouver, valeurs) if t is not None]
    inconnus = [v for v in valeurs if lues.trouver(v) is None]
    if inconnus:
        return (connus or lues.themes)[0], f"Document inconnu : « {inconnus[0][:60]} », ignoré."
    if len(connus) > 1:
        return connus[0], "Un seul document à la fois : les autres sont ignorés."
    return (connus or lues.themes)[0], ""


def _choix(lues: Publications, theme: Theme, ctx: Contexte) -> Markup:
    return html.Ul(
        [
            html.Li(
                html.Lien(
                    t.nom,
                    ctx.adresse_avec(PARAMETRE, t.code),
                    className="ici" if t is theme else "",
                    **({"aria-current": "true"} if t is theme else {}),
                )
            )
            for t in lues.themes
        ]
    )


def _presenter(theme: Theme) -> Markup:
    """What the theme is, what it holds, what of it is not given, its files."""
    lignes: list[Any] = [html.P(theme.presentation, className="theme-ici")]
    if theme.document is not None:
        d = theme.document
        lignes.append(html.P(f"{d.titre} – {d.auteur}, {d.date}.", className="depuis"))
    contenu = carte.compter(theme)
    if contenu:
        phrase = f"Ici{INSECABLE}: {contenu}."
        if theme.tus:
            phrase += (
                f" {pluriel(theme.tus, 'chiffre')}, qui décrivent trop précisément quelques "
                "jeunes, ne sont ni repris ni cités."
            )
        lignes.append(html.P(phrase, className="depuis"))
    fichiers = []
    if theme.chiffres:
        fichiers.append(("Les chiffres (CSV)", adresse_des_chiffres(theme.code)))
    if theme.affirmations:
        fichiers.append(("Les affirmations (CSV)", adresse_des_affirmations(theme.code)))
    if fichiers:
        lignes.append(
            html.Ul(
                [html.Li(html.A(nom, href=adresse, download=True)) for nom, adresse in fichiers],
                className="outils",
            )
        )
    return html.Section(lignes, **{"aria-label": theme.nom})
