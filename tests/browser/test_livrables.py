"""Files in a browser: asked for, followed while they are made, kept; a page without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.livrables.pdf import PangoAbsent
from queries import presentations, travaux
from queries.presentations import TEXTE, Diapo, Presentation, Variante, Vue
from tests.browser.verification import HAUTEURS, verifier, verifier_le_francais
from tests.magasin import aupres_de

A_FAIRE = 60_000
"""Milliseconds that a file may take on a machine that does much else."""

PROPRIETAIRE = "point-de-vue:departement"


@pytest.fixture(scope="module")
def presentation(base_demo: str, serveur: str) -> int:
    """Number of a presentation: words, a chart in two variants, two charts side by side."""
    lieux = Diapo(
        variantes=tuple(
            Variante(nom, (Vue("sexe", requete),))
            for nom, requete in (("Nord", ""), ("Lille", "territoire=lille"))
        )
    )
    deux = Diapo(variantes=(Variante("", (Vue("sexe"), Vue("classe"))),))
    mots = Diapo(TEXTE, "Ordre du jour", "Accueil\nQuestions")
    with aupres_de(base_demo):
        return presentations.garder(
            Presentation("Groupe d’appui", (mots, lieux, deux)), PROPRIETAIRE
        ).numero


@pytest.fixture
def page_seule(page: Page, serveur: str, presentation: int, tmp_path: Path) -> Path:
    """The file of the presentation, on the disk."""
    reponse = page.request.get(f"{serveur}/fichiers/presentation/{presentation}.html")
    assert reponse.status == 200
    fichier = tmp_path / "presentation.html"
    fichier.write_bytes(reponse.body())
    return fichier


@pytest.mark.parametrize("largeur", HAUTEURS)
def test_la_page_des_fichiers_est_accessible_et_francaise(
    ouvrir_page: Callable[..., Page],
    serveur: str,
    violations: Callable[[Page], list[dict[str, Any]]],
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    page.goto(f"{serveur}/fichiers")
    verifier(page, violations)
    verifier_le_francais(page)
    page.goto(f"{serveur}/fichiers?college=nulle-part")
    expect(page.get_by_role("alert")).to_contain_text("nulle-part")


def test_un_rapport_se_suit_et_arrive_tout_seul(
    page: Page, serveur: str, violations: Callable[[Page], list[dict[str, Any]]]
) -> None:
    page.goto(f"{serveur}/fichiers")
    # Held half-way, to be looked at.
    a_moitie = {"etat": "cours", "etape": "Chapitre 3", "fait": 40, "fini": False}
    page.route("**/etat", lambda route: route.fulfill(json=a_moitie))
    page.get_by_role("button", name="PDF accessible").click()
    expect(page.get_by_role("status")).to_have_text("Chapitre 3")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "40")
    verifier(page, violations)
    verifier_le_francais(page)
    with page.expect_download(timeout=A_FAIRE) as arrivee:
        page.unroute("**/etat")
    fichier = Path(arrivee.value.path()).read_bytes()
    assert fichier.startswith(b"%PDF-1.7")
    expect(page.get_by_role("link", name="Télécharger le PDF")).to_be_visible()
    verifier(page, violations)
    verifier_le_francais(page)
    # Loaded again, it does not come a second time by itself.
    demandes: list[str] = []
    page.on("request", lambda r: demandes.append(r.url))
    page.reload()
    expect(page.get_by_role("link", name="Télécharger le PDF")).to_be_visible()
    assert not [x for x in demandes if x.endswith("/fichier")]


@pytest.mark.parametrize("largeur", HAUTEURS)
def test_un_echec_dit_quoi_faire(
    ouvrir_page: Callable[..., Page],
    base_demo: str,
    serveur: str,
    violations: Callable[[Page], list[dict[str, Any]]],
    largeur: int,
) -> None:
    demande = {
        "sorte": "pdf",
        "politique": "exact",
        "lieu": ["departement", "nord"],
        "annee": "2021-2022",
    }
    with aupres_de(base_demo):
        numero = travaux.demander(PROPRIETAIRE, "rapport.pdf", "application/pdf", demande)
        travaux.echouer(numero, str(PangoAbsent()))
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    # A page that will not change is not loaded again.
    page.clock.install()
    demandes: list[str] = []
    page.goto(f"{serveur}/fichiers/{numero}")
    page.on("request", lambda r: demandes.append(r.url))
    page.clock.run_for(10_000)
    assert demandes == []
    expect(page.get_by_role("alert")).to_contain_text("Demandez plutôt le document Word")
    expect(page.get_by_role("button", name="Recommencer")).to_be_visible()
    verifier(page, violations)
    verifier_le_francais(page)


def test_sans_script_la_page_se_recharge_jusqu_au_fichier(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    page = ouvrir_page(java_script_enabled=False)
    page.goto(f"{serveur}/fichiers")
    page.get_by_role("button", name="Document Word").click()
    lien = page.get_by_role("link", name="Télécharger le document Word")
    expect(lien).to_be_visible(timeout=A_FAIRE)
    with page.expect_download() as arrivee:
        lien.click()
    assert Path(arrivee.value.path()).read_bytes().startswith(b"PK")


@pytest.mark.parametrize("largeur", HAUTEURS)
def test_la_page_seule_s_ouvre_sans_reseau(
    ouvrir_page: Callable[..., Page],
    page_seule: Path,
    violations: Callable[[Page], list[dict[str, Any]]],
    largeur: int,
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur], offline=True)
    demandes: list[str] = []
    page.on("request", lambda r: demandes.append(r.url))
    page.goto(page_seule.as_uri())
    rang = page.get_by_role("status")
    expect(rang).to_have_text("1 sur 3")
    expect(page.get_by_role("heading", name="Ordre du jour")).to_be_visible()
    verifier(page, violations)
    page.keyboard.press("ArrowRight")
    expect(rang).to_have_text("2 sur 3")
    expect(page.get_by_role("heading", name="Ordre du jour")).to_be_hidden()
    nord = page.locator("#diapo-2 .face").nth(0)
    lille = page.locator("#diapo-2 .face").nth(1)
    expect(nord).to_be_visible()
    page.get_by_role("button", name="Lille").click()
    expect(lille).to_be_visible()
    expect(nord).to_be_hidden()
    verifier(page, violations)
    # The choice is kept when one comes back.
    page.keyboard.press("PageDown")
    expect(rang).to_have_text("3 sur 3")
    expect(page.get_by_role("button", name="Suivante")).to_be_disabled()
    page.keyboard.press("PageUp")
    expect(lille).to_be_visible()
    page.get_by_role("button", name="Tout voir").click()
    expect(nord).to_be_visible()
    expect(page.get_by_role("heading", name="Ordre du jour")).to_be_visible()
    verifier(page, violations)
    assert [x for x in demandes if not x.startswith("data:")] == [page_seule.as_uri()]


def test_la_page_seule_s_imprime_entiere_et_se_lit_sans_script(
    ouvrir_page: Callable[..., Page], page_seule: Path
) -> None:
    page = ouvrir_page()
    page.goto(page_seule.as_uri())
    page.emulate_media(media="print")
    for face in page.locator(".face").all():
        expect(face).to_be_visible()
    expect(page.get_by_role("button", name="Suivante")).to_be_hidden()
    muette = ouvrir_page(java_script_enabled=False)
    muette.goto(page_seule.as_uri())
    for face in muette.locator(".face").all():
        expect(face).to_be_visible()
    expect(muette.get_by_role("navigation")).to_be_hidden()
