"""The whole report as an accessible PDF (PDF/UA-1): tagged, in French, with bookmarks.

WeasyPrint needs Pango, which is not a Python library: without it the PDF is refused in words fit
for the reader. It loads nothing but the fonts of this site.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dashboard import balises as html
from dashboard.livrables import rapport_html
from dashboard.livrables.avancement import Avancer, entre, sans_le_dire
from dashboard.livrables.mots import SYNTHETIQUE, dire_la_protection, dire_le_pied, sous_titrer
from dashboard.livrables.series import avertir
from dashboard.rapport.composition import Rapport
from data.refus import typographier

PAQUETS = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
"""Debian packages that hold Pango."""

_POLICES = Path(__file__).resolve().parents[2] / "assets" / "vendor"
_FEUILLE = Path(__file__).with_name("pdf.css")
_ADRESSE_DES_POLICES = "passerelle-police:"


class PangoAbsent(RuntimeError):
    """This machine cannot write PDF. French text, for any reader."""

    def __init__(self) -> None:
        super().__init__(
            "Ce serveur ne peut pas faire de PDF : la bibliothèque Pango n’y est pas installée. "
            "Demandez plutôt le document Word, qui dit la même chose ; l’administrateur du serveur "
            f"peut installer les paquets {', '.join(PAQUETS)}."
        )


def ecrire(rapport: Rapport, avancer: Avancer = sans_le_dire) -> bytes:
    """The file. Raises PangoAbsent. `avancer`: told of each step, 0 to 100."""
    weasyprint = _charger()
    texte = composer(rapport, entre(avancer, 0, 30))
    ecoute = _Ecoute(entre(avancer, 30, 98))
    journal = logging.getLogger("weasyprint.progress")
    niveau = journal.level
    journal.addHandler(ecoute)
    journal.setLevel(logging.INFO)
    try:
        document = weasyprint.HTML(string=texte, url_fetcher=_chercheur(weasyprint), base_url="")
        octets: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    finally:
        journal.removeHandler(ecoute)
        journal.setLevel(niveau)
    return octets


def composer(rapport: Rapport, avancer: Avancer = sans_le_dire) -> str:
    """The HTML document that is printed, whole: it asks for nothing but the fonts."""
    avertissement = avertir(v.politique for c in rapport.chapitres for v in c.vues)
    titre = typographier(f"{rapport.titre} – {rapport.annee}")
    protection = dire_la_protection(rapport)
    couverture = html.Header(
        [
            html.P("Passerelle", className="marque-rapport"),
            html.H1(rapport.titre),
            html.P(sous_titrer(rapport), className="sous-titre"),
            html.P(SYNTHETIQUE, className="avertissement") if rapport.synthetique else None,
            html.P(protection, className="avertissement exact" if avertissement else "protection"),
        ],
        className="couverture",
    )
    corps = html.joindre(couverture, rapport_html.ecrire(rapport, avancer))
    feuille = _FEUILLE.read_text(encoding="utf-8")
    variables = (
        f'@page {{ @top-left {{ content: "{_citer(titre)}" }} '
        f'@bottom-left {{ content: "{_citer(dire_le_pied(rapport))}" }} }}'
    )
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">'
        f"<title>{Markup.escape(titre)}</title>"
        '<meta name="author" content="Passerelle"><meta name="generator" content="Passerelle">'
        f"<style>{_polices()}{variables}{feuille}</style></head><body>{corps}</body></html>"
    )


def _citer(texte: str) -> str:
    """A text inside a CSS string."""
    propre = re.sub(r"[\x00-\x1f\x7f]", " ", texte)
    return propre.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")


def _polices() -> str:
    """The font of the site when it is there; else the system's."""
    fichiers = sorted(_POLICES.glob("source-sans-3-*.woff2"))
    return "".join(
        '@font-face { font-family: "Source Sans 3 Variable"; font-weight: 200 900; '
        f'src: url("{_ADRESSE_DES_POLICES}{f.name}") format("woff2"); }}'
        for f in fichiers[-1:]
    )


def _charger() -> Any:
    try:
        # Its own words, in English, are about the loader of shared libraries.
        with contextlib.redirect_stdout(io.StringIO()):
            import weasyprint
    except OSError as erreur:
        raise PangoAbsent from erreur
    return weasyprint


def _chercheur(weasyprint: Any) -> Any:
    """What fetches for WeasyPrint: the fonts of the site, and nothing else, whatever is asked."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Chercheur(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            nom = url.removeprefix(_ADRESSE_DES_POLICES)
            fichier = _POLICES / nom
            if nom == url or "/" in nom or not fichier.is_file():
                raise ValueError("Adresse refusée.")
            return URLFetcherResponse(url, fichier.read_bytes(), {"Content-Type": "font/woff2"})

    return Chercheur()


class _Ecoute(logging.Handler):
    """Follows the steps that WeasyPrint tells."""

    def __init__(self, avancer: Avancer) -> None:
        super().__init__(logging.INFO)
        self.avancer = avancer
        self.fait = 0

    def emit(self, record: logging.LogRecord) -> None:
        trouve = re.match(r"Step (\d)(?:.*Page (\d+))?", record.getMessage())
        if trouve is None:
            return
        etape, page = int(trouve[1]), int(trouve[2] or 0)
        # Pages are numbered once their number is known: it goes through them again.
        self.fait = max(self.fait, min(85, 20 + page) if page else etape * 13)
        if page:
            self.avancer(f"Mise en page : page {page}", self.fait)
        else:
            self.avancer("Mise en page" if etape < 6 else "Enregistrement", self.fait)
