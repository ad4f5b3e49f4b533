"""The pages of analysis in a real browser: accessible, whole, French; choices keep the focus."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import ouvrir
from tests.browser.verification import HAUTEURS, ouvrir_les_volets, verifier, verifier_le_francais

CHEMINS = (
    "/evolution?indicateur=demande",
    "/evolution?indicateur=postes",
    "/evolution?territoire=douai&territoire=lille&indicateur=sexe&vue=tableau",
    "/explorer?indicateur=demande&croiser=classe",
    "/explorer?indicateur=configuration&croiser=origine_groupe&dessin=barres",
    "/explorer?territoire=lille&vue=tableau&sens=x",
)


@pytest.mark.parametrize("largeur", [1280, 390])
@pytest.mark.parametrize("chemin", CHEMINS)
def test_la_page_est_accessible_entiere_et_francaise(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    chemin: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    ouvrir(page, serveur, chemin)
    verifier(page, violations)
    verifier_le_francais(page)
    ouvrir_les_volets(page)
    if largeur < 640:
        page.locator("#ouvrir-feuille").click()
    verifier(page, violations)


def test_la_phrase_est_l_alternative_du_graphique(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/evolution?indicateur=sexe")
    figure = page.locator("#evolution figure")
    expect(figure).to_have_attribute("role", "application")
    assert figure.get_attribute("aria-label") == page.locator(".phrase").inner_text()
    assert page.locator("#evolution .js-plotly-plot .scatterlayer .trace").count() >= 2


def test_on_choisit_au_clavier_sans_perdre_sa_place(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/explorer?indicateur=classe&croiser=sexe")
    choix = page.locator("#choix-sens")
    choix.focus()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile("sens=colonne"))
    expect(page.locator("#croisement caption").first).to_contain_text("chaque colonne fait 100")
    expect(choix).to_be_focused()
    page.go_back()
    expect(page.locator("#croisement caption").first).to_contain_text("chaque ligne fait 100")
    expect(choix.locator("option:checked")).to_have_text(re.compile("^En ligne"))


def test_intervertir_puis_revenir(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/explorer?indicateur=classe&croiser=sexe")
    titre = page.locator("#titre-croisement")
    avant = titre.inner_text()
    page.get_by_role("link", name="Intervertir").click()
    expect(page).to_have_url(re.compile("indicateur=sexe&croiser=classe"))
    expect(titre).not_to_have_text(avant)
    page.get_by_role("link", name="Intervertir").click()
    expect(titre).to_have_text(avant)


def test_un_ecran_etroit_a_la_cle_plutot_que_les_noms(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    page = ouvrir_page(390, 844)
    ouvrir(page, serveur, "/evolution?indicateur=sexe")
    expect(page.locator("#evolution .legende")).to_contain_text("Fille")
    noms = page.locator("#evolution .js-plotly-plot .textpoint")
    assert "Fille" not in " ".join(noms.all_text_contents())
