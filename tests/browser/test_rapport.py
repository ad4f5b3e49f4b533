"""The report and the traces of meetings in a browser: accessible, French, printed whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from queries import traces
from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.lieux import lister
from queries.traces import Sujet
from tests.browser.parcours import texte_lu
from tests.browser.verification import (
    ANGLAIS,
    ESPACE_ORDINAIRE,
    HAUTEURS,
    ouvrir_les_volets,
    verifier,
    verifier_le_francais,
)
from tests.magasin import aupres_de

EXACT = "Chiffres exacts – ne pas diffuser"


def choisir(page: Page, serveur: str, point_de_vue: str) -> None:
    """Look as somebody else from now on."""
    page.request.post(f"{serveur}/point-de-vue", form={"point_de_vue": point_de_vue})


@pytest.fixture(scope="session")
def college(base_demo: str) -> str:
    """A collège."""
    etat = Depot(base_demo).etat()
    return next(lister(etat, Lecteur(Role.DEPARTEMENT), "college", etat.annees[-1])).code


@pytest.mark.parametrize("largeur", [1280, 390])
@pytest.mark.parametrize(
    ("point_de_vue", "requete"),
    [
        ("departement", ""),
        ("departement", "territoire=lille&modifier=1"),
        ("departement", "annee=2020-2023&college={college}"),
        ("chef:aae", "association=aae"),
        ("invite", "territoire=lille"),
    ],
)
def test_le_rapport_est_accessible_et_francais(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    college: str,
    largeur: int,
    point_de_vue: str,
    requete: str,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    choisir(page, serveur, point_de_vue)
    page.goto(f"{serveur}/rapport?{requete.format(college=college)}")
    ouvrir_les_volets(page)
    verifier(page, violations)
    verifier_le_francais(page)


def test_un_college_a_son_cumul(page: Page, serveur: str, college: str) -> None:
    page.goto(f"{serveur}/rapport?lieu=college:{college}&annee=2020-2023")
    expect(page).to_have_url(f"{serveur}/rapport?annee=2020-2023&college={college}")
    expect(page.locator(".couverture .annee")).to_contain_text("cumul de trois ans")
    # What has no cumul says so, and is answered for a year.
    page.goto(f"{serveur}/rapport?territoire=lille&annee=2020-2023")
    expect(page.locator(".avis")).to_contain_text("n’existe que pour les collèges")
    expect(page.locator(".couverture .annee")).not_to_contain_text("cumul")


def test_on_choisit_un_lieu_sans_script(ouvrir_page: Callable[..., Page], serveur: str) -> None:
    page = ouvrir_page(java_script_enabled=False)
    page.goto(f"{serveur}/rapport")
    page.get_by_label("Lieu", exact=True).select_option("territoire:douai")
    page.get_by_role("button", name="Voir ce rapport").click()
    expect(page).to_have_url(re.compile(r"territoire=douai"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Les ALSES – Douai")
    expect(page.get_by_role("button", name="Imprimer")).to_be_hidden()


def test_un_commentaire_s_ecrit_se_relit_et_s_imprime(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/rapport?territoire=valenciennes")
    page.get_by_role("link", name="Commenter").click()
    section = page.locator("#section-sexe")
    section.locator("summary").click()
    expect(section.locator(".prudence")).to_be_visible()
    section.get_by_label("Commentaire").fill("La jeune Zoé va mieux.")
    section.get_by_role("button").click()
    expect(section.get_by_role("alert")).to_contain_text("« Zoé » ressemble au nom")
    section.get_by_label("Commentaire").fill("Les filles viennent davantage.")
    section.get_by_label("J’ai relu").check()
    section.get_by_role("button").click()
    expect(page.locator("#section-sexe .commentaire")).to_contain_text("davantage")
    page.get_by_role("link", name="Terminer").click()
    page.emulate_media(media="print")
    expect(page.locator("#section-sexe .commentaire")).to_be_visible()
    expect(page.locator("textarea")).to_have_count(0)


@pytest.mark.parametrize(("point_de_vue", "exact"), [("departement", False), ("habilite", True)])
def test_le_rapport_s_imprime_en_entier(
    page: Page, serveur: str, point_de_vue: str, exact: bool
) -> None:
    """A4, each page with the title, its number, and the mark when it is exact; no navigation."""
    choisir(page, serveur, point_de_vue)
    page.goto(f"{serveur}/rapport?territoire=douai&modifier=1")
    page.emulate_media(media="print")
    for cache in ("header.entete", ".autour-du-rapport", "details.commenter"):
        expect(page.locator(cache).first).to_be_hidden()
    imprime = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    feuilles = [feuille.extract_text() for feuille in imprime.pages]
    assert len(feuilles) > 10
    annee = page.locator(".couverture .annee").inner_text().split()[-1]
    for numero, feuille in enumerate(feuilles, 1):
        assert f"Les ALSES – Douai – {annee}" in feuille
        assert f"{numero} / {len(feuilles)}" in feuille
        assert (EXACT in feuille) is exact
    # Its colours are printed.
    teinte = page.locator(".bandes .bande").first.evaluate(
        "e => getComputedStyle(e).printColorAdjust"
    )
    assert teinte == "exact"


@pytest.mark.parametrize("largeur", [1280, 390])
@pytest.mark.usefixtures("une_trace")
def test_les_traces_sont_accessibles(
    ouvrir_page: Callable[..., Page],
    violations: Callable[[Page], list[dict[str, Any]]],
    serveur: str,
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    page.goto(f"{serveur}/traces")
    expect(page.get_by_role("heading", level=1)).to_have_text("Traces des réunions")
    expect(page.locator(".liste-traces li")).to_have_count(1)
    ouvrir_les_volets(page)
    verifier(page, violations)
    lu = texte_lu(page)
    # « Trace » is French here.
    assert {x.lower() for x in ANGLAIS.findall(lu)} == {"trace"}
    assert ESPACE_ORDINAIRE.findall(lu) == []


@pytest.fixture
def une_trace(base_demo: str) -> Iterator[None]:
    """One, of the Département."""
    sujet = Sujet("sexe", "territoire:lille", "2021-2022")
    with aupres_de(base_demo):
        numero = traces.ajouter(
            "departement", "point-de-vue:departement", None, "une", sujet, "decision", "Bonjour."
        )
        yield
        traces.effacer(numero, "departement")
