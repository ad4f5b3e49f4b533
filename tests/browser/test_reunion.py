"""A meeting: the presenter's window, the projector and the phones of the room, together."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from queries.depot import Depot
from queries.lecteur import Lecteur, Role
from queries.presentations import Diapo, Presentation
from tests import magasin
from tests.browser.verification import HAUTEURS, verifier, verifier_le_francais
from tests.presentations import Lien, de_la_reunion, diapo, partager
from tests.serveur import Serveur

DEPARTEMENT = "point-de-vue:departement"


@pytest.fixture(scope="module")
def base(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A demonstration database with a store of its own beside it."""
    copie: Path = tmp_path_factory.mktemp("reunion") / "passerelle.sqlite"
    shutil.copy(base_demo.removeprefix("sqlite:///"), copie)
    return f"sqlite:///{copie}"


@pytest.fixture(scope="module")
def salle(base: str) -> Iterator[Serveur]:
    """The dashboard of the meeting."""
    with Serveur(base) as serveur:
        yield serveur


@pytest.fixture
def partage(base: str) -> Callable[..., Lien]:
    """Shares a presentation, of the Département unless told."""

    def partager_une(
        presentation: Presentation | None = None,
        proprietaire: str = DEPARTEMENT,
        lecteur: Lecteur | None = None,
    ) -> Lien:
        with magasin.aupres_de(base):
            return partager(
                presentation or de_la_reunion(), proprietaire, lecteur or Lecteur(), Depot(base)
            )

    return partager_une


@dataclass
class Reunion:
    """The windows of a meeting."""

    adresse: str
    presentateur: Page
    projecteur: Page
    telephone: Page


Ouvrir = Callable[..., Page]


@pytest.fixture
def reunion(ouvrir_page: Ouvrir, salle: Serveur, partage: Callable[..., Lien]) -> Reunion:
    """A presenter who leads, a projector, a phone."""
    return reunir(ouvrir_page, f"{salle.adresse}{partage()}")


def reunir(ouvrir: Ouvrir, adresse: str) -> Reunion:
    presentateur = ouvrir()
    presentateur.goto(f"{adresse}/presentateur")
    mene(presentateur)
    projecteur, telephone = ouvrir(1920, 1080), ouvrir(390, 844, has_touch=True)
    projecteur.goto(f"{adresse}?ecran=1")
    telephone.goto(adresse)
    return Reunion(adresse, presentateur, projecteur, telephone)


def mene(page: Page) -> None:
    expect(page.locator(".titre-cadre .etat-du-suivi")).to_have_text("Vous menez la présentation.")


def montre(page: Page, nom: str) -> None:
    """Waits until a page shows this slide and no other."""
    expect(page.locator(".diapo:visible:not(.apercu .diapo)")).to_have_attribute("data-diapo", nom)


def dit(page: Page, texte: str) -> None:
    """Waits until the state of the following is told."""
    expect(page.locator(".commandes [role=status]")).to_have_text(re.compile(texte))


def face(page: Page) -> Any:
    return page.locator(".courante:visible .face:visible").first


def test_les_ecrans_suivent_la_diapositive_la_variante_le_tableau_et_la_valeur(
    reunion: Reunion,
) -> None:
    suivent = (reunion.projecteur, reunion.telephone)
    for page in (*suivent, reunion.presentateur):
        montre(page, "sexe")
    dit(reunion.telephone, "Vous suivez la présentation")
    reunion.presentateur.keyboard.press("ArrowRight")
    for page in suivent:
        montre(page, "demande")
        expect(face(page)).to_have_attribute("data-nom", "Les demandes")
    reunion.presentateur.keyboard.press("v")
    for page in suivent:
        expect(face(page)).to_have_attribute("data-nom", "Les objectifs")
        expect(face(page).locator(".bandes")).to_be_visible()
    reunion.presentateur.keyboard.press("t")
    for page in suivent:
        expect(face(page).locator(".chiffres-diapo")).to_be_visible()
        expect(face(page).locator(".bandes")).to_be_hidden()
    reunion.presentateur.get_by_role("button", name="Graphique").click()
    reunion.presentateur.keyboard.press("ArrowDown")
    reunion.presentateur.keyboard.press("ArrowDown")
    choisie = face(reunion.presentateur).locator(".bandes tr.montree")
    nom = choisie.get_attribute("data-valeur")
    for page in suivent:
        expect(face(page).locator(".bandes tr.montree")).to_have_attribute("data-valeur", nom)
    # A click does the same, and a second one undoes it.
    choisie.get_by_role("button").click()
    for page in suivent:
        expect(face(page).locator("tr.montree")).to_have_count(0)


def test_la_telecommande_mene_de_la_premiere_a_la_derniere(reunion: Reunion) -> None:
    presse = reunion.presentateur.keyboard.press
    for touche, attendue in (
        ("PageDown", "demande"),
        ("Space", "cote"),
        ("PageUp", "demande"),
        ("End", "effectif"),
        ("Home", "sexe"),
    ):
        presse(touche)
        montre(reunion.projecteur, attendue)
    # The window of the projector, in front, tells the presenter's what the remote control says:
    # both are in one browser.
    autre = reunion.presentateur.context.new_page()
    autre.goto(f"{reunion.adresse}?ecran=1")
    montre(autre, "sexe")
    autre.keyboard.press("PageDown")
    montre(reunion.presentateur, "demande")
    montre(reunion.projecteur, "demande")


def test_l_ecran_noir_et_le_code(reunion: Reunion) -> None:
    presse = reunion.presentateur.keyboard.press
    code = reunion.projecteur.get_by_role("complementary", name="Rejoindre la présentation")
    expect(code).to_be_hidden()
    presse("q")
    expect(code).to_be_visible()
    expect(code.locator("svg")).to_be_visible()
    expect(code).to_contain_text(reunion.adresse.removeprefix("http://"))
    presse("q")
    expect(code).to_be_hidden()
    presse("b")
    expect(reunion.projecteur.locator(".diapo:visible")).to_have_count(0)
    noir = reunion.projecteur.evaluate("getComputedStyle(document.body).backgroundColor")
    assert noir == "rgb(0, 0, 0)"
    expect(reunion.telephone.get_by_text("Écran masqué par la personne")).to_be_visible()
    presse("b")
    montre(reunion.projecteur, "sexe")
    montre(reunion.telephone, "sexe")


def test_les_touches_d_une_lettre_s_eteignent(reunion: Reunion) -> None:
    presentateur = reunion.presentateur
    presentateur.locator(".cadre-touches summary").click()
    presentateur.get_by_label("Utiliser les touches d’une lettre").uncheck()
    presentateur.keyboard.press("b")
    presentateur.keyboard.press("ArrowRight")
    montre(reunion.projecteur, "demande")
    noir = presentateur.get_by_role("button", name="Écran noir")
    expect(noir).to_have_attribute("aria-pressed", "false")
    presentateur.get_by_label("Utiliser les touches d’une lettre").check()
    presentateur.keyboard.press("b")
    expect(noir).to_have_attribute("aria-pressed", "true")


def test_on_se_promene_et_on_rejoint(reunion: Reunion) -> None:
    telephone = reunion.telephone
    rejoindre = telephone.get_by_role("button", name="Rejoindre")
    expect(rejoindre).to_be_hidden()
    telephone.get_by_role("button", name="Suivante").click()
    montre(telephone, "demande")
    dit(telephone, "Vous parcourez librement.*diapositive 1")
    telephone.keyboard.press("ArrowRight")
    montre(telephone, "cote")
    reunion.presentateur.keyboard.press("End")
    montre(reunion.projecteur, "effectif")
    dit(telephone, "diapositive 5")
    montre(telephone, "cote")
    expect(telephone.locator(".parcours .rang")).to_have_text("3\u00a0/\u00a05")
    rejoindre.click()
    montre(telephone, "effectif")
    dit(telephone, "Vous suivez la présentation")
    expect(rejoindre).to_be_hidden()
    # To look at the table is to wander too.
    reunion.presentateur.keyboard.press("Home")
    montre(telephone, "sexe")
    telephone.get_by_role("button", name="Tableau").click()
    expect(face(telephone).locator(".chiffres-diapo")).to_be_visible()
    expect(rejoindre).to_be_visible()


def test_un_doigt_tourne_les_diapositives(reunion: Reunion) -> None:
    telephone = reunion.telephone
    montre(telephone, "sexe")
    glisser(telephone, 330, 60)
    montre(telephone, "demande")
    glisser(telephone, 60, 330)
    montre(telephone, "sexe")


def glisser(page: Page, de: int, a: int) -> None:
    """A finger goes from one abscissa to another."""
    page.evaluate(
        """([de, a]) => {
          const cible = document.querySelector('.courante h2');
          const point = x => new Touch({identifier: 1, target: cible, clientX: x, clientY: 300});
          const dire = (type, x, fin) => cible.dispatchEvent(new TouchEvent(type, {
            bubbles: true, touches: fin ? [] : [point(x)], changedTouches: [point(x)]}));
          dire('touchstart', de, false);
          dire('touchend', a, true);
        }""",
        [de, a],
    )


def test_un_retardataire_arrive_ou_en_est_la_reunion(reunion: Reunion, ouvrir_page: Ouvrir) -> None:
    reunion.presentateur.keyboard.press("ArrowRight")
    reunion.presentateur.keyboard.press("v")
    expect(face(reunion.projecteur)).to_have_attribute("data-nom", "Les objectifs")
    retardataire = ouvrir_page(390, 844)
    # Even when the first answer to « where are we » is lost: the page itself knows.
    retardataire.route("**/suivi?*", lambda route: None)
    retardataire.goto(reunion.adresse)
    montre(retardataire, "demande")
    expect(face(retardataire)).to_have_attribute("data-nom", "Les objectifs")


def test_sans_script_toutes_les_diapositives_se_lisent(
    ouvrir_page: Ouvrir, reunion: Reunion
) -> None:
    page = ouvrir_page(390, 844, java_script_enabled=False)
    page.goto(reunion.adresse)
    expect(page.locator(".diapo:visible")).to_have_count(5)
    expect(page.locator(".commandes")).to_be_hidden()
    expect(page.locator(".face:visible")).to_have_count(6)


@pytest.fixture
def apart(navigateur: Browser) -> Iterator[Ouvrir]:
    """Pages whose console may tell of a server that is not there."""
    contextes: list[BrowserContext] = []

    def ouvrir(largeur: int = 1280, hauteur: int = 800, **options: Any) -> Page:
        contexte = navigateur.new_context(
            viewport={"width": largeur, "height": hauteur}, locale="fr-FR", **options
        )
        contextes.append(contexte)
        return contexte.new_page()

    yield ouvrir
    for contexte in contextes:
        contexte.close()


def test_un_serveur_tue_puis_relance_ne_perd_ni_ecran_ni_geste(
    apart: Ouvrir, base: str, partage: Callable[..., Lien]
) -> None:
    with Serveur(base) as serveur:
        reunion = reunir(apart, f"{serveur.adresse}{partage()}")
        reunion.presentateur.keyboard.press("ArrowRight")
        for page in (reunion.projecteur, reunion.telephone):
            montre(page, "demande")
        serveur.tuer()
        dit(reunion.telephone, "Connexion perdue")
        # Three moves while nobody answers: shown here at once, kept until they are received.
        for _ in range(3):
            reunion.presentateur.keyboard.press("ArrowRight")
        montre(reunion.presentateur, "effectif")
        expect(reunion.presentateur.locator(".titre-cadre .etat-du-suivi")).to_contain_text(
            "vos gestes attendent"
        )
        montre(reunion.projecteur, "demande")
        serveur.demarrer()
        for page in (reunion.projecteur, reunion.telephone):
            expect(page.locator(".diapo:visible")).to_have_attribute(
                "data-diapo", "effectif", timeout=30_000
            )
        mene(reunion.presentateur)
        dit(reunion.telephone, "Vous suivez la présentation")


def test_un_second_presentateur_prend_la_main_et_la_rend(
    reunion: Reunion, ouvrir_page: Ouvrir
) -> None:
    reunion.presentateur.keyboard.press("ArrowRight")
    montre(reunion.projecteur, "demande")
    second = ouvrir_page()
    second.goto(f"{reunion.adresse}/presentateur")
    alerte = second.get_by_role("alert")
    expect(alerte).to_contain_text("Un agent du Département présente en ce moment.")
    montre(second, "demande")
    second.keyboard.press("End")
    montre(second, "demande")
    alerte.get_by_role("button", name="Prendre la main").click()
    mene(second)
    premier = reunion.presentateur.get_by_role("alert")
    expect(premier).to_contain_text("Un agent du Département a pris la main.")
    second.keyboard.press("End")
    for page in (reunion.projecteur, reunion.telephone, reunion.presentateur):
        montre(page, "effectif")
    premier.get_by_role("button", name="Reprendre la main").click()
    mene(reunion.presentateur)
    reunion.presentateur.keyboard.press("Home")
    montre(reunion.projecteur, "sexe")
    # Loaded again, the window that leads goes on leading.
    reunion.presentateur.reload()
    mene(reunion.presentateur)
    expect(reunion.presentateur.get_by_role("alert")).to_be_hidden()
    reunion.presentateur.get_by_role("button", name="Terminer").click()
    dit(reunion.telephone, "Personne ne présente")


def test_un_geste_parti_sans_savoir_est_refuse_et_la_fenetre_le_dit(
    apart: Ouvrir, salle: Serveur, partage: Callable[..., Lien]
) -> None:
    reunion = reunir(apart, f"{salle.adresse}{partage()}")
    second = apart()
    second.goto(f"{reunion.adresse}/presentateur")
    # The first window hears of nothing but what its own moves are answered.
    reunion.presentateur.route("**/conduite?*", lambda route: None)
    second.get_by_role("button", name="Prendre la main").click()
    mene(second)
    reunion.presentateur.keyboard.press("End")
    expect(reunion.presentateur.get_by_role("alert")).to_contain_text("a pris la main")
    montre(reunion.presentateur, "sexe")
    montre(reunion.projecteur, "sexe")


def test_un_lien_revoque_le_dit_aux_ecrans(
    apart: Ouvrir, salle: Serveur, base: str, partage: Callable[..., Lien]
) -> None:
    from queries import partages

    lien = partage()
    page = apart(390, 844)
    page.goto(f"{salle.adresse}{lien}")
    montre(page, "sexe")
    with magasin.aupres_de(base):
        partages.revoquer(lien.numero, lien.proprietaire)
    expect(page.get_by_role("alert")).to_contain_text("n’est plus valable")
    expect(page.locator(".diapo")).to_have_count(0)


def test_les_chiffres_exacts_restent_dans_la_fenetre_du_presentateur(
    ouvrir_page: Ouvrir, salle: Serveur, partage: Callable[..., Lien], violations: Any
) -> None:
    lien = partage(
        de_la_reunion("association=aae"), "point-de-vue:chef:aae", Lecteur(Role.CHEF, ("aae",))
    )
    chef = ouvrir_page()
    chef.goto(salle.adresse + "/presentations")
    chef.request.post(
        f"{salle.adresse}/point-de-vue", form={"point_de_vue": "chef:aae"}, max_redirects=0
    )
    chef.goto(f"{salle.adresse}{lien}/presentateur")
    mene(chef)
    volet = chef.locator(".cadre-exacts")
    expect(volet.locator("table")).to_have_count(0)
    volet.locator("summary").click()
    expect(volet).to_contain_text("Vos chiffres exacts – ne pas projeter")
    expect(volet.locator("table")).to_be_visible()
    verifier(chef, violations)
    chef.locator("h1").click()
    chef.keyboard.press("ArrowRight")
    expect(volet.locator("caption")).to_contain_text("Demande")
    telephone = ouvrir_page(390, 844)
    telephone.goto(f"{salle.adresse}{lien}")
    montre(telephone, "demande")
    exacts = re.findall(r"\d+,[1-9] %", volet.inner_text().replace("\u00a0", " "))
    assert exacts, "aucun chiffre exact à chercher"
    contenu = telephone.content().replace("\u00a0", " ")
    assert [x for x in exacts if x in contenu] == []


@pytest.mark.parametrize("largeur", [1280, 390])
def test_les_pages_de_la_reunion_sont_accessibles_et_francaises(
    reunion: Reunion, ouvrir_page: Ouvrir, violations: Any, largeur: int
) -> None:
    reunion.presentateur.keyboard.press("ArrowRight")
    reunion.presentateur.keyboard.press("ArrowDown")
    for chemin in ("", "/presentateur"):
        page = ouvrir_page(largeur, HAUTEURS[largeur])
        page.goto(reunion.adresse + chemin)
        montre(page, "demande")
        expect(face(page).locator("tr.montree").first).to_be_visible()
        verifier(page, violations)
        verifier_le_francais(page)
    telephone = ouvrir_page(largeur, HAUTEURS[largeur])
    telephone.goto(reunion.adresse)
    for nom in ("cote", "mots", "effectif"):
        telephone.get_by_role("button", name="Suivante").click()
        montre(telephone, nom)
        verifier(telephone, violations)
    telephone.get_by_role("button", name="Précédente").click()
    telephone.get_by_role("button", name="Précédente").click()
    telephone.get_by_role("button", name="Tableau").click()
    expect(face(telephone).locator(".chiffres-diapo").first).to_be_visible()
    verifier(telephone, violations)


# The projector, from the back of the room

TAILLES = """() => {
  const face = document.querySelector('.courante .face:not([hidden])');
  const px = e => parseFloat(getComputedStyle(e).fontSize);
  const vus = s => [...face.querySelectorAll(s)].filter(e => e.offsetParent && e.innerText.trim());
  const textes = [...face.querySelectorAll('*')].filter(e => e.offsetParent
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
    && !e.closest('thead, caption, .pied-diapo'));
  return {
    titre: vus('h2').map(px),
    valeurs: vus('tbody .nombre').map(px),
    pied: vus('.pied-diapo').map(px),
    autres: textes.map(px),
    rangs: vus('tbody tr').length,
    deborde: [...document.querySelectorAll('.courante, .courante .face:not([hidden]), '
      + '.courante .face:not([hidden]) .corps, .courante .face:not([hidden]) .vue')]
      .filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
      .map(e => e.className),
    hors: vus('h2, tr, .pied-diapo, .grand, .reste').filter(e => {
      const r = e.getBoundingClientRect();
      return r.top < 0 || r.left < 0 || r.right > innerWidth || r.bottom > innerHeight;
    }).length,
    recouvre: (() => {
      const pied = face.querySelector('.pied-diapo');
      if (!pied) { return 0; }
      const haut = pied.getBoundingClientRect().top;
      return vus('tr, .reste').filter(e => e.getBoundingClientRect().bottom > haut + 1).length;
    })(),
    page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
  };
}"""

DU_FOND = Presentation(
    "Vu du fond de la salle",
    (
        diapo(("", [("objectifs", "")]), id="quatorze"),
        diapo(("", [("sexe", "")]), id="deux"),
        diapo(("", [("demande", ""), ("objectifs", "territoire=douai")]), id="cote"),
        diapo(("", [("demande_objectifs", "")]), id="doubles"),
        diapo(("", [("actions_nombre", "")]), id="series"),
        Diapo(genre="texte", titre="Ce que nous proposons", texte="Une rencontre.", id="mots"),
        diapo(("", [("effectif", "territoire=douai")]), id="nombre"),
    ),
)


@pytest.mark.parametrize(("largeur", "hauteur"), [(1920, 1080), (1280, 720)])
def test_le_projecteur_se_lit_du_fond_de_la_salle(
    ouvrir_page: Ouvrir,
    salle: Serveur,
    partage: Callable[..., Lien],
    violations: Any,
    largeur: int,
    hauteur: int,
) -> None:
    adresse = f"{salle.adresse}{partage(DU_FOND)}"
    presentateur, projecteur = ouvrir_page(), ouvrir_page(largeur, hauteur)
    presentateur.goto(f"{adresse}/presentateur")
    mene(presentateur)
    projecteur.goto(f"{adresse}?ecran=1")
    echelle = largeur / 1920
    for rang, d in enumerate(DU_FOND.diapos):
        presentateur.locator(f'[data-vers="{rang}"]').click()
        montre(projecteur, d.id)
        for forme in ("graphique", "tableau") if d.id == "quatorze" else ("graphique",):
            if forme == "tableau":
                presentateur.keyboard.press("t")
                expect(face(projecteur).locator(".chiffres-diapo")).to_be_visible()
            t = projecteur.evaluate(TAILLES)
            assert min(t["titre"]) >= 56 * echelle - 0.01, d.id
            assert min(t["valeurs"], default=99) >= 34 * echelle - 0.01, d.id
            assert min(t["autres"]) >= 24 * echelle - 0.01, d.id
            assert min(t["pied"], default=99) >= 20 * echelle - 0.01, d.id
            assert t["deborde"] == [], d.id
            assert (t["hors"], t["recouvre"]) == (0, 0), d.id
            assert t["page"] == [largeur, hauteur], d.id
            if d.id == "quatorze":
                assert t["rangs"] == 14, forme
            assert violations(projecteur) == []


def test_le_plein_ecran_efface_son_bouton(reunion: Reunion) -> None:
    bouton = reunion.projecteur.get_by_role("button", name="Plein écran")
    expect(bouton).to_be_visible()
    bouton.click()
    expect(bouton).to_be_hidden()
    assert reunion.projecteur.locator("button:visible, a:visible").count() == 0
    reunion.projecteur.keyboard.press("f")
    expect(bouton).to_be_visible()


def test_les_mots_sont_plus_gros_que_les_chiffres(reunion: Reunion) -> None:
    reunion.presentateur.locator('[data-vers="3"]').click()
    montre(reunion.projecteur, "mots")
    tailles = reunion.projecteur.evaluate(
        "[...document.querySelectorAll('.courante p')].map(e => "
        "parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(tailles) >= 44


def test_ce_qui_ne_tient_pas_est_compte(
    ouvrir_page: Ouvrir, salle: Serveur, partage: Callable[..., Lien]
) -> None:
    adresse = f"{salle.adresse}{partage(DU_FOND)}"
    presentateur, projecteur = ouvrir_page(), ouvrir_page(1920, 1080)
    presentateur.goto(f"{adresse}/presentateur")
    mene(presentateur)
    projecteur.goto(f"{adresse}?ecran=1")
    presentateur.locator('[data-vers="2"]').click()
    montre(projecteur, "cote")
    vue = face(projecteur).locator(".vue").first
    toutes = vue.locator(".bandes tbody tr").count()
    vues = vue.locator(".bandes tbody tr:visible").count()
    assert vues < toutes
    attendu = f"et {toutes - vues} autres réponses, dans le tableau"
    expect(vue.locator(".reste:visible")).to_have_text(attendu)
    # A value that is left out is shown all the same when it is the one spoken of.
    cachee = vue.locator(".bandes tbody tr:not(:visible)").first.get_attribute("data-valeur")
    presentateur.locator(
        f'.scene .courante .bandes tr[data-valeur="{cachee}"] button'
    ).first.click()
    expect(vue.locator(f'.bandes tr[data-valeur="{cachee}"]')).to_be_visible()
