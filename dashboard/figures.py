"""A chart in its page: its text alternative, and what walks it with the keyboard.

The arrows go from value to value and say each one, T leads to the table (`assets/clavier.js`).
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from data.refus import typographier

REGLAGES = {"displayModeBar": False, "responsive": True}
"""Of every chart: no bar of tools of its own, the width of its place."""

ROLE_DECRIT = "graphique"
AIDE = (
    "Graphique. Flèches : passer d’une valeur à l’autre. Début et Fin : la première, la dernière. "
    "T : le tableau des chiffres."
)


def encadrer(nom: str, dessin: dict[str, Any], phrase: str, *, haut: bool = True) -> html.Figure:
    """The figure of a chart. `nom`: its identifier. `phrase`: what it shows, in words. `haut`: as
    high as its layout says, from the start."""
    style = {"height": f"{dessin['layout']['height']}px"} if haut else {}
    return html.Figure(
        [
            html.Div(
                dcc.Graph(id=nom, figure=dessin, config=REGLAGES, style=style, className="graphe"),
                **{"aria-hidden": "true"},
            ),
            html.Span(typographier(AIDE), id=f"aide-{nom}", hidden=True),
        ],
        role="application",
        tabIndex=0,
        className="graphique",
        **{
            "aria-label": phrase,
            "aria-roledescription": ROLE_DECRIT,
            "aria-describedby": f"aide-{nom}",
        },
    )
