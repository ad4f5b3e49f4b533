"""First visit and change of filter in a real browser: time to the last chart, bytes."""

from __future__ import annotations

import shutil
import statistics

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.machine import etalonner
from tests.browser.conftest import NAVIGATEURS, OPTIONS
from tests.serveur import Serveur

CHEMIN = "/accompagnements"
VISITES, CHANGEMENTS = 3, 8
TERRITOIRES = range(2, 6)
"""Ranks of the territoires chosen: before them stand an empty choice and the whole département."""

GUETTEUR = """() => {
  const vus = choix => [...document.querySelectorAll(choix)].filter(c => {
    const r = c.getBoundingClientRect();
    return r.height > 0 && r.top < innerHeight && r.bottom > 0;
  });
  const fois = window.fois = new Map();
  window.dessines = () => {
    const graphes = vus('#contenu .graphe');
    return graphes.length > 0 && !vus('#contenu .attente').length
      && graphes.every(g => g.querySelector('.main-svg'));
  };
  window.dernier = () => window.dessines()
    ? Math.max(...vus('#contenu .graphe').map(g => fois.get(g) || 0)) : 0;
  window.choix = 0;
  document.addEventListener('change', () => { window.choix = performance.now(); }, true);
  new MutationObserver(changements => {
    const quand = performance.now();
    for (const { target } of changements) {
      const graphe = target.closest('#contenu .graphe');
      if (graphe) { fois.set(graphe, quand); }
    }
  }).observe(document.body || document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['d'] });
}"""
"""Notes when each chart last changed, and when the person last chose something. Which of the charts
are in view is looked at afterwards: asking at each change would have the page laid out again."""

CALME = 400
"""Milliseconds without a change after which the page is as it will stay."""


def mesurer(base: str) -> None:
    """Print them."""
    executable = next(filter(None, map(shutil.which, NAVIGATEURS)), None)
    with Serveur(base) as serveur, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=OPTIONS)
        adresse = f"{serveur.adresse}{CHEMIN}"
        visites = [_visiter(chromium, adresse) for _ in range(VISITES + 1)][1:]
        etalon = etalonner()
        duree = statistics.median(d for d, _ in visites)
        octets = max(o for _, o in visites)
        print(
            f"Navigateur : première visite {duree:.0f} ms (×{duree / etalon:.0f}), "
            f"{octets / 1e6:.2f} Mo",
            flush=True,
        )
        changements = _changer(chromium, adresse)
        chromium.close()
    mediane = statistics.median(changements)
    print(
        f"  changement de filtre, du clic au dernier graphique : médiane {mediane:.0f} ms "
        f"(×{mediane / etalonner():.1f}), au plus {max(changements):.0f} ms",
        flush=True,
    )


def _visiter(chromium: Browser, adresse: str) -> tuple[float, float]:
    """Milliseconds to the last chart in view, bytes received; nothing is in the browser's cache."""
    contexte = chromium.new_context(
        # The watcher is evaluated in the page, which its policy forbids.
        bypass_csp=True,
        locale="fr-FR",
        viewport={"width": 1280, "height": 800},
    )
    page = contexte.new_page()
    recus = [0.0]
    reseau = contexte.new_cdp_session(page)
    reseau.send("Network.enable")
    reseau.on(
        "Network.loadingFinished",
        lambda e: recus.__setitem__(0, recus[0] + e["encodedDataLength"]),
    )
    page.add_init_script(
        f"document.addEventListener('DOMContentLoaded', {GUETTEUR})",
    )
    page.goto(adresse)
    duree = _attendre(page)
    contexte.close()
    return duree, recus[0]


def _attendre(page: Page) -> float:
    """`performance.now()` of the last change of the charts."""
    page.wait_for_function(
        f"window.dernier() && performance.now() - window.dernier() > {CALME}",
        timeout=60_000,
        polling=100,
    )
    dernier: float = page.evaluate("window.dernier()")
    return dernier


def _changer(chromium: Browser, adresse: str) -> list[float]:
    """Milliseconds from the choice of a place (the browser's own event, not the order that the
    bench sends it) to the last chart, places seen before."""
    page = chromium.new_page(
        bypass_csp=True, locale="fr-FR", viewport={"width": 1280, "height": 800}
    )
    page.goto(adresse)
    page.evaluate(f"({GUETTEUR})()")
    page.wait_for_function("window.dessines()", timeout=60_000)
    page.wait_for_timeout(1000)
    durees = []
    for i in range(2 * CHANGEMENTS):
        page.evaluate("window.fois.clear()")
        page.locator("#choix-territoire").select_option(index=TERRITOIRES[i % len(TERRITOIRES)])
        duree = _attendre(page) - page.evaluate("window.choix")
        # The first turns draw what the next ones only show again.
        if i >= CHANGEMENTS:
            durees.append(duree)
    return durees
