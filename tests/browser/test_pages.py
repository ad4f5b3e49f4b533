"""Every page at three widths: accessible, whole, French, silent, each chart drawn and said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import PAGES, ouvrir, ouvrir_panneau, parcourir, texte_lu
from tests.browser.verification import HAUTEURS, ouvrir_les_volets, verifier, verifier_le_francais

AUTRES = (
    "/situations?college=conde-sur-l-escaut-josquin-des-pres",
    "/qualite?territoire=lille",
    "/familles?territoire=douai&territoire=lille&vue=tableau",
    "/atlantide?couleur=rouge",
)


@pytest.mark.parametrize("largeur", HAUTEURS)
@pytest.mark.parametrize("chemin", [*PAGES, *AUTRES])
def test_la_page_est_accessible_entiere_et_francaise(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    chemin: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    ouvrir(page, serveur, chemin)
    parcourir(page)
    if largeur != 1920:  # The same elements as at 1280, all of them seen again opened, below.
        verifier(page, violations)

    if "vue=tableau" not in chemin:
        verifier_graphiques(page)

    assert page.locator("html").get_attribute("lang") == "fr"
    verifier_le_francais(page)

    ouvrir_les_volets(page)
    if largeur < 640:
        page.locator("#ouvrir-feuille").click()
    ouvrir_panneau(page)
    page.locator("summary", has_text="Point de vue").evaluate("s => { s.parentNode.open = true; }")
    verifier(page, violations)


def verifier_graphiques(page: Page) -> None:
    """Every card has its charts, drawn, each a figure that says the sentence of the card."""
    releve = page.eval_on_selector_all(
        ".carte[data-indicateur]:not(.pliee)",
        """cartes => cartes.map(c => ({
          id: c.id,
          phrase: c.querySelector('.phrase').textContent,
          figures: [...c.querySelectorAll('figure')].map(f => ({
            role: f.getAttribute('role'),
            nom: f.getAttribute('aria-label'),
            barres: f.querySelectorAll('.js-plotly-plot .barlayer .point path').length,
            valeurs: f.querySelector('.js-plotly-plot').data[0].x.length,
          })),
        }))""",
    )
    for carte in releve:
        if "non diffusé" in carte["phrase"]:
            assert not carte["figures"], "ce que l’audit retient ne se dessine pas"
            continue
        assert carte["figures"], f"{carte['id']} n’a pas de graphique"
        for figure in carte["figures"]:
            assert figure["role"] == "application"
            assert figure["nom"] == carte["phrase"]
            assert len(figure["nom"]) > 20
            assert figure["barres"] >= figure["valeurs"] > 0, carte["id"]


def test_les_cartes_se_dessinent_a_mesure_qu_on_les_voit(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/accompagnements")
    page.wait_for_load_state("networkidle")
    cartes = page.locator(".carte[data-indicateur]").count()
    assert 0 < page.locator(".carte[data-indicateur] .js-plotly-plot").count() < 6
    parcourir(page)
    assert page.locator(".carte[data-indicateur]:has(.js-plotly-plot)").count() == cartes > 20


def test_la_carte_des_colleges_est_dite_et_doublee_d_un_tableau(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/")
    figure = page.locator(".geographie figure")
    expect(figure).to_have_attribute("aria-label", re.compile("collèges avec un ALSES"))
    points = page.evaluate(
        "document.querySelector('.geographie .js-plotly-plot').data"
        ".filter(t => t.mode === 'markers').reduce((n, t) => n + t.x.length, 0)"
    )
    dessines = page.locator(".geographie .scatterlayer .point").count()
    assert 0 < points == dessines <= page.locator(".geographie tbody tr").count()


def test_une_valeur_masquee_est_une_barre_hachuree(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai")
    parcourir(page)
    releve = page.evaluate(
        """() => [...document.querySelectorAll('.carte .js-plotly-plot')].flatMap(g => {
          const trace = g.data[0];
          const points = g.querySelector('.barlayer .trace').querySelectorAll('.point path');
          return trace.hovertext.map((texte, i) => ({
            masquee: / moins de 5 /.test(texte.replace(/<br>/g, ' ') + ' '),
            largeur: points[i].getBoundingClientRect().width,
            fond: getComputedStyle(points[i]).fill,
          }));
        })"""
    )
    masquees = [x for x in releve if x["masquee"]]
    assert len(masquees) > 5
    assert all(x["largeur"] > 0 for x in masquees), "une valeur masquée n’est jamais absente"
    assert all("url(" in x["fond"] for x in masquees)
    assert not any("url(" in x["fond"] for x in releve if not x["masquee"])


def test_les_nombres_sont_ecrits_a_la_francaise(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/effectifs")
    parcourir(page)
    lu = texte_lu(page)
    assert re.search(r"\d\u202f\d{3}", lu), "espace fine entre les milliers"
    assert re.search(r"\d\u00a0%", lu), "espace insécable avant le signe %"
    assert re.search(r"\d,\d", page.locator("#jeunes_par_poste").inner_text())


def test_le_script_des_graphiques_vient_avec_eux_et_une_seule_fois(
    page: Page, serveur: str
) -> None:
    demandes: list[str] = []
    page.on("request", lambda r: demandes.append(r.url))
    ouvrir(page, serveur, "/methode")
    assert not any("plotly-basic" in x or "plotly.min" in x for x in demandes)
    page.get_by_role("link", name="Situations").first.click()
    page.wait_for_selector("#sexe .js-plotly-plot .main-svg")
    ouvrir(page, serveur, "/situations")
    page.wait_for_selector("#sexe .js-plotly-plot .main-svg")
    assert not any("polyfill" in x or "dash_table" in x or "plotly.min" in x for x in demandes)
    assert page.evaluate("document.querySelectorAll('script[src*=plotly-basic]').length") == 1


def test_aucun_graphique_ne_se_partage_ailleurs(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations")
    page.locator("#sexe .js-plotly-plot").hover()
    assert page.locator(".modebar-btn").count() == 0
    reglages = page.evaluate("document.querySelector('#graphe-sexe .js-plotly-plot')._context")
    assert reglages["showSendToCloud"] is False
    assert reglages["plotlyServerURL"] == ""
    assert reglages["locale"] == "fr"
