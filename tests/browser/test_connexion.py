"""Log-in as people meet it: first password, mistakes, accounts, exact figures, log-out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import magasin
from tests.browser.conftest import servir
from tests.browser.parcours import attendre_dessin
from tests.magasin import MOT_DE_PASSE

ADMINISTRATEUR, AGENT, CHEF = "admin@nord.example", "agent@nord.example", "chef@aae.example"
NEUVE = "neuve@nord.example"
NOUVEAU = "un autre, plus long que le premier"


@pytest.fixture(scope="module")
def base(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demonstration database of its own, with an account of each kind."""
    copie: Path = tmp_path_factory.mktemp("connexion") / "passerelle.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), copie)
    url = f"sqlite:///{copie}"
    with magasin.aupres_de(url):
        magasin.ajouter(ADMINISTRATEUR, "administrateur", nom="Alix Admin")
        magasin.ajouter(AGENT, "departement", habilitation=True, nom="Camille Agent")
        magasin.ajouter(CHEF, "chef", associations=("aae", "gap"))
        magasin.ajouter(NEUVE, "departement", premier=True)
    return url


@pytest.fixture(scope="module")
def protege(base: str) -> Iterator[str]:
    """Address of a dashboard that requires log-in."""
    with servir(base, CONNEXION="exigee") as adresse:
        yield adresse


def se_connecter(page: Page, serveur: str, qui: str, mot_de_passe: str = MOT_DE_PASSE) -> None:
    """Fills in the form of the log-in page and sends it."""
    page.goto(f"{serveur}/connexion")
    remplir(page, qui, mot_de_passe)


def remplir(page: Page, qui: str, mot_de_passe: str = MOT_DE_PASSE) -> None:
    page.get_by_label("Adresse électronique").fill(qui)
    page.get_by_label("Mot de passe", exact=True).fill(mot_de_passe)
    page.get_by_role("button", name="Se connecter").click()


def attendre_la_page(page: Page) -> None:
    expect(page.locator("#contenu h1")).to_be_visible()
    attendre_dessin(page)


def sans_debordement(page: Page) -> bool:
    """Whether nothing makes the page wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("largeur", [390, 1280, 1920])
def test_se_connecter_puis_se_deconnecter(
    ouvrir_page: Callable[..., Page], protege: str, violations: Any, largeur: int
) -> None:
    page = ouvrir_page(largeur=largeur)
    page.goto(f"{protege}/situations?territoire=douai")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")
    assert violations(page) == []
    assert sans_debordement(page)
    # The keyboard alone, from the field where the page puts it.
    page.keyboard.type(AGENT)
    page.keyboard.press("Tab")
    page.keyboard.type(MOT_DE_PASSE)
    page.keyboard.press("Enter")
    attendre_la_page(page)
    assert page.url == f"{protege}/situations?territoire=douai"
    identite = page.get_by_role("region", name="Mon compte")
    expect(identite).to_contain_text("Camille Agent")
    expect(identite).to_contain_text("Agent du Département")
    assert page.locator(".points-de-vue").count() == 0
    assert violations(page) == []
    assert sans_debordement(page)
    temoin = page.context.cookies()
    identite.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("status")).to_have_text("Vous êtes déconnecté.")
    # What the browser held opens nothing any more.
    page.context.add_cookies(temoin)
    page.goto(f"{protege}/situations")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_le_premier_mot_de_passe_se_change(
    ouvrir_page: Callable[..., Page], protege: str, violations: Any
) -> None:
    page = ouvrir_page(largeur=390)
    se_connecter(page, protege, NEUVE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")
    assert violations(page) == []
    assert sans_debordement(page)
    page.goto(f"{protege}/situations")
    expect(page).to_have_url(f"{protege}/mot-de-passe")
    page.get_by_label("Mot de passe donné").fill(MOT_DE_PASSE)
    page.get_by_label("Nouveau mot de passe").fill(NOUVEAU)
    page.get_by_label("Le même, encore une fois").fill(NOUVEAU)
    page.get_by_role("button", name="Enregistrer").click()
    attendre_la_page(page)
    page.goto(f"{protege}/situations")
    attendre_la_page(page)


def test_les_chiffres_exacts_s_allument_et_s_eteignent(
    page: Page, protege: str, violations: Any
) -> None:
    page.goto(f"{protege}/situations?territoire=douai")
    remplir(page, AGENT)
    attendre_la_page(page)
    assert page.locator("#tete-chapitre .bandeau.exact").count() == 0
    page.get_by_role("button", name=re.compile("Chiffres exacts")).click()
    expect(page.locator("#tete-chapitre .bandeau.exact")).to_be_visible()
    assert page.url.endswith("/situations?territoire=douai")
    allume = page.get_by_role("button", name=re.compile("Chiffres exacts"))
    expect(allume).to_have_attribute("aria-pressed", "true")
    assert violations(page) == []
    allume.click()
    attendre_la_page(page)
    assert page.locator("#tete-chapitre .bandeau.exact").count() == 0


def test_un_chef_de_deux_associations_voit_les_siennes(page: Page, protege: str) -> None:
    se_connecter(page, protege, CHEF)
    attendre_la_page(page)
    expect(page.locator("#contenu section").first.locator("h2")).to_have_text("Mes collèges")
    options = page.locator("#choix-association option").all_inner_texts()
    assert [o for o in options if o] == ["Toutes", "AAE", "GAP"]
    assert page.get_by_role("button", name=re.compile("Chiffres exacts")).count() == 0


@pytest.mark.parametrize("largeur", [390, 1280])
def test_l_administrateur_gere_les_comptes(
    ouvrir_page: Callable[..., Page], protege: str, violations: Any, largeur: int
) -> None:
    page = ouvrir_page(largeur=largeur, java_script_enabled=True)
    se_connecter(page, protege, ADMINISTRATEUR)
    expect(page).to_have_url(f"{protege}/comptes")
    assert violations(page) == []
    assert sans_debordement(page)
    nouvelle = f"recrue{largeur}@aae.example"
    page.get_by_label("Adresse électronique").fill(nouvelle)
    page.get_by_label("Chef de service", exact=True).check()
    page.get_by_label("AAE", exact=True).check()
    page.get_by_role("button", name="Ajouter le compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compte ajouté")
    assert violations(page) == []
    premier = page.get_by_label("Premier mot de passe").input_value()
    assert len(premier) >= 20
    page.get_by_role("link", name="Revenir aux comptes").click()
    page.get_by_role("link", name=nouvelle).click()
    assert violations(page) == []
    assert sans_debordement(page)
    page.get_by_role("button", name="Créer un lien à usage unique").click()
    lien = page.get_by_label("Lien", exact=True).input_value()
    assert lien.startswith(f"{protege}/lien/")
    assert violations(page) == []

    autre = ouvrir_page(largeur=largeur)
    autre.goto(lien)
    assert violations(autre) == []
    autre.get_by_label("Nouveau mot de passe").fill(NOUVEAU)
    autre.get_by_label("Le même, encore une fois").fill(NOUVEAU)
    autre.get_by_role("button", name="Enregistrer").click()
    expect(autre.get_by_role("status")).to_contain_text("Votre mot de passe est changé")
    remplir(autre, nouvelle, NOUVEAU)
    attendre_la_page(autre)

    page.get_by_role("link", name="Revenir au compte").click()
    page.get_by_role("button", name="Désactiver le compte").click()
    expect(page.get_by_role("status")).to_contain_text("désactivé")
    # The session that was open is closed: the next thing asked leads to the log-in.
    autre.goto(f"{protege}/situations")
    expect(autre.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_sans_script_les_comptes_se_gerent_aussi(
    ouvrir_page: Callable[..., Page], protege: str
) -> None:
    page = ouvrir_page(java_script_enabled=False)
    se_connecter(page, protege, ADMINISTRATEUR)
    page.get_by_role("link", name=CHEF).click()
    page.get_by_label("Nom").fill("Dominique Chef")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("status")).to_contain_text("Le compte est modifié.")
    expect(page.get_by_label("Nom")).to_have_value("Dominique Chef")


def test_une_erreur_puis_trop_d_erreurs(navigateur: Any, protege: str, violations: Any) -> None:
    """Not watched: the browser itself writes refusals in its console."""
    contexte = navigateur.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    page = contexte.new_page()
    page.goto(f"{protege}/connexion")
    for _ in range(5):
        remplir(page, "personne@nord.example", "ce n’est pas le bon")
        expect(page.get_by_role("alert")).to_have_text("Identifiant ou mot de passe incorrect.")
    expect(page.get_by_label("Adresse électronique")).to_have_value("personne@nord.example")
    assert violations(page) == []
    remplir(page, "personne@nord.example", "ce n’est pas le bon")
    expect(page.get_by_role("alert")).to_have_text(
        re.compile(r"Trop d’essais\. Réessayez dans 1?\d secondes?\.")
    )
    assert violations(page) == []
    assert sans_debordement(page)
    # The others are not kept waiting.
    remplir(page, AGENT)
    attendre_la_page(page)
    contexte.close()


def test_une_session_fermee_mene_a_la_connexion(navigateur: Any, base: str, protege: str) -> None:
    """A callback that is refused makes the page ask for log-in. Not watched, for the same
    reason."""
    from data import comptes

    contexte = navigateur.new_context(locale="fr-FR")
    page = contexte.new_page()
    se_connecter(page, protege, CHEF)
    attendre_la_page(page)
    with magasin.aupres_de(base):
        comptes.fermer_sessions(comptes.trouver(CHEF).numero)
    page.locator("#navigation a", has_text="Effectifs").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")
    contexte.close()
