"""Charts, as plain figures: each is a function of its data and fetches nothing.

Horizontal bars with direct labels; a masked value is a hatched bar at half the floor, never
absent (contract, confidentialité, Words).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import couleurs as c
from dashboard.nombres import FINE, INSECABLE, couper, nombre, pourcentage
from queries.reponses import STATUTS, Ligne, intervalle

Figure = dict[str, Any]

POLICE = "'Source Sans 3 Variable', 'Source Sans 3', system-ui, sans-serif"


@dataclass(frozen=True, slots=True)
class Trace:
    """Rows drawn in one colour. `exact`: one decimal. `repere`: marks over another's bars."""

    nom: str
    lignes: Sequence[Ligne]
    couleur: str
    plancher: int = 5
    exact: bool = False
    repere: bool = False


def decrire(ligne: Ligne, plancher: int, *, exact: bool = False, unite: str = "jeune") -> str:
    """One value in words: « environ 35 jeunes (entre 31 et 39), soit 45 % environ »."""
    if ligne.statut == "masque":
        return ligne.note or f"moins de {plancher} {unite}s"
    if not ligne.affichee:
        return STATUTS[ligne.statut].lower()
    texte = _decrire_les_nombres(ligne, exact=exact, unite=unite)
    return f"{texte} ({MOINS_DE_LA_MOITIE})" if ligne.fragile else texte


MOINS_DE_LA_MOITIE = "attention, moins de la moitié des réponses connues"
"""Said of a figure that rests on too few answers, in a few words."""


def _decrire_les_nombres(ligne: Ligne, *, exact: bool, unite: str) -> str:
    morceaux = []
    environ = "" if ligne.statut == "exact" else "environ "
    if ligne.effectif is not None:
        s = "s" if ligne.effectif >= 2 else ""
        texte = f"{environ}{nombre(ligne.effectif)} {unite}{s}"
        if ligne.statut == "arrondi":
            bas, haut = intervalle(ligne.effectif, ligne.statut)
            texte += f" (entre {nombre(bas)} et {nombre(haut)})"
        morceaux.append(texte)
    if ligne.part is not None:
        part = pourcentage(ligne.part, exact=exact)
        suite = " environ" if environ else ""
        morceaux.append(f"soit {part}{suite}" if morceaux else f"{part}{suite}")
    if ligne.valeur is not None:
        morceaux.append(f"{environ}{nombre(ligne.valeur)}")
    return ", ".join(morceaux) or "aucune donnée"


def etiquette(ligne: Ligne, plancher: int, *, exact: bool = False) -> str:
    """The few characters beside a bar."""
    if ligne.statut == "masque":
        return f"<{INSECABLE}{plancher}" if not ligne.note else "–"
    if not ligne.affichee:
        return "–"
    if ligne.part is not None:
        if ligne.part == 0 and ligne.effectif:
            return f"<{INSECABLE}{pourcentage(0.1 if exact else 1, exact=exact)}"
        return pourcentage(ligne.part, exact=exact)
    if ligne.valeur is not None:
        return nombre(ligne.valeur)
    return nombre(ligne.effectif) if ligne.effectif is not None else "–"


def _mesure(ligne: Ligne, plancher: int, base_de_part: float) -> float | None:
    if ligne.statut == "masque":
        base = ligne.base or base_de_part
        return 100 * plancher / 2 / base if base else plancher / 2
    if not ligne.affichee:
        return None
    if ligne.part is not None:
        return ligne.part
    return ligne.valeur if ligne.valeur is not None else ligne.effectif


def _base(hauteur: int, *, legende: bool) -> dict[str, Any]:
    return {
        "height": hauteur,
        "margin": {"l": 8, "r": 56, "t": 38 if legende else 8, "b": 8},
        "font": {"family": POLICE, "size": 15, "color": c.ENCRE},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": f",{FINE}",
        "showlegend": legende,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "xanchor": "left",
            "font": {"size": 14},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "hoverlabel": {
            "bgcolor": c.ENCRE,
            "bordercolor": c.ENCRE,
            "font": {"family": POLICE, "size": 14, "color": "#ffffff"},
            "align": "left",
        },
        "barmode": "overlay",
        "barcornerradius": 2,
        "dragmode": False,
        "hovermode": "closest",
        "xaxis": {
            "visible": False,
            "rangemode": "tozero",
            "fixedrange": True,
            "zeroline": False,
        },
        "yaxis": {
            "automargin": False,
            "fixedrange": True,
            "ticks": "",
            "tickfont": {"size": 15},
            "ticklabelstandoff": 8,
            "showgrid": False,
            "zeroline": False,
        },
    }


EPAISSEUR = 24
"""Thickness of a bar, px; a little less when several stand side by side."""

LARGEUR_D_UN_SIGNE = 7.4
"""Mean width of a character of a label, px: computing the margin spares a second drawing."""


def barres(
    traces: Sequence[Trace],
    *,
    unite: str = "jeune",
    etroit: bool = False,
    maximum: float = 0,
) -> Figure:
    """Horizontal bars, one per value; several traces side by side; marks for references.

    All traces list the same values in the same order. `etroit`: labels stand above the bars, for a
    phone. `maximum`: end of the scale, when charts side by side share one.
    """
    pleines = [t for t in traces if not t.repere]
    reperes = [t for t in traces if t.repere]
    lignes = pleines[0].lignes
    libelles = [couper(x.libelle) for x in lignes]
    hauteurs = max((x.count("<br>") + 1 for x in libelles), default=1)
    epaisseur = EPAISSEUR if len(pleines) == 1 else EPAISSEUR - 4
    pile = epaisseur * len(pleines)
    par_rang = pile + 14 + 19 * hauteurs if etroit else max(pile + 12, 19 * hauteurs + 8)
    legende = len(traces) > 1
    mesures = {id(t): [_mesure(x, t.plancher, _base_commune(t)) for x in t.lignes] for t in traces}
    bout = max([maximum, *(m for ms in mesures.values() for m in ms if m is not None)]) * 1.02 or 1
    donnees: list[dict[str, Any]] = []
    debut = 0.5 - (pile + 5) / par_rang if etroit else -pile / par_rang / 2
    for rang, trace in enumerate(pleines):
        donnees.append(
            _bandes(trace, mesures[id(trace)], unite, libelle=len(pleines) > 1)
            | {
                "width": epaisseur / par_rang * 0.94,
                "offset": debut + rang * epaisseur / par_rang,
            }
        )
    for trace in reperes:
        milieu = debut + pile / par_rang / 2
        donnees.append(
            _reperes(trace, mesures[id(trace)], bout * (0.011 if etroit else 0.0045), unite)
            | {
                "width": (epaisseur + 6) / par_rang,
                "offset": milieu - (epaisseur + 6) / par_rang / 2,
            }
        )
    mise = _base(30 + (30 if legende else 0) + len(libelles) * par_rang, legende=legende)
    mise["xaxis"]["range"] = [0, bout]
    mise["yaxis"]["range"] = [len(libelles) - 0.5, -0.5]
    droite = 18
    if len(pleines) == 1:
        milieu = debut + pile / par_rang / 2
        donnees.append(_etiquettes(pleines[0], reperes, bout, milieu))
        droite = (52 if etroit else 62) + 52 * len(reperes)
    elif pleines:
        droite = 56
    mise["margin"] |= {"r": droite, "l": 4}
    if etroit:
        mise["yaxis"]["showticklabels"] = False
        donnees.append(_libelles_au_dessus(libelles, par_rang, debut))
    else:
        mise["yaxis"] |= {"tickvals": list(range(len(libelles))), "ticktext": libelles}
        signes = max((len(x) for t in libelles for x in t.split("<br>")), default=0)
        mise["margin"]["l"] = int(signes * LARGEUR_D_UN_SIGNE) + 18
    return {"data": donnees, "layout": mise}


def _base_commune(trace: Trace) -> float:
    return next((x.base for x in trace.lignes if x.base), 0) or 0


def _bulles(trace: Trace, unite: str) -> list[str]:
    return [
        f"<b>{couper(x.libelle, 42)}</b><br>{trace.nom}{INSECABLE}: "
        + couper(decrire(x, trace.plancher, exact=trace.exact, unite=unite), 46)
        for x in trace.lignes
    ]


def _bandes(
    trace: Trace, mesures: Sequence[float | None], unite: str, *, libelle: bool
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": trace.nom,
        "y": list(range(len(mesures))),
        "x": mesures,
        "text": [etiquette(x, trace.plancher, exact=trace.exact) for x in trace.lignes]
        if libelle
        else None,
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": 14, "color": c.ENCRE},
        "hovertext": _bulles(trace, unite),
        "hoverinfo": "text",
        "marker": {
            "color": trace.couleur,
            "pattern": {
                "shape": ["/" if x.statut == "masque" else "" for x in trace.lignes],
                "fillmode": "overlay",
                "size": 6,
                "fgcolor": "#ffffff",
                "solidity": 0.45,
            },
        },
    }


def _reperes(
    trace: Trace, mesures: Sequence[float | None], demi: float, unite: str
) -> dict[str, Any]:
    """A thin upright mark at each value (`demi`: half its width), edged in white to be seen over
    the bars."""
    visibles = [m if x.affichee else None for m, x in zip(mesures, trace.lignes, strict=True)]
    return {
        "type": "bar",
        "orientation": "h",
        "name": trace.nom,
        "y": list(range(len(mesures))),
        "base": [None if m is None else m - demi for m in visibles],
        "x": [None if m is None else 2 * demi for m in visibles],
        "hovertext": _bulles(trace, unite),
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"color": trace.couleur, "line": {"width": 1.5, "color": "#ffffff"}},
    }


def _etiquettes(
    pleine: Trace, reperes: Sequence[Trace], bout: float, decalage: float
) -> dict[str, Any]:
    """Figures in a column at the end of the scale: the bar's, then each mark's in its colour."""
    textes = []
    for i, x in enumerate(pleine.lignes):
        texte = f"<b>{etiquette(x, pleine.plancher, exact=pleine.exact)}</b>"
        for repere in reperes:
            autre = repere.lignes[i]
            if autre.affichee or autre.statut == "masque":
                valeur = etiquette(autre, repere.plancher, exact=repere.exact)
                texte += (
                    f"{INSECABLE}{INSECABLE}"
                    f"<span style='color:{repere.couleur};font-size:13px'>{valeur}</span>"
                )
        textes.append(f"{INSECABLE}{texte}")
    return _textes([bout] * len(textes), [i + decalage for i in range(len(textes))], textes)


def _libelles_au_dessus(libelles: Sequence[str], par_rang: float, debut: float) -> dict[str, Any]:
    places = []
    for i, texte in enumerate(libelles):
        haut = 19 * (texte.count("<br>") + 1)
        places.append(i + debut - (haut / 2 + 2) / par_rang)
    return _textes([0] * len(libelles), places, libelles)


def _textes(x: Sequence[float], y: Sequence[float], textes: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "text",
        "x": list(x),
        "y": list(y),
        "text": list(textes),
        "textposition": "middle right",
        "textfont": {"size": 15, "color": c.ENCRE},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def carte(points: Sequence[dict[str, Any]], fonds: Sequence[dict[str, Any]], titre: str) -> Figure:
    """Schematic map: `points` hold x, y (degrees), nom, texte, couleur, symbole, groupe."""
    donnees: list[dict[str, Any]] = []
    for groupe in dict.fromkeys(p["groupe"] for p in points):
        siens = [p for p in points if p["groupe"] == groupe]
        donnees.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": groupe,
                "x": [p["x"] for p in siens],
                "y": [p["y"] for p in siens],
                "hovertext": [p["texte"] for p in siens],
                "hoverinfo": "text",
                "marker": {
                    "size": 12,
                    "symbol": siens[0]["symbole"],
                    "color": siens[0]["couleur"],
                    "line": {"width": 1.5, "color": "#ffffff"},
                },
            }
        )
    if fonds:
        donnees.append(
            {
                "type": "scatter",
                "mode": "text",
                "x": [f["x"] for f in fonds],
                "y": [f["y"] for f in fonds],
                "text": [f"<b>{f['nom']}</b>" for f in fonds],
                "textposition": [f["place"] for f in fonds],
                "textfont": {"size": 15, "color": c.GRIS},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    mise = _base(560, legende=True)
    # The style sheet gives the height: the map follows the width of the screen.
    del mise["height"]
    mise["margin"] = {"l": 4, "r": 4, "t": 34, "b": 4}
    mise["title"] = None
    mise["yaxis"] = {
        "visible": False,
        "fixedrange": True,
        "scaleanchor": "x",
        "scaleratio": 1.56,
    }
    mise["xaxis"] = {"visible": False, "fixedrange": True}
    # Room for the names at both ends, which plotly.js does not count.
    abscisses = [p["x"] for p in [*points, *fonds]]
    if abscisses:
        marge = 0.06 * (max(abscisses) - min(abscisses)) + 0.02
        mise["xaxis"]["range"] = [min(abscisses) - marge, max(abscisses) + marge]
    mise["meta"] = titre
    return {"data": donnees, "layout": mise}
