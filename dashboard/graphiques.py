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
    """Rows drawn in one colour. `exact`: one decimal. `repere`: marks over another's bars.
    `plancher`: the reader's; `planchers`: of each row, when some have a higher one (sensitive
    values). `petits`: as in `etiquette`. `textes`: what is written of each row, when it is not what
    its status says (printed figures).
    """

    nom: str
    lignes: Sequence[Ligne]
    couleur: str
    plancher: int = 5
    exact: bool = False
    repere: bool = False
    petits: int = 0
    textes: Sequence[str] = ()
    planchers: Sequence[int] = ()

    def plancher_de(self, rang: int) -> int:
        """Least number shown of a row."""
        return self.planchers[rang] if self.planchers else self.plancher

    def etiqueter(self, rang: int) -> str:
        """The few characters beside the bar of a row."""
        if self.textes:
            return self.textes[rang]
        ligne = self.lignes[rang]
        return etiquette(ligne, self.plancher_de(rang), exact=self.exact, petits=self.petits)

    def dire(self, rang: int, unite: str) -> str:
        """The same in words, for the hover."""
        if self.textes:
            return self.textes[rang]
        ligne = self.lignes[rang]
        return decrire(
            ligne, self.plancher_de(rang), exact=self.exact, unite=unite, petits=self.petits
        )


def decrire(
    ligne: Ligne, plancher: int, *, exact: bool = False, unite: str = "jeune", petits: int = 0
) -> str:
    """One value in words: « environ 35 jeunes (entre 31 et 39), soit 45 % environ ».

    `petits`: as in `etiquette`.
    """
    if ligne.statut == "masque":
        return ligne.note or f"moins de {plancher} {unite}s"
    if not ligne.affichee:
        return STATUTS[ligne.statut].lower()
    texte = _decrire_les_nombres(ligne, exact=exact, unite=unite, petits=petits)
    return f"{texte} ({MOINS_DE_LA_MOITIE})" if ligne.fragile else texte


SILENCES = {
    "non_pose": "question non posée",
    "sans_objet": "pas d’ALSES ici",
    "non_diffuse": "non diffusé",
    "refuse": "effectif trop faible",
}
"""Status of a year that does not answer → what is written in the place of its figure."""

MOINS_DE_LA_MOITIE = "attention, moins de la moitié des réponses connues"
"""Said of a figure that rests on too few answers, in a few words."""


def _decrire_les_nombres(ligne: Ligne, *, exact: bool, unite: str, petits: int) -> str:
    morceaux = []
    environ = "" if ligne.statut == "exact" else "environ "
    if ligne.effectif is not None:
        s = "s" if ligne.effectif >= 2 else ""
        texte = f"{environ}{nombre(ligne.effectif)} {unite}{s}"
        if ligne.statut == "arrondi":
            bas, haut = intervalle(ligne.effectif, ligne.statut)
            texte += f" (entre {nombre(bas)} et {nombre(haut)})"
        morceaux.append(texte)
    if _petite(ligne, petits):
        morceaux.append(f"sur {environ}{nombre(ligne.base or 0)}")
        return " ".join(morceaux)
    if ligne.part is not None:
        part = pourcentage(ligne.part, exact=exact)
        suite = " environ" if environ else ""
        morceaux.append(f"soit {part}{suite}" if morceaux else f"{part}{suite}")
    if ligne.valeur is not None:
        morceaux.append(f"{environ}{nombre(ligne.valeur)}")
    return ", ".join(morceaux) or "aucune donnée"


def _petite(ligne: Ligne, petits: int) -> bool:
    """Whether the share is of so few that it is said in numbers."""
    return ligne.effectif is not None and bool(ligne.base) and (ligne.base or 0) < petits


def etiquette(ligne: Ligne, plancher: int, *, exact: bool = False, petits: int = 0) -> str:
    """The few characters beside a bar.

    `petits`: a share whose base is smaller is « 8 sur 12 » rather than a percentage.
    """
    if ligne.statut == "masque":
        return f"<{INSECABLE}{plancher}" if not ligne.note else "–"
    if not ligne.affichee:
        return "–"
    if ligne.part is not None:
        if _petite(ligne, petits):
            return f"{nombre(ligne.effectif or 0)} sur {nombre(ligne.base or 0)}"
        if ligne.part == 0 and ligne.effectif:
            return f"<{INSECABLE}{pourcentage(0.1 if exact else 1, exact=exact)}"
        return pourcentage(ligne.part, exact=exact)
    if ligne.valeur is not None:
        return nombre(ligne.valeur)
    return nombre(ligne.effectif) if ligne.effectif is not None else "–"


def mesurer(ligne: Ligne, plancher: int, base_de_part: float) -> float | None:
    """Where a value is drawn: half the floor when masked, None when there is nothing to draw."""
    if ligne.statut == "masque":
        base = ligne.base or base_de_part
        return 100 * plancher / 2 / base if base else plancher / 2
    if not ligne.affichee:
        return None
    if ligne.part is not None:
        return ligne.part
    return ligne.valeur if ligne.valeur is not None else ligne.effectif


def mettre_en_page(hauteur: int, *, legende: bool) -> dict[str, Any]:
    """The layout of the house, for a figure of that height, px."""
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
    avec_legende: bool = True,
) -> Figure:
    """Horizontal bars, one per value; several traces side by side; marks for references.

    All traces list the same values in the same order. `etroit`: labels stand above the bars, for a
    phone. `maximum`: end of the scale, when charts side by side share one. `avec_legende`: False
    when they share one too.
    """
    pleines = [t for t in traces if not t.repere]
    reperes = [t for t in traces if t.repere]
    lignes = pleines[0].lignes
    libelles = [couper(x.libelle) for x in lignes]
    hauteurs = max((x.count("<br>") + 1 for x in libelles), default=1)
    epaisseur = EPAISSEUR if len(pleines) == 1 else EPAISSEUR - 4
    pile = epaisseur * len(pleines)
    par_rang = pile + 14 + 19 * hauteurs if etroit else max(pile + 12, 19 * hauteurs + 8)
    legende = avec_legende and len(traces) > 1
    mesures = {id(t): _mesurer(t) for t in traces}
    bout = max(maximum, etendue(traces)) * 1.02 or 1
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
    mise = mettre_en_page(30 + (30 if legende else 0) + len(libelles) * par_rang, legende=legende)
    mise["xaxis"]["range"] = [0, bout]
    mise["yaxis"]["range"] = [len(libelles) - 0.5, -0.5]
    droite = 18
    if len(pleines) == 1:
        milieu = debut + pile / par_rang / 2
        donnees.append(_etiquettes(pleines[0], reperes, bout, milieu))
        droite = (52 if etroit else 62) + 52 * len(reperes)
        if any(_petite(x, pleines[0].petits) for x in lignes):
            droite += 16
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


def etendue(traces: Sequence[Trace]) -> float:
    """The longest bar these rows make, masked ones included; 0 when there is none."""
    return max((m for t in traces for m in _mesurer(t) if m is not None), default=0)


def _mesurer(trace: Trace) -> list[float | None]:
    base = _base_commune(trace)
    return [mesurer(x, trace.plancher_de(i), base) for i, x in enumerate(trace.lignes)]


def _base_commune(trace: Trace) -> float:
    return next((x.base for x in trace.lignes if x.base), 0) or 0


def _bulles(trace: Trace, unite: str) -> list[str]:
    return [
        f"<b>{couper(x.libelle, 42)}</b><br>{trace.nom}{INSECABLE}: "
        + couper(trace.dire(i, unite), 46)
        for i, x in enumerate(trace.lignes)
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
        "text": [trace.etiqueter(i) for i in range(len(trace.lignes))] if libelle else None,
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
    for i in range(len(pleine.lignes)):
        texte = f"<b>{pleine.etiqueter(i)}</b>"
        for repere in reperes:
            autre = repere.lignes[i]
            if autre.affichee or autre.statut == "masque":
                valeur = repere.etiqueter(i)
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
    mise = mettre_en_page(560, legende=True)
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


def cadre(hauteur: int) -> dict[str, Any]:
    """Layout of a chart of points, both axes read: px, legend above."""
    mise = mettre_en_page(hauteur, legende=True)
    axe = {
        "visible": True,
        "showgrid": True,
        "gridcolor": c.FILET,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": 14},
        "automargin": True,
    }
    mise["xaxis"] = {**axe, "tickformat": ",.0f"}
    mise["yaxis"] = {**axe, "tickformat": ",.0f"}
    mise["margin"] = {"l": 8, "r": 16, "t": 64, "b": 8}
    return mise
