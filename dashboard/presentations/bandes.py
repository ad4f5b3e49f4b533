"""A chart as a table whose cells are bars: read by eyes, by a screen reader, on a phone, on paper,
without script. Same rules of drawing as `dashboard.graphiques`: a masked value is a hatched bar at
half the floor, never absent; figures stand beside the bars.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dashboard import balises as html
from dashboard.graphiques import SILENCES, Trace, etendue, mesurer
from dashboard.nombres import INSECABLE
from dashboard.presentations.vues import Dessin, VueDessinee
from queries.reponses import Ligne

COLONNES_D_UN_TELEPHONE = 2
"""Most figures that stand beside a bar on a phone."""

RANGS_AU_PLUS = 14
"""Most values drawn on a projector; the others are in the table."""


def dessiner(vue: VueDessinee, *, rangs: int = RANGS_AU_PLUS, bout: float | None = None) -> Markup:
    """Every chart of a view.

    `rangs`: how many values a projector draws of it; the least of the others are marked, and
    counted. `bout`: end of the scale, when views side by side share one.
    """
    grand = html.P(vue.grand, className="grand") if vue.grand else None
    if bout is None:
        bout = mesurer_le_bout([vue])
    rangs = max(rangs // max(len(vue.dessins), 1), 3)
    return html.joindre(
        grand, [_dessiner(d, n, vue, bout, rangs) for n, d in enumerate(vue.dessins)]
    )


def mesurer_le_bout(vues: Sequence[VueDessinee]) -> float:
    """The longest bar of these views; 0 when there is none."""
    return max((etendue(d.traces) for v in vues for d in v.dessins), default=0)


def nommer_les_valeurs(vue: VueDessinee) -> list[list[str]]:
    """What each row of each chart is called, to be highlighted: the same in bars and in table."""
    return [
        [f"{vue.indicateur}.{n}.{ligne.modalite or i}" for i, ligne in enumerate(lister(dessin))]
        for n, dessin in enumerate(vue.dessins)
    ]


def lister(dessin: Dessin) -> Sequence[Ligne]:
    """The values of a chart, in order."""
    return next(t for t in dessin.traces if not t.repere).lignes


def intituler(vue: VueDessinee, dessin: Dessin) -> str:
    """Title of the view and, when it has several charts, of this one."""
    return f"{vue.titre}{INSECABLE}: {dessin.titre}" if dessin.titre else vue.titre


def _dessiner(dessin: Dessin, rang: int, vue: VueDessinee, bout: float, rangs: int) -> Markup:
    pleines = [t for t in dessin.traces if not t.repere]
    reperes = [t for t in dessin.traces if t.repere]
    lignes = lister(dessin)
    noms = nommer_les_valeurs(vue)[rang]
    ordre = _classer(dessin, vue)
    moindres = max(len(lignes) - rangs, 0)
    corps = [
        html.Tr(
            [
                html.Th(html.Span(ligne.libelle), scope="row"),
                html.Td(
                    [_bande(t, i, bout) for t in pleines]
                    + [_repere(t, i, bout) for t in reperes]
                    + [_dire_le_silence(pleines, i) if vue.suivi else None],
                    className="trait",
                    **{"aria-hidden": "true"},
                ),
                *(_valeur(t, i, vue.unite) for t in dessin.traces),
            ],
            className="moindre" if ordre[i] >= rangs else "",
            **{"data-valeur": noms[i], "data-ordre": ordre[i]},
        )
        for i, ligne in enumerate(lignes)
    ]
    entetes = [html.Th(_nommer(t), scope="col", className="nombre") for t in dessin.traces]
    tete = html.Tr(
        [
            html.Th(vue.entete, scope="col"),
            html.Td("", className="trait", **{"aria-hidden": "true"}),
            *entetes,
        ]
    )
    table = html.Table(
        [html.Caption(intituler(vue, dessin)), html.Thead(tete), html.Tbody(corps)],
        className=_classer_la_table(dessin, vue),
        style={"--rangs": len(lignes) - moindres, "--pleines": len(pleines)},
    )
    titre = html.P(dessin.titre, className="titre-dessin") if dessin.titre else None
    # The headings again, where the columns are too narrow for them.
    cle = [html.Span(_nommer(t)) for t in dessin.traces] if len(dessin.traces) > 1 else None
    # Read by those who look from afar: nearer, every row is there.
    reste = dire_le_reste(moindres, vue.entete.lower()) if moindres else ""
    return html.Div(
        [
            titre,
            html.P(cle, className="cle", **{"aria-hidden": "true"}) if cle else None,
            table,
            html.P(
                reste,
                className="reste",
                **{"data-reste": moindres, "data-chose": vue.entete.lower()},
            ),
        ],
        className="dessin",
        style={"--rangs": len(lignes) - moindres},
    )


def _classer_la_table(dessin: Dessin, vue: VueDessinee) -> str:
    classes = {
        "seule": len(dessin.traces) == 1,
        "nombreuse": len(dessin.traces) > COLONNES_D_UN_TELEPHONE,
        "par-annee": vue.suivi is not None,
    }
    return " ".join(["bandes", *(nom for nom, vrai in classes.items() if vrai)])


def dire_le_reste(combien: int, chose: str = "réponse") -> str:
    """« et 6 autres réponses, dans le tableau »."""
    s = "s" if combien > 1 else ""
    return f"et {combien} autre{s} {chose}{s}, dans le tableau"


def _classer(dessin: Dessin, vue: VueDessinee) -> list[int]:
    """Rank of each row, 0 for the longest bar, or for the last year: a projector leaves out the
    last ranks."""
    premiere = next(t for t in dessin.traces if not t.repere)
    nombre = len(premiere.lignes)
    if vue.suivi:
        return list(range(nombre))[::-1]
    ordre = sorted(range(nombre), key=lambda i: _mesurer(premiere, i) or 0, reverse=True)
    return [ordre.index(i) for i in range(nombre)]


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


def _dire_le_silence(pleines: Sequence[Trace], rang: int) -> Markup | None:
    """Why no bar stands at a year, in the place of the bar; None when some does."""
    statuts = {t.lignes[rang].statut for t in pleines}
    if len(statuts) > 1 or any(t.textes for t in pleines) or not statuts <= SILENCES.keys():
        return None
    return html.Span(SILENCES[statuts.pop()], className="silence")


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
