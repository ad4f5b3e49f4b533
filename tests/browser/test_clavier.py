"""Everything with the keyboard alone, the focus always visible and never lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import (
    choisi,
    ouvrir,
    ouvrir_panneau,
    parametres,
    parcourir,
)

PRENABLES = "a[href], button, select, summary, [tabindex='0']"
_LISTER = """prenables => [...document.querySelectorAll(prenables)]
  .filter(e => !e.disabled && e.checkVisibility({visibilityProperty: true}))
  .map((e, i) => { e.dataset.rang = i; return i; })"""


def actif(page: Page) -> str:
    """Identifier (or words) of what has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent"))


def test_le_lien_d_evitement_mene_au_contenu(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai")
    page.keyboard.press("Tab")
    lien = page.locator(".evitement")
    expect(lien).to_be_focused()
    expect(lien).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('#contenu')")
    assert parametres(page) == {"territoire": ["douai"]}, "l’état reste dans l’adresse"


@pytest.mark.parametrize("chemin", ["/", "/effectifs"])
def test_tout_s_atteint_et_le_foyer_se_voit(
    ouvrir_page: Callable[..., Page], serveur: str, chemin: str
) -> None:
    page = ouvrir_page(reduced_motion="reduce")
    ouvrir(page, serveur, chemin)
    parcourir(page)
    page.evaluate("document.activeElement.blur()")
    tous = page.evaluate(_LISTER, PRENABLES)
    assert len(tous) > 30
    atteints = []
    for _ in range(len(tous) + 20):
        page.keyboard.press("Tab")
        rang, visible, dedans = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              const r = e.getBoundingClientRect();
              return [e.dataset.rang ?? null, s.outlineStyle !== 'none' && s.outlineWidth !== '0px',
                r.width > 0 && r.bottom > 0 && r.top < innerHeight]; }"""
        )
        if rang is None:
            continue
        if int(rang) in atteints:
            break
        assert visible, f"le foyer ne se voit pas : {actif(page)}"
        assert dedans, f"hors de l’écran : {actif(page)}"
        atteints.append(int(rang))
    assert sorted(atteints) == tous
    assert atteints == tous, "l’ordre du clavier est celui de la page"


def test_rien_de_prenable_sous_la_barre(ouvrir_page: Callable[..., Page], serveur: str) -> None:
    """WCAG 2.2, 2.4.11: what has the focus is not hidden by the sticky bar."""
    page = ouvrir_page(reduced_motion="reduce")
    ouvrir(page, serveur, "/effectifs")
    parcourir(page)
    page.evaluate("window.scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    page.locator(".outils button").last.focus()
    for _ in range(25):
        page.keyboard.press("Shift+Tab")
        cache = page.evaluate(
            """() => { const e = document.activeElement;
              if (!e.closest('#contenu .cartes')) return false;
              const bas = document.getElementById('barre').getBoundingClientRect().bottom;
              return e.getBoundingClientRect().bottom <= bas; }"""
        )
        assert not cache, f"caché par la barre : {actif(page)}"


def test_le_foyer_reste_sur_le_choix_qui_vient_de_changer(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations")
    page.locator("#choix-territoire").focus()
    for attendu in ("cambrai", "douai", "flandres"):
        page.keyboard.press("ArrowDown")
        page.wait_for_function("t => location.search === '?territoire=' + t", arg=attendu)
        expect(page.locator("#phrase-sexe")).to_contain_text(attendu.capitalize())
        expect(page.locator("#choix-territoire")).to_be_focused()
        expect(choisi(page, "territoire")).to_have_text(attendu.capitalize())
    ouvrir_panneau(page)
    for nom in ("sexe", "age", "reference"):
        page.locator(f"#choix-{nom}").focus()
        avant = page.url
        page.keyboard.press("ArrowDown")
        page.wait_for_function("avant => location.href !== avant", arg=avant)
        page.wait_for_timeout(200)
        expect(page.locator(f"#choix-{nom}")).to_be_focused()


def test_le_foyer_reste_quand_on_met_un_lieu_a_cote(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai")
    ouvrir_panneau(page)
    page.locator("#choix-cote").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => location.search.split('territoire=').length === 3")
    expect(page.locator(".etiquettes li")).to_have_count(2)
    expect(page.locator("#choix-cote")).to_be_focused()


def test_echap_ferme_le_point_de_vue(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/effectifs")
    resume = page.locator(".points-de-vue summary")
    resume.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Invité")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Invité")).to_be_hidden()
    expect(resume).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Invité")).to_be_visible()
    page.locator("h1").click()
    expect(page.get_by_role("button", name="Invité")).to_be_hidden()


def test_la_feuille_du_telephone_tient_le_foyer(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    page = ouvrir_page(390, 844)
    ouvrir(page, serveur, "/situations?territoire=douai&population=ps")
    bouton = page.locator("#ouvrir-feuille")
    expect(bouton).to_have_text("Choisir\u00a0(1)")
    expect(page.locator(".resume-lieu")).to_have_text("Douai · 2022-2023")
    expect(page.locator("#feuille")).to_be_hidden()
    bouton.focus()
    page.keyboard.press("Enter")
    feuille = page.get_by_role("dialog", name="Choisir ce que l’on regarde")
    expect(feuille).to_be_visible()
    expect(bouton).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#fermer-feuille")).to_be_focused()
    assert page.evaluate(
        "(() => { const r = document.getElementById('feuille').getBoundingClientRect();"
        " return [r.left, r.top, r.width, r.height]; })()"
    ) == [0, 0, 390, 844]
    ouvrir_panneau(page)
    for touche in ["Tab"] * 20 + ["Shift+Tab"] * 25:
        page.keyboard.press(touche)
        assert page.evaluate("!!document.activeElement.closest('#feuille')"), touche
    page.locator("#choix-sexe").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => location.search.includes('sexe=')")
    expect(feuille).to_be_visible()
    expect(page.locator("#choix-sexe")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#feuille")).to_be_hidden()
    expect(bouton).to_be_focused()
    expect(bouton).to_have_text("Choisir\u00a0(2)")
    expect(bouton).to_have_attribute("aria-expanded", "false")


def test_le_lieu_et_l_annee_restent_visibles_sur_un_telephone(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    page = ouvrir_page(390, 844)
    ouvrir(page, serveur, "/accompagnements?territoire=douai&annee=2021-2022")
    page.evaluate("window.scrollTo({top: 3000, behavior: 'instant'})")
    expect(page.locator(".resume-lieu")).to_be_in_viewport()
    expect(page.locator(".resume-lieu")).to_have_text("Douai · 2021-2022")
    expect(page.locator("#ouvrir-feuille")).to_be_in_viewport()


def test_un_pixel_de_trop_referme_la_feuille(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    """A telephone turned, a window made wider: nothing stays in the way."""
    page = ouvrir_page(390, 844)
    ouvrir(page, serveur, "/effectifs")
    page.locator("#ouvrir-feuille").click()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator("#feuille")).not_to_have_attribute("role", "dialog")
    page.locator(".navigation a", has_text="Familles").click()
    expect(page.locator("h1")).to_have_text("Situations des familles")
