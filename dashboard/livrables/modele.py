"""The blank presentation that slides are written on: 16:9, colours and type of the house.

Made from the one that python-pptx brings along, whose theme, master and two layouts are rewritten;
the other layouts go. What a screen reader is told comes from the places (title, number) kept here.
"""

from __future__ import annotations

import re
from typing import Any

from pptx import Presentation
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from dashboard import couleurs as c
from dashboard.livrables.natif import LANGUE, POLICE

LARGEUR, HAUTEUR = 13.333, 7.5
MARGE = 0.6
COUVERTURE, MESSAGE = 0, 1
"""Positions of the layouts."""

ACCENTS = (c.LIEU, c.DEPARTEMENT, c.ENSEMBLE_PS, c.INSEE, c.PASSE, "#9c2f5d")
_RELATION_DU_THEME = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"
_GARDEES = {"Title Slide": "Couverture", "Title Only": "Message"}


def neuf() -> Any:
    """A presentation without slides (`pptx.presentation.Presentation`)."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = Inches(LARGEUR), Inches(HAUTEUR)
    modeles = presentation.slide_layouts
    for modele in list(modeles):
        if modele.name not in _GARDEES:
            modeles.remove(modele)
    _colorer(presentation)
    maitre = presentation.slide_master
    maitre.name = "Passerelle"
    _placer(maitre, {"title": (MARGE, 0.42, LARGEUR - 2 * MARGE, 1.05), "sldNum": NUMERO})
    _regler_les_titres(maitre)
    couverture, message = modeles[COUVERTURE], modeles[MESSAGE]
    _placer(
        couverture,
        {"ctrTitle": (1.1, 2.2, 10.6, 1.8), "subTitle": (1.1, 4.2, 10.6, 1.6), "sldNum": NUMERO},
    )
    _placer(message, {"title": (MARGE, 0.42, LARGEUR - 2 * MARGE, 1.05), "sldNum": NUMERO})
    for modele in (couverture, message):
        modele.name = _GARDEES[modele.name]
    _trait(maitre, 0, 0, LARGEUR, 0.12)
    _trait(couverture, 1.1, 1.9, 1.4, 0.08)
    return presentation


NUMERO = (LARGEUR - MARGE - 0.8, HAUTEUR - 0.47, 0.8, 0.3)


def _colorer(presentation: Any) -> None:
    """Colours and fonts of the theme: charts that are added later by hand have them too."""
    part = presentation.slide_master.part.part_related_by(_RELATION_DU_THEME)
    theme = part.blob.decode("utf-8")
    noms = {
        "dk1": c.ENCRE,
        "lt1": c.PAPIER,
        "dk2": c.GRIS,
        "lt2": "#F4F6F8",
        **{f"accent{i}": code for i, code in enumerate(ACCENTS, start=1)},
        "hlink": "#0A4F4F",
        "folHlink": c.INSEE,
    }
    for nom, code in noms.items():
        theme = re.sub(
            rf"<a:{nom}>.*?</a:{nom}>",
            f'<a:{nom}><a:srgbClr val="{code.lstrip("#").upper()}"/></a:{nom}>',
            theme,
            flags=re.DOTALL,
        )
    theme = re.sub(
        r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*', rf"\g<1>{POLICE}", theme
    )
    part._blob = theme.encode("utf-8")


def _placer(page: Any, places: dict[str, tuple[float, float, float, float]]) -> None:
    """Put the places of a master or layout where they belong (inches); the others go."""
    for forme in list(page.placeholders):
        ph = forme._element.find(".//" + qn("p:ph"))
        genre = ph.get("type", "obj")
        if genre in places:
            place = (Inches(v) for v in places[genre])
            forme.left, forme.top, forme.width, forme.height = place
        elif genre != "body" or page.part.partname.find("slideMaster") < 0:
            forme._element.getparent().remove(forme._element)
        else:
            # The master needs its body: the types of other places come from it.
            forme.left, forme.top = Inches(MARGE), Inches(2)
            forme.width, forme.height = Inches(LARGEUR - 2 * MARGE), Inches(4.5)


def _regler_les_titres(maitre: Any) -> None:
    """Titles on the left, bold, in the ink of the house; the language of every text."""
    styles = maitre._element.find(qn("p:txStyles"))
    titre = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    titre.set("algn", "l")
    police = titre.find(qn("a:defRPr"))
    police.set("sz", str(Pt(30).centipoints))
    police.set("b", "1")
    for proprietes in styles.iter(qn("a:defRPr")):
        proprietes.set("lang", LANGUE)
    for forme in maitre.placeholders:
        corps = forme._element.find(".//" + qn("a:bodyPr"))
        genre = forme._element.find(".//" + qn("p:ph")).get("type")
        if genre == "title":
            corps.set("anchor", "t")
            for cote in ("lIns", "rIns", "tIns", "bIns"):
                corps.set(cote, "0")


def _trait(page: Any, x: float, y: float, largeur: float, hauteur: float) -> None:
    """A plain band, which screen readers leave out."""
    x, y, largeur, hauteur = (Inches(v) for v in (x, y, largeur, hauteur))
    couleur = c.LIEU.lstrip("#").upper()
    arbre = page.shapes._spTree
    numero = max(int(e.get("id")) for e in arbre.iter(qn("p:cNvPr"))) + 1
    arbre.insert(
        2,
        parse_xml(
            f"<p:sp {nsdecls('p', 'a')}><p:nvSpPr>"
            f'<p:cNvPr id="{numero}" name="Bandeau"><a:extLst>'
            '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
            '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/'
            'decorative" val="1"/></a:ext></a:extLst></p:cNvPr><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
            f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/>'
            f'<a:ext cx="{largeur}" cy="{hauteur}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            f'<a:solidFill><a:srgbClr val="{couleur}"/></a:solidFill><a:ln><a:noFill/></a:ln>'
            "</p:spPr><p:txBody><a:bodyPr/><a:lstStyle/><a:p/></p:txBody></p:sp>"
        ),
    )
