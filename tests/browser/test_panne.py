"""A service that stops answering, seen from a browser: what is displayed stays, and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.accessibilite import relever_violations
from tests.browser.surveillance import Surveillance
from tests.serveur import Serveur

VUE = "/situations?territoire=douai"
RAPPEL = "**/_dash-update-component*"
DETAIL = "La base de données ne répond pas. Réessayez dans un instant."
PATIENCE = 60_000
"""Milliseconds: a shared machine is slow by moments."""

LARGEURS = pytest.mark.parametrize("largeur", [1280, 390])


@pytest.fixture
def ouvrir(navigateur: Browser) -> Iterator[Callable[[int], Page]]:
    """Pages whose console may say that a request failed: that is what these tests do."""
    contextes = []

    def creer(largeur: int) -> Page:
        contexte = navigateur.new_context(
            locale="fr-FR", viewport={"width": largeur, "height": 844}
        )
        contextes.append(contexte)
        page = contexte.new_page()
        surveillance.suivre(page)
        return page

    surveillance = Surveillance()
    yield creer
    for contexte in contextes:
        contexte.close()


def indisponible(route: Route) -> None:
    route.fulfill(
        status=503,
        content_type="application/problem+json",
        body=f'{{"title": "Service indisponible", "status": 503, "detail": "{DETAIL}"}}',
    )


def tenir_dans_l_ecran(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@LARGEURS
def test_a_base_that_stops_and_comes_back_loses_nothing(
    serveur: str, ouvrir: Callable[[int], Page], largeur: int
) -> None:
    page = ouvrir(largeur)
    page.goto(serveur + VUE)
    titre = page.locator("#contenu h1")
    expect(titre).to_be_visible(timeout=PATIENCE)
    page.route(RAPPEL, indisponible)
    page.evaluate("""() => {
        window.history.pushState({}, "", "/familles?territoire=douai");
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    }""")
    ligne = page.locator(".panne")
    expect(ligne).to_contain_text(DETAIL, timeout=PATIENCE)
    expect(ligne).to_contain_text("Ce qui est affiché reste en place", timeout=PATIENCE)
    avant = titre.inner_text()
    assert "situation" in avant.lower()
    assert relever_violations(page) == []
    assert tenir_dans_l_ecran(page)
    page.unroute(RAPPEL)
    # By itself.
    expect(titre).not_to_have_text(avant, timeout=PATIENCE)
    expect(ligne).to_be_hidden(timeout=PATIENCE)
    assert page.url.endswith("/familles?territoire=douai")


def test_an_unforeseen_failure_is_asked_again_by_the_reader(
    serveur: str, ouvrir: Callable[[int], Page]
) -> None:
    page = ouvrir(1280)
    page.goto(serveur + VUE)
    expect(page.locator("#contenu h1")).to_be_visible(timeout=PATIENCE)
    page.route(RAPPEL, lambda route: route.fulfill(status=500, body="{}"))
    page.evaluate("""() => {
        window.history.pushState({}, "", "/actions");
        window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    }""")
    ligne = page.locator(".panne")
    expect(ligne).to_contain_text("Cette vue n’a pas pu être calculée.", timeout=PATIENCE)
    expect(page.locator("#contenu h1")).to_contain_text(
        "situation", ignore_case=True, timeout=PATIENCE
    )
    page.unroute(RAPPEL)
    page.get_by_role("button", name="Réessayer maintenant").click()
    expect(page.locator("#contenu h1")).to_contain_text(
        "actions", ignore_case=True, timeout=PATIENCE
    )
    expect(ligne).to_be_hidden(timeout=PATIENCE)


def test_a_newer_question_takes_the_place_of_one_without_an_answer(
    serveur: str, ouvrir: Callable[[int], Page]
) -> None:
    page = ouvrir(1280)
    page.goto(serveur + VUE)
    expect(page.locator("#contenu h1")).to_be_visible(timeout=PATIENCE)
    page.route(RAPPEL, indisponible)
    for chemin in ("/familles", "/actions"):
        page.evaluate(f"""() => {{
            window.history.pushState({{}}, "", "{chemin}");
            window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        }}""")
        expect(page.locator(".panne")).to_be_visible(timeout=PATIENCE)
    page.unroute(RAPPEL)
    expect(page.locator("#contenu h1")).to_contain_text(
        "actions", ignore_case=True, timeout=PATIENCE
    )
    expect(page.locator(".panne")).to_be_hidden(timeout=PATIENCE)


def test_a_service_killed_and_started_again(base_demo: str, ouvrir: Callable[[int], Page]) -> None:
    with Serveur(base_demo) as service:
        page = ouvrir(390)
        page.goto(service.adresse + VUE)
        expect(page.locator("#contenu h1")).to_be_visible(timeout=PATIENCE)
        service.tuer()
        page.evaluate("""() => {
            window.history.pushState({}, "", "/familles?territoire=douai");
            window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        }""")
        expect(page.locator(".panne")).to_contain_text(
            "Le service ne répond pas.", timeout=PATIENCE
        )
        service.demarrer()
        expect(page.locator("#contenu h1")).to_contain_text(
            "famille", ignore_case=True, timeout=PATIENCE
        )
        expect(page.locator(".panne")).to_be_hidden(timeout=PATIENCE)


@LARGEURS
def test_a_page_of_a_service_that_is_down_leads_back_to_the_same_view(
    serveur: str, ouvrir: Callable[[int], Page], largeur: int
) -> None:
    from dashboard.serveur import creer_application

    # The page itself, as the server writes it when the store does not answer.
    adresse = "/rapport?territoire=douai"
    client = creer_application("sqlite:////nulle/part/passerelle.sqlite").server.test_client()
    refus = client.get(adresse)
    assert refus.status_code == 503
    page = ouvrir(largeur)
    page.route(
        f"**{adresse}",
        lambda route: route.fulfill(
            status=503, body=refus.text, content_type="text/html; charset=utf-8"
        ),
    )
    page.goto(serveur + adresse)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Service indisponible", timeout=PATIENCE
    )
    assert relever_violations(page) == []
    assert tenir_dans_l_ecran(page)
    page.unroute(f"**{adresse}")
    page.get_by_role("link", name="Réessayer").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text(
        "Service indisponible", timeout=PATIENCE
    )
    assert page.url == serveur + adresse
