"""Lines over the school years, as a plain figure.

A masked value is an open mark at half the floor, which no line joins; a year without an answer is
a gap; a printed figure of a year without data is a star. Each line has its own mark and its name
beside its end: colour is never alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import couleurs as c
from dashboard.graphiques import Figure, mettre_en_page
from dashboard.nombres import INSECABLE, couper

MARQUES: tuple[tuple[str, str], ...] = (
    ("circle", "●"),
    ("square", "■"),
    ("diamond", "◆"),
    ("triangle-up", "▲"),
    ("triangle-down", "▼"),
    ("cross", "✚"),
)
"""Mark of each line, in order: for the chart, for its name."""

EN_RETRAIT = "#8b98a5"
"""Colour of the lines that are drawn behind, without a name."""

BANDE = "#e9edf1"
HAUTEUR, HAUTEUR_ETROITE = 430, 380
LARGEUR_DES_NOMS, TAILLE_DES_NOMS, LARGEUR_D_UN_SIGNE = 30, 14, 6.7
"""Of the names beside the lines: signs to a line, px, mean width of a sign in px."""


@dataclass(frozen=True, slots=True)
class Marque:
    """One year of a line. `y`: None for a gap. `etiquette`: the few characters beside the mark,
    `bulle`: what is said of it. `masquee`: an open mark. `imprimee`: a star."""

    x: int
    y: float | None
    etiquette: str
    bulle: str
    masquee: bool = False
    imprimee: bool = False


@dataclass(frozen=True, slots=True)
class Courbe:
    """One line. `rang`: of its colour and mark; None: behind, without a name. `repere`: dashed."""

    nom: str
    marques: Sequence[Marque]
    rang: int | None
    repere: bool = False

    @property
    def couleur(self) -> str:
        """Its colour."""
        if self.repere:
            return c.PASSE
        return EN_RETRAIT if self.rang is None else c.LIEUX[self.rang]

    @property
    def symbole(self) -> tuple[str, str]:
        """Its mark: for the chart, for its name."""
        if self.repere or self.rang is None:
            return "circle", "–"
        return MARQUES[self.rang]


@dataclass(frozen=True, slots=True)
class Axe:
    """The years, (place, words) each; `parts`: per cents. `rupture`: place and words of an upright
    line; `bandes`: years nobody answers for, with why."""

    annees: Sequence[tuple[int, str]]
    parts: bool
    rupture: tuple[float, str] | None = None
    bandes: Sequence[tuple[int, str]] = ()


def tracer(courbes: Sequence[Courbe], axe: Axe, *, etroit: bool = False) -> Figure:
    """The figure. `etroit`: for a phone, where names stand in a key outside of it."""
    hauteur = HAUTEUR_ETROITE if etroit else HAUTEUR
    mise = mettre_en_page(hauteur, legende=False)
    nommees = [x for x in courbes if x.rang is not None or x.repere]
    seule = len(nommees) == 1
    bout = max((m.y for x in courbes for m in x.marques if m.y is not None), default=0)
    bout = bout * 1.12 or 1
    if axe.parts:
        bout = min(bout, 104)
    premier, dernier = axe.annees[0][0], axe.annees[-1][0]
    donnees: list[dict[str, Any]] = []
    # Those behind first: they are drawn under the others.
    for courbe in sorted(courbes, key=lambda x: x.rang is not None):
        donnees += _dessiner(courbe, valeurs=seule and courbe in nommees)
    mots = [m.replace("-", "-<br>", 1) if etroit else m for _, m in axe.annees]
    marges = {
        "l": 46 if etroit else 56,
        "r": 22,
        "t": 46 if axe.rupture else 18,
        "b": 18 + 18 * max(m.count("<br>") + 1 for m in mots),
    }
    if not seule and nommees and not etroit:
        noms = [couper(f"{x.symbole[1]}{INSECABLE}{x.nom}", LARGEUR_DES_NOMS) for x in nommees]
        signes = max(len(x) for nom in noms for x in nom.split("<br>"))
        marges["r"] = int(signes * LARGEUR_D_UN_SIGNE) + 20
        donnees += _nommer(nommees, noms, bout, hauteur - marges["t"] - marges["b"])
    mise["margin"] = marges
    mise["xaxis"] = {
        "range": [premier - 0.45, dernier + 0.45],
        "tickvals": [x for x, _ in axe.annees],
        "ticktext": mots,
        "tickfont": {"size": 12 if etroit else 14},
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
    }
    mise["yaxis"] = {
        "range": [0, bout],
        "tickformat": ",",
        "ticksuffix": f"{INSECABLE}%" if axe.parts else "",
        "tickfont": {"size": 13},
        "nticks": 6,
        "fixedrange": True,
        "showgrid": True,
        "gridcolor": c.FILET,
        "zeroline": True,
        "zerolinecolor": c.GRIS,
    }
    mise["shapes"], mise["annotations"] = _marquer(axe)
    return {"data": donnees, "layout": mise}


def _dessiner(courbe: Courbe, *, valeurs: bool) -> list[dict[str, Any]]:
    """The line and its marks, the open ones, the printed ones."""
    couleur, symbole = courbe.couleur, courbe.symbole[0]
    devant = courbe.rang is not None
    pleines = {m.x: m for m in courbe.marques if not m.masquee and not m.imprimee}
    traces: list[dict[str, Any]] = []
    if pleines:
        # A year that nobody answers for breaks the line.
        annees = range(min(pleines), max(pleines) + 1)
        rangees = [pleines.get(x, Marque(x, None, "", "")) for x in annees]
        traces.append(
            _serie(courbe, rangees, couleur)
            | {
                "mode": "lines+markers" + ("+text" if valeurs else ""),
                "connectgaps": False,
                "line": {
                    "color": couleur,
                    "width": 2.5 if devant else 1.5,
                    "dash": "dash" if courbe.repere else "solid",
                },
                "marker": {"symbol": symbole, "size": 10 if devant else 5, "color": couleur},
            }
        )
    for choisies, forme, trait in (
        ([m for m in courbe.marques if m.masquee], f"{symbole}-open", 2),
        ([m for m in courbe.marques if m.imprimee], "star", 0),
    ):
        if not choisies:
            continue
        imprimees = forme == "star"
        traces.append(
            _serie(courbe, choisies, couleur)
            | {
                "mode": "markers+text" if valeurs or imprimees else "markers",
                "textposition": [
                    "top center" if i % 2 == 0 else "bottom center" for i, _ in enumerate(choisies)
                ],
                "marker": {
                    "symbol": forme,
                    "size": 15 if imprimees else (10 if devant else 6),
                    "color": couleur,
                    "line": {"width": trait, "color": couleur},
                },
            }
        )
    return traces


def _serie(courbe: Courbe, marques: Sequence[Marque], couleur: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": courbe.nom,
        "x": [m.x for m in marques],
        "y": [m.y for m in marques],
        "text": [m.etiquette for m in marques],
        "textposition": "top center",
        "textfont": {"size": 14, "color": c.ENCRE},
        "hovertext": [m.bulle for m in marques],
        "hoverinfo": "text",
        "cliponaxis": False,
        "showlegend": False,
    }


def _nommer(
    courbes: Sequence[Courbe], noms: Sequence[str], bout: float, trace: float
) -> list[dict[str, Any]]:
    """Names beside the ends of the lines, pushed apart so that none covers another.

    `bout`: end of the scale; `trace`: height of the plot, px.
    """
    par_px = bout / max(trace, 1)
    par_fin: dict[int, list[tuple[float, float, int]]] = {}
    for i, courbe in enumerate(courbes):
        dernieres = [m for m in courbe.marques if m.y is not None]
        if dernieres:
            fin = max(dernieres, key=lambda m: m.x)
            demi = (TAILLE_DES_NOMS + 4) * (noms[i].count("<br>") + 1) / 2 * par_px
            par_fin.setdefault(fin.x, []).append((fin.y or 0, demi, i))
    return [
        {
            "type": "scatter",
            "mode": "text",
            "x": [x],
            "y": [y],
            "text": [INSECABLE * 3 + noms[i].replace("<br>", f"<br>{INSECABLE * 3}")],
            "textposition": "middle right",
            "textfont": {"size": TAILLE_DES_NOMS, "color": courbes[i].couleur},
            "cliponaxis": False,
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for x, places in par_fin.items()
        for y, i in _ecarter(places)
    ]


def _ecarter(places: Sequence[tuple[float, float, int]]) -> list[tuple[float, int]]:
    """Heights (y, half its own, which) pushed apart: downwards, then up again above the axis."""
    ordre = sorted(places, key=lambda p: -p[0])
    hauteurs: list[float] = []
    for rang, (y, demi, _) in enumerate(ordre):
        haut = hauteurs[-1] - ordre[rang - 1][1] - demi if rang else y
        hauteurs.append(min(y, haut))
    plancher = 0.0
    for rang in reversed(range(len(ordre))):
        demi = ordre[rang][1]
        hauteurs[rang] = max(hauteurs[rang], plancher + demi)
        plancher = hauteurs[rang] + demi
    return [(y, i) for y, (_, _, i) in zip(hauteurs, ordre, strict=True)]


def _marquer(axe: Axe) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Shapes and annotations: years without an answer, the change of the forms."""
    formes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for annee, mots in axe.bandes:
        formes.append(
            {
                "type": "rect",
                "layer": "below",
                "xref": "x",
                "yref": "paper",
                "x0": annee - 0.3,
                "x1": annee + 0.3,
                "y0": 0,
                "y1": 1,
                "fillcolor": BANDE,
                "line": {"width": 0},
            }
        )
        notes.append(
            {
                "text": mots,
                "x": annee,
                "y": 0.5,
                "yref": "paper",
                "textangle": -90,
                "showarrow": False,
                "font": {"size": 14, "color": "#4d5d6c"},
            }
        )
    if axe.rupture:
        x, mots = axe.rupture
        formes.append(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": x,
                "x1": x,
                "y0": 0,
                "y1": 1,
                "line": {"color": c.GRIS, "width": 1.5, "dash": "dot"},
            }
        )
        notes.append(
            {
                "text": mots,
                "x": x,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 13, "color": "#4d5d6c"},
            }
        )
    return formes, notes
