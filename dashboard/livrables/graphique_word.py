"""Native charts in a Word document: python-docx has none, so that python-pptx writes them.

A chart is the same part in both kinds of file (ECMA-376, DrawingML charts): its XML is written and
dressed as for a slide, then put in the document with its workbook.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE as CT
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Inches
from pptx.enum.chart import XL_CHART_TYPE
from pptx.parts.chart import ChartPart

from dashboard.livrables import modele, natif
from dashboard.livrables.series import Graphique

_CLASSEUR = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Dessinateur:
    """Puts charts at the end of a document, numbered from 1."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.combien = 0
        # Where python-pptx writes the charts before they are moved.
        self._chantier = modele.neuf().part.package

    def ajouter(self, graphique: Graphique, nom: str, decrit: str, place: Any) -> None:
        """Add a chart to a paragraph. `place`: width, height, letters (inches, inches, points)."""
        largeur, hauteur, points = place
        self.combien += 1
        donnees: Any = natif.rassembler(graphique, natif.signes_par_ligne(largeur, points))
        brut: Any = ChartPart.new(XL_CHART_TYPE.BAR_CLUSTERED, donnees, self._chantier)
        natif.habiller(brut.chart, graphique, largeur, points)
        paquet = self.document.part.package
        classeur = Part(
            PackURI(f"/word/embeddings/classeur{self.combien}.xlsx"),
            _CLASSEUR,
            brut.chart_workbook.xlsx_part.blob,
            paquet,
        )
        part = Part(
            PackURI(f"/word/charts/chart{self.combien}.xml"),
            CT.DML_CHART,
            None,
            paquet,
        )
        brut._element.get_or_add_externalData().rId = part.relate_to(classeur, RT.PACKAGE)
        part._blob = brut.blob
        relation = self.document.part.relate_to(part, RT.CHART)
        paragraphe = self.document.add_paragraph(style="Graphique")
        dessin = parse_xml(
            f"<w:drawing {nsdecls('w', 'wp', 'a', 'r')}>"
            '<wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{Inches(largeur)}" cy="{Inches(hauteur)}"/>'
            '<wp:effectExtent l="0" t="0" r="0" b="0"/>'
            f'<wp:docPr id="{1000 + self.combien}" name=""/><wp:cNvGraphicFramePr/>'
            "<a:graphic><a:graphicData "
            'uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
            '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
            f'r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing>'
        )
        proprietes = dessin.find(".//{*}docPr")
        proprietes.set("name", nom)
        proprietes.set("descr", decrit)
        paragraphe.add_run()._r.append(dessin)
