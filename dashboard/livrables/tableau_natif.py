"""The figures of a chart as a table of PowerPoint: header row, one column per series."""

from __future__ import annotations

from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from dashboard import couleurs as c
from dashboard.livrables.natif import LANGUE
from dashboard.livrables.series import Graphique

_SANS_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""Office's table style « no style, no grid »."""


def ajouter(page: Any, graphique: Graphique, place: tuple[float, float, float, float]) -> Any:
    """Add it to a slide, in a place (x, y, width, height, inches). Returns its shape."""
    x, y, largeur, hauteur = place
    rangs, colonnes = len(graphique.libelles) + 1, len(graphique.series) + 1
    par_rang = min(0.5, hauteur / rangs)
    points = max(9.0, min(18.0, par_rang * 72 * 0.58))
    forme = page.shapes.add_table(
        rangs, colonnes, Inches(x), Inches(y), Inches(largeur), Inches(par_rang * rangs)
    )
    tableau = forme.table
    tableau._tbl.tblPr.find(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId"
    ).text = _SANS_STYLE
    premiere = largeur * (0.6 if colonnes <= 3 else 0.45)
    tableau.columns[0].width = Inches(premiere)
    for j in range(1, colonnes):
        tableau.columns[j].width = Inches((largeur - premiere) / (colonnes - 1))
    textes = [[graphique.entete, *(s.nom for s in graphique.series)]]
    textes += [
        [libelle, *(s.textes[i] for s in graphique.series)]
        for i, libelle in enumerate(graphique.libelles)
    ]
    for i, rang in enumerate(textes):
        tableau.rows[i].height = Inches(par_rang)
        for j, texte in enumerate(rang):
            _remplir(tableau.cell(i, j), texte, points, tete=i == 0, nombre=j > 0, pair=i % 2 == 0)
    return forme


def _remplir(case: Any, texte: str, points: float, *, tete: bool, nombre: bool, pair: bool) -> None:
    case.margin_top = case.margin_bottom = Pt(1)
    case.vertical_anchor = MSO_ANCHOR.MIDDLE
    case.fill.solid()
    case.fill.fore_color.rgb = RGBColor.from_string(
        "E3F0EF" if tete else "F4F6F8" if pair else "FFFFFF"
    )
    paragraphe = case.text_frame.paragraphs[0]
    paragraphe.alignment = PP_ALIGN.RIGHT if nombre else PP_ALIGN.LEFT
    passage = paragraphe.add_run()
    passage.text = texte
    passage.font.size, passage.font.bold = Pt(points), tete or nombre
    passage.font.color.rgb = RGBColor.from_string(c.ENCRE.lstrip("#").upper())
    passage._r.get_or_add_rPr().set("lang", LANGUE)
