"""What a person does on a page: open it, choose, wait for the charts, scroll to the end."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from data.catalogue import CHAPITRES

PAGES = ("/", *(f"/{chapitre}" for chapitre in CHAPITRES))

_DESSINE = """() => {
  const vus = [...document.querySelectorAll('.attente')].map(e => e.getBoundingClientRect());
  return !vus.some(r => r.height && r.bottom > -220 && r.top < innerHeight + 220)
    && [...document.querySelectorAll('.corps-carte figure, .geographie figure')].every(
      f => f.querySelector('.js-plotly-plot .main-svg'));
}"""


def ouvrir(page: Page, serveur: str, chemin: str) -> None:
    """Opens an address and waits until what is in view is drawn."""
    page.goto(serveur + chemin)
    expect(page.locator("#contenu h1")).to_be_visible()
    attendre_dessin(page)


def attendre_dessin(page: Page) -> None:
    """Waits until every card in view has its body, and every body its charts."""
    page.wait_for_function(_DESSINE)


def parcourir(page: Page) -> None:
    """Scrolls from the top of the page to its end: cards draw themselves a little before they are
    seen."""
    y, hauteur = 0, 1
    while y < hauteur:
        page.evaluate("y => window.scrollTo({top: y, behavior: 'instant'})", y)
        page.evaluate("() => new Promise(r => setTimeout(r, 40))")
        attendre_dessin(page)
        y += 400 + (page.viewport_size or {"height": 800})["height"]
        hauteur = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    assert page.locator(".carte:not(.pliee) .attente").count() == 0, "une carte reste vide"


def choisir(page: Page, nom: str, libelle: str) -> None:
    """Chooses in a select of the filter bar, and waits for the page that follows."""
    avant = page.url
    choix(page, nom).select_option(label=libelle)
    page.wait_for_function("avant => location.href !== avant", arg=avant)
    attendre_barre(page)


def attendre_barre(page: Page) -> None:
    """Waits until the filter bar says what the address says, and the charts in view follow."""
    page.wait_for_function(
        "() => document.getElementById('choix-reference').value"
        " === location.pathname + location.search"
    )
    page.wait_for_load_state("networkidle")
    attendre_dessin(page)


def choix(page: Page, nom: str) -> Locator:
    """A select of the filter bar."""
    return page.locator(f"#choix-{nom}")


def options(page: Page, nom: str) -> list[str]:
    """Words of the choices of a select."""
    return page.locator(f"#choix-{nom} option:not([hidden])").all_text_contents()


def choisi(page: Page, nom: str) -> Locator:
    """The choice a select shows."""
    return page.locator(f"#choix-{nom} option:checked")


def parametres(page: Page) -> dict[str, list[str]]:
    """Parameters of the address."""
    return parse_qs(urlsplit(page.url).query)


def ouvrir_panneau(page: Page) -> None:
    """Opens the panel of filters."""
    if page.locator("#panneau-filtres").get_attribute("open") is None:
        page.locator("#plus-de-filtres").click()


def phrase(page: Page, indicateur: str) -> Locator:
    """The sentence of a card."""
    return page.locator(f"#phrase-{indicateur}")


def valeurs_dessinees(page: Page, graphe: str) -> list[float | None]:
    """Lengths of the bars of the first series of a chart."""
    return page.evaluate(
        "id => [...document.querySelector(id + ' .js-plotly-plot').data[0].x]", graphe
    )


def texte_lu(page: Page) -> str:
    """Everything a person reads or hears: text, names, titles, choices, words of the charts."""
    return page.evaluate(
        """() => {
          const morceaux = [document.title, document.body.innerText];
          document.querySelectorAll('[aria-label], [title], [alt], [placeholder]').forEach(e =>
            morceaux.push(...['aria-label', 'title', 'alt', 'placeholder'].map(
              a => e.getAttribute(a) || '')));
          document.querySelectorAll('option, svg text').forEach(e => morceaux.push(e.textContent));
          document.querySelectorAll('.js-plotly-plot').forEach(g => g.data.forEach(t =>
            morceaux.push(...[].concat(t.hovertext || []).map(
              x => String(x).replace(/<[^>]*>/g, '\\n')))));
          return morceaux.join('\\n');
        }"""
    )


def nombre_lu(texte: str) -> float:
    """« 1 505 », « 15,3 % » → number."""
    return float(re.sub(r"[^\d,−-]", "", texte).replace(",", ".").replace("−", "-"))
