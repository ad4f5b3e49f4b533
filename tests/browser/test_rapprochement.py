"""The reconciliation page in a browser: accessible, whole, French, folded and open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import ouvrir
from tests.browser.verification import (
    HAUTEURS,
    ouvrir_les_volets,
    verifier,
    verifier_le_francais,
)


@pytest.mark.parametrize("largeur", [*HAUTEURS, 320])
@pytest.mark.parametrize("chemin", ["/rapprochement", "/rapprochement?document=note-2020"])
def test_la_page_est_accessible_entiere_et_francaise(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    chemin: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS.get(largeur, 640))
    ouvrir(page, serveur, chemin)
    expect(page.locator("#phrases")).to_be_attached()
    verifier(page, violations)
    verifier_le_francais(page)
    ouvrir_les_volets(page)
    verifier(page, violations)
