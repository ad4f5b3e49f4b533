"""The comparison in a browser: accessible, whole, French; places are put, moved, taken off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import choisi, choisir, ouvrir, ouvrir_panneau, parametres
from tests.browser.verification import HAUTEURS, ouvrir_les_volets, verifier, verifier_le_francais

TERRITOIRES = "/comparer?territoire=lille&territoire=vne&indicateur=sexe&indicateur=avec_famille"
COLLEGES = (
    "/comparer?annee=2019-2022&college=lille-nina-simone&college=lille-paul-verlaine"
    "&indicateur=sexe&tri=taux"
)


@pytest.mark.parametrize("largeur", [*HAUTEURS, 320])
@pytest.mark.parametrize("chemin", ["/comparer", TERRITOIRES, COLLEGES, f"{COLLEGES}&vue=tableau"])
def test_la_page_est_accessible_entiere_et_francaise(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    chemin: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS.get(largeur, 640))
    ouvrir(page, serveur, chemin)
    page.wait_for_load_state("networkidle")
    verifier(page, violations)
    ouvrir_les_volets(page)
    if largeur < 640:
        page.locator("#ouvrir-feuille").click()
    ouvrir_panneau(page)
    verifier(page, violations)
    verifier_le_francais(page)
    dessins = page.locator("#contenu figure.graphique")
    for i in range(dessins.count()):
        expect(dessins.nth(i).locator(".js-plotly-plot .main-svg").first).to_be_attached()
        assert len(dessins.nth(i).get_attribute("aria-label") or "") > 20
    assert bool(dessins.count()) == ("vue=tableau" not in chemin)


def test_on_met_on_deplace_on_retire_un_lieu(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, TERRITOIRES)
    choisir(page, "ajouter-lieu", "Douai")
    assert parametres(page)["territoire"] == ["lille", "vne", "douai"]
    expect(page.locator("#comparer-sexe .panneau-lieu")).to_have_count(3)
    page.locator("#choix-lieu-2").focus()
    choisir(page, "lieu-2", "Valenciennes")
    assert parametres(page)["territoire"] == ["lille", "valenciennes", "douai"]
    expect(choisi(page, "lieu-2")).to_have_text("Valenciennes")
    expect(page.locator("#choix-lieu-2")).to_be_focused()
    page.get_by_role("link", name="Mettre en premier : Douai").click()
    expect(choisi(page, "lieu-1")).to_have_text("Douai")
    assert parametres(page)["territoire"] == ["douai", "lille", "valenciennes"]
    page.get_by_role("link", name="Retirer : Lille").click()
    expect(page.locator("#comparer-sexe .panneau-lieu")).to_have_count(2)
    page.go_back()
    expect(page.locator("#comparer-sexe .panneau-lieu")).to_have_count(3)
    choisir(page, "ajouter-indicateur", "3.2 Demande principale")
    assert parametres(page)["indicateur"] == ["sexe", "avec_famille", "demande"]
    expect(page.locator("#comparer-demande .js-plotly-plot")).to_have_count(3)


def test_d_un_genre_de_lieu_a_l_autre_sans_jamais_les_meler(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, TERRITOIRES)
    choisir(page, "genre", "Des collèges")
    assert "territoire" not in parametres(page)
    assert len(parametres(page)["college"]) == 2
    expect(page.locator("#variation h2")).to_be_visible()
    choisir(page, "reference", "Les collèges comparables au premier")
    assert parametres(page)["repere"] == ["comparables"]
    expect(page.locator("#comparables tbody tr")).to_have_count(6)
    page.locator("#comparables tbody a").first.click()
    expect(page.locator("#comparables tbody tr")).to_have_count(5)
    assert len(parametres(page)["comparables"]) == 4
    expect(page.locator("#avis p")).to_have_count(0)
