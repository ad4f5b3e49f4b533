"""Schematic map of the collèges with an ALSES, without any tile server.

Positions are those of the towns, right to one or two kilometres; collèges of one town are fanned
out around it. A table of the same collèges stands beside it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from dash import html as composants

from dashboard import balises as html
from dashboard import couleurs as c
from dashboard import graphiques
from dashboard.contexte import Contexte
from dashboard.figures import encadrer
from dashboard.fragments import fragment
from dashboard.nombres import INSECABLE, nombre
from data.refus import typographier
from queries.lieux import RESEAUX, lister
from queries.selection import derniere_annee

RAYON = 0.022
"""Distance between the collèges of one town, degrees of latitude."""

GENRES = {
    "plan_pauvrete": ("Plan pauvreté", c.ENSEMBLE_PS, "diamond"),
    "autre": ("Autre", c.DEPARTEMENT, "circle"),
}


def _eventail(rang: int, combien: int) -> tuple[float, float]:
    if combien == 1:
        return 0.0, 0.0
    tour = max(6, min(combien, 8))
    couronne, place = divmod(rang, tour)
    angle = 2 * math.pi * place / min(tour, combien) + couronne * 0.4
    rayon = RAYON * (1 + couronne)
    return rayon * 1.56 * math.cos(angle), rayon * math.sin(angle)


def _nommer_territoires(centres: dict[str, list[tuple[float, float]]]) -> list[dict[str, Any]]:
    """Name of each territoire (without what stands in brackets) above its collèges; below them
    when another name is already there; from the edge inwards at both ends of the map."""
    abscisses = [x for pts in centres.values() for x, _ in pts]
    fonds: list[dict[str, Any]] = []
    for nom, pts in sorted(centres.items(), key=lambda c: -max(y for _, y in c[1])):
        x = sum(x for x, _ in pts) / len(pts)
        y = max(y for _, y in pts) + 0.035
        if any(abs(x - f["x"]) < 0.45 and abs(y - f["y"]) < 0.1 for f in fonds):
            y = min(y for _, y in pts) - 0.045
        place = "middle center"
        if len(centres) > 1:
            rang = (x - min(abscisses)) / (max(abscisses) - min(abscisses))
            if rang > 0.7:
                x, place = max(x for x, _ in pts), "middle left"
            elif rang < 0.15:
                x, place = min(x for x, _ in pts), "middle right"
        fonds.append({"x": x, "y": y, "nom": nom.split(" (")[0], "place": place})
    return fonds


def composer(ctx: Contexte) -> composants.Section:
    """Map and table of the collèges with a post open in the year, inside the perimeter."""
    geo = ctx.etat.geographie
    annee = derniere_annee(ctx.selection.annee)
    debut = int(annee[:4])
    genre = geo.genre_de_poste(debut)
    visibles = {x.code for x in lister(ctx.etat, ctx.lecteur, "college", annee)}
    postes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for p in geo.postes_ouverts(debut):
        if p["college"] in visibles:
            postes[p["college"]].append(p)
    par_commune: dict[str, list[str]] = defaultdict(list)
    for code in geo.colleges:
        if code in postes and geo.colleges[code]["latitude"] is not None:
            par_commune[geo.colleges[code]["commune"]].append(code)
    points, lignes = [], []
    for codes in par_commune.values():
        for i, code in enumerate(codes):
            college = geo.colleges[code]
            dx, dy = _eventail(i, len(codes))
            nom, couleur, symbole = GENRES[genre[code]]
            points.append(
                {
                    "x": college["longitude"] + dx,
                    "y": college["latitude"] + dy,
                    "nom": college["nom"],
                    "texte": _bulle(ctx, code, postes[code]),
                    "couleur": couleur,
                    "symbole": symbole,
                    "groupe": nom,
                }
            )
    centres: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for codes in par_commune.values():
        for code in codes:
            college = geo.colleges[code]
            centres[college["territoire"]].append((college["longitude"], college["latitude"]))
    fonds = _nommer_territoires({geo.territoires[code]: pts for code, pts in centres.items()})
    for code, siens in postes.items():
        college = geo.colleges[code]
        lignes.append(
            html.Tr(
                [
                    html.Th(college["nom"], scope="row"),
                    html.Td(college["commune"]),
                    html.Td(", ".join(_association(ctx, p) for p in siens)),
                    html.Td(
                        RESEAUX[college["education_prioritaire"]]
                        if college["education_prioritaire"]
                        else "–"
                    ),
                    html.Td(GENRES[genre[code]][0]),
                    html.Td(nombre(sum(p["etp"] for p in siens)), className="nombre"),
                ]
            )
        )
    titre = f"Les {len(postes)} collèges avec un ALSES au 1er janvier {debut + 1}"
    sans_position = sum(1 for code in postes if geo.colleges[code]["latitude"] is None)
    note = "Carte schématique : positions des communes, à un ou deux kilomètres près."
    if sans_position:
        note += f" {sans_position} collège{'s' if sans_position > 1 else ''} sans position connue."
    figure = encadrer(
        "graphe-carte",
        graphiques.carte(points, fonds, titre),
        f"{titre}, sur une carte schématique. Le tableau les liste.",
        haut=False,
    )
    entetes = ("Collège", "Commune", "Association", "Réseau", "Poste")
    liste = html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        *(html.Th(t, scope="col") for t in entetes),
                        html.Th("ETP", scope="col", className="nombre"),
                    ]
                )
            ),
            html.Tbody(lignes),
        ],
        className="tableau",
    )
    region = html.Div(
        liste,
        className="defile liste",
        tabIndex=0,
        role="region",
        **{"aria-label": "Liste des collèges"},
    )
    return composants.Section(
        [
            fragment(html.H2(titre, id="titre-carte")),
            composants.Div(
                [
                    composants.Div([figure, fragment(html.P(note, className="aide"))]),
                    fragment(region),
                ],
                className="cote-a-cote",
            ),
        ],
        className="carte geographie",
        **{"aria-labelledby": "titre-carte"},
    )


def _association(ctx: Contexte, poste: dict[str, Any]) -> str:
    """Name of a post's association, where the reader may have it."""
    permises = {x.code for x in lister(ctx.etat, ctx.lecteur, "association")}
    if poste["association"] not in permises:
        return "–"
    return str(ctx.etat.geographie.associations[poste["association"]]["nom"])


def _bulle(ctx: Contexte, code: str, postes: list[dict[str, Any]]) -> str:
    college = ctx.etat.geographie.colleges[code]
    etp = nombre(sum(p["etp"] for p in postes))
    reseau = RESEAUX[college["education_prioritaire"] or "hors"]
    associations = ", ".join(dict.fromkeys(_association(ctx, p) for p in postes))
    return typographier(
        f"<b>{college['nom']}</b>, {college['commune']}<br>{associations}<br>"
        f"{etp} ETP{INSECABLE}· {reseau}"
    )
