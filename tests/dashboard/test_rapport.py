"""The report as a page: its figures, whom it is for, what its author writes in it."""

from __future__ import annotations

import datetime as dt
import re
import threading
from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dashboard import cartes
from dashboard.contexte import Contexte
from dashboard.nombres import pourcentage
from dashboard.presentations import figer
from data import application, journal
from data.catalogue import CHAPITRES
from queries import commentaires, partages
from queries.commentaires import CommentaireChange
from queries.constantes import constantes_de
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur, Role
from queries.lieux import colleges_de, nommer_college
from queries.presentations import Diapo, Presentation, Variante, Vue
from queries.question import NORD, Lieu
from queries.selection import Selection
from tests.dashboard.formulaires import choisir, envoyer, ouvrir
from tests.dashboard.pages import lisible
from tests.dashboard.test_phrases import lire, nettoyer, permis

COLLEGE = "anzin-jules-ferry"
CHEF = Lecteur(Role.CHEF, ("aae",))
VUES = {
    "departement": ("departement", Lecteur(), NORD, ""),
    "territoire": ("departement", Lecteur(), Lieu("territoire", "douai"), "territoire=douai"),
    "association": ("departement", Lecteur(), Lieu("association", "aae"), "association=aae"),
    "college": ("departement", Lecteur(), Lieu("college", COLLEGE), f"college={COLLEGE}"),
    "habilite": (
        "habilite",
        Lecteur(Role.HABILITE),
        Lieu("territoire", "douai"),
        "territoire=douai",
    ),
    "invite": ("invite", Lecteur(Role.INVITE), Lieu("territoire", "lille"), "territoire=lille"),
    "chef au département": ("chef:aae", CHEF, NORD, ""),
    "chef chez lui": ("chef:aae", CHEF, Lieu("association", "aae"), "association=aae"),
}


class Lecture(HTMLParser):
    """The charts of a report, by indicator: sentences, and the cells of its tables.

    `lignes`: (label, texts of the cells that hold numbers, the reference's apart).
    """

    def __init__(self) -> None:
        super().__init__()
        self.phrases: dict[str, str] = {}
        self.lignes: dict[str, list[tuple[str, list[str], list[str]]]] = {}
        self._ou = ""
        self._dans = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        classe = a.get("class") or ""
        if tag == "section":
            self._ou = (a.get("id") or "") if classe == "graphique" else ""
        elif self._ou and tag == "p":
            self._dans = "phrase" if classe == "phrase" else "grand" if classe == "grand" else ""
        elif self._ou and tag == "th" and a.get("scope") == "row":
            self._dans = "libelle"
            self.lignes.setdefault(self._ou, []).append(("", [], []))
        elif self._ou and tag == "td" and classe.startswith("nombre"):
            self._dans = "repere" if "repere" in classe else "nombre"
            self.lignes[self._ou][-1][2 if "repere" in classe else 1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "th", "td"):
            self._dans = ""

    def handle_data(self, data: str) -> None:
        if not self._ou or not self._dans:
            return
        if self._dans in ("phrase", "grand"):
            self.phrases[self._ou] = self.phrases.get(self._ou, "") + data + " "
            return
        libelle, nombres, reperes = self.lignes[self._ou][-1]
        if self._dans == "libelle":
            self.lignes[self._ou][-1] = (libelle + data, nombres, reperes)
        else:
            (nombres if self._dans == "nombre" else reperes)[-1] += data


@pytest.fixture
def client(serveur_entier: Flask) -> FlaskClient:
    """A caller of the Département, the store of this test empty."""
    application.creer()
    return serveur_entier.test_client()


@pytest.mark.parametrize("nom", VUES)
def test_chaque_nombre_est_celui_de_la_reponse(
    client: FlaskClient, depot: Depot, etat: Etat, nom: str
) -> None:
    point_de_vue, lecteur, lieu, requete = VUES[nom]
    choisir(client, point_de_vue)
    page = Lecture()
    page.feed(client.get(f"/rapport?{requete}").get_data(as_text=True))
    ctx = Contexte(Selection((etat.annees[-1],), (lieu,)), etat, lecteur, depot, "/rapport")
    catalogue = [i for i in etat.catalogue.values() if i.chapitre in CHAPITRES]
    verifies = egaux = 0
    for matiere in cartes.rassembler(catalogue, ctx):
        ind, (r,) = matiere.indicateur, matiere.principales
        montrees = [x for x in r.lignes if x.affichee]
        assert (ind.id in page.phrases) is bool(montrees), ind.id
        if not montrees:
            continue
        dits = permis(matiere) | {
            round(v, 1)
            for autre in matiere.alentours
            for x in autre.lignes
            for v in (x.effectif, x.part, x.valeur)
            if v is not None
        }
        dits |= {round(c.part, 1) for c in constantes_de(ind.id)}
        phrase = nettoyer(lisible(page.phrases[ind.id]), matiere, etat)
        assert set(lire(phrase)) <= permis(matiere), phrase
        for libelle, nombres, reperes in page.lignes.get(ind.id, []):
            for texte in (*nombres, *reperes):
                assert set(lire(lisible(texte))) <= dits, (ind.id, libelle, texte)
                verifies += 1
            egaux += _comparer(lisible(libelle), nombres, r)
    assert verifies > 10
    assert egaux > 5 or lieu.type == "college"


def _comparer(libelle: str, nombres: list[str], reponse: Any) -> int:
    """A row against its very answer, where a label names but one; how many were compared."""
    siennes = [x for x in reponse.lignes if lisible(x.libelle) == libelle]
    if len(siennes) != 1 or len(nombres) != 1 or siennes[0].part is None:
        return 0
    if reponse.indicateur.famille == "activite":
        return 0
    assert nombres[0] == pourcentage(siennes[0].part, exact=reponse.politique.exacte)
    return 1


def test_les_chapitres_sont_dans_l_ordre_du_rapport(client: FlaskClient) -> None:
    page = ouvrir(client, "/rapport")
    titres = re.findall(r'<h2 id="titre-[^"]+"><span class="numero">(\d)</span> ([^<]+)</h2>', page)
    assert titres == [(numero, titre) for numero, titre in CHAPITRES.values()]
    numeros = [
        float(x) for x in re.findall(r'<h3 id="titre-[^"]+"><span class="numero">([^<]+)', page)
    ]
    assert numeros == sorted(numeros)
    for morceau in ("L’essentiel", "Sommaire", "Ce qui est compté", "Glossaire", "Les sources"):
        assert f">{morceau}</h2>" in page
    assert "entièrement synthétiques" in page


def test_ce_qui_ne_peut_pas_etre_montre_est_nomme(client: FlaskClient, etat: Etat) -> None:
    """Every chart of the catalogue is in the report, drawn or said not to be shown."""
    page = ouvrir(client, f"/rapport?college={COLLEGE}")
    tus = "".join(re.findall(r'<div class="tues">.*?</div>', page, re.DOTALL))
    assert "Effectif trop faible pour être détaillé" in tus
    for ind in etat.catalogue.values():
        if ind.chapitre in CHAPITRES:
            assert (f'id="{ind.id}" class="graphique"' in page) != (
                lisible(f"{ind.numero} {ind.titre}").replace("'", "’") in tus
            ), ind.id


# Whom it is for


def test_le_choix_du_formulaire_devient_une_adresse(client: FlaskClient, etat: Etat) -> None:
    annee = etat.annees[0]
    reponse = client.get(f"/rapport?lieu=territoire:douai&annee={annee}")
    assert reponse.status_code == 303
    assert reponse.location == f"/rapport?annee={annee}&territoire=douai"
    page = ouvrir(client, reponse.location)
    assert '<option value="territoire:douai" selected>' in page
    assert f'<option value="{annee}" selected>' in page


@pytest.mark.parametrize(
    ("requete", "dit"),
    [
        ("territoire=atlantide", "Valeur inconnue pour « territoire » : « atlantide », ignorée"),
        ("annee=1999-2000", "Valeur inconnue pour « annee »"),
        ("lieu=territoire:atlantide", "Valeur inconnue pour « lieu »"),
        ("lieu=n-importe-quoi", "Valeur inconnue pour « lieu »"),
        ("truc=1", "Paramètre inconnu : « truc », ignoré."),
        ("sexe=fille", "« sexe » ne s’y applique pas"),
        ("territoire=douai&territoire=lille", "Le rapport porte sur un lieu et une année"),
    ],
)
def test_ce_qui_est_inconnu_est_ignore_et_dit(client: FlaskClient, requete: str, dit: str) -> None:
    (avis,) = re.findall(
        r'<div role="status" class="avis">(.*?)</div>', ouvrir(client, f"/rapport?{requete}")
    )
    assert dit in avis


def test_un_chef_ne_voit_que_les_siens(client: FlaskClient, etat: Etat) -> None:
    choisir(client, "chef:aae")
    siens = colleges_de(etat, ("aae",))
    autre = next(c for c in etat.geographie.colleges if c not in siens)
    page = ouvrir(client, "/rapport")
    choix = re.findall(r'<option value="(\w+):([^"]+)"', page)
    assert {c.split("/")[-1] for t, c in choix if "college" in t} <= set(siens)
    assert {c.split("/")[0] for t, c in choix if t.startswith("association")} == {"aae"}
    assert not {t for t, _ in choix} & {"reseau", "poste"}
    ailleurs = {nommer_college(etat, c) for c in etat.geographie.colleges if c not in siens} - {
        nommer_college(etat, c) for c in siens
    }
    for requete in ("", "?association=aae"):
        dite = ouvrir(client, f"/rapport{requete}")
        assert [n for n in ailleurs if lisible(n) in dite] == []
    # Another's place is answered as one that does not exist.
    for modele in ("college={}", "lieu=college:{}", "lieu=association_college:aae/{}"):
        vraie = ouvrir(client, f"/rapport?{modele.format(autre)}").replace(autre, "X")
        fausse = ouvrir(client, f"/rapport?{modele.format('zz-nulle-part')}")
        assert _sans_jetons(vraie) == _sans_jetons(fausse.replace("zz-nulle-part", "X"))


def _sans_jetons(page: str) -> str:
    return re.sub(r'(jeton_csrf" value=")[^"]+', r"\1", page)


@pytest.mark.parametrize(
    ("point_de_vue", "requete", "exact"),
    [
        ("habilite", "territoire=douai", True),
        ("chef:aae", "association=aae", True),
        ("chef:aae", "territoire=douai", False),
        ("departement", "territoire=douai", False),
        ("invite", "territoire=douai", False),
    ],
)
def test_ce_qui_est_exact_le_dit_partout(
    client: FlaskClient, point_de_vue: str, requete: str, exact: bool
) -> None:
    choisir(client, point_de_vue)
    page = ouvrir(client, f"/rapport?{requete}")
    marque = "Chiffres exacts – ne pas diffuser"
    sections = re.findall(
        r'<section id="[a-z]+" class="chapitre-rapport".*?</h2>\s*<p[^>]*>', page, re.DOTALL
    )
    assert len(sections) == len(CHAPITRES)
    assert [s.endswith('<p class="marque-exacte">') for s in sections] == [exact] * len(sections)
    assert (marque in page) is exact
    # What the margins of every printed page say.
    (marge,) = re.findall(r"--marque: '([^']*)'", page)
    assert ("ne pas diffuser" in marge) is exact


def test_un_invite_lit_la_politique_de_partage(client: FlaskClient) -> None:
    choisir(client, "invite")
    page = ouvrir(client, "/rapport?territoire=lille&modifier=1")
    assert "moins de 10 jeunes non montrés" in page
    assert "Commenter" not in page
    assert "<textarea" not in page
    refus = envoyer(client, "/rapport", "/rapport/commentaires", section="sexe", texte="Bonjour")
    assert refus.status_code == 403


def test_le_journal_a_chaque_question(client: FlaskClient) -> None:
    ouvrir(client, "/rapport?territoire=douai")
    journal.vider()
    entrees = [e for e in journal.lire() if e.quoi.startswith("sexe?")]
    assert {e.politique for e in entrees} == {"protege"}
    assert any("territoire=douai" in e.quoi for e in entrees)


# What the author writes


def ecrire(client: FlaskClient, texte: str, section: str = "sexe", **champs: Any) -> Any:
    """Send a comment of the report of Douai."""
    page = "/rapport?territoire=douai&modifier=1"
    donnees = {"rapport": "territoire=douai", "section": section, "texte": texte, **champs}
    return envoyer(client, page, "/rapport/commentaires", **donnees)


def lu(client: FlaskClient, requete: str = "territoire=douai") -> list[str]:
    """The comments that a report shows."""
    page = ouvrir(client, f"/rapport?{requete}")
    return [
        " ".join(re.findall(r"<p>(.*?)</p>", c))
        for c in re.findall(r'<div class="commentaire" .*?</div>', page, re.DOTALL)
    ]


def test_un_commentaire_reste_a_sa_place(client: FlaskClient, etat: Etat) -> None:
    for section in ("introduction", "situations", "sexe"):
        assert ecrire(client, f"Ici, {section} va mieux.", section).status_code == 303
    attendus = [f"Ici, {x} va mieux." for x in ("introduction", "situations", "sexe")]
    assert lu(client) == attendus
    assert lu(client, "territoire=lille") == []
    assert lu(client, f"territoire=douai&annee={etat.annees[0]}") == []
    # Those of the same service, whatever they have switched on; nobody else.
    choisir(client, "habilite")
    assert lu(client) == attendus
    for autre in ("chef:aae", "invite"):
        choisir(client, autre)
        assert lu(client) == []


def test_un_commentaire_est_signe_et_date(client: FlaskClient) -> None:
    ecrire(client, "Une phrase.")
    page = ouvrir(client, "/rapport?territoire=douai")
    (signature,) = re.findall(r'<p class="signature">(.*?)</p>', page)
    assert re.fullmatch(r"point de vue de démonstration, le \d+(er)? \w+ \d{4}", signature)


def test_un_commentaire_n_entre_dans_aucun_lien(client: FlaskClient, depot: Depot) -> None:
    ecrire(client, "Entre nous seulement.")
    la = Presentation(
        "Essai", (Diapo(variantes=(Variante("", (Vue("sexe", "territoire=douai"),)),)),)
    )
    jeu = figer.figer(la, Lecteur(), depot)
    _, jeton = partages.creer("point-de-vue:departement", "Essai", figer.en_clair(jeu), 1)
    assert "Entre nous" not in ouvrir(client, f"/p/{jeton}")


def test_ce_qui_pourrait_nommer_un_enfant_est_relu(client: FlaskClient) -> None:
    texte = "L’élève Kévin va mieux."
    reponse = ecrire(client, texte)
    page = lisible(reponse.get_data(as_text=True))
    assert reponse.status_code == 200
    assert "« Kévin » ressemble au nom d’une personne." in page
    assert f">{texte}</textarea>" in page
    assert lu(client) == []
    assert ecrire(client, texte, confirme="oui").status_code == 303
    assert lu(client) == [texte]


def test_l_avertissement_est_la_ou_l_on_ecrit(client: FlaskClient) -> None:
    page = ouvrir(client, "/rapport?territoire=douai&modifier=1")
    formulaires = re.findall(r'<form action="/rapport/commentaires".*?</form>', page, re.DOTALL)
    assert len(formulaires) > len(CHAPITRES)
    for f in formulaires:
        assert f.index("reconnaître un enfant") < f.index("<textarea")


def test_un_commentaire_trop_long_est_rendu(client: FlaskClient) -> None:
    long = "m" * 4001
    reponse = ecrire(client, long)
    assert reponse.status_code == 409
    assert f">{long}</textarea>" in reponse.get_data(as_text=True)
    assert lu(client) == []
    assert ecrire(client, "m" * 4000).status_code == 303


def test_un_texte_vide_efface_pour_de_bon(client: FlaskClient) -> None:
    ecrire(client, "À oublier.")
    assert ecrire(client, "  ", vu=_vu()).status_code == 303
    assert lu(client) == []
    with application.transaction() as conn:
        assert conn.execute(sa.select(application.commentaires)).all() == []


def _vu() -> str:
    with application.transaction() as conn:
        (date,) = conn.execute(sa.select(application.commentaires.c.ecrit_le)).scalars()
    return str(date.isoformat())


def test_deux_auteurs_ne_s_ecrasent_pas_sans_le_savoir(client: FlaskClient) -> None:
    ecrire(client, "Le premier.")
    page = lisible(ecrire(client, "Le second.").get_data(as_text=True))
    assert "point de vue de démonstration a enregistré ici" in page
    assert "« Le premier. »" in page
    assert ">Le second.</textarea>" in page
    assert lu(client) == ["Le premier."]
    (vu,) = re.findall(
        r'name="section" value="sexe">\s*<input type="hidden" name="vu" value="([^"]+)"', page
    )
    assert ecrire(client, "Le second.", vu=vu).status_code == 303
    assert lu(client) == ["Le second."]
    # And the first, who still sees the old one, is told in turn.
    assert ecrire(client, "Encore le premier.", vu=vu).status_code == 409


def test_un_commentaire_efface_entre_temps(client: FlaskClient) -> None:
    ecrire(client, "Le premier.")
    vu = _vu()
    ecrire(client, "", vu=vu)
    reponse = ecrire(client, "La suite.", vu=vu)
    assert "effacé pendant que vous écriviez" in lisible(reponse.get_data(as_text=True))


def test_deux_envois_ensemble_n_en_font_qu_un(client: FlaskClient) -> None:
    issues: list[str] = []

    def garder(texte: str) -> None:
        try:
            commentaires.garder("departement", "x", NORD, "2021-2022", "sexe", texte)
            issues.append("gardé")
        except CommentaireChange:
            issues.append("changé")

    fils = [threading.Thread(target=garder, args=(f"texte {i}",)) for i in range(4)]
    for f in fils:
        f.start()
    for f in fils:
        f.join()
    assert sorted(issues) == ["changé"] * 3 + ["gardé"]


@pytest.mark.parametrize(
    ("champs", "statut"),
    [
        ({"section": "inconnue"}, 400),
        ({"rapport": "territoire=atlantide"}, 400),
        ({"jeton_csrf": "faux"}, 403),
    ],
)
def test_un_commentaire_mal_adresse_est_refuse(
    client: FlaskClient, champs: dict[str, str], statut: int
) -> None:
    assert ecrire(client, "Bonjour.", **champs).status_code == statut
    assert lu(client) == []


def test_un_chef_n_ecrit_pas_chez_un_autre(client: FlaskClient, etat: Etat) -> None:
    choisir(client, "chef:aae")
    autre = next(c for c in etat.geographie.colleges if c not in colleges_de(etat, ("aae",)))
    assert ecrire(client, "Bonjour.", rapport=f"college={autre}").status_code == 400


def test_le_texte_n_est_ni_au_journal_ni_execute(
    client: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    ecrire(client, "Chut <script>alert(1)</script>")
    assert "<script>alert" not in client.get("/rapport?territoire=douai").get_data(as_text=True)
    journal.vider()
    assert not [e for e in journal.lire() if "Chut" in e.quoi]
    assert "Chut" not in "".join(capfd.readouterr())


def test_la_date_de_ce_qui_fut_vu_se_lit_ou_ne_vaut_rien(client: FlaskClient) -> None:
    ecrire(client, "Le premier.")
    assert ecrire(client, "Autre.", vu="hier").status_code == 409
    futur = (dt.datetime.now() + dt.timedelta(days=1)).isoformat()
    assert ecrire(client, "Autre.", vu=futur).status_code == 409
    assert lu(client) == ["Le premier."]
