"""Native charts of Office, which whoever receives the file can edit: bars, labels, a legend.

One way to make them, for slides and documents; the workbook behind holds the numbers of
`dashboard.livrables.series`, so nothing that is protected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard import couleurs as c
from dashboard.livrables.series import Graphique
from dashboard.nombres import couper

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.chart.data import CategoryChartData

POLICE = "Calibri"
"""On every computer that has Office; LibreOffice has one of the same widths (Carlito)."""

LANGUE = "fr-FR"
TAILLES = (18.0, 16.0, 14.0, 12.0, 11.0, 10.0, 9.0)
"""Of letters, points."""


def rassembler(graphique: Graphique, signes: int) -> CategoryChartData:
    """What the workbook of a chart holds. `signes`: characters of a label on one line."""
    from pptx.chart.data import CategoryChartData

    donnees = CategoryChartData()
    donnees.categories = [couper(x, signes, "\n") for x in graphique.categories]
    for serie in graphique.series:
        donnees.add_series(serie.nom, serie.valeurs, serie.format)
    return donnees


def tailler(graphique: Graphique, largeur: float, hauteur: float) -> float:
    """The largest letters, points, with which a chart stands in that place, inches."""
    for points in TAILLES:
        if largeur < 16 * points / 72 * 0.9:
            continue
        if hauteur_voulue(graphique, largeur, points) <= hauteur:
            return points
    return TAILLES[-1]


def signes_par_ligne(largeur: float, points: float) -> int:
    """Characters of a label on one line, beside a chart of that width, inches."""
    return max(12, int(largeur * 0.42 * 72 / points / 0.5))


def hauteur_voulue(graphique: Graphique, largeur: float, points: float) -> float:
    """Height at which a chart of that width is at ease, inches."""
    signes = signes_par_ligne(largeur, points)
    barres = 0.85 * len(graphique.series) if len(graphique.series) > 1 else 1
    # Rows all have the height of the tallest.
    rang = max(
        max(1.15 * len(couper(x, signes, "\n").split("\n")), 1.15 * barres) + 0.25
        for x in graphique.categories
    )
    lignes = rang * len(graphique.categories)
    legende = 2.2 if len(graphique.series) > 1 else 0
    return (lignes + legende + 0.6) * points / 72


def habiller(chart: Chart, graphique: Graphique, largeur: float, points: float) -> None:
    """Dress a chart of the house: colours, labels, no axis of values. `largeur`: inches;
    `points`: of its letters."""
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_MARK
    from pptx.util import Pt

    def couleur(code: str) -> Any:
        return RGBColor.from_string(code.lstrip("#").upper())

    chart.font.size = Pt(points)
    chart.font.name = POLICE
    chart.font.color.rgb = couleur(c.ENCRE)
    chart.has_title = False
    chart.has_legend = len(graphique.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.TOP
        chart.legend.include_in_layout = False
        chart.legend.font.size = Pt(points)
    chart.category_axis.reverse_order = True
    chart.category_axis.major_tick_mark = XL_TICK_MARK.NONE
    chart.category_axis.format.line.color.rgb = couleur(c.FILET)
    chart.category_axis.tick_labels.font.size = Pt(points)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = 0
    # Room for the label of the longest bar.
    signes = max((len(t) for s in graphique.series for t in s.textes if len(t) < 12), default=5)
    etiquette = signes * 0.62 * points / 72
    chart.value_axis.maximum_scale = graphique.bout * (1 + min(0.8, etiquette / (0.5 * largeur)))
    trace = chart.plots[0]
    trace.gap_width = 40
    trace.overlap = -5 if len(graphique.series) > 1 else 0
    trace.vary_by_categories = False
    for serie, la in zip(trace.series, graphique.series, strict=True):
        serie.format.fill.solid()
        serie.format.fill.fore_color.rgb = couleur(la.couleur)
        serie.invert_if_negative = False
        labels = serie.data_labels
        labels.show_value = True
        labels.number_format = la.format
        labels.number_format_is_linked = False
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
        labels.font.size = Pt(points)
        labels.font.bold = not la.repere
        labels.font.color.rgb = couleur(la.couleur if la.repere else c.ENCRE)
        for rang, texte in la.particuliers.items():
            cadre = serie.points[rang].data_label.text_frame
            cadre.text = texte
            police = cadre.paragraphs[0].runs[0].font
            police.size, police.bold = Pt(points), not la.repere
            serie.points[rang].data_label.position = XL_LABEL_POSITION.OUTSIDE_END
    _parler_francais(chart)


def _parler_francais(chart: Chart) -> None:
    """Say the language of a chart and of its texts; draw a blank as a blank."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls, qn

    racine = chart._chartSpace
    langue = parse_xml(f'<c:lang {nsdecls("c")} val="{LANGUE}"/>')
    date = racine.find(qn("c:date1904"))
    if date is not None:
        date.addnext(langue)
    else:
        racine.insert(0, langue)
    # The frame of a chart in a document is square, and has no edge.
    langue.addnext(parse_xml(f'<c:roundedCorners {nsdecls("c")} val="0"/>'))
    # Every category is named, however close they are.
    axe = racine.find(".//" + qn("c:catAx"))
    axe.find(qn("c:lblOffset")).addnext(parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>'))
    racine.find(qn("c:chart")).addnext(
        parse_xml(f"<c:spPr {nsdecls('c', 'a')}><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>")
    )
    for nom in ("a:rPr", "a:defRPr", "a:endParaRPr"):
        for proprietes in racine.iter(qn(nom)):
            proprietes.set("lang", LANGUE)
