"""Reflow (WCAG 1.4.10): 320 px wide is 1280 px at 400 %. Nothing lost, nothing to scroll twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import PAGES, ouvrir, ouvrir_panneau, parcourir

_HORS_ECRAN = """() => {
  const coupables = [];
  const marche = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (marche.nextNode()) {
    const e = marche.currentNode.parentElement;
    if (!marche.currentNode.textContent.trim() || !e.checkVisibility()) continue;
    if (e.closest('.hors-vue, .evitement, .intitule, .defile, .empilees, svg')) continue;
    const plage = document.createRange();
    plage.selectNodeContents(marche.currentNode);
    const r = plage.getBoundingClientRect();
    if (r.width && (r.left < -1 || r.right > innerWidth + 1)) {
      coupables.push(e.className + ' ' + marche.currentNode.textContent.slice(0, 60));
    }
  }
  return coupables;
}"""

SANS_FILTRE = ("/publications?document=note-2020", "/rapprochement?document=flyer", "/methode")

_DEFILENT = """() => [...document.querySelectorAll('#react-entry-point *')].filter(e =>
  e.checkVisibility() && e.scrollWidth > e.clientWidth + 1
  && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
  && !e.querySelector('table')).map(e => e.tagName + '.' + e.className)"""


def verifier_la_navigation(page: Page) -> None:
    """Every link is there to be followed: those of a menu once it is open, inside the screen."""
    for lien in page.locator(".navigation > ul > li > a").all():
        expect(lien).to_be_visible()
    for menu in page.locator(".navigation .menu").all():
        menu.locator("summary").click()
        for lien in menu.locator("a").all():
            expect(lien).to_be_visible()
        assert page.evaluate(_HORS_ECRAN) == []
        menu.locator("summary").click()


def ouvrir_entiere(ouvrir_page: Callable[..., Page], serveur: str, chemin: str) -> Page:
    """A page on the screen that 400 % leaves (1280 px): nothing is outside it."""
    page = ouvrir_page(320, 640)
    ouvrir(page, serveur, chemin)
    parcourir(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    assert page.evaluate(_HORS_ECRAN) == []
    assert page.evaluate(_DEFILENT) == [], "seuls les tableaux défilent en travers"
    return page


@pytest.mark.parametrize("chemin", SANS_FILTRE)
def test_rien_ne_se_perd_sans_barre_de_filtres(
    ouvrir_page: Callable[..., Page], serveur: str, chemin: str
) -> None:
    page = ouvrir_entiere(ouvrir_page, serveur, chemin)
    verifier_la_navigation(page)


@pytest.mark.parametrize(
    "chemin", [*PAGES, "/qualite", "/situations?college=conde-sur-l-escaut-josquin-des-pres"]
)
def test_rien_ne_se_perd_a_400_pour_cent(
    ouvrir_page: Callable[..., Page], serveur: str, chemin: str
) -> None:
    page = ouvrir_entiere(ouvrir_page, serveur, chemin)
    textes_du_graphique = page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(g => {
          const cadre = g.getBoundingClientRect();
          return [...g.querySelectorAll('.textpoint, .ytick text, .legendtext')].map(
            t => [t.textContent, t.getBoundingClientRect()]).filter(
            ([_, r]) => r.left < cadre.left - 2 || r.right > cadre.right + 2).map(([t]) => t);
        })"""
    )
    assert textes_du_graphique == [], "les mots d’un graphique ne sont pas coupés"
    verifier_la_navigation(page)
    page.locator("#ouvrir-feuille").click()
    ouvrir_panneau(page)
    assert page.evaluate(_HORS_ECRAN) == []


def test_tout_ce_qui_se_choisit_large_se_choisit_etroit(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    def offres(largeur: int) -> tuple[list[str], list[str]]:
        page = ouvrir_page(largeur, 800)
        ouvrir(page, serveur, "/situations?territoire=douai")
        if largeur < 640:
            page.locator("#ouvrir-feuille").click()
        ouvrir_panneau(page)
        selects = page.eval_on_selector_all(
            "select", "ss => ss.filter(s => s.checkVisibility()).map(s => s.id)"
        )
        if largeur < 640:
            page.locator("#fermer-feuille").click()
        liens = page.eval_on_selector_all(
            "a[href]",
            "as => as.filter(a => a.checkVisibility() && !a.closest('.corps-carte'))"
            ".map(a => a.textContent)",
        )
        return selects, liens

    assert offres(320) == offres(1280)


@pytest.mark.parametrize("chemin", ["/", "/situations"])
def test_du_texte_deux_fois_plus_grand_ne_deborde_pas(
    ouvrir_page: Callable[..., Page], serveur: str, chemin: str
) -> None:
    """WCAG 1.4.4: text at 200 %, the window as it was."""
    page = ouvrir_page(1280, 800)
    ouvrir(page, serveur, chemin)
    # Through the object model: the content security policy allows no style sheet but ours.
    page.evaluate(
        "() => document.documentElement.style.setProperty('font-size', '200%', 'important')"
    )
    parcourir(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1280
    assert page.evaluate(_HORS_ECRAN) == []
