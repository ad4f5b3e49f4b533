"""What stands around every page: head of the site, navigation, filter bar, foot."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from markupsafe import Markup

from dashboard import balises
from dashboard.nombres import INSECABLE, date_longue
from dashboard.pieces import ASSETS, adresse_de_la_piece
from dashboard.plan import MENUS, NAVIGATION, Page
from queries.depot import Etat

METHODE = "/methode"

LIENS_DU_PIED = (
    ("protection", "Comment ces chiffres sont protégés"),
    ("livraisons", "D’où ils viennent"),
    ("glossaire", "Glossaire"),
    ("accessibilite", "Accessibilité : non évaluée par un tiers"),
)
"""Anchors of the methods page, and the words that lead there from the foot of every page."""

INDEX = """<!DOCTYPE html>
<html lang="fr">
  <head>
    {%metas%}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light">
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
    {%graphiques%}
  </head>
  <body>
    <a class="evitement" href="#contenu">Aller au contenu</a>
    {%app_entry%}
    <footer class="technique">
      {%config%}
      {%scripts%}
      {%renderer%}
    </footer>
  </body>
</html>
"""


PLOTLY = "vendor/plotly-basic.min.js"
"""What draws the charts; it is not there when the assets could not be installed."""

GRAPHE = '<link rel="preload" as="script" href="/_dash-component-suites/dash/dcc/async-graph.js">'


def annoncer_les_graphiques(*, montres: bool) -> str:
    """Where the scripts of the charts are, asked for at once by the pages that show some
    (`assets/plotly-config.js`)."""
    lignes = [GRAPHE] if montres else []
    if (ASSETS / PLOTLY).exists():
        adresse = adresse_de_la_piece(PLOTLY)
        lignes.append(f'<meta name="plotly" content="{adresse}">')
        if montres:
            # After what asks for the figures.
            precharge = 'rel="preload" as="script" fetchpriority="low"'
            lignes.append(f'<link {precharge} data-plotly href="{adresse}">')
    return "\n    ".join(lignes)


SCRIPTS_INUTILES = ("/deps/polyfill@", "/dash_table/bundle")
"""What Dash loads for browsers of before 2019, and for tables that no page has: a quarter of the
time of its scripts. The only thing others take from them, `regeneratorRuntime`, Dash Bootstrap
Components brings too."""


def alleger(scripts: str) -> str:
    """The script elements that Dash wrote, one a line, without those of no use here."""
    lignes = scripts.splitlines()
    return "\n".join(x for x in lignes if not any(inutile in x for inutile in SCRIPTS_INUTILES))


def naviguer(ici: Page, requete: str) -> str:
    """Links to the pages, keeping what is looked at: the chapters, then a menu a group."""
    seules = [balises.Li(_lier(p, ici, requete)) for p in NAVIGATION if not p.groupe]
    menus = []
    for groupe in MENUS:
        siennes = [p for p in NAVIGATION if p.groupe == groupe]
        dedans = ici in siennes
        menus.append(
            balises.Li(
                balises.Details(
                    [
                        balises.Summary(groupe, className="ici" if dedans else ""),
                        balises.Ul([balises.Li(_lier(p, ici, requete)) for p in siennes]),
                    ],
                    className="menu",
                )
            )
        )
    return str(balises.Ul([*seules, *menus]))


def _lier(page: Page, ici: Page, requete: str) -> Markup:
    courante = page is ici
    # From a page written apart, or to one: the browser loads it.
    lier = balises.A if page.a_part or ici.a_part else balises.Lien
    return lier(
        page.nom,
        href=f"{page.chemin}{requete}",
        className="ici" if courante else "",
        **({"aria-current": "page"} if courante else {}),
    )


def composer(points_de_vue: Any) -> html.Div:
    """The shell; `barre`, `navigation`, `contenu` are filled from the address."""
    return html.Div(
        [
            dcc.Location(id="adresse", refresh=False),
            dcc.Store(id="visibles", data=[]),
            dcc.Store(id="dessinees", data={}),
            dcc.Store(id="page", data=None),
            dcc.Store(id="titre", data=None),
            dcc.Store(id="etroit", data=False),
            html.Header(
                [
                    html.Div(
                        [
                            dcc.Link(
                                [
                                    html.Span(className="arche", **{"aria-hidden": "true"}),
                                    html.Span("Passerelle"),
                                ],
                                href="/",
                                className="marque",
                                title="Passerelle, vue d’ensemble",
                            ),
                            html.P(
                                "Les ALSES du Nord, du formulaire au rapport", className="devise"
                            ),
                            points_de_vue,
                        ],
                        className="rang-marque",
                    ),
                    html.Nav(id="navigation", className="navigation", **{"aria-label": "Pages"}),
                ],
                className="entete",
            ),
            html.Section(
                id="barre", className="barre", **{"aria-label": "Choix du lieu et de l’année"}
            ),
            html.Main(
                [
                    html.Div(id="avis", role="status", className="avis"),
                    html.Div(id="contenu"),
                ],
                id="principal",
            ),
            html.Footer(id="pied", className="pied"),
            html.Div(id="annonce", role="status", className="hors-vue", **{"aria-live": "polite"}),
        ],
        className="application",
    )


def pied(etat: Etat, requete: str = "") -> str:
    """Delivery, nature of the data, ways to the methods page (keeping what is looked at)."""
    livraison = etat.livraison
    phrases = [
        f"Figures de la livraison n°{INSECABLE}{livraison.numero} du "
        f"{date_longue(livraison.date)}.".replace("Figures", "Chiffres")
    ]
    if etat.synthetique:
        phrases.append(
            "Données de démonstration : entièrement synthétiques, aucun jeune réel n’y figure."
        )
    phrases.append("Rien de ce qui est affiché ne permet de reconnaître un jeune.")
    liens = [
        balises.Li(balises.Lien(texte, f"{METHODE}{requete}#{ancre}"))
        for ancre, texte in LIENS_DU_PIED
    ]
    return str(balises.joindre(balises.P(" ".join(phrases)), balises.Ul(liens)))
