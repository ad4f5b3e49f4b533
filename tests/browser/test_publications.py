"""The published documents in a browser: accessible, whole, French, reached by their links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from data.publications import lire
from tests.browser.parcours import ouvrir
from tests.browser.verification import HAUTEURS, ouvrir_les_volets, verifier, verifier_le_francais

THEMES = [theme.code for theme in lire().themes]


@pytest.mark.parametrize("largeur", [*HAUTEURS, 320])
@pytest.mark.parametrize("theme", THEMES)
def test_la_page_est_accessible_entiere_et_francaise(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    theme: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS.get(largeur, 640))
    ouvrir(page, serveur, f"/publications?document={theme}")
    expect(page).to_have_title("Publications – Passerelle")
    figures = page.locator("#contenu figure")
    expect(page.locator("#contenu figure .barlayer")).to_have_count(figures.count())
    verifier(page, violations)
    verifier_le_francais(page)
    ouvrir_les_volets(page)
    verifier(page, violations)


def test_on_passe_d_un_chiffre_contredit_a_son_explication(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/publications?document=rapport-2021-2022&territoire=douai")
    page.locator("#postes-2021 .contredit").first.click()
    expect(page.locator("#passage-4")).to_be_in_viewport()
    assert page.url.endswith("document=contradictions#passage-4")
    assert "territoire=douai" in page.url
    page.go_back()
    expect(page.locator("#postes-2021")).to_be_visible()
    page.locator(".themes a", has_text="D’un document à l’autre").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#evolution-postes figure")).to_have_attribute("role", "application")
    page.locator("#evolution-postes td a").first.click()
    expect(page.locator("#effectif-2020 h2")).to_be_in_viewport()


def test_un_tableau_se_telecharge(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/publications?document=departement-2019")
    with page.expect_download() as attendu:
        page.locator("#liste-2019 .outils a").click()
    assert attendu.value.suggested_filename == "passerelle-publications-liste-2019.csv"
