"""What each viewpoint opens on, and what it must not see: in the page and in what is sent to it."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.parcours import attendre_dessin, choisir, options, ouvrir, parcourir

SIENNE = "CAPEP"
PAGES_DU_CHEF = ("/", "/effectifs", "/situations?association=capep", "/deploiement")


def changer(page: Page, libelle: str) -> None:
    """Chooses a viewpoint at the head of the page."""
    page.locator(".points-de-vue summary").click()
    page.get_by_role("button", name=libelle, exact=True).click()
    expect(page.locator(".points-de-vue summary")).to_contain_text(libelle)
    expect(page.locator("#contenu h1")).to_be_visible()
    attendre_dessin(page)


@pytest.fixture
def autres_associations(page: Page, serveur: str) -> dict[str, str]:
    """Code and name of the associations that are not the chef's."""
    lieux = page.request.get(f"{serveur}/api/v1/lieux").json()
    return {x["code"]: x["nom"] for x in lieux["association"] if x["nom"] != SIENNE}


def test_un_chef_de_service_ouvre_sur_ses_colleges(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/")
    changer(page, f"Chef de service – {SIENNE}")
    premiere = page.locator("#contenu section").first
    expect(premiere.locator("h2")).to_have_text("Mes collèges")
    expect(premiere).to_contain_text("Chiffres exacts – ne pas diffuser")
    lignes = premiere.locator("tbody tr")
    assert lignes.count() > 5
    assert all(
        re.fullmatch(r"[\d\u202f]+", x)
        for x in lignes.locator("td:nth-of-type(1)").all_inner_texts()
    )
    assert premiere.locator("td", has_text=re.compile(r"^\d+,\d\u00a0%$")).count() > 5
    nom = lignes.first.locator("a").inner_text()
    lignes.first.locator("a").click()
    expect(page.locator("h1")).to_have_text("Situations des collégiens")
    expect(page.locator("#choix-college option:checked")).to_have_text(nom)
    expect(page.locator("#tete-chapitre .bandeau")).to_contain_text("Chiffres exacts")
    expect(page.locator("#phrase-sexe")).not_to_contain_text("environ")


def test_un_chef_de_service_ne_voit_rien_des_autres(
    page: Page, serveur: str, autres_associations: dict[str, str]
) -> None:
    ouvrir(page, serveur, "/")
    changer(page, f"Chef de service – {SIENNE}")
    corps: list[str] = []

    def relever(route: Route) -> None:
        # Read on the way: the browser forgets what it received once it has left the page.
        with contextlib.suppress(Error):
            recue = route.fetch()
            corps.append(recue.text())
            route.fulfill(response=recue)

    page.route("**/_dash-update*", relever)
    for adresse in PAGES_DU_CHEF:
        ouvrir(page, serveur, adresse)
        assert options(page, "association") == ["Toutes", SIENNE]
        parcourir(page)
        page.wait_for_load_state("networkidle")
    page.unroute_all(behavior="ignoreErrors")
    siens = {x["code"] for x in page.request.get(f"{serveur}/api/v1/lieux").json()["college"]}
    adresses = page.eval_on_selector_all("#choix-college option", "os => os.map(o => o.value)")
    proposes = {c for a in adresses for c in parse_qs(urlsplit(a).query).get("college", [])}
    assert len(proposes) > 5
    assert proposes <= siens
    assert "Gayant (Douai)" not in options(page, "college")
    assert len(corps) >= 2 * len(PAGES_DU_CHEF)
    envoye = "\n".join(json.dumps(json.loads(x), ensure_ascii=False) for x in corps if x)
    for code, nom in autres_associations.items():
        assert not re.search(rf"(?<!\w){re.escape(nom)}(?!\w)", envoye), f"{nom} est envoyé"
        assert f"association={code}" not in envoye


def test_l_association_d_un_autre_n_existe_pas_pour_un_chef(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations")
    changer(page, f"Chef de service – {SIENNE}")
    for lieu in ("association=gap", "college=douai-gayant", "reseau=rep"):
        ouvrir(page, serveur, f"/situations?{lieu}")
        avis = page.locator("#avis").inner_text()
        ouvrir(page, serveur, f"/situations?{lieu.split('=')[0]}=atlantide")
        inconnu = page.locator("#avis").inner_text()
        assert avis.replace(lieu.split("=")[1], "X") == inconnu.replace("atlantide", "X")
        expect(page.locator("#phrase-sexe")).to_contain_text("Dans le département")


def test_un_invite_voit_des_planchers_plus_hauts(page: Page, serveur: str) -> None:
    def lire_la_carte(plancher: int) -> str:
        carte = page.locator("#classe")
        carte.scroll_into_view_if_needed()
        expect(carte).to_contain_text(f"<\u00a0{plancher}")
        return carte.inner_text()

    ouvrir(page, serveur, "/situations?territoire=douai")
    lire_la_carte(5)
    changer(page, "Invité")
    assert page.url.endswith("/situations?territoire=douai"), "la vue reste la même"
    assert "<\u00a05" not in lire_la_carte(10)
    changer(page, "Département")
    lire_la_carte(5)


def test_un_agent_habilite_voit_une_association_dans_un_college(page: Page, serveur: str) -> None:
    ouvrir(page, serveur, "/situations?association=capep")
    changer(page, "Agent habilité du Département")
    expect(page.locator("#tete-chapitre .bandeau.exact")).to_be_visible()
    choisir(page, "territoire", "Valenciennes")
    lieu = "Pour CAPEP, sur le territoire de Valenciennes"
    expect(page.locator("#phrase-sexe")).to_contain_text(lieu)
    assert re.search(r"\d,\d\u00a0%", page.locator("#sexe").inner_text())


def graphes(page: Page) -> list[Any]:
    """The data of every chart drawn."""
    return page.eval_on_selector_all(".js-plotly-plot", "gs => gs.map(g => g.data)")


def test_les_graphiques_d_un_chef_ne_portent_pas_d_autre_association(
    page: Page, serveur: str, autres_associations: dict[str, str]
) -> None:
    ouvrir(page, serveur, "/deploiement")
    changer(page, f"Chef de service – {SIENNE}")
    parcourir(page)
    portes = json.dumps(graphes(page), ensure_ascii=False)
    assert SIENNE in portes
    for nom in autres_associations.values():
        assert not re.search(rf"(?<!\w){re.escape(nom)}(?!\w)", portes)
