"""A presentation as PPTX: native charts, one message per slide, notes, the way back to the link."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

import segno
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Inches, Pt

from dashboard import couleurs as c
from dashboard.livrables import modele, natif, tableau_natif
from dashboard.livrables.modele import LARGEUR, MARGE
from dashboard.livrables.series import Graphique, avertir, preparer
from dashboard.presentations.diapos import dire_le_gel, dire_le_pied
from dashboard.presentations.figer import DiapoDessinee, Jeu, VarianteDessinee
from dashboard.presentations.vues import VueDessinee
from data.refus import typographier

HAUT, BAS = 2.0, 6.55
"""Where the charts of a slide begin and end, inches."""

GOUTTIERE = 0.35
SYNTHETIQUE = "Données de démonstration : entièrement synthétiques."
RETOUR = "Retrouver cette présentation"


def ecrire(jeu: Jeu, notes: Mapping[str, str] | None = None, lien: str = "") -> bytes:
    """The file. `notes`: slide → what its presenter says; `lien`: address of the shared page."""
    presentation = modele.neuf()
    proprietes = presentation.core_properties
    proprietes.title, proprietes.author, proprietes.language = jeu.titre, "Passerelle", natif.LANGUE
    proprietes.last_modified_by, proprietes.comments = "Passerelle", ""
    proprietes.created = proprietes.modified = dt.datetime(2000, 1, 1)
    plume = _Plume(presentation, jeu)
    plume.couvrir()
    for diapo in jeu.diapos:
        dites = (notes or {}).get(diapo.id, "")
        if not diapo.variantes:
            plume.dire(diapo, dites)
        for rang, variante in enumerate(diapo.variantes):
            plume.montrer(diapo, rang, variante, dites)
    if lien:
        plume.revenir(lien)
    sortie = io.BytesIO()
    presentation.save(sortie)
    return sortie.getvalue()


class _Plume:
    """Writes slides at the end of a presentation."""

    def __init__(self, presentation: Any, jeu: Jeu) -> None:
        self.presentation, self.jeu = presentation, jeu
        self.avertissement = avertir(v.politique for v in jeu.vues)

    def couvrir(self) -> None:
        """The first slide: what it is about, what the figures are."""
        diapo = self._ajouter(modele.COUVERTURE, self.jeu.titre, 40)
        lignes = [dire_le_gel(self.jeu)]
        lignes += [SYNTHETIQUE] if self.jeu.synthetique else []
        lignes += [self.avertissement] if self.avertissement else []
        cadre = diapo.placeholders[1].text_frame
        _regler(cadre)
        _paragraphes(cadre, lignes, 20, c.GRIS)
        for paragraphe in cadre.paragraphs:
            paragraphe.alignment = PP_ALIGN.LEFT

    def dire(self, diapo: DiapoDessinee, notes: str) -> None:
        """A slide of words."""
        page = self._ajouter(modele.MESSAGE, diapo.titre or "Texte", _titrer(diapo.titre))
        paragraphes = [p for p in diapo.texte.split("\n") if p.strip()]
        points = 24 if len(diapo.texte) < 700 else 16
        place = (MARGE, 1.9, LARGEUR - 2 * MARGE, BAS - 1.9)
        _paragraphes(self._texte(page, *place), paragraphes, points, c.ENCRE, entre=10)
        self._annoter(page, notes)
        self._pied(page, dire_le_gel(self.jeu))

    def montrer(
        self, diapo: DiapoDessinee, rang: int, variante: VarianteDessinee, notes: str
    ) -> None:
        """One face of a slide of charts."""
        titre = diapo.intituler(rang)
        page = self._ajouter(modele.MESSAGE, titre, _titrer(titre))
        legende = variante.vues[0].legende
        if len(diapo.variantes) > 1 and variante.nom not in legende:
            legende = f"{variante.nom}\u00a0· {legende}"
        if len(variante.vues) == 1:
            _paragraphes(self._texte(page, MARGE, 1.5, LARGEUR - 2 * MARGE, 0.4), [legende], 16)
        colonnes = _partager(MARGE, LARGEUR - 2 * MARGE, len(variante.vues))
        for vue, (x, largeur) in zip(variante.vues, colonnes, strict=True):
            haut = HAUT
            if len(variante.vues) > 1:
                entete = self._texte(page, x, 1.5, largeur, 0.7)
                _paragraphes(entete, [vue.titre], 16, gras=True)
                _paragraphes(entete, [vue.legende], 14, c.GRIS, suite=True)
                haut = 2.25
            self._vue(page, vue, diapo.forme, (x, haut, largeur, BAS - haut))
        self._annoter(page, notes)
        self._pied(page, dire_le_pied(variante, self.jeu))

    def revenir(self, lien: str) -> None:
        """The last slide: the address, and its QR code."""
        page = self._ajouter(modele.MESSAGE, RETOUR, 30)
        texte = self._texte(page, MARGE, 2.0, 6.4, 3)
        _paragraphes(texte, ["Avec un téléphone, visez le code ; ou ouvrez cette adresse :"], 20)
        _paragraphes(texte, [lien], 16, suite=True, adresse=lien)
        _paragraphes(texte, [dire_le_gel(self.jeu)], 16, c.GRIS, suite=True)
        image = io.BytesIO()
        code = segno.make(lien, error="m", micro=False)
        code.save(image, kind="png", scale=12, dark=c.ENCRE, light="#ffffff", border=2)
        image.seek(0)
        forme = page.shapes.add_picture(image, Inches(8), Inches(1.8), Inches(4.6), Inches(4.6))
        _nommer(forme, "Code QR", f"Code QR de l’adresse {lien}")
        self._pied(page, "")

    def _ajouter(self, rang: int, titre: str, points: float) -> Any:
        page = self.presentation.slides.add_slide(self.presentation.slide_layouts[rang])
        cadre = page.shapes.title.text_frame
        _regler(cadre)
        _ecrire(cadre.paragraphs[0], titre, points, c.ENCRE, gras=True)
        return page

    def _vue(
        self, page: Any, vue: VueDessinee, forme: str, place: tuple[float, float, float, float]
    ) -> None:
        """A chart and what goes on after its title, in a place: x, y, width, height, inches."""
        x, y, largeur, hauteur = place
        suite = " ".join(vue.phrases[1:])
        if suite:
            lignes = 1 + int(len(suite) * 0.092 / largeur)
            _paragraphes(
                self._texte(page, x, y + hauteur - 0.27 * lignes, largeur, 0.27 * lignes),
                [suite],
                14,
            )
            hauteur -= 0.27 * lignes + 0.1
        graphiques = [g for g in preparer(vue) if not g.vide]
        if vue.grand:
            seul = not graphiques
            tiers = largeur if seul else largeur * 0.3
            cadre = self._texte(page, x, y, tiers, hauteur if not seul else hauteur * 0.8)
            cadre.vertical_anchor = MSO_ANCHOR.MIDDLE
            _paragraphes(cadre, [vue.grand], 96 if seul and largeur > 8 else 60, c.LIEU, gras=True)
            _paragraphes(cadre, [vue.titre], 20, c.ENCRE, suite=True)
            x, largeur = x + tiers, largeur - tiers
        if not graphiques:
            if not vue.grand:
                texte = self._texte(page, x, y, largeur, hauteur)
                _paragraphes(texte, ["Rien ne peut être montré ici sans risque."], 20, c.GRIS)
            return
        cases = _paver((x, y, largeur, hauteur), len(graphiques))
        # One size of letters for all the charts of a view.
        points = min(
            natif.tailler(g, large, haut - (0.34 if g.titre else 0))
            for g, (_, _, large, haut) in zip(graphiques, cases, strict=True)
        )
        for graphique, case in zip(graphiques, cases, strict=True):
            self._graphique(page, vue, graphique, forme, case, points)

    def _graphique(
        self,
        page: Any,
        vue: VueDessinee,
        graphique: Graphique,
        forme: str,
        case: tuple[float, float, float, float],
        points: float,
    ) -> None:
        x, y, largeur, hauteur = case
        if graphique.titre:
            texte = self._texte(page, x, y, largeur, 0.32)
            _paragraphes(texte, [graphique.titre], 14, gras=True)
            y, hauteur = y + 0.34, hauteur - 0.34
        nom = f"{vue.titre} – {graphique.titre}" if graphique.titre else vue.titre
        decrit = f"{vue.phrases[0]} {graphique.decrire()}"
        if forme == "tableau":
            la = tableau_natif.ajouter(page, graphique, (x, y, largeur, hauteur))
            _nommer(la, f"Tableau : {nom}", decrit)
            return
        la = page.shapes.add_chart(
            XL_CHART_TYPE.BAR_CLUSTERED,
            Inches(x),
            Inches(y),
            Inches(largeur),
            Inches(min(hauteur, 1.5 * natif.hauteur_voulue(graphique, largeur, points))),
            natif.rassembler(graphique, natif.signes_par_ligne(largeur, points)),
        )
        natif.habiller(la.chart, graphique, largeur, points)
        _nommer(la, f"Graphique : {nom}", f"Graphique en barres. {decrit}")

    def _texte(self, page: Any, x: float, y: float, largeur: float, hauteur: float) -> Any:
        boite = page.shapes.add_textbox(Inches(x), Inches(y), Inches(largeur), Inches(hauteur))
        _regler(boite.text_frame)
        return boite.text_frame

    def _annoter(self, page: Any, notes: str) -> None:
        if not notes:
            return
        cadre = page.notes_slide.notes_text_frame
        cadre.text = typographier(notes)
        for paragraphe in cadre.paragraphs:
            for passage in paragraphe.runs:
                passage._r.get_or_add_rPr().set("lang", natif.LANGUE)

    def _pied(self, page: Any, texte: str) -> None:
        lignes = [self.avertissement] if self.avertissement else []
        lignes += [texte] if texte else []
        if lignes:
            cadre = self._texte(page, MARGE, 6.68, LARGEUR - 2 * MARGE - 0.9, 0.7)
            cadre.vertical_anchor = MSO_ANCHOR.MIDDLE
            _paragraphes(cadre, lignes, 10.5, c.GRIS)
        cadre = self._texte(page, *modele.NUMERO)
        _numeroter(cadre.paragraphs[0], self.presentation.slides.index(page) + 1)


def _partager(debut: float, largeur: float, combien: int) -> list[tuple[float, float]]:
    """Columns: where each begins, its width."""
    une = (largeur - GOUTTIERE * (combien - 1)) / combien
    return [(debut + i * (une + GOUTTIERE), une) for i in range(combien)]


def _paver(
    place: tuple[float, float, float, float], combien: int
) -> list[tuple[float, float, float, float]]:
    """Boxes for charts of one view: up to three in a row, fewer where it is narrow."""
    x, y, largeur, hauteur = place
    par_rang = min(combien, 3 if largeur > 8 else 2 if largeur > 5 and combien > 2 else 1)
    if combien == 2 and largeur > 6:
        par_rang = 2
    rangs = -(-combien // par_rang)
    haut = (hauteur - 0.2 * (rangs - 1)) / rangs
    cases = []
    for i in range(combien):
        gauche, large = _partager(x, largeur, par_rang)[i % par_rang]
        cases.append((gauche, y + (i // par_rang) * (haut + 0.2), large, haut))
    return cases


def _titrer(titre: str) -> float:
    """Letters of a title, points: it holds on two lines, three when it is very long."""
    return 30 if len(titre) <= 95 else 25 if len(titre) <= 130 else 21 if len(titre) <= 210 else 18


def _regler(cadre: Any) -> None:
    cadre.word_wrap = True
    cadre.auto_size = MSO_AUTO_SIZE.NONE
    cadre.margin_left = cadre.margin_right = cadre.margin_top = cadre.margin_bottom = 0


def _paragraphes(
    cadre: Any,
    textes: Sequence[str],
    points: float,
    couleur: str = c.ENCRE,
    *,
    gras: bool = False,
    suite: bool = False,
    entre: float = 4,
    adresse: str = "",
) -> None:
    """Write paragraphs in a frame, after what it holds when `suite`."""
    for rang, texte in enumerate(textes):
        paragraphe = cadre.add_paragraph() if rang or suite else cadre.paragraphs[0]
        paragraphe.space_after = Pt(entre)
        _ecrire(paragraphe, texte, points, couleur, gras=gras, adresse=adresse)


def _ecrire(
    paragraphe: Any,
    texte: str,
    points: float,
    couleur: str,
    *,
    gras: bool = False,
    adresse: str = "",
) -> None:
    passage = paragraphe.add_run()
    passage.text = typographier(texte) if not adresse else texte
    police = passage.font
    police.size, police.bold = Pt(points), gras
    if adresse:
        passage.hyperlink.address = adresse
    else:
        police.color.rgb = RGBColor.from_string(couleur.lstrip("#").upper())
    passage._r.get_or_add_rPr().set("lang", natif.LANGUE)


def _numeroter(paragraphe: Any, numero: int) -> None:
    """The number of the slide, which follows when slides are moved."""
    gris = c.GRIS.lstrip("#").upper()
    paragraphe._p.append(
        parse_xml(
            f'<a:fld {nsdecls("a")} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
            f'<a:rPr lang="{natif.LANGUE}" sz="1050"><a:solidFill><a:srgbClr val="{gris}"/>'
            f"</a:solidFill></a:rPr><a:t>{numero}</a:t></a:fld>"
        )
    )


def _nommer(forme: Any, nom: str, decrit: str) -> None:
    """Name a shape and say what it shows, for who does not see it."""
    proprietes = forme._element.xpath(".//p:cNvPr")[0]
    proprietes.set("name", typographier(nom))
    proprietes.set("descr", typographier(decrit))
