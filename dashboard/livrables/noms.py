"""What files are called, and what they are."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import combining, normalize

from dashboard.exports import nommer_fichier
from data.refus import typographier
from queries.question import Lieu

EXACT = "chiffres-exacts-ne-pas-diffuser"
"""First in the name of a file that holds exact figures: a name too long is cut at its end."""

PPTX, HTML, DOCX, PDF, XLSX = "pptx", "html", "docx", "pdf", "xlsx"
_OFFICE = "application/vnd.openxmlformats-officedocument."
GENRES = {
    PPTX: f"{_OFFICE}presentationml.presentation",
    HTML: "text/html; charset=utf-8",
    DOCX: f"{_OFFICE}wordprocessingml.document",
    PDF: "application/pdf",
    XLSX: f"{_OFFICE}spreadsheetml.sheet",
}
"""Extension → media type."""


def nommer_le_rapport(lieu: Lieu, annee: str, politique: str, extension: str) -> str:
    """« passerelle-rapport-2021-2022-douai.docx »."""
    return nommer_fichier([*_marquer([politique]), "rapport", annee, lieu.code], extension)


def nommer_la_presentation(titre: str, politiques: Iterable[str], extension: str) -> str:
    """« passerelle-groupe-d-appui-de-douai.pptx »."""
    return nommer_fichier([*_marquer(politiques), _sans_accents(titre)], extension)


def _marquer(politiques: Iterable[str]) -> list[str]:
    return [EXACT] if "exact" in politiques else []


def _sans_accents(texte: str) -> str:
    decompose = normalize("NFD", typographier(texte).replace("œ", "oe").replace("æ", "ae"))
    return "".join(x for x in decompose if not combining(x))
