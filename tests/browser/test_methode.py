"""The methods page in a browser: accessible, whole, French, reached by its anchors, printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import ouvrir, parametres
from tests.browser.verification import HAUTEURS, verifier, verifier_le_francais


@pytest.mark.parametrize("largeur", [*HAUTEURS, 320])
def test_la_page_est_accessible_entiere_et_francaise(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS.get(largeur, 640))
    ouvrir(page, serveur, "/methode?territoire=douai")
    expect(page).to_have_title("Méthode – Passerelle")
    expect(page.locator("#barre")).to_be_hidden()
    verifier(page, violations)
    verifier_le_francais(page)


def test_le_sommaire_et_le_pied_menent_aux_sections(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai")
    page.locator("#pied a", has_text="Accessibilité").click()
    expect(page.locator("#accessibilite h2")).to_be_in_viewport()
    assert page.url.endswith("/methode?territoire=douai#accessibilite")
    page.locator(".index a", has_text="L’audit").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#audit h2")).to_be_in_viewport()
    page.locator(".navigation a", has_text="Situations").click()
    expect(page.locator("h1")).to_have_text("Situations des collégiens")
    expect(page.locator("#choix-territoire option:checked")).to_have_text("Douai")
    assert parametres(page) == {"territoire": ["douai"]}


def test_la_page_s_imprime_sans_rien_couper(ouvrir_page: Callable[..., Page], serveur: str) -> None:
    page = ouvrir_page(720, 1000)
    ouvrir(page, serveur, "/methode")
    page.emulate_media(media="print")
    expect(page.locator(".index")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    coupes = page.eval_on_selector_all(
        "#contenu .tableau", "ts => ts.filter(t => t.getBoundingClientRect().right > innerWidth)"
    )
    assert coupes == []


def test_la_page_se_lit_sans_script_une_fois_ecrite(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    page = ouvrir_page()
    ouvrir(page, serveur, "/methode")
    contenu = page.locator("#contenu")
    sans_script = ouvrir_page(java_script_enabled=False)
    sans_script.set_content(f"<main id='contenu'>{contenu.inner_html()}</main>")
    assert sans_script.locator("#contenu").text_content() == contenu.text_content()
    sans_script.locator("a[href='#glossaire']").click()
    expect(sans_script.locator("#glossaire h2")).to_be_in_viewport()
