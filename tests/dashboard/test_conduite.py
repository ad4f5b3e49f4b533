"""Leading a shared presentation, and following it: who may, in which order, what is said of it."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dashboard.presentations import figer, suivi, vues
from dashboard.serveur import creer_application
from data import application as t
from data import journal
from data.application import maintenant
from queries import conduites, partages
from queries.conduites import Etat, MainPrise
from queries.depot import Depot
from queries.depot import Etat as Publication
from queries.lecteur import Lecteur, Role
from queries.presentations import Vue
from tests import magasin
from tests.magasin import MOT_DE_PASSE
from tests.presentations import NOTE, Lien, de_la_reunion, partager

AGENT, COLLEGUE = "agent@nord.example", "collegue@nord.example"
CHEF, AUTRE_CHEF = "chef@aae.example", "chef@gap.example"
UNE, AUTRE = "a1" * 12, "b2" * 12
DEPART = Etat("sexe")


@pytest.fixture(scope="module")
def application(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The whole application."""
    with pytest.MonkeyPatch.context() as reglages:
        url = f"sqlite:///{tmp_path_factory.mktemp('magasin') / 'application.sqlite'}"
        reglages.setenv("APPLICATION_URL", url)
        server: Flask = creer_application(base_demo).server
    return server


@pytest.fixture
def serveur(application: Flask) -> Flask:
    """The same, on a store of its own."""
    suivi._MEMOIRE._lus.clear()
    t.creer()
    return application


@pytest.fixture
def lien(serveur: Flask, depot: Depot) -> Lien:
    """A presentation of the Département on demonstration data, without log-in."""
    return partager(de_la_reunion(), "point-de-vue:departement", Lecteur(), depot)


@pytest.fixture
def client(serveur: Flask) -> FlaskClient:
    """The Département, since nobody logs in."""
    return serveur.test_client()


def choisir(client: FlaskClient, point_de_vue: str) -> FlaskClient:
    assert client.post("/point-de-vue", data={"point_de_vue": point_de_vue}).status_code == 303
    return client


def lire_sceau(client: FlaskClient, lien: Lien) -> str:
    page = client.get(f"{lien}/presentateur")
    assert page.status_code == 200, page.text
    (sceau,) = re.findall(r'data-sceau="(\w+)"', page.text)
    return str(sceau)


def conduire(client: FlaskClient, lien: Lien, sceau: str, pilote: str = UNE, **corps: Any) -> Any:
    return client.post(f"{lien}/conduire", json={"sceau": sceau, "pilote": pilote, **corps})


def prendre(client: FlaskClient, lien: Lien, sceau: str, pilote: str = UNE, **corps: Any) -> Any:
    return conduire(client, lien, sceau, pilote, action="prendre", etat={"diapo": "sexe"}, **corps)


def bouger(
    client: FlaskClient, lien: Lien, sceau: str, geste: int, pilote: str = UNE, **etat: Any
) -> Any:
    return conduire(client, lien, sceau, pilote, action="bouger", geste=geste, etat=etat)


def suivre(client: FlaskClient, lien: Lien, **parametres: Any) -> Any:
    suivi._MEMOIRE._lus.clear()
    return client.get(f"{lien}/suivi", query_string=parametres)


# The state


def test_une_fenetre_mene_et_ses_gestes_comptent_une_fois(lien: Lien) -> None:
    assert conduites.lire(lien.numero).version == 0
    assert conduites.prendre(lien.numero, UNE, "Camille", DEPART).version == 1
    un = conduites.bouger(lien.numero, UNE, 1, Etat("demande"))
    assert (un.version, un.etat) == (2, Etat("demande"))
    assert conduites.bouger(lien.numero, UNE, 1, Etat("demande")).version == 2
    deux = conduites.bouger(lien.numero, UNE, 2, Etat("demande", variante=1))
    # The first one, sent again by an impatient browser, arrives after the second.
    assert conduites.bouger(lien.numero, UNE, 1, Etat("demande")) == deux
    assert conduites.lire(lien.numero) == deux
    assert deux.etat == Etat("demande", variante=1)


def test_une_autre_fenetre_ne_prend_la_main_que_si_on_le_veut(lien: Lien) -> None:
    conduites.prendre(lien.numero, UNE, "Camille", DEPART)
    conduites.bouger(lien.numero, UNE, 1, Etat("demande"))
    with pytest.raises(MainPrise, match="Camille présente en ce moment"):
        conduites.prendre(lien.numero, AUTRE, "Dominique", DEPART)
    with pytest.raises(MainPrise):
        conduites.bouger(lien.numero, AUTRE, 1, Etat("mots"))
    prise = conduites.prendre(lien.numero, AUTRE, "Dominique", DEPART, force=True)
    # The screens stay where they are.
    assert (prise.pilote, prise.etat) == (AUTRE, Etat("demande"))
    with pytest.raises(MainPrise, match="Dominique présente en ce moment"):
        conduites.bouger(lien.numero, UNE, 2, Etat("mots"))
    assert conduites.lire(lien.numero).etat == Etat("demande")
    # The window of the one who led, loaded again, is another window that says so.
    assert conduites.prendre(lien.numero, UNE, "Camille", DEPART, ancien=AUTRE).pilote == UNE


def test_une_presentation_finie_est_a_qui_veut_et_commence_au_debut(lien: Lien) -> None:
    conduites.prendre(lien.numero, UNE, "Camille", DEPART)
    conduites.bouger(lien.numero, UNE, 1, Etat("mots"))
    assert not conduites.rendre(lien.numero, UNE).en_cours
    assert conduites.prendre(lien.numero, AUTRE, "Dominique", DEPART).etat == DEPART
    with t.transaction() as conn:
        conn.execute(t.conduites.update().values(modifiee_le=maintenant() - conduites.ENTRACTE))
    assert not conduites.lire(lien.numero).en_cours
    assert conduites.prendre(lien.numero, UNE, "Camille", DEPART).pilote == UNE


def test_deux_gestes_ecrits_au_meme_moment_sont_gardes_l_un_apres_l_autre(
    lien: Lien, monkeypatch: pytest.MonkeyPatch
) -> None:
    conduites.prendre(lien.numero, UNE, "Camille", DEPART)
    ecrire, deja = conduites._ecrire, []

    def ecrire_en_retard(partage: int, avant: Any, apres: Any) -> bool:
        if not deja:
            deja.append(True)
            conduites.bouger(lien.numero, UNE, 1, Etat("demande"))
        return ecrire(partage, avant, apres)

    monkeypatch.setattr(conduites, "_ecrire", ecrire_en_retard)
    assert conduites.bouger(lien.numero, UNE, 2, Etat("mots")).version == 3
    assert conduites.lire(lien.numero).etat == Etat("mots")


@pytest.fixture(params=["sqlite", "postgresql"])
def magasin_de_chaque_moteur(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> int:
    """A frozen view in a store of each engine: its number."""
    if request.param == "postgresql":
        monkeypatch.setenv("APPLICATION_URL", request.getfixturevalue("url_base_postgresql"))
    t.creer()
    numero, _ = partages.creer("point-de-vue:departement", "Essai", {}, 1)
    return numero


def test_la_conduite_se_garde_sur_chaque_moteur(magasin_de_chaque_moteur: int) -> None:
    numero = magasin_de_chaque_moteur
    assert conduites.prendre(numero, UNE, "Camille", DEPART).version == 1
    assert conduites.bouger(numero, UNE, 1, Etat("mots", code=True)).version == 2
    with pytest.raises(MainPrise):
        conduites.prendre(numero, AUTRE, "Dominique", DEPART)
    assert conduites.lire(numero).etat == Etat("mots", code=True)


# Following


def test_suivre_dit_l_etat_a_qui_ne_le_connait_pas(client: FlaskClient, lien: Lien) -> None:
    personne = suivre(client, lien).get_json()
    assert (personne["version"], personne["etat"]) == (0, None)
    sceau = lire_sceau(client, lien)
    assert prendre(client, lien, sceau).status_code == 200
    fait = bouger(client, lien, sceau, 1, diapo="demande", variante=1, forme="tableau")
    assert fait.get_json()["a_vous"] is True
    version = fait.get_json()["version"]
    suite = suivre(client, lien, v=0)
    assert suite.get_json()["etat"] == {
        "diapo": "demande",
        "variante": 1,
        "forme": "tableau",
        "valeur": "",
        "noir": False,
        "code": False,
    }
    assert suite.headers["Cache-Control"] == "no-store"
    inchange = suivre(client, lien, v=version)
    assert set(inchange.get_json()) == {"version", "dans"}
    assert len(inchange.data) < 60
    assert 0 < inchange.get_json()["dans"] <= 1000
    assert suivre(client, lien, v=version, ecran=1).get_json()["dans"] < 700


def test_un_processus_ne_relit_pas_ce_qu_il_vient_de_lire(
    client: FlaskClient, lien: Lien, monkeypatch: pytest.MonkeyPatch
) -> None:
    lus = []
    lire = conduites.suivre
    monkeypatch.setattr(conduites, "suivre", lambda jeton: lus.append(jeton) or lire(jeton))
    monkeypatch.setattr(suivi, "MEMOIRE", 60.0)
    for _ in range(5):
        assert client.get(f"{lien}/suivi").status_code == 200
    assert len(lus) == 1


def test_suivre_n_ecrit_rien_au_journal(client: FlaskClient, lien: Lien) -> None:
    suivre(client, lien)
    assert journal.vider()
    assert "suivi" not in _journal()
    client.get(str(lien))
    assert journal.vider()
    assert "présentation partagée consultée" in _journal()


def _journal() -> str:
    return "\n".join(f"{x.qui} {x.quoi} {x.politique}" for x in journal.lire())


def test_les_ecrans_se_comptent_sans_se_nommer(client: FlaskClient, lien: Lien) -> None:
    for ecran in ("a", "b", "c", "a"):
        suivre(client, lien, e=ecran)
    assert client.get(f"{lien}/conduite").get_json()["ecrans"] == 3


@pytest.mark.parametrize("fin", ["revoque", "expire", "renouvele"])
def test_un_lien_fini_ne_se_suit_plus(client: FlaskClient, lien: Lien, fin: str) -> None:
    sceau = lire_sceau(client, lien)
    assert suivre(client, lien).status_code == 200
    if fin == "revoque":
        partages.revoquer(lien.numero, lien.proprietaire)
    elif fin == "renouvele":
        partages.renouveler(lien.numero, lien.proprietaire)
    else:
        with t.transaction() as conn:
            conn.execute(
                t.partages.update().values(expire_le=maintenant() - dt.timedelta(seconds=1))
            )
    reponse = suivre(client, lien)
    inconnue = client.get(f"/p/{'A' * 22}/suivi")
    assert (reponse.status_code, reponse.data) == (404, inconnue.data)
    assert reponse.get_json()["type"] == "urn:passerelle:lien"
    assert "n’est plus valable" in reponse.get_json()["detail"]
    for chemin in ("", "/presentateur", "/conduite", "/exacts"):
        assert client.get(f"{lien}{chemin}").status_code == 404
    assert prendre(client, lien, sceau).status_code == 404


def test_la_page_arrive_ou_en_est_la_presentation(client: FlaskClient, lien: Lien) -> None:
    sceau = lire_sceau(client, lien)
    prendre(client, lien, sceau)
    version = bouger(client, lien, sceau, 1, diapo="mots").get_json()["version"]
    page = client.get(str(lien)).text
    etat = html.unescape(re.findall(r'data-etat="([^"]*)"', page)[0])
    assert '"diapo": "mots"' in etat
    assert f'data-version="{version}"' in page


# Leading


def test_une_seule_fenetre_mene(client: FlaskClient, lien: Lien) -> None:
    sceau = lire_sceau(client, lien)
    assert prendre(client, lien, sceau).get_json()["a_vous"] is True
    refus = prendre(client, lien, sceau, AUTRE)
    assert refus.status_code == 409
    assert refus.get_json()["qui"] == "Un agent du Département"
    assert refus.get_json()["a_vous"] is False
    assert bouger(client, lien, sceau, 1, AUTRE, diapo="mots").status_code == 409
    assert prendre(client, lien, sceau, AUTRE, force=True).status_code == 200
    assert bouger(client, lien, sceau, 1, diapo="mots").status_code == 409
    assert bouger(client, lien, sceau, 1, AUTRE, diapo="mots").status_code == 200
    assert conduire(client, lien, sceau, UNE, action="rendre").status_code == 409
    assert conduire(client, lien, sceau, AUTRE, action="rendre").get_json()["etat"] is None
    assert suivre(client, lien).get_json()["etat"] is None


@pytest.mark.parametrize(
    "corps",
    [
        {"action": "bouger", "geste": 1, "etat": {"diapo": "inconnue"}},
        {"action": "bouger", "geste": 1, "etat": {"diapo": "demande", "variante": 2}},
        {"action": "bouger", "geste": 1, "etat": {"diapo": "demande", "variante": "1"}},
        {"action": "bouger", "geste": 1, "etat": {"diapo": "sexe", "forme": "camembert"}},
        {"action": "bouger", "geste": 1, "etat": {"diapo": "sexe", "valeur": "demande.0.sante"}},
        {"action": "bouger", "geste": 1, "etat": {"diapo": "mots", "valeur": "x"}},
        {"action": "bouger", "geste": 1, "etat": ["sexe"]},
        {"action": "bouger", "geste": "1", "etat": {"diapo": "sexe"}},
        {"action": "bouger", "geste": 0, "etat": {"diapo": "sexe"}},
        {"action": "voler", "geste": 1, "etat": {"diapo": "sexe"}},
        {"action": "bouger", "geste": 1, "etat": {"diapo": "sexe"}, "pilote": "pas un numéro"},
    ],
)
def test_un_geste_qui_n_a_pas_de_sens_est_refuse(
    client: FlaskClient, lien: Lien, corps: dict[str, Any]
) -> None:
    sceau = lire_sceau(client, lien)
    prendre(client, lien, sceau)
    avant = conduites.lire(lien.numero)
    reponse = client.post(f"{lien}/conduire", json={"sceau": sceau, "pilote": UNE, **corps})
    assert reponse.status_code == 400
    assert conduites.lire(lien.numero) == avant


def test_une_valeur_de_la_diapositive_se_met_en_valeur(client: FlaskClient, lien: Lien) -> None:
    sceau = lire_sceau(client, lien)
    prendre(client, lien, sceau)
    page = client.get(str(lien)).text
    (valeur, *_) = re.findall(r'data-valeur="(demande\.0\.[^"]+)"', page)
    assert bouger(client, lien, sceau, 1, diapo="demande", valeur=valeur).status_code == 200
    assert suivre(client, lien).get_json()["etat"]["valeur"] == valeur
    # The values of a variant are not those of the other.
    autre = bouger(client, lien, sceau, 2, diapo="demande", variante=1, valeur=valeur)
    assert autre.status_code == 400


def test_conduire_demande_le_sceau_de_la_page_et_le_meme_site(
    client: FlaskClient, lien: Lien, depot: Depot
) -> None:
    sceau = lire_sceau(client, lien)
    ailleurs = partager(de_la_reunion(), "point-de-vue:departement", Lecteur(), depot)
    for faux in ("", "0" * 64, None, lire_sceau(client, ailleurs)):
        reponse = client.post(
            f"{lien}/conduire",
            json={"sceau": faux, "pilote": UNE, "action": "prendre", "etat": {"diapo": "sexe"}},
        )
        assert reponse.status_code == 403
    venue = client.post(
        f"{lien}/conduire",
        json={"sceau": sceau, "pilote": UNE, "action": "prendre", "etat": {"diapo": "sexe"}},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert venue.status_code == 403
    assert client.post(f"{lien}/conduire", data={"sceau": sceau}).status_code == 400
    assert conduites.lire(lien.numero).version == 0


# Who may


@pytest.mark.parametrize("point_de_vue", ["invite", "chef:aae"])
def test_la_fenetre_du_presentateur_n_existe_pas_pour_les_autres(
    serveur: Flask, client: FlaskClient, lien: Lien, point_de_vue: str
) -> None:
    sceau = lire_sceau(client, lien)
    autre = choisir(serveur.test_client(), point_de_vue)
    inconnu = f"/p/{'A' * 22}"
    for chemin in ("/presentateur", "/conduite", "/exacts"):
        reponse = autre.get(f"{lien}{chemin}")
        assert reponse.status_code == 404
        assert reponse.data == autre.get(f"{inconnu}{chemin}").data
    reponse = prendre(autre, lien, sceau)
    assert (reponse.status_code, reponse.data) == (
        404,
        autre.post(f"{inconnu}/conduire", json={}).data,
    )
    assert conduites.lire(lien.numero).version == 0
    assert autre.get(str(lien)).status_code == 200


@pytest.fixture
def entrer(serveur: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FlaskClient]:
    """A browser logged in as somebody, where log-in is required."""
    comptes = {
        AGENT: magasin.ajouter(AGENT, "departement", nom="Camille Agent"),
        COLLEGUE: magasin.ajouter(COLLEGUE, "departement", nom="Dominique Collègue"),
        CHEF: magasin.ajouter(CHEF, "chef", associations=("aae",), nom="Sacha Chef"),
        AUTRE_CHEF: magasin.ajouter(AUTRE_CHEF, "chef", associations=("gap",)),
        "admin@nord.example": magasin.ajouter("admin@nord.example", "administrateur"),
    }
    assert comptes
    monkeypatch.setenv("CONNEXION", "exigee")

    def ouvrir(qui: str) -> FlaskClient:
        client = serveur.test_client()
        if qui:
            (jeton,) = re.findall(r'name="jeton_csrf" value="(\w+)"', client.get("/connexion").text)
            champs = {"identifiant": qui, "mot_de_passe": MOT_DE_PASSE, "jeton_csrf": jeton}
            assert client.post("/connexion", data=champs).status_code == 303
        return client

    return ouvrir


def _compte(qui: str) -> str:
    with t.transaction() as conn:
        numero = conn.scalar(sa.select(t.comptes.c.id).where(t.comptes.c.identifiant == qui))
    return f"compte:{numero}"


def test_sans_session_un_lien_se_regarde_et_se_suit_rien_d_autre(
    entrer: Callable[[str], FlaskClient], depot: Depot
) -> None:
    agent = entrer(AGENT)
    lien = partager(de_la_reunion(), _compte(AGENT), Lecteur(), depot)
    sceau = lire_sceau(agent, lien)
    invite = entrer("")
    assert invite.get(str(lien)).status_code == 200
    assert invite.get(f"{lien}?ecran=1").status_code == 200
    assert suivre(invite, lien).status_code == 200
    for chemin in ("/presentateur", "/conduite", "/exacts", "/suivi/plus", "/../comptes"):
        reponse = invite.get(f"{lien}{chemin}")
        assert reponse.status_code == 303
        assert reponse.location.startswith("/connexion")
    assert prendre(invite, lien, sceau).status_code == 401
    assert invite.post(str(lien), json={}).status_code == 401
    assert invite.post(f"{lien}/suivi", json={}).status_code == 401
    assert conduites.lire(lien.numero).version == 0


def test_un_collegue_du_meme_perimetre_prend_la_main_sans_lire_les_notes(
    entrer: Callable[[str], FlaskClient], depot: Depot
) -> None:
    agent, collegue = entrer(AGENT), entrer(COLLEGUE)
    lien = partager(de_la_reunion(), _compte(AGENT), Lecteur(), depot)
    prendre(agent, lien, lire_sceau(agent, lien))
    assert NOTE in agent.get(f"{lien}/presentateur").text
    assert NOTE not in collegue.get(f"{lien}/presentateur").text
    refus = prendre(collegue, lien, lire_sceau(collegue, lien), AUTRE)
    assert (refus.status_code, refus.get_json()["qui"]) == (409, "Camille Agent")
    # What is in the page of one is of no use to another.
    assert prendre(collegue, lien, lire_sceau(agent, lien), AUTRE, force=True).status_code == 403
    assert prendre(collegue, lien, lire_sceau(collegue, lien), AUTRE, force=True).status_code == 200
    assert agent.get(f"{lien}/conduite?pilote={UNE}").get_json()["qui"] == "Dominique Collègue"
    for qui in (CHEF, AUTRE_CHEF):
        assert entrer(qui).get(f"{lien}/presentateur").status_code == 404
    assert entrer("admin@nord.example").get(f"{lien}/presentateur").status_code == 403


# What leaves


@pytest.fixture
def du_chef(serveur: Flask, depot: Depot) -> Lien:
    """A presentation of a chef de service about the own association."""
    lecteur = Lecteur(Role.CHEF, ("aae",))
    presentation = de_la_reunion("association=aae")
    return partager(presentation, "point-de-vue:chef:aae", lecteur, depot)


def _exacts(depot: Depot, indicateur: str) -> list[str]:
    """Exact figures of a chef, as they are written; those the frozen view does not have."""
    lecteur = Lecteur(Role.CHEF, ("aae",))
    vue = Vue(indicateur, "association=aae")
    (exacte,) = vues.dessiner([vue], lecteur, depot)
    assert exacte is not None
    assert exacte.politique == "exact"
    lignes = [x for d in exacte.dessins for x in d.traces[0].lignes]
    parts = [f"{x.part:.1f}".replace(".", ",") for x in lignes if x.part]
    return [p for p in parts if not p.endswith(",0")]


def test_les_chiffres_exacts_ne_sont_que_dans_le_volet_du_presentateur(
    serveur: Flask, depot: Depot, du_chef: Lien
) -> None:
    attendus = _exacts(depot, "demande")
    assert attendus, "la démonstration n’a aucun chiffre exact à cacher"
    chef = choisir(serveur.test_client(), "chef:aae")
    volet = chef.get(f"{du_chef}/exacts?diapo=demande&variante=0").text
    for texte in attendus:
        assert texte in volet
    sceau = lire_sceau(chef, du_chef)
    prises = [
        prendre(chef, du_chef, sceau),
        bouger(chef, du_chef, sceau, 1, diapo="demande"),
        chef.get(f"{du_chef}/presentateur"),
        chef.get(f"{du_chef}/conduite?pilote={UNE}"),
    ]
    for client in (chef, choisir(serveur.test_client(), "invite")):
        prises += [client.get(str(du_chef)), client.get(f"{du_chef}?ecran=1")]
        prises += [suivre(client, du_chef)]
    for reponse in prises:
        assert reponse.status_code == 200
        for texte in attendus:
            assert texte not in reponse.text
        assert "exact" not in re.sub(
            r'data-exacts="[^"]*"|cadre-exacts|chiffres-exacts|Vos chiffres exacts',
            "",
            reponse.text,
        )
    assert journal.vider()
    assert "demande?annee=" in _journal()
    assert "exact" in _journal()


def test_le_departement_n_a_pas_de_volet_exact_l_habilite_en_a_un(
    serveur: Flask, client: FlaskClient, lien: Lien
) -> None:
    assert "cadre-exacts" not in client.get(f"{lien}/presentateur").text
    rien = client.get(f"{lien}/exacts?diapo=sexe").text
    assert "Pas de chiffre exact" in rien
    assert "<table" not in rien
    habilite = choisir(serveur.test_client(), "habilite")
    assert "cadre-exacts" in habilite.get(f"{lien}/presentateur").text
    assert "<table" in habilite.get(f"{lien}/exacts?diapo=sexe").text
    assert "<table" not in habilite.get(f"{lien}/exacts?diapo=inconnue&variante=9").text


def test_un_invite_ne_recoit_ni_note_ni_presentateur_ni_autre_lieu(
    serveur: Flask, depot: Depot, du_chef: Lien, etat: Publication
) -> None:
    chef = choisir(serveur.test_client(), "chef:aae")
    prendre(chef, du_chef, lire_sceau(chef, du_chef))
    invite = choisir(serveur.test_client(), "invite")
    recus = [
        invite.get(str(du_chef)).text,
        invite.get(f"{du_chef}?ecran=1").text,
        suivre(invite, du_chef).text,
    ]
    connues = etat.geographie.associations
    autres = [str(a["nom"]) for code, a in connues.items() if code != "aae"]
    autres += [str(c["nom"]) for c in etat.geographie.colleges.values()]
    assert len(autres) > 20
    for texte in map(html.unescape, recus):
        assert NOTE not in texte
        assert "chef de service" not in texte
        assert UNE not in texte
        assert "association=aae" not in texte
        mots = set(re.findall(r"[\w’'-]+", texte))
        for nom in autres:
            if len(nom) <= 6:
                assert nom not in mots
            else:
                assert nom not in texte


def test_le_tableau_ne_dit_rien_que_les_bandes_taisent(depot: Depot) -> None:
    """Blanks are in words, and a masked value has no number in the table either."""
    from dashboard.presentations import tableau

    jeu = figer.figer(de_la_reunion("territoire=douai"), Lecteur(), depot)
    vues_du_jeu = [v for d in jeu.diapos for f in d.variantes for v in f.vues]
    masques = 0
    for vue in vues_du_jeu:
        texte = html.unescape(str(tableau.dessiner(vue)))
        for dessin in vue.dessins:
            for trace in dessin.traces:
                for i, ligne in enumerate(trace.lignes):
                    if ligne.statut == "masque" and not ligne.note:
                        masques += 1
                        assert tableau.dire_le_blanc(trace, i) == f"Moins de {trace.plancher}"
                        assert "Moins de" in texte
                    elif ligne.affichee and ligne.effectif is not None:
                        assert f"{ligne.effectif:,.0f}".replace(",", "\u202f") in texte
    assert masques > 0
