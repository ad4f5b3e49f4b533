"""The main paths: from the overview to a chapter, choosing, going back, sharing the address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parcours import (
    attendre_barre,
    attendre_dessin,
    choisi,
    choisir,
    choix,
    options,
    ouvrir,
    ouvrir_panneau,
    parametres,
    phrase,
    valeurs_dessinees,
)

COLLEGE = "conde-sur-l-escaut-josquin-des-pres"
NOM_DU_COLLEGE = "Josquin des Prés (Condé-sur-l’Escaut)"


def etiquettes(page: Page) -> list[str]:
    return [t.removesuffix("×") for t in page.locator(".etiquettes li").all_text_contents()]


def test_de_la_vue_d_ensemble_au_territoire(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/")
    expect(page.locator("h1")).to_have_text("Les ALSES du Nord")
    expect(page.locator(".chiffres-cles li")).to_have_count(5)
    page.locator(".sommaire a", has_text="Situations des collégiens").click()
    expect(page.locator("h1")).to_have_text("Situations des collégiens")
    expect(page).to_have_title(
        "Situations des collégiens – Département du Nord · 2022-2023 – Passerelle"
    )
    expect(page.locator(".navigation a[aria-current=page]")).to_have_text("Situations")
    attendre_dessin(page)
    avant = valeurs_dessinees(page, "#graphe-sexe")
    choisir(page, "territoire", "Douai")
    assert parametres(page) == {"territoire": ["douai"]}
    expect(phrase(page, "sexe")).to_contain_text("territoire de Douai")
    page.wait_for_function(
        "avant => JSON.stringify([...document.querySelector('#graphe-sexe .js-plotly-plot')"
        ".data[0].x]) !== avant",
        arg=str(avant).replace(" ", ""),
    )
    expect(page).to_have_title(re.compile("Douai · 2022-2023"))
    page.locator(".navigation a", has_text="Familles").click()
    expect(page.locator("h1")).to_have_text("Situations des familles")
    assert parametres(page) == {"territoire": ["douai"]}, "le lieu suit d’une page à l’autre"


def test_les_lieux_se_resserrent_l_un_l_autre(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations")
    associations, colleges = options(page, "association"), options(page, "college")
    assert len(options(page, "territoire")) == 8
    choisir(page, "territoire", "Valenciennes")
    expect(choisi(page, "territoire")).to_have_text("Valenciennes")
    assert set(options(page, "association")) < set(associations)
    assert set(options(page, "college")) < set(colleges)
    assert NOM_DU_COLLEGE in options(page, "college")

    choisir(page, "association", "CAPEP")
    assert parametres(page) == {"association": ["capep"], "territoire": ["valenciennes"]}
    expect(phrase(page, "sexe")).to_contain_text("Pour CAPEP, sur le territoire de Valenciennes")
    assert len(options(page, "territoire")) == 2

    choisir(page, "college", NOM_DU_COLLEGE)
    assert parametres(page) == {"college": [COLLEGE]}
    expect(choisi(page, "college")).to_have_text(NOM_DU_COLLEGE)
    expect(choisi(page, "territoire")).to_have_text("Valenciennes")
    choisir(page, "college", "Tous")
    assert parametres(page) == {"territoire": ["valenciennes"]}
    choisir(page, "territoire", "Tout le département")
    assert parametres(page) == {}
    assert options(page, "association") == associations


def test_aucun_choix_propose_ne_sort_du_treillis(page: Page, serveur: str) -> None:
    for depart in (
        "/situations",
        "/situations?territoire=douai&sexe=fille&age=10_13",
        "/situations?association=capep&territoire=valenciennes&classe=6e",
        f"/situations?college={COLLEGE}&annee=2020-2023",
    ):
        ouvrir(page, serveur, depart)
        assert page.locator("#avis p").all_text_contents() == []
        adresses = page.eval_on_selector_all(
            "[data-navigation] option", "os => [...new Set(os.map(o => o.value))]"
        )
        assert len(adresses) > 40
        for adresse in adresses:
            requete = adresse.partition("?")[2]
            reponse = page.request.get(f"{serveur}/api/v1/indicateurs/sexe?{sans_vue(requete)}")
            assert reponse.status == 200, f"{depart} mène à {adresse} : {reponse.text()}"


def sans_vue(requete: str) -> str:
    return "&".join(x for x in requete.split("&") if not x.startswith(("vue=", "reference=")))


def test_annee_population_profil_et_retour_a_l_identique(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=lille")
    choisir(page, "annee", "2021-2022")
    choisir(page, "population", "Ensemble de la Prévention Spécialisée")
    ouvrir_panneau(page)
    choisir(page, "age", "10-13 ans")
    assert parametres(page) == {
        "annee": ["2021-2022"],
        "territoire": ["lille"],
        "age": ["10_13"],
        "population": ["ps"],
    }
    assert page.locator("#panneau-filtres").get_attribute("open") is not None
    assert etiquettes(page) == ["Lille", "Classe d’âge\u00a0: 10-13 ans"]
    expect(phrase(page, "sexe")).to_contain_text("territoire de Lille en 2021-2022 (10-13 ans)")
    vu = photographier(page)
    page.reload()
    expect(phrase(page, "sexe")).to_contain_text("territoire de Lille en 2021-2022 (10-13 ans)")
    attendre_dessin(page)
    assert photographier(page) == vu


def photographier(page: Page) -> dict[str, object]:
    """What a person sees of the state: choices, labels, sentence, chart."""
    return {
        "choix": page.eval_on_selector_all(
            "#barre select", "ss => ss.map(s => s.id + ' ' + s.selectedOptions[0].textContent)"
        ),
        "étiquettes": etiquettes(page),
        "phrase": phrase(page, "sexe").text_content(),
        "graphique": valeurs_dessinees(page, "#graphe-sexe"),
        "titre": page.title(),
    }


def test_precedent_et_suivant_rendent_chaque_etat(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations")
    etats = []
    for nom, libelle, attendu in (
        ("territoire", "Douai", "territoire de Douai"),
        ("annee", "2021-2022", "territoire de Douai en 2021-2022"),
        ("territoire", "Lille", "territoire de Lille"),
    ):
        choisir(page, nom, libelle)
        expect(phrase(page, "sexe")).to_contain_text(attendu)
        etats.append(photographier(page))
    for etat in reversed(etats[:-1]):
        page.go_back()
        expect(phrase(page, "sexe")).to_have_text(str(etat["phrase"]))
        attendre_barre(page)
        assert photographier(page) == etat
    for etat in etats[1:]:
        page.go_forward()
        expect(phrase(page, "sexe")).to_have_text(str(etat["phrase"]))
        attendre_barre(page)
        assert photographier(page) == etat


def test_precedent_revient_a_la_page_d_avant(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/effectifs?territoire=douai")
    page.locator(".navigation a", has_text="Actions").click()
    expect(page.locator("h1")).to_have_text("Actions collectives")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Effectifs")
    expect(phrase(page, "effectif")).to_contain_text("territoire de Douai")
    expect(choisi(page, "territoire")).to_have_text("Douai")


def test_les_etiquettes_se_retirent(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai&territoire=lille&sexe=fille")
    assert etiquettes(page) == ["Douai", "Lille", "Sexe\u00a0: Fille"]
    page.get_by_role("link", name="Douai", exact=False).filter(has_text="×").click()
    expect(page.locator(".etiquettes li")).to_have_count(2)
    assert parametres(page) == {"territoire": ["lille"], "sexe": ["fille"]}
    page.locator(".etiquettes a", has_text="Fille").click()
    expect(page.locator(".etiquettes li")).to_have_count(1)
    expect(choisi(page, "sexe")).to_have_text("Tous")
    assert parametres(page) == {"territoire": ["lille"]}


def test_un_lieu_puis_une_annee_a_cote(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai")
    ouvrir_panneau(page)
    choisir(page, "cote", "Lille")
    assert parametres(page) == {"territoire": ["douai", "lille"]}
    expect(phrase(page, "sexe")).to_contain_text("territoire de Lille")
    attendre_dessin(page)
    noms = "document.querySelector('#graphe-sexe .js-plotly-plot').data.map(t => t.name)"
    page.wait_for_function(f"() => {noms}.join() === 'Douai,Lille'")

    ouvrir(page, serveur, "/situations?territoire=douai")
    ouvrir_panneau(page)
    choisir(page, "autre-annee", "2020-2021")
    assert parametres(page) == {"annee": ["2022-2023", "2020-2021"], "territoire": ["douai"]}
    expect(phrase(page, "sexe")).to_contain_text("territoire de Douai en 2022-2023")
    expect(phrase(page, "sexe")).to_contain_text("territoire de Douai en 2020-2021")
    page.wait_for_function(f"() => {noms}.join() === '2022-2023,2020-2021'")
    assert etiquettes(page) == ["Douai", "2022-2023", "2020-2021"]


@pytest.mark.parametrize(
    ("adresse", "fermes", "raison"),
    [
        pytest.param("/situations?territoire=douai", [], None, id="territoire-libre"),
        pytest.param(
            "/situations?territoire=douai&sexe=fille&age=10_13",
            ["classe", "anciennete"],
            "deux filtres de profil au plus",
            id="territoire-plein",
        ),
        pytest.param(
            "/situations?association=capep&classe=6e",
            ["sexe", "age", "anciennete"],
            "un seul filtre de profil",
            id="association-pleine",
        ),
        pytest.param(
            "/actions",
            ["sexe", "age", "classe", "anciennete"],
            "ne portent que sur les jeunes",
            id="actions",
        ),
    ],
)
def test_les_profils_se_ferment_avec_leur_raison(
    page: Page, serveur: str, adresse: str, fermes: list[str], raison: str | None
) -> None:
    ouvrir(page, serveur, adresse)
    ouvrir_panneau(page)
    for profil in ("sexe", "age", "classe", "anciennete"):
        if profil in fermes:
            expect(choix(page, profil)).to_be_disabled()
        else:
            expect(choix(page, profil)).to_be_enabled()
    if raison:
        expect(page.locator(".raison")).to_be_visible()
        expect(page.locator(".raison")).to_contain_text(raison)
    else:
        expect(page.locator(".raison")).to_have_count(0)


@pytest.mark.parametrize(
    ("requete", "avis"),
    [
        ("territoire=atlantide", "« atlantide »"),
        ("annee=1999-2000", "« 1999-2000 »"),
        ("couleur=rouge", "Paramètre inconnu"),
        ("sexe=fille&age=10_13&classe=6e", "hors du treillis"),
        ("territoire=douai&college=douai-gayant", "hors du treillis"),
        ("population=%3Cscript%3Ealert(1)%3C/script%3E", "<script>alert(1)</script>"),
    ],
)
def test_une_valeur_inconnue_est_dite_et_ignoree(
    page: Page, serveur: str, requete: str, avis: str
) -> None:
    ouvrir(page, serveur, f"/situations?{requete}")
    expect(page.locator("#avis p").first).to_be_visible()
    expect(page.locator("#avis")).to_contain_text(avis)
    expect(phrase(page, "sexe")).to_contain_text("%")


def test_une_page_inconnue_le_dit(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/atlantide")
    expect(page.locator("h1")).to_have_text("Cette page n’existe pas")
    page.locator("#contenu a", has_text="Revenir").click()
    expect(page.locator("h1")).to_have_text("Les ALSES du Nord")


def test_un_college_dit_ce_qui_peut_l_etre(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, f"/situations?college={COLLEGE}")
    resume = page.locator(".resume")
    expect(resume.locator("h2")).to_have_text("Ce que l’on peut dire ici")
    assert resume.locator("thead th").all_text_contents() == [
        "Réponse la plus fréquente",
        f"{NOM_DU_COLLEGE} (collège)",
        "Valenciennes (territoire)",
        "Département du Nord (département)",
    ]
    assert resume.locator("tbody tr").count() >= 2
    plies = page.locator(".plies")
    expect(plies).to_contain_text("Effectif trop faible pour être détaillé")
    expect(plies).to_contain_text("1.7 Aides financières")
    expect(page.locator("#aides")).to_be_hidden()
    expect(page.locator("#index a[href='#aides']")).to_have_count(0)
    expect(page.locator("#index .pliee", has_text="Aides financières")).to_be_visible()

    plies.get_by_role("link", name=re.compile("cumul de trois ans")).click()
    expect(choisi(page, "annee")).to_have_text("2020-2023 (cumul de trois ans)")
    assert parametres(page) == {"annee": ["2020-2023"], "college": [COLLEGE]}
    expect(phrase(page, "sexe")).to_contain_text(NOM_DU_COLLEGE)
    choisir(page, "territoire", "Douai")
    assert parametres(page) == {"territoire": ["douai"]}, "le cumul ne quitte pas les collèges"
    expect(page.locator(".resume")).to_have_count(0)
    expect(page.locator("#aides")).to_be_visible()


def test_la_vue_en_tableaux(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?territoire=douai")
    page.locator("a", has_text="Voir en tableaux").click()
    expect(page.locator("#corps-sexe > div > .defile > .tableau")).to_be_visible()
    assert parametres(page) == {"territoire": ["douai"], "vue": ["tableau"]}
    expect(page.locator("#sexe .js-plotly-plot")).to_have_count(0)
    lignes = page.locator("#corps-sexe .donnees").first.locator("tbody tr")
    assert [t.strip() for t in lignes.locator("th").all_text_contents()] == ["Fille", "Garçon"]
    page.locator("a", has_text="Voir en graphiques").click()
    expect(page.locator("#sexe .js-plotly-plot")).to_have_count(1)


@pytest.mark.parametrize("indicateur", ["sexe", "classe", "aides"])
def test_une_ancre_mene_a_sa_carte(page: Page, serveur: str, indicateur: str) -> None:
    ouvrir(page, serveur, f"/situations?territoire=douai#{indicateur}")
    expect(phrase(page, indicateur)).to_be_visible()
    page.wait_for_timeout(300)
    attendre_dessin(page)
    haut, barre = page.evaluate(
        "i => [document.getElementById(i).getBoundingClientRect().top,"
        " document.getElementById('barre').getBoundingClientRect().bottom]",
        indicateur,
    )
    assert barre - 2 <= haut < 400, "la carte est sous la barre, en haut de l’écran"


def test_l_index_mene_a_la_derniere_carte(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/accompagnements")
    page.locator("#index a").last.click()
    dernier = page.locator(".carte[data-indicateur]").last
    expect(dernier.locator(".phrase")).to_be_in_viewport()
    assert page.url.endswith("#" + str(dernier.get_attribute("id")))
    page.go_back()
    assert "#" not in page.url


def test_le_lien_vers_une_carte_rend_la_meme_vue(
    ouvrir_page: Callable[..., Page], serveur: str
) -> None:
    page = ouvrir_page(permissions=["clipboard-read", "clipboard-write"])
    ouvrir(page, serveur, "/situations?territoire=douai&sexe=fille")
    page.locator("#age").get_by_role("button", name="Copier le lien").click()
    expect(page.locator("#age [data-lien]")).to_have_text("Lien copié")
    expect(page.locator("#annonce")).to_have_text("Lien copié")
    lien = page.evaluate("navigator.clipboard.readText()")
    assert lien == f"{serveur}/situations?territoire=douai&sexe=fille#age"
    attendu = phrase(page, "age").text_content()
    autre = ouvrir_page()
    autre.goto(lien)
    expect(phrase(autre, "age")).to_have_text(str(attendu))
    expect(page.locator("#age [data-lien]")).to_have_text("Copier le lien")


def test_une_publication_nouvelle_arrive_sur_la_page_ouverte(
    page: Page, publier: tuple[str, Callable[[], None]]
) -> None:
    serveur, retirer_capep = publier
    ouvrir(page, serveur, "/effectifs?territoire=valenciennes")
    avant = page.locator("#effectif .grand").first.text_content()
    retirer_capep()
    choisir(page, "annee", "2021-2022")
    expect(phrase(page, "effectif")).to_contain_text("2021-2022")
    choisir(page, "annee", "2022-2023")
    expect(phrase(page, "effectif")).to_contain_text("2022-2023")
    attendre_dessin(page)
    apres = page.locator("#effectif .grand").first.text_content()
    assert apres != avant, "les chiffres sont ceux de la nouvelle publication"
    assert page.locator("#avis p").all_text_contents() == []
