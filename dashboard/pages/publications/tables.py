"""The tables of a card: printed figures, statements, printed tables, contradictions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markupsafe import Markup

from dashboard import balises as html
from dashboard.balises import Enfants
from dashboard.nombres import INSECABLE, enumerer
from dashboard.pages.publications.mots import (
    aerer,
    citer,
    dire_lieux,
    dire_periode,
    dire_relation,
    ecrire_valeur,
    majuscule,
)
from data.lexique import Document
from data.publications import Affirmation, Chiffre, Contradiction
from data.tableaux_publies import Colonne, Ligne, Tableau

Adresser = Callable[[str, str], str]
"""Address of the page at a theme and an anchor."""

VIDE = "–"


def chiffres(ou: str, siens: Sequence[Chiffre], adresser: Adresser, contradictions: str) -> Markup:
    """Figures, one a row. What is the same for all of them is said once, in the caption.

    `ou`: title of the card; `contradictions`: code of the theme where contradicting passages are
    read.
    """
    qui = [x.population for x in siens]
    lieux = [dire_lieux(x.lieu) for x in siens]
    quand = [dire_periode(x.periode) for x in siens]
    variables = [("Qui", qui), ("Où", lieux), ("Quand", quand)]
    communs = [valeurs[0] for _, valeurs in variables if len(set(valeurs)) == 1]
    restent = [(nom, valeurs) for nom, valeurs in variables if len(set(valeurs)) > 1]
    notes = any(x.note or x.contredit for x in siens)
    entetes = [
        html.Th("Ce qui est imprimé", scope="col"),
        *(html.Th(nom, scope="col") for nom, _ in restent),
        html.Th("Valeur", scope="col", className="nombre"),
        *([html.Th("Remarque", scope="col")] if notes else []),
    ]
    rangees = [
        html.Tr(
            [
                html.Th(_nommer(x), scope="row"),
                *(html.Td(majuscule(aerer(valeurs[i]))) for _, valeurs in restent),
                html.Td(ecrire_valeur(x), className="nombre"),
                *([_remarquer(x, adresser, contradictions)] if notes else []),
            ],
            **{"data-chiffre": x.id},
        )
        for i, x in enumerate(siens)
    ]
    legende = "Chiffres imprimés"
    if communs:
        legende += f"{INSECABLE}: {' · '.join(aerer(x) for x in communs)}"
    return encadrer(ou, legende, entetes, rangees)


def _nommer(x: Chiffre) -> Enfants:
    nom = [majuscule(x.indicateur)]
    if x.categorie:
        nom.append(f"{INSECABLE}: {x.categorie}")
    if x.mesure.startswith(("évolution", "écart", "objectif", "rapport")):
        nom.append(f" ({x.mesure.removesuffix(' (effectif)')})")
    base = html.Span(f"sur{INSECABLE}: {aerer(x.base)}", className="base") if x.base else None
    return [aerer("".join(nom)), base]


def _remarquer(x: Chiffre, adresser: Adresser, contradictions: str) -> Markup:
    liens: list[Enfants] = []
    for numero in x.contredit:
        lien = html.Lien(
            f"Contredit ou ambigu, n°{INSECABLE}{numero}",
            adresser(contradictions, f"passage-{numero}"),
            className="contredit",
        )
        liens += [" ", lien]
    return html.Td([aerer(x.note), *liens], className="remarque")


def affirmations(ou: str, siennes: Sequence[Affirmation]) -> Markup:
    """What the text says in words."""
    entetes = [
        html.Th(titre, scope="col")
        for titre in ("Sujet", "Où", "Ce que le texte affirme", "Citation")
    ]
    rangees = [
        html.Tr(
            [
                html.Th(_nommer_le_sujet(x), scope="row"),
                html.Td(majuscule(dire_lieux(x.lieux))),
                html.Td([dire_relation(x), html.Span(aerer(x.note), className="base")]),
                html.Td(citer(x.citation), className="cite"),
            ],
            **{"data-affirmation": x.id},
        )
        for x in siennes
    ]
    return encadrer(ou, "Ce que le texte affirme", entetes, rangees)


def _nommer_le_sujet(x: Affirmation) -> Enfants:
    sujet = majuscule(x.indicateur)
    if x.categories:
        sujet += f"{INSECABLE}: {enumerer(x.categories)}"
    return [aerer(sujet), html.Span(aerer(dire_periode(x.periode)), className="base")]


def imprime(ou: str, tableau: Tableau, documents: dict[str, Document]) -> Markup:
    """A printed table, its columns that are empty left out."""
    colonnes = [c for c in tableau.montrees if any(x[c.champ] for x in tableau.lignes)]
    entetes = [html.Th(c.titre, scope="col", className=_classer(c)) for c in colonnes]
    nom, *reste = colonnes
    rangees = [
        html.Tr(
            [
                html.Th(_cellule(x, nom, documents), scope="row"),
                *(
                    html.Td(
                        _cellule(x, c, documents),
                        className=_classer(c),
                    )
                    for c in reste
                ),
            ],
            **{"data-ligne": f"{tableau.code}-{rang}"},
        )
        for rang, x in enumerate(tableau.lignes, 1)
    ]
    return encadrer(ou, tableau.titre, entetes, rangees)


def _classer(colonne: Colonne) -> str:
    if colonne.champ in ("note", "remarque"):
        return "remarque"
    return "nombre" if colonne.genre == "nombre" else ""


def _cellule(ligne: Ligne, colonne: Colonne, documents: dict[str, Document]) -> Enfants:
    texte = ligne[colonne.champ]
    if not texte:
        return VIDE
    if colonne.genre == "documents":
        return html.Ul([html.Li(documents[code].court) for code in texte.split("|")])
    return ecrire_cellule(texte, colonne.genre)


def ecrire_cellule(texte: str, genre: str) -> str:
    """A cell as it is read, on the page and in files."""
    if genre == "liste":
        return ", ".join(texte.split("|"))
    if genre == "date":
        return dire_periode(texte)
    if genre == "nombre" and re.fullmatch(r"-?\d+(\.\d+)?", texte):
        return aerer(texte).replace(".", ",").replace("-", "−")
    return aerer(texte)


def passages(
    ou: str, lues: Sequence[Contradiction], adresser: Adresser, noms: dict[str, str]
) -> Markup:
    """Contradicting passages, each an anchor. `noms`: of the themes, by code."""
    entetes = [html.Th(x, scope="col") for x in ("N°", "Sujet", "Ce qui se contredit", "Où")]
    rangees = [
        html.Tr(
            [
                html.Td(str(c.numero), className="nombre"),
                html.Th(aerer(c.titre), scope="row"),
                html.Td(aerer(c.texte)),
                html.Td(
                    html.Ul(
                        [html.Li(html.Lien(noms[code], adresser(code, ""))) for code in c.themes]
                    )
                ),
            ],
            id=f"passage-{c.numero}",
            **{"data-contradiction": str(c.numero)},
        )
        for c in lues
    ]
    return encadrer(ou, "Passages qui se contredisent ou restent ambigus", entetes, rangees)


def encadrer(ou: str, legende: str, entetes: Sequence[Markup], rangees: Sequence[Markup]) -> Markup:
    """A table with a caption, which scrolls by itself, with the keyboard too.

    `ou`: title of its card, since many tables of a page have the same caption.
    """
    return html.Div(
        html.Table(
            [
                html.Caption(html.Span(legende)),
                html.Thead(html.Tr(entetes)),
                html.Tbody(rangees),
            ],
            className="tableau",
        ),
        className="defile",
        tabIndex=0,
        role="region",
        **{"aria-label": f"{ou} – {legende}"},
    )
