"""Every chart, with the keyboard: its values one by one, spoken; its table one key away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import ouvrir, parcourir

PAGES = (
    "/effectifs",
    "/situations",
    "/familles",
    "/accompagnements",
    "/actions",
    "/deploiement",
    "/situations?territoire=douai",
    "/accompagnements?annee=2021-2022&annee=2020-2021",
    "/",
    "/comparer?territoire=douai&territoire=lille&indicateur=sexe&indicateur=demande",
    "/comparer?college=lille-boris-vian&college=lille-nina-simone&indicateur=sexe",
    "/evolution?indicateur=sexe",
    "/evolution?indicateur=demande&territoire=douai&territoire=lille&valeur=scolarite",
    "/publications?document=note-2020",
    "/publications?document=itineraires-services",
)
_VALEURS = """f => f.querySelector('.js-plotly-plot').data
  .filter(t => Array.isArray(t.hovertext)).flatMap(t => t.hovertext.filter(Boolean))"""


def texte_brut(html: str) -> str:
    """A hover text as it is spoken."""
    return " ".join(re.sub(r"<[^>]+>", "", re.sub(r"<br\s*/?>", ", ", html)).split())


@pytest.mark.parametrize("chemin", PAGES)
def test_chaque_graphique_se_parcourt_au_clavier(page: Page, serveur: str, chemin: str) -> None:
    ouvrir(page, serveur, chemin)
    parcourir(page)
    figures = page.locator("figure.graphique")
    assert figures.count() == page.locator(".js-plotly-plot").count() > 0
    annonce = page.locator("#annonce")
    for rang in range(figures.count()):
        figure = figures.nth(rang)
        valeurs: list[str] = [texte_brut(v) for v in figure.evaluate(_VALEURS)]
        assert valeurs, f"un graphique de {chemin} n’a pas de valeur à dire"
        figure.focus()
        dites: list[str] = []
        for _ in valeurs:
            page.keyboard.press("ArrowRight")
            dites.append(annonce.inner_text())
        suite = re.compile(r" \((\d+) sur (\d+)\)$")
        places = [suite.search(d) for d in dites]
        assert [int(p[1]) for p in places if p] == list(range(1, len(valeurs) + 1))
        assert sorted(_sans_espaces(suite.sub("", d)) for d in dites) == sorted(
            _sans_espaces(v) for v in valeurs
        )
        assert not any("<" in d for d in dites if "< 5" not in d)
        page.keyboard.press("Home")
        assert annonce.inner_text() == dites[0]
        page.keyboard.press("ArrowLeft")
        assert annonce.inner_text() == dites[0], "avant la première il n’y a rien"
        page.keyboard.press("End")
        assert annonce.inner_text() == dites[-1]


def _sans_espaces(texte: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", "", texte).replace(",", "")


def test_la_table_est_a_une_touche(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations")
    parcourir(page)
    cartes: list[dict[str, Any]] = page.eval_on_selector_all(
        ".carte[data-indicateur]:has(figure.graphique)", "cs => cs.map(c => ({id: c.id}))"
    )
    assert len(cartes) > 5
    for carte in cartes:
        figure = page.locator(f"#{carte['id']} figure.graphique").first
        figure.focus()
        page.keyboard.press("t")
        volet = page.locator(f"#{carte['id']} details.chiffres")
        expect(volet).to_have_attribute("open", "")
        assert volet.evaluate("v => v.contains(document.activeElement)")
        expect(volet.locator("table").first).to_be_visible()


def test_la_valeur_parcourue_se_voit(page: Page, serveur: str) -> None:
    """What is spoken is shown too: the label of the mouse, at the same value."""
    ouvrir(page, serveur, "/situations")
    parcourir(page)
    figure = page.locator("#sexe figure.graphique")
    figure.focus()
    page.keyboard.press("ArrowDown")
    bulle = figure.locator(".hoverlayer .hovertext")
    expect(bulle.first).to_be_visible()
    figure.evaluate("f => f.blur()")
    expect(bulle).to_have_count(0)
