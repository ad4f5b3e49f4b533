"""The methods page: what is counted, how it is protected, what that costs, what was audited."""

from __future__ import annotations

from typing import Any

from dash import html as composants

from dashboard import balises as html
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.pages.methode import (
    accessibilite,
    audit,
    comptage,
    cout,
    hasard,
    livraisons,
    protection,
    references,
)
from dashboard.pages.methode.section import Section

TITRE = "Méthode"
INTRODUCTION = (
    "Ce qui est compté, comment les jeunes sont protégés, ce que cette protection coûte en "
    "précision, et d’où viennent les chiffres."
)


def composer(ctx: Contexte) -> list[Any]:
    """The page: a table of contents, and a card for each section. It needs no script to be read."""
    sections = lister(ctx)
    sommaire = html.Ol(
        [
            html.Li(html.A([html.Span(str(n), className="numero"), s.titre], href=f"#{s.ancre}"))
            for n, s in enumerate(sections, 1)
        ]
    )
    return [
        fragment(
            html.Header(
                [html.H1(TITRE), html.P(INTRODUCTION, className="introduction")],
                className="tete-page",
            )
        ),
        composants.Div(
            [
                composants.Nav(
                    className="index",
                    **{"aria-label": "Sommaire de la page", "data-html": str(sommaire)},
                ),
                fragment(
                    *(s.ecrire(n) for n, s in enumerate(sections, 1)), className="cartes methode"
                ),
            ],
            className="avec-index",
        ),
    ]


def lister(ctx: Contexte) -> list[Section]:
    """The sections, in order."""
    etat = ctx.etat
    return [
        comptage.composer(),
        protection.composer(),
        cout.composer(etat.audit),
        hasard.composer(),
        audit.composer(etat.audits),
        livraisons.composer(etat),
        references.composer_glossaire(),
        references.composer_sources(ctx.lecteur),
        accessibilite.composer(),
    ]
