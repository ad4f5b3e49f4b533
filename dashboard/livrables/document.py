"""The whole report as DOCX: headings, contents, native charts, figures, the author's words."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from dashboard import couleurs as c
from dashboard.livrables import natif
from dashboard.livrables.avancement import Avancer, sans_le_dire
from dashboard.livrables.graphique_word import Dessinateur
from dashboard.livrables.mots import (
    METHODE,
    SOMMAIRE,
    SYNTHETIQUE,
    TUS,
    annoter,
    dire_la_protection,
    dire_le_pied,
    paragraphes,
    rassembler_les_tus,
    sous_titrer,
)
from dashboard.livrables.series import Graphique, avertir, preparer
from dashboard.nombres import INSECABLE
from dashboard.presentations.vues import VueDessinee
from dashboard.rapport.composition import INTRODUCTION, Chapitre, Rapport
from data.refus import typographier

LARGEUR = 6.5
"""Of the text, inches: A4 with margins of 2.25 cm."""

POINTS = 9.0
"""Letters of the charts."""


def ecrire(rapport: Rapport, avancer: Avancer = sans_le_dire) -> bytes:
    """The file. `avancer`: told of each chapter, 0 to 100."""
    plume = _Plume(rapport)
    plume.couvrir()
    for rang, chapitre in enumerate(rapport.chapitres):
        part = 100 * rang // len(rapport.chapitres)
        avancer(f"Chapitre {chapitre.numero} : {chapitre.titre}", part)
        plume.ecrire(chapitre)
    plume.finir()
    avancer("Enregistrement", 98)
    sortie = io.BytesIO()
    plume.document.save(sortie)
    return sortie.getvalue()


class _Plume:
    """Writes the report from its beginning to its end."""

    def __init__(self, rapport: Rapport) -> None:
        self.rapport = rapport
        self.document: Any = Document()
        self.dessinateur = Dessinateur(self.document)
        self.avertissement = avertir(v.politique for x in rapport.chapitres for v in x.vues)
        self.signets = 0
        self.titres: list[tuple[int, str, str]] = []
        _regler(self.document)
        proprietes = self.document.core_properties
        proprietes.title = typographier(f"{rapport.titre} – {rapport.annee}")
        proprietes.author = proprietes.last_modified_by = "Passerelle"
        proprietes.language, proprietes.comments = natif.LANGUE, ""
        proprietes.created = proprietes.modified = dt.datetime(2000, 1, 1)
        self._encadrer()

    def couvrir(self) -> None:
        """Title, what the figures are, contents, the author's introduction."""
        self._ajouter(self.rapport.titre, "Title")
        self._ajouter(sous_titrer(self.rapport), "Subtitle")
        for texte in (
            SYNTHETIQUE if self.rapport.synthetique else "",
            dire_la_protection(self.rapport),
        ):
            if texte:
                self._ajouter(texte, "Note")
        self.document.add_paragraph(SOMMAIRE, style="Intitulé")
        self.sommaire = self.document.add_paragraph()
        if introduction := self.rapport.commentaires.get(INTRODUCTION, ""):
            self._titrer("Introduction", 1)
            self._commenter(introduction)

    def ecrire(self, chapitre: Chapitre) -> None:
        """One chapter."""
        titre = self._titrer(f"{chapitre.numero}. {chapitre.titre}", 1)
        # A page of its own when it fills one.
        titre.paragraph_format.page_break_before = bool(chapitre.vues)
        self._commenter(chapitre.commentaire)
        for vue in chapitre.vues:
            self._ecrire_la_vue(vue)
        if chapitre.tues:
            self._titrer(TUS, 2)
            for titres, pourquoi in rassembler_les_tus(chapitre):
                paragraphe = self._ajouter("", "List Bullet")
                paragraphe.add_run(titres).bold = True
                paragraphe.add_run(f" – {pourquoi}")

    def finir(self) -> None:
        """How the figures are made; then the contents, now that all is written."""
        self._titrer("Méthode", 1)
        for texte in METHODE:
            self._ajouter(texte, "Normal")
        self._dresser_le_sommaire()

    def _ecrire_la_vue(self, vue: VueDessinee) -> None:
        self._titrer(f"{vue.numero} {vue.titre}", 2)
        phrase = self._ajouter("", "Phrase")
        phrase.add_run(vue.phrases[0]).bold = True
        if vue.phrases[1:]:
            phrase.add_run(" " + " ".join(vue.phrases[1:]))
        if vue.grand:
            self._ajouter(vue.grand, "Grand nombre")
        for graphique in preparer(vue):
            self._montrer(vue, graphique)
        self._ajouter(annoter(vue), "Note")
        self._commenter(self.rapport.commentaires.get(vue.indicateur, ""))

    def _montrer(self, vue: VueDessinee, graphique: Graphique) -> None:
        nom = f"{vue.titre} : {graphique.titre}" if graphique.titre else vue.titre
        if not graphique.vide:
            hauteur = max(0.9, 1.2 * natif.hauteur_voulue(graphique, LARGEUR, POINTS))
            self.dessinateur.ajouter(
                graphique,
                typographier(nom),
                typographier(f"Graphique en barres. {vue.phrases[0]} {graphique.decrire()}"),
                (LARGEUR, min(hauteur, 8.5), POINTS),
            )
        legende = self.document.add_paragraph(typographier(nom), style="Caption")
        legende.paragraph_format.keep_with_next = True
        self._dresser(graphique)

    def _dresser(self, graphique: Graphique) -> None:
        """The table of figures of a chart, written at once: cell by cell it takes seconds."""
        entetes = [graphique.entete, *(s.nom for s in graphique.series)]
        rangs = [
            [libelle, *(s.textes[i] for s in graphique.series)]
            for i, libelle in enumerate(graphique.libelles)
        ]
        premiere = 0.6 if len(entetes) <= 3 else 0.46
        autres = (1 - premiere) / max(1, len(entetes) - 1)
        largeurs = [int(LARGEUR * 1440 * x) for x in (premiere, *[autres] * (len(entetes) - 1))]
        tableau = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="Chiffres"/>'
            f'<w:tblW w:w="{sum(largeurs)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" '
            'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/></w:tblPr><w:tblGrid>'
            + "".join(f'<w:gridCol w:w="{x}"/>' for x in largeurs)
            + "</w:tblGrid></w:tbl>"
        )
        for i, rang in enumerate([entetes, *rangs]):
            tableau.append(_rang(rang, largeurs, tete=i == 0, dernier=i == len(rangs)))
        self.document.element.body.insert_element_before(tableau, "w:sectPr")
        self.document.add_paragraph(style="Après tableau")

    def _commenter(self, texte: str) -> None:
        for paragraphe in paragraphes(texte):
            self._ajouter(paragraphe, "Commentaire")

    def _ajouter(self, texte: str, style: str) -> Any:
        return self.document.add_paragraph(typographier(texte), style=style)

    def _titrer(self, texte: str, niveau: int) -> Any:
        """A heading, and the bookmark that the contents lead to."""
        paragraphe = self.document.add_heading(typographier(texte), niveau)
        self.signets += 1
        nom = f"_Toc{self.signets:08d}"
        debut, fin = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for balise in (debut, fin):
            balise.set(qn("w:id"), str(self.signets))
        debut.set(qn("w:name"), nom)
        paragraphe._p.insert(1, debut)
        paragraphe._p.append(fin)
        self.titres.append((niveau, typographier(texte), nom))
        return paragraphe

    def _dresser_le_sommaire(self) -> None:
        """A field that Word can bring up to date, already filled in."""
        suivant = self.sommaire
        for rang, (niveau, texte, signet) in enumerate(self.titres):
            ligne = self.sommaire if rang == 0 else _apres(suivant)
            ligne.style = self.document.styles[f"Sommaire {niveau}"]
            if rang == 0:
                _champ(ligne, 'TOC \\o "1-2" \\h \\z \\u')
            lien = parse_xml(f'<w:hyperlink {nsdecls("w")} w:anchor="{signet}" w:history="1"/>')
            passage = ligne.add_run(texte)._r
            lien.append(passage)
            ligne._p.append(lien)
            suivant = ligne
        fin = OxmlElement("w:fldChar")
        fin.set(qn("w:fldCharType"), "end")
        suivant.add_run()._r.append(fin)

    def _encadrer(self) -> None:
        """Head and foot of each page: what it is, policy, page number."""
        section = self.document.sections[0]
        tete = section.header.paragraphs[0]
        tete.text = typographier(f"{self.rapport.titre} – {self.rapport.annee}")
        tete.style = self.document.styles["Note"]
        if self.avertissement:
            alerte = tete.add_run(f"    {self.avertissement}")
            alerte.bold = True
            alerte.font.color.rgb = RGBColor.from_string("8A3B12")
        pied = section.footer.paragraphs[0]
        pied.style = self.document.styles["Note"]
        pied.add_run(typographier(f"{dire_le_pied(self.rapport)}{INSECABLE}· page "))
        for code in ("PAGE", "NUMPAGES"):
            if code == "NUMPAGES":
                pied.add_run(" sur ")
            _champ(pied, code)
            pied.add_run("1")
            fin = OxmlElement("w:fldChar")
            fin.set(qn("w:fldCharType"), "end")
            pied.add_run()._r.append(fin)


def _apres(paragraphe: Any) -> Any:
    """A new paragraph after this one."""
    nouveau = OxmlElement("w:p")
    paragraphe._p.addnext(nouveau)
    return type(paragraphe)(nouveau, paragraphe._parent)


def _champ(paragraphe: Any, code: str) -> None:
    """The beginning of a field: what follows is its result, until `end`."""
    for genre in ("begin", "", "separate"):
        passage = paragraphe.add_run()._r
        if genre:
            balise = OxmlElement("w:fldChar")
            balise.set(qn("w:fldCharType"), genre)
        else:
            balise = OxmlElement("w:instrText")
            balise.set(qn("xml:space"), "preserve")
            balise.text = f" {code} "
        passage.append(balise)


def _rang(textes: list[str], largeurs: list[int], *, tete: bool, dernier: bool) -> Any:
    rang = OxmlElement("w:tr")
    proprietes = OxmlElement("w:trPr")
    proprietes.append(OxmlElement("w:cantSplit"))
    if tete:
        proprietes.append(OxmlElement("w:tblHeader"))
    rang.append(proprietes)
    for j, (texte, largeur) in enumerate(zip(textes, largeurs, strict=True)):
        case = parse_xml(
            f'<w:tc {nsdecls("w")}><w:tcPr><w:tcW w:w="{largeur}" w:type="dxa"/></w:tcPr>'
            '<w:p><w:pPr><w:pStyle w:val="Case"/>'
            + ("" if dernier else "<w:keepNext/>")
            + f'<w:jc w:val="{"right" if j else "left"}"/></w:pPr>'
            '<w:r><w:t xml:space="preserve"/></w:r></w:p></w:tc>'
        )
        case.find(".//" + qn("w:t")).text = typographier(texte)
        rang.append(case)
    return rang


def _regler(document: Any) -> None:
    """A4, styles of the house, French."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.25)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2)
    styles = document.styles
    defaut = styles.element.find(qn("w:docDefaults")).find(".//" + qn("w:rPr"))
    langue = defaut.find(qn("w:lang"))
    for nom in ("w:val", "w:eastAsia"):
        langue.set(qn(nom), natif.LANGUE)
    normal = styles["Normal"]
    _lettres(normal, 10.5, c.ENCRE)
    normal.paragraph_format.space_after = Pt(6)
    for nom, taille in (("Title", 26), ("Heading 1", 20), ("Heading 2", 14)):
        _lettres(styles[nom], taille, c.LIEU if nom == "Heading 1" else c.ENCRE, gras=True)
    styles["Heading 1"].paragraph_format.page_break_before = True
    styles["Heading 1"].paragraph_format.space_after = Pt(10)
    styles["Heading 2"].paragraph_format.space_before = Pt(18)
    styles["Heading 2"].paragraph_format.space_after = Pt(4)
    _lettres(styles["Subtitle"], 14, c.GRIS, italique=False)
    _lettres(styles["Caption"], 9, c.GRIS, gras=True)
    for nom, base, points, couleur in (
        ("Phrase", "Normal", 11, c.ENCRE),
        ("Note", "Normal", 8.5, c.GRIS),
        ("Grand nombre", "Normal", 30, c.LIEU),
        ("Commentaire", "Normal", 10.5, c.ENCRE),
        ("Graphique", "Normal", 10, c.ENCRE),
        ("Intitulé", "Normal", 15, c.ENCRE),
        ("Case", "Normal", 9, c.ENCRE),
        ("Après tableau", "Normal", 4, c.ENCRE),
        ("Sommaire 1", "Normal", 11, c.ENCRE),
        ("Sommaire 2", "Normal", 10, c.ENCRE),
    ):
        style = styles.add_style(nom, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[base]
        _lettres(style, points, couleur, gras=nom in ("Grand nombre", "Intitulé", "Sommaire 1"))
    for nom in ("Phrase", "Graphique", "Caption", "Grand nombre"):
        styles[nom].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_before = Pt(4)
    styles["Case"].paragraph_format.space_after = Pt(1)
    styles["Après tableau"].paragraph_format.space_after = Pt(0)
    styles["Graphique"].paragraph_format.space_after = Pt(2)
    for nom in ("Sommaire 1", "Sommaire 2"):
        styles[nom].paragraph_format.space_after = Pt(1)
    styles["Sommaire 1"].paragraph_format.space_before = Pt(5)
    styles["Sommaire 2"].paragraph_format.left_indent = Cm(0.6)
    styles["Commentaire"].paragraph_format.left_indent = Cm(0.5)
    bord = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="18" w:space="8" '
        f'w:color="{c.LIEU.lstrip("#")}"/></w:pBdr>'
    )
    proprietes = styles["Commentaire"].element.get_or_add_pPr()
    proprietes.insert(0, bord)
    styles["Grand nombre"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _style_de_tableau(styles)


def _style_de_tableau(styles: Any) -> None:
    styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="Chiffres">'
            '<w:name w:val="Chiffres"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/>'
            '<w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders>'
            f'<w:bottom w:val="single" w:sz="4" w:color="{c.FILET.lstrip("#")}"/>'
            f'<w:insideH w:val="single" w:sz="4" w:color="{c.FILET.lstrip("#")}"/></w:tblBorders>'
            '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
            "</w:tblCellMar></w:tblPr>"
            '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
            '<w:shd w:val="clear" w:color="auto" w:fill="E3F0EF"/></w:tcPr></w:tblStylePr>'
            "</w:style>"
        )
    )


def _lettres(
    style: Any, points: float, couleur: str, *, gras: bool = False, italique: bool = False
) -> None:
    police = style.font
    police.name, police.size, police.bold, police.italic = (
        natif.POLICE,
        Pt(points),
        gras,
        italique,
    )
    police.color.rgb = RGBColor.from_string(couleur.lstrip("#").upper())
    fontes = style.element.get_or_add_rPr().find(qn("w:rFonts"))
    for nom in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fontes.attrib.pop(qn(nom), None)
    for nom in ("w:eastAsia", "w:hAnsi", "w:cs"):
        fontes.set(qn(nom), natif.POLICE)
