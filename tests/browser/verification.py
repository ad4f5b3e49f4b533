"""What every page must be, whatever it shows: accessible, whole, French."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.parcours import texte_lu

HAUTEURS = {1280: 800, 1920: 1080, 390: 844}
"""Width → height of the screens pages are looked at on, px."""

ANGLAIS = re.compile(
    r"\b(share|download|loading|zoom|reset|undefined|null|nan|none|true|false|error|submit|search"
    r"|select|close|open|click|plotly|trace|axes)\b",
    re.IGNORECASE,
)
ESPACE_ORDINAIRE = re.compile(r".{0,20}(?: [:;?!%»](?!\w)|« |\w'\w).{0,20}")
MILLIERS = re.compile(r"(?<![\d\u202f-])(?!(?:19|20)\d\d(?!\d))\d{4,}")
POINT_DECIMAL = re.compile(r"\d\.\d+\s?%")


def verifier(page: Page, violations: Callable[[Page], list[dict[str, Any]]]) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    assert violations(page) == []
    largeur, ecran = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert largeur <= ecran, f"la page déborde : {largeur} px pour {ecran}"


def verifier_le_francais(page: Page) -> None:
    """No English word, no ordinary space where French has another, no English number."""
    lu = texte_lu(page)
    assert ANGLAIS.findall(lu) == []
    assert ESPACE_ORDINAIRE.findall(lu) == []
    assert MILLIERS.findall(lu) == []
    assert POINT_DECIMAL.findall(lu) == []


def ouvrir_les_volets(page: Page) -> None:
    """Opens everything that is folded in the content."""
    page.evaluate("document.querySelectorAll('#contenu details').forEach(d => { d.open = true; })")
