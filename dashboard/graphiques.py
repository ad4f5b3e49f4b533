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
    """Rows drawn in one colour. `exact`: one decimal. `repere`: small marks rather than bars."""

    nom: str
    lignes: Sequence[Ligne]
    couleur: str
    plancher: int = 5
    exact: bool = False
    repere: bool = False
    symbole: str = "line-ns-open"


def decrire(ligne: Ligne, plancher: int, *, exact: bool = False, unite: str = "jeune") -> str:
    """One value in words: « environ 35 jeunes (entre 31 et 39), soit 45 % environ »."""
    if ligne.statut == "masque":
        return ligne.note or f"moins de {plancher} {unite}s"
    if not ligne.affichee:
        return STATUTS[ligne.statut].lower()
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


def _hauteur(rangs: int, par_rang: int, *, legende: bool) -> int:
    return 44 + rangs * par_rang + (34 if legende else 0)


def _base(hauteur: int, *, legende: bool) -> dict[str, Any]:
    return {
        "height": hauteur,
        "margin": {"l": 8, "r": 56, "t": 30 if legende else 6, "b": 8},
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
        "bargap": 0.32,
        "bargroupgap": 0.12,
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
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "ticks": "",
            "tickfont": {"size": 15},
            "ticklabelstandoff": 8,
            "showgrid": False,
            "zeroline": False,
        },
    }


def barres(
    traces: Sequence[Trace],
    *,
    unite: str = "jeune",
    etroit: bool = False,
    maximum: float = 0,
) -> Figure:
    """Horizontal bars, one per value; several traces side by side; marks for references.

    All traces list the same values in the same order. `maximum`: end of the scale, when charts
    side by side share one.
    """
    pleines = [t for t in traces if not t.repere]
    legende = len(traces) > 1
    lignes = pleines[0].lignes
    largeur = 20 if etroit else 34
    libelles = [couper(x.libelle, largeur) for x in lignes]
    donnees: list[dict[str, Any]] = []
    sommets: list[float] = []
    for trace in traces:
        base = next((x.base for x in trace.lignes if x.base), 0)
        mesures = [_mesure(x, trace.plancher, base or 0) for x in trace.lignes]
        sommets.extend(m for m in mesures if m is not None)
        bulles = [
            f"<b>{couper(x.libelle, 42)}</b><br>{trace.nom}{INSECABLE}: "
            + couper(decrire(x, trace.plancher, exact=trace.exact, unite=unite), 46)
            for x in trace.lignes
        ]
        etiquettes = [etiquette(x, trace.plancher, exact=trace.exact) for x in trace.lignes]
        if trace.repere:
            donnees.append(_reperes(trace, libelles, mesures, bulles))
            continue
        masques = [x.statut == "masque" for x in trace.lignes]
        donnees.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": trace.nom,
                "y": libelles,
                "x": mesures,
                "text": etiquettes if len(pleines) > 1 else None,
                "textposition": "outside",
                "cliponaxis": False,
                "textfont": {"size": 15, "color": c.ENCRE},
                "hovertext": bulles,
                "hoverinfo": "text",
                "marker": {
                    "color": trace.couleur,
                    "pattern": {
                        "shape": ["/" if m else "" for m in masques],
                        "fillmode": "overlay",
                        "size": 6,
                        "fgcolor": "#ffffff",
                        "solidity": 0.45,
                    },
                },
            }
        )
    lignes_max = max((x.count("<br>") + 1 for x in libelles), default=1)
    par_rang = max(34 if len(pleines) == 1 else 12 + 24 * len(pleines), 20 * lignes_max + 8)
    mise = _base(_hauteur(len(libelles), par_rang, legende=legende), legende=legende)
    bout = max([maximum, *sommets]) * 1.02 or 1
    mise["xaxis"]["range"] = [0, bout]
    if len(pleines) == 1:
        reperes = [t for t in traces if t.repere]
        donnees.append(_etiquettes(pleines[0], reperes, libelles, bout))
        mise["margin"]["r"] = 66 + 54 * len(reperes)
    return {"data": donnees, "layout": mise}


def _etiquettes(
    pleine: Trace, reperes: Sequence[Trace], libelles: list[str], bout: float
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
    return {
        "type": "scatter",
        "mode": "text",
        "y": libelles,
        "x": [bout] * len(libelles),
        "text": textes,
        "textposition": "middle right",
        "textfont": {"size": 15, "color": c.ENCRE},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _reperes(
    trace: Trace, libelles: list[str], mesures: list[float | None], bulles: list[str]
) -> dict[str, Any]:
    visibles = [m if x.affichee else None for m, x in zip(mesures, trace.lignes, strict=True)]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": trace.nom,
        "y": libelles,
        "x": visibles,
        "hovertext": bulles,
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "symbol": trace.symbole,
            "size": 18 if trace.symbole.startswith("line") else 11,
            "color": trace.couleur,
            "line": {"width": 3, "color": trace.couleur},
        },
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
                "textfont": {"size": 15, "color": c.GRIS},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    mise = _base(560, legende=True)
    mise["margin"] = {"l": 4, "r": 4, "t": 34, "b": 4}
    mise["title"] = None
    mise["yaxis"] = {
        "visible": False,
        "fixedrange": True,
        "scaleanchor": "x",
        "scaleratio": 1.56,
    }
    mise["xaxis"] = {"visible": False, "fixedrange": True}
    mise["meta"] = titre
    return {"data": donnees, "layout": mise}
