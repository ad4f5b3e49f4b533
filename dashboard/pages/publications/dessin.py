"""Printed figures as bars, in the colours they have elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard.figures import encadrer
from dashboard.fragments import fragment
from dashboard.graphiques import Trace, barres
from dashboard.nombres import INSECABLE
from dashboard.pages.publications.mots import accorder, ecrire_valeur
from data.refus import typographier
from data.tableaux_publies import Graphique, Point
from queries.reponses import Ligne

ABSENT = "–"
"""Label of a bar that no document prints."""

UNITES_GARDEES = ("%", "jours")
"""Units written beside a bar; the title of the chart says the others."""

LARGEUR_D_UN_CHIFFRE = 9
"""Of a label in bold, px."""

ORDINAIRES = (c.DEPARTEMENT, c.PASSE, c.LIEU)
ANNEES = (c.PASSE, c.DEPARTEMENT)
REPONSES = {"Oui": c.LIEU, "Non": c.ENSEMBLE_PS, "En cours ou ne sait pas": c.PASSE}


def dessiner(carte: str, rang: int, graphique: Graphique) -> Any:
    """The chart under its title, its legend beside it, its sentence as text alternative.

    Labels stand above the bars: the page is drawn once, whatever the width it is read at.
    """
    lignes = list(dict.fromkeys(p.ligne for p in graphique.points))
    series = list(dict.fromkeys(p.serie for p in graphique.points))
    points = {(p.ligne, p.serie): p for p in graphique.points}
    traces = []
    for place, serie in enumerate(series):
        siens = [points.get((ligne, serie)) for ligne in lignes]
        traces.append(
            Trace(
                typographier(serie or graphique.titre),
                [_ligne(nom, p) for nom, p in zip(lignes, siens, strict=True)],
                _couleur(serie, place, series),
                textes=[_etiqueter(p) for p in siens],
            )
        )
    figure = barres(traces, etroit=True)
    mise = figure["layout"]
    longueur = max(len(texte) for trace in traces for texte in trace.textes)
    mise["margin"]["r"] = max(48, LARGEUR_D_UN_CHIFFRE * longueur + 16)
    tete = [html.H3(graphique.titre, className="titre-serie")]
    if len(traces) > 1:
        # As text, it wraps where the screen is narrow without taking room from the bars.
        mise["showlegend"] = False
        mise["margin"]["t"] = 8
        mise["height"] -= 30
        tete.append(_legender(traces))
    return composants.Div(
        [
            fragment(*tete),
            encadrer(f"graphe-{carte}-{rang}", figure, dire(graphique)),
        ]
    )


def _legender(traces: Sequence[Trace]) -> Markup:
    return html.Ul(
        [
            html.Li([html.Span(className="pastille", style={"background": t.couleur}), t.nom])
            for t in traces
        ],
        className="legende",
    )


def dire(graphique: Graphique) -> str:
    """The chart in one sentence: every bar and its value."""
    morceaux = []
    for p in graphique.points:
        nom = f"{p.ligne}, {p.serie}" if p.serie else p.ligne
        morceaux.append(f"{nom}{INSECABLE}: {ecrire_valeur(p)}")
    return typographier(f"{graphique.titre}. {' ; '.join(morceaux)}.")


def _ligne(nom: str, point: Point | None) -> Ligne:
    """A row of a chart; what is not printed is told apart from zero."""
    if point is None:
        return Ligne("", "", typographier(nom), "non_pose")
    return Ligne("", "", typographier(nom), "exact", valeur=float(point.valeur))


def _etiqueter(point: Point | None) -> str:
    """What stands beside a bar."""
    if point is None:
        return ABSENT
    texte = ecrire_valeur(point).replace("environ ", f"≈{INSECABLE}")
    if point.unite in UNITES_GARDEES:
        return texte
    return texte.removesuffix(f"{INSECABLE}{accorder(point)}")


def _couleur(serie: str, place: int, series: list[str]) -> str:
    if serie in REPONSES:
        return REPONSES[serie]
    if "nsemble de la prévention" in serie:
        return c.ENSEMBLE_PS
    if serie.startswith("Insee"):
        return c.INSEE if serie == "Insee, France" else c.PASSE
    if len(series) == 2 and all(nom[:2] == "20" for nom in series):
        return ANNEES[place]
    return ORDINAIRES[place % len(ORDINAIRES)]
