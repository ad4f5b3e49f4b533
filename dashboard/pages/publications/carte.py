"""One card: what it is, bars, tables, quotes, source."""

from __future__ import annotations

from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard.balises import Enfants
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, enumerer
from dashboard.pages.publications import tables
from dashboard.pages.publications.dessin import dessiner
from dashboard.pages.publications.fichiers import adresse_du_tableau
from dashboard.pages.publications.mots import citer, dire_periode, ecrire_valeur
from dashboard.pages.publications.tables import Adresser
from data.lexique import Document
from data.publications import Carte, Publications, Theme

CONTRADICTIONS = "contradictions"
"""Code of the theme where contradicting passages are read."""

SANS_ANCIENNETE = (
    "Le tableau imprimé donne aussi l’ancienneté de chaque ALSES. Comme chaque ligne désigne une "
    "personne, elle n’est montrée que regroupée."
)
EXPLICATIONS = {"nouveaux-2020": SANS_ANCIENNETE}
"""Card → a word on what is not shown as it is printed."""


def composer(carte: Carte, theme: Theme, lues: Publications, adresser: Adresser) -> Any:
    """The card."""
    tete = [
        html.H2(
            [
                html.Span(carte.numero, className="numero") if carte.numero else None,
                html.Span(carte.titre),
            ],
            id=f"titre-{carte.code}",
        ),
        html.P(carte.presentation),
    ]
    dessins = [
        dessiner(carte.code, n, graphique) for n, graphique in enumerate(carte.graphiques, 1)
    ]
    blocs: list[Any] = [fragment(*tete, className="morceau")]
    if dessins:
        blocs.append(composants.Div(dessins, className="series"))
    blocs.append(fragment(*_suite(carte, theme, lues, adresser), className="morceau"))
    return composants.Section(
        blocs,
        id=carte.code,
        className="carte texte",
        **{"aria-labelledby": f"titre-{carte.code}"},
    )


def _suite(carte: Carte, theme: Theme, lues: Publications, adresser: Adresser) -> list[Markup]:
    documents = dict(lues.documents)
    suite: list[Markup] = []
    if carte.code in EXPLICATIONS:
        suite.append(html.P(EXPLICATIONS[carte.code]))
    for tableau in carte.tableaux:
        contenu = tables.imprime(carte.titre, tableau, documents)
        if tableau.code.startswith("sommaire"):
            nombre = len(tableau.lignes)
            contenu = _deplier("sommaire-imprime", f"{tableau.titre} ({nombre})", contenu)
        suite.append(contenu)
    if carte.chiffres:
        suite.append(tables.chiffres(carte.titre, carte.chiffres, adresser, CONTRADICTIONS))
    elif carte.graphiques and not carte.tableaux:
        suite.append(_renvoyer(carte, lues, adresser))
    if carte.contradictions:
        noms = {t.code: t.nom for t in lues.themes}
        suite.append(tables.passages(carte.titre, carte.contradictions, adresser, noms))
    if carte.affirmations:
        nombre = len(carte.affirmations)
        suite.append(
            _deplier(
                "affirmations",
                f"Ce que le texte affirme ({nombre})",
                tables.affirmations(carte.titre, carte.affirmations),
            )
        )
    if carte.citations:
        suite.append(
            _deplier(
                "citations",
                f"Mot à mot ({len(carte.citations)})",
                html.Ul(
                    [
                        html.Li(html.Blockquote(citer(x)), **{"data-citation": True})
                        for x in carte.citations
                    ],
                    className="citations",
                ),
            )
        )
    suite.append(_pied(carte, theme, lues))
    return suite


def _deplier(classe: str, titre: str, contenu: Enfants) -> Markup:
    return html.Details([html.Summary(titre), contenu], className=f"chiffres {classe}")


def _renvoyer(carte: Carte, lues: Publications, adresser: Adresser) -> Markup:
    """The figures of a chart across documents, each with the card where it is read."""
    rangees = []
    for graphique in carte.graphiques:
        for point in graphique.points:
            theme, sienne = lues.lieu_de(point.chiffre)
            nom = f"{point.ligne}, {point.serie}" if point.serie else point.ligne
            if len(carte.graphiques) > 1:
                nom = f"{graphique.titre}{INSECABLE}: {nom}"
            rangees.append(
                html.Tr(
                    [
                        html.Th(nom, scope="row"),
                        html.Td(ecrire_valeur(point), className="nombre"),
                        html.Td(
                            html.Lien(
                                f"{theme.nom}{INSECABLE}: {sienne.titre}",
                                adresser(theme.code, sienne.code),
                            )
                        ),
                    ],
                    **{"data-renvoi": point.chiffre},
                )
            )
    entetes = [
        html.Th("Ce qui est imprimé", scope="col"),
        html.Th("Valeur", scope="col", className="nombre"),
        html.Th("Lu dans", scope="col"),
    ]
    return tables.encadrer(carte.titre, "Les chiffres et leur document", entetes, rangees)


def sources(carte: Carte, theme: Theme, lues: Publications) -> list[Document]:
    """The documents a card comes from."""
    if theme.document is not None:
        return [theme.document]
    cites = [p.chiffre for g in carte.graphiques for p in g.points if p.chiffre]
    trouves = [lues.lieu_de(x)[0].document for x in cites]
    documents = [d for d in trouves if d is not None]
    return list(dict.fromkeys(documents)) or [
        t.document for t in lues.themes if t.document is not None
    ]


def _pied(carte: Carte, theme: Theme, lues: Publications) -> Markup:
    siennes = list(dict.fromkeys(sources(carte, theme, lues)))
    textes = [f"{d.titre}, {d.auteur}, {dire_periode(d.date)}" for d in siennes]
    mot = "Source" if len(textes) < 2 else "Sources"
    source = f"{mot}{INSECABLE}: {' ; '.join(textes)}"
    if carte.page:
        source += f", p.{INSECABLE}{carte.page}"
    elif theme.document is not None and theme.document.code.startswith("itineraires"):
        source += ", page non relevée"
    liens = [
        html.Li(
            html.A(
                f"{t.titre} (CSV)",
                href=adresse_du_tableau(t.code),
                download=True,
            )
        )
        for t in carte.tableaux
    ]
    return html.Footer(
        [
            html.P(f"{source}.", className="source"),
            html.Ul(liens, className="outils") if liens else None,
        ],
        className="pied-carte",
    )


def compter(theme: Theme) -> str:
    """What a theme holds: « 60 chiffres imprimés, 25 affirmations et 4 tableaux »."""
    morceaux = []
    for nombre, un, plusieurs in (
        (len(theme.chiffres), "chiffre imprimé", "chiffres imprimés"),
        (len(theme.affirmations), "affirmation", "affirmations"),
        (sum(len(c.tableaux) for c in theme.cartes), "tableau", "tableaux"),
        (
            sum(len(c.contradictions) for c in theme.cartes),
            "passage contradictoire ou ambigu",
            "passages contradictoires ou ambigus",
        ),
    ):
        if nombre:
            morceaux.append(f"{nombre}{INSECABLE}{un if nombre < 2 else plusieurs}")
    return enumerer(morceaux)
