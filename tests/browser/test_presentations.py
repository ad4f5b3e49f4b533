"""Presentations in a browser: from a chart to a shared slide, a meeting prepared, an A4 printed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.parcours import ouvrir
from tests.browser.verification import HAUTEURS, verifier, verifier_le_francais

Violations = Callable[[Page], list[dict[str, Any]]]
OuvrirPage = Callable[..., Page]

COMPTER_LES_CLICS = """() => {
  addEventListener('click', () => {
    sessionStorage.clics = Number(sessionStorage.clics || 0) + 1;
  }, true);
}"""


def compter_les_clics(page: Page) -> None:
    """From now on each click of the person is counted, from page to page."""
    page.add_init_script(f"({COMPTER_LES_CLICS})()")


def clics(page: Page) -> int:
    """How many clicks were made."""
    return int(page.evaluate("Number(sessionStorage.clics || 0)"))


def preparer(page: Page, serveur: str) -> str:
    """A meeting on the first collège; the path of its presentation."""
    page.goto(f"{serveur}/presentations")
    page.get_by_label("Collège", exact=True).select_option(index=1)
    page.get_by_role("button", name="Préparer la réunion").click()
    page.wait_for_url("**/apercu?**")
    return page.url.split("/apercu")[0].removeprefix(serveur)


def rangs(page: Page) -> list[str]:
    """Identifiers of the slides, in the order they stand in."""
    return page.locator(".diapo-editee").evaluate_all("x => x.map(e => e.id)")


def test_from_a_chart_to_a_shared_slide_in_three_clicks(page: Page, serveur: str) -> None:
    compter_les_clics(page)
    ouvrir(page, serveur, "/situations?territoire=lille")
    titre = page.locator("#phrase-sexe .tete").inner_text()
    page.locator("#sexe .outils").get_by_role("link", name="à une présentation").click()
    page.get_by_role("button", name="Créer un lien de partage pour ce graphique").click()
    expect(page.get_by_role("heading", name="Lien de partage")).to_be_visible()
    expect(page.locator(".code-qr svg")).to_be_visible()
    assert clics(page) == 2
    with page.context.expect_page() as nouvelle:
        page.get_by_role("link", name="Ouvrir comme un invité").click()
    assert clics(page) == 3
    partagee = nouvelle.value
    expect(partagee.locator(".diapo h2")).to_be_visible()
    assert partagee.locator(".diapo h2").inner_text().split(",")[0] == titre.split(",")[0]
    expect(partagee.locator(".pied-diapo")).to_contain_text("Source")


def test_a_meeting_in_two_clicks(page: Page, serveur: str) -> None:
    """A choice in a list, a button: what a guest will see is there."""
    compter_les_clics(page)
    page.goto(f"{serveur}/presentations")
    page.get_by_label("Collège", exact=True).select_option(index=3)
    page.get_by_role("button", name="Préparer la réunion").click()
    expect(page.get_by_role("heading", name="Aperçu en invité")).to_be_visible()
    expect(page.locator(".message")).to_contain_text("La réunion est prête")
    assert clics(page) <= 2
    assert page.locator(".apercu > li").count() > 4
    # A variant is looked at without leaving the place.
    carte = page.locator(".apercu > li").nth(1)
    avant = carte.locator("h2").inner_text()
    carte.get_by_role("link", name="Département du Nord").click()
    expect(page.locator(".apercu > li").nth(1).locator("h2")).not_to_have_text(avant)


def test_slides_are_ordered_with_the_keyboard_alone(page: Page, serveur: str) -> None:
    chemin = preparer(page, serveur)
    page.goto(serveur + chemin)
    premiere, deuxieme, troisieme, *_ = rangs(page)
    bouton = page.locator(f"[value='descendre:{premiere}']")
    bouton.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".diapo-editee").nth(1)).to_have_attribute("id", premiere)
    expect(bouton).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".diapo-editee").nth(2)).to_have_attribute("id", premiere)
    expect(bouton).to_be_focused()
    assert rangs(page)[:3] == [deuxieme, troisieme, premiere]
    # At the end of the way the focus stays on the slide.
    page.keyboard.press("Shift+Tab")
    for rang in (1, 0):
        page.keyboard.press("Enter")
        expect(page.locator(".diapo-editee").nth(rang)).to_have_attribute("id", premiere)
    expect(bouton).to_be_focused()
    page.reload()
    assert rangs(page)[:3] == [premiere, deuxieme, troisieme]


def test_a_slide_taken_out_is_put_back_with_the_keyboard(page: Page, serveur: str) -> None:
    chemin = preparer(page, serveur)
    page.goto(serveur + chemin)
    avant = rangs(page)
    page.get_by_label("Notes pour vous seul").first.evaluate(
        "e => e.closest('details').open = true"
    )
    page.get_by_label("Notes pour vous seul").first.fill("Dire bonjour")
    page.locator(f"[value='retirer:{avant[1]}']").press("Enter")
    annuler = page.get_by_role("button", name="Annuler le retrait")
    expect(annuler).to_be_focused()
    assert rangs(page) == [avant[0], *avant[2:]]
    page.keyboard.press("Enter")
    expect(page.locator(".diapo-editee")).to_have_count(len(avant))
    assert rangs(page) == avant
    # What was typed went with the first button, and what was open is still open.
    expect(page.get_by_label("Notes pour vous seul").first).to_have_value("Dire bonjour")
    expect(page.get_by_label("Notes pour vous seul").first).to_be_visible()


def test_everything_is_done_without_script(ouvrir_page: OuvrirPage, serveur: str) -> None:
    page = ouvrir_page(java_script_enabled=False)
    chemin = preparer(page, serveur)
    page.goto(serveur + chemin)
    avant = page.locator(".diapo-editee").count()
    page.get_by_label("Titre de la présentation").fill("Sans script")
    page.get_by_role("button", name="Ajouter un texte", exact=True).click()
    expect(page.locator("h1")).to_have_text("Sans script")
    expect(page.locator(".diapo-editee")).to_have_count(avant + 1)
    expect(page.locator(".diapo-editee").last.get_by_label("Titre")).to_be_focused()
    page.get_by_role("button", name="Créer un lien de partage").click()
    expect(page.get_by_label("Adresse à donner")).to_have_value(re.compile(r"/p/[\w-]{22}$"))
    # What a script alone does is not shown.
    expect(page.get_by_role("button", name="Copier le lien")).to_have_count(0)


def test_two_windows_that_clash_lose_nothing(page: Page, navigateur: Browser, serveur: str) -> None:
    chemin = preparer(page, serveur)
    # Its console tells the refusal.
    contexte = navigateur.new_context(locale="fr-FR")
    autre = contexte.new_page()
    for fenetre in (page, autre):
        fenetre.goto(serveur + chemin)
    for fenetre, texte in ((page, "De la première"), (autre, "De la seconde")):
        fenetre.get_by_label("Titre", exact=True).first.fill(texte)
    page.keyboard.press("Control+s")
    expect(page.locator(".message")).to_contain_text("enregistrée")
    autre.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(autre.get_by_role("alert")).to_contain_text("modifiée dans une autre fenêtre")
    expect(autre.get_by_label("Titre", exact=True).first).to_have_value("De la seconde")
    expect(autre.locator(".heurt")).to_contain_text("De la première")
    contexte.close()


def test_a_file_is_saved_and_loaded_by_choosing_it(page: Page, serveur: str) -> None:
    chemin = preparer(page, serveur)
    page.goto(serveur + chemin)
    titre = page.locator("h1").inner_text()
    with page.expect_download() as telechargement:
        page.get_by_role("link", name="Télécharger le fichier").click()
    fichier = telechargement.value
    assert re.fullmatch(r"passerelle-[a-z0-9-]+\.json", fichier.suggested_filename)
    contenu = fichier.path().read_bytes()
    assert json.loads(contenu)["titre"] == titre.replace("\u00a0", " ")
    page.goto(f"{serveur}/presentations")
    page.get_by_text("Charger un fichier de présentation").click()
    page.get_by_label("Fichier « passerelle-….json »").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": contenu}
    )
    expect(page.locator(".message")).to_contain_text("Présentation chargée")
    expect(page.locator("h1")).to_have_text(titre)
    assert page.url != serveur + chemin


def test_a_bad_file_is_explained_where_it_was_chosen(page: Page, serveur: str) -> None:
    page.goto(f"{serveur}/presentations")
    page.get_by_text("Charger un fichier de présentation").click()
    choix = page.get_by_label("Fichier « passerelle-….json »")
    choix.set_input_files({"name": "x.json", "mimeType": "", "buffer": b" " * 300_000})
    expect(page.locator("[data-message-fichier]")).to_contain_text("trop long")


def test_the_link_is_copied(ouvrir_page: OuvrirPage, serveur: str) -> None:
    page = ouvrir_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{serveur}/presentations/ajouter?indicateur=effectif")
    page.get_by_role("button", name="Créer un lien de partage pour ce graphique").click()
    page.get_by_role("button", name="Copier le lien").click()
    expect(page.locator("[data-copie]")).to_have_text("Lien copié.")
    copie = page.evaluate("navigator.clipboard.readText()")
    assert copie == page.get_by_label("Adresse à donner").input_value()


@pytest.mark.parametrize("largeur", [1280, 390])
def test_every_page_is_accessible_whole_and_french(
    ouvrir_page: OuvrirPage, serveur: str, violations: Violations, largeur: int
) -> None:
    page = ouvrir_page(largeur, HAUTEURS[largeur])
    chemin = preparer(page, serveur)
    college = page.request.get(f"{serveur}/api/v1/lieux").json()["college"][0]["code"]
    page.goto(serveur + chemin)
    page.locator(".diapo-editee details").evaluate_all("x => x.forEach(d => { d.open = true; })")
    diapo = rangs(page)[1]
    verifier(page, violations)
    verifier_le_francais(page)
    for suite in (
        "/presentations",
        "/presentations?archives=1",
        f"/presentations/reunion?college={college}",
        f"/presentations/a4?college={college}",
        "/presentations/ajouter?indicateur=sexe&territoire=lille&sexe=x",
        "/presentations/ajouter?indicateur=age&college=" + college,
        f"{chemin}/apercu",
        f"{chemin}/effacer",
        f"{chemin}/diapos/{diapo}",
    ):
        page.goto(serveur + suite)
        verifier(page, violations)
        if "sexe=x" not in suite:
            verifier_le_francais(page)
    page.goto(serveur + chemin)
    page.get_by_role("button", name="Créer un lien de partage").click()
    expect(page.locator(".code-qr svg")).to_be_visible()
    verifier(page, violations)
    page.get_by_role("link", name="Revoir la vue figée").click()
    expect(page.get_by_role("button", name="Révoquer")).to_be_visible()
    verifier(page, violations)
    verifier_le_francais(page)


def test_the_a4_is_one_page(page: Page, serveur: str) -> None:
    colleges = page.request.get(f"{serveur}/api/v1/lieux").json()["college"]
    for fiche in colleges[:: max(1, len(colleges) // 6)]:
        page.goto(f"{serveur}/presentations/a4?college={fiche['code']}")
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, fiche["code"]
        boite = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0]
        assert [round(float(x)) for x in boite] == [595, 842]
        # Nothing is cut: the foot stands on the page, below the charts.
        bas = page.evaluate(
            """() => {
              const colonnes = document.querySelector('.colonnes-a4').getBoundingClientRect();
              return document.querySelector('.a4 footer').getBoundingClientRect().top
                - colonnes.bottom;
            }"""
        )
        assert bas >= 0
