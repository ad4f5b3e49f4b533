"""A chart as a table whose cells are bars: read by eyes, by a screen reader, on a phone, on paper,
without script. Same rules of drawing as `dashboard.graphiques`: a masked value is a hatched bar at
half the floor, never absent; figures stand beside the bars.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboard import balises as html
from dashboard.graphiques import Trace, etendue, mesurer
from dashboard.nombres import INSECABLE
from dashboard.presentations.vues import Dessin, VueDessinee

RANGS_AU_PLUS = 14
"""Most values drawn on a slide; the others are in the table."""


def dessiner(vue: VueDessinee) -> Markup:
    """Every chart of a view."""
    grand = html.P(vue.grand, className="grand") if vue.grand else None
    bout = max((etendue(d.traces) for d in vue.dessins), default=0)
    return html.joindre(grand, [_dessiner(d, vue, bout) for d in vue.dessins])


def _dessiner(dessin: Dessin, vue: VueDessinee, bout: float) -> Markup:
    pleines = [t for t in dessin.traces if not t.repere]
    reperes = [t for t in dessin.traces if t.repere]
    titre = f"{vue.titre}{INSECABLE}: {dessin.titre}" if dessin.titre else vue.titre
    rangs = [
        html.Tr(
            [
                html.Th(ligne.libelle, scope="row"),
                html.Td(
                    [_bande(t, i, bout) for t in pleines] + [_repere(t, i, bout) for t in reperes],
                    className="trait",
                    **{"aria-hidden": "true"},
                ),
                *(_valeur(t, i, vue.unite) for t in dessin.traces),
            ],
            **{"data-valeur": ligne.modalite or str(i)},
        )
        for i, ligne in enumerate(pleines[0].lignes)
    ]
    entetes = [html.Th(_nommer(t), scope="col", className="nombre") for t in dessin.traces]
    tete = html.Tr(
        [
            html.Th("Réponse", scope="col"),
            html.Td("", className="trait", **{"aria-hidden": "true"}),
            *entetes,
        ]
    )
    return html.Table(
        [html.Caption(titre), html.Thead(tete), html.Tbody(rangs)],
        className="bandes" if len(dessin.traces) > 1 else "bandes seule",
    )


def _nommer(trace: Trace) -> Sequence[object]:
    signe = html.Span(
        "",
        className="signe repere" if trace.repere else "signe",
        style={"background": trace.couleur},
        **{"aria-hidden": "true"},
    )
    return [signe, trace.nom or "Part"]


def _valeur(trace: Trace, rang: int, unite: str) -> Markup:
    return html.Td(
        trace.etiqueter(rang),
        className="nombre repere" if trace.repere else "nombre",
        title=trace.dire(rang, unite),
        **({"style": {"color": trace.couleur}} if trace.repere else {}),
    )


def _bande(trace: Trace, rang: int, bout: float) -> Markup | None:
    ligne = trace.lignes[rang]
    mesure = _mesurer(trace, rang)
    if mesure is None or not bout:
        return None
    return html.Span(
        "",
        className="bande masquee" if ligne.statut == "masque" else "bande",
        style={"width": f"{100 * mesure / bout:.2f}%", "background-color": trace.couleur},
    )


def _repere(trace: Trace, rang: int, bout: float) -> Markup | None:
    mesure = _mesurer(trace, rang)
    if mesure is None or not bout or not trace.lignes[rang].affichee:
        return None
    return html.Span(
        "",
        className="marque-repere",
        style={"left": f"{100 * mesure / bout:.2f}%", "background-color": trace.couleur},
    )


def _mesurer(trace: Trace, rang: int) -> float | None:
    base = next((x.base for x in trace.lignes if x.base), 0) or 0
    return mesurer(trace.lignes[rang], trace.plancher_de(rang), base)
