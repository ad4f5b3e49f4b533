"""Who reaches what over HTTP: the guard, forms, cookies, accounts, exact figures."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient

from dashboard.serveur import creer_application
from dashboard.session import COOKIE, lecteur_courant
from data import application, comptes, journal
from queries import sessions
from queries.depot import BaseIndisponible, Depot, Etat
from queries.lecteur import Lecteur, Role
from tests import magasin
from tests.magasin import MOT_DE_PASSE

ADMINISTRATEUR, AGENT, CHEF = "admin@nord.example", "agent@nord.example", "chef@aae.example"
HABILITE, NEUVE = "habilite@nord.example", "neuve@nord.example"
NOUVEAU = "un autre, plus long que le premier"
API = "/api/v1/indicateurs/sexe?territoire=douai"
Entrer = Callable[..., FlaskClient]


@pytest.fixture(scope="module")
def application_complete(
    base_demo: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Flask, Path]:
    """The whole application, and the folder of a store with an account of each kind."""
    dossier = tmp_path_factory.mktemp("magasin")
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("APPLICATION_URL", f"sqlite:///{dossier / 'application.sqlite'}")
        server = creer_application(base_demo).server
        magasin.ajouter(ADMINISTRATEUR, "administrateur")
        magasin.ajouter(AGENT, "departement")
        magasin.ajouter(HABILITE, "departement", habilitation=True)
        magasin.ajouter(CHEF, "chef", associations=("aae", "gap"))
        magasin.ajouter(NEUVE, "departement", premier=True)
        application._ouvrir(application.url_de_l_application()).dispose()
    return server, dossier


@pytest.fixture
def serveur(
    application_complete: tuple[Flask, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    """The whole application, with log-in required, on a copy of that store."""
    server, dossier = application_complete
    shutil.copytree(dossier, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CONNEXION", "exigee")
    return server


@pytest.fixture
def entrer(serveur: Flask) -> Entrer:
    """A browser, logged in as somebody."""

    def ouvrir(qui: str = "", mot_de_passe: str = MOT_DE_PASSE, **options: Any) -> FlaskClient:
        client = serveur.test_client()
        if qui:
            reponse = se_connecter(client, qui, mot_de_passe, **options)
            assert reponse.status_code == 303, reponse.text
        return client

    return ouvrir


def jeton_csrf(client: FlaskClient, page: str = "/connexion", **options: Any) -> str:
    """The token of the forms of a page."""
    (jeton, *_) = re.findall(r'name="jeton_csrf" value="(\w+)"', client.get(page, **options).text)
    return str(jeton)


def se_connecter(
    client: FlaskClient,
    qui: str,
    mot_de_passe: str = MOT_DE_PASSE,
    suivant: str = "",
    **options: Any,
) -> Any:
    return client.post(
        "/connexion",
        data={
            "identifiant": qui,
            "mot_de_passe": mot_de_passe,
            "suivant": suivant,
            "jeton_csrf": jeton_csrf(client, **options),
        },
        **options,
    )


def envoyer(client: FlaskClient, adresse: str, page: str = "/mot-de-passe", **champs: Any) -> Any:
    """Send a form as a page of ours does."""
    return client.post(adresse, data={"jeton_csrf": jeton_csrf(client, page), **champs})


def appeler(client: FlaskClient, chemin: str = "/situations", requete: str = "") -> Any:
    """Ask the callback that writes a page."""
    sortie = next(
        r["output"] for r in json.loads(rappels_de(client)) if "barre.children" in r["output"]
    )
    return client.post(
        "/_dash-update-component",
        json={
            "output": sortie,
            "outputs": [
                {"id": x.rsplit(".", 1)[0], "property": x.rsplit(".", 1)[1]}
                for x in sortie.strip(".").split("...")
            ],
            "inputs": [
                {"id": "adresse", "property": "pathname", "value": chemin},
                {"id": "adresse", "property": "search", "value": requete},
                {"id": "etroit", "property": "data", "value": False},
            ],
            "state": [{"id": "page", "property": "data", "value": None}],
            "changedPropIds": ["adresse.search"],
        },
    )


def rappels_de(client: FlaskClient) -> bytes:
    """What callbacks there are, asked by somebody who may."""
    agent = client.application.test_client()
    se_connecter(agent, AGENT)
    return agent.get("/_dash-dependencies").data


# The guard


FICHIER_PUBLIE = "/publications/fichiers/liste-2019.csv"
PAGES = ["/", "/situations", "/methode", "/publications", FICHIER_PUBLIE, "/nulle-part"]
PROGRAMMES = [
    API,
    f"{API}&format=csv",
    f"{API}&format=xlsx",
    "/api/v1/indicateurs",
    "/api/v1/lieux",
    "/api/v1/annees",
    "/api/v1/livraisons",
    "/api/v1/openapi.json",
    "/api/v1/nulle-part",
    "/_dash-layout",
    "/_dash-dependencies",
]


@pytest.mark.parametrize("page", PAGES)
def test_sans_session_une_page_mene_a_la_connexion(entrer: Entrer, page: str) -> None:
    reponse = entrer().get(f"{page}?territoire=douai&annee=2021-2022")
    assert reponse.status_code == 303
    suite = reponse.headers["Location"]
    assert suite.startswith("/connexion?suivant=%2F")
    assert reponse.headers["Cache-Control"] == "no-store"
    client = entrer()
    arrivee = se_connecter(client, AGENT, suivant=f"{page}?territoire=douai")
    assert arrivee.headers["Location"] == f"{page}?territoire=douai"


@pytest.mark.parametrize("adresse", PROGRAMMES)
def test_sans_session_un_programme_est_refuse(entrer: Entrer, adresse: str) -> None:
    reponse = entrer().get(adresse)
    assert reponse.status_code == 401
    assert reponse.mimetype == "application/problem+json"
    assert "connectez-vous" in reponse.json["detail"]


def test_sans_session_un_rappel_est_refuse(entrer: Entrer) -> None:
    reponse = appeler(entrer())
    assert reponse.status_code == 401
    assert "connectez-vous" in reponse.text
    assert appeler(entrer(AGENT)).status_code == 200


def test_ce_qui_habille_les_pages_reste_lisible(entrer: Entrer) -> None:
    assert entrer().get("/assets/passerelle.css").status_code == 200
    page = entrer().get("/connexion").text
    for adresse in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page):
        assert entrer().get(adresse).status_code == 200, adresse


@pytest.mark.parametrize(
    "suivant", ["//ailleurs.example", "/\\ailleurs.example", "https://a.example"]
)
def test_la_suite_reste_sur_le_site(entrer: Entrer, suivant: str) -> None:
    client = entrer()
    assert suivant not in client.get("/connexion", query_string={"suivant": suivant}).text
    assert se_connecter(client, AGENT, suivant=suivant).headers["Location"] == "/"


def test_aucun_point_de_vue_ou_la_connexion_est_exigee(entrer: Entrer, serveur: Flask) -> None:
    assert entrer().post("/point-de-vue", data={"point_de_vue": "habilite"}).status_code == 401
    reponse = entrer(AGENT).post("/point-de-vue", data={"point_de_vue": "habilite"})
    assert reponse.status_code == 403
    # A session of a viewpoint from before log-in was required is nobody's.
    jeton = sessions.ouvrir_point_de_vue(Lecteur(Role.HABILITE))
    client = serveur.test_client()
    client.set_cookie(COOKIE, jeton)
    assert client.get(API).status_code == 401


def test_une_session_de_compte_ne_vaut_rien_sur_la_demonstration_ouverte(
    entrer: Entrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = entrer(HABILITE)
    monkeypatch.delenv("CONNEXION")
    ouvert = client.get(API).json["lignes"]
    assert {x["statut"] for x in ouvert} <= {"arrondi", "masque", "refuse", "non_diffuse"}
    assert client.get("/connexion").headers["Location"] == "/"
    assert client.get("/comptes").status_code == 404


# Log-in


@pytest.mark.parametrize(
    ("qui", "mot_de_passe"),
    [
        (AGENT, "pas le bon"),
        ("personne@nord.example", MOT_DE_PASSE),
        ("", ""),
        ("x" * 999, "y" * 999),
    ],
)
def test_un_refus_ne_dit_pas_pourquoi(entrer: Entrer, qui: str, mot_de_passe: str) -> None:
    client = entrer()
    reponse = se_connecter(client, qui, mot_de_passe)
    assert reponse.status_code == 401
    assert "Identifiant ou mot de passe incorrect." in reponse.text
    assert client.get_cookie(COOKIE) is None
    if mot_de_passe:
        assert f'value="{mot_de_passe}"' not in reponse.text


def test_trop_d_essais_429_pour_tous_les_processus(entrer: Entrer) -> None:
    for qui in (AGENT, "personne@nord.example"):
        reponses = [se_connecter(entrer(), qui, "pas le bon") for _ in range(6)]
        assert [r.status_code for r in reponses] == [401] * 5 + [429]
        dit = re.search(r"Trop d’essais\. Réessayez dans (\d+) secondes?\.", reponses[-1].text)
        assert dit is not None
        # Less when the machine is slow.
        assert 1 <= int(dit[1]) <= 15
        assert 1 <= int(reponses[-1].headers["Retry-After"]) <= 15
    # Even the right one has to wait.
    assert se_connecter(entrer(), AGENT).status_code == 429


def test_le_jeton_est_nouveau_a_chaque_connexion(entrer: Entrer) -> None:
    client = entrer()
    client.set_cookie(COOKIE, "pose-par-un-autre")
    se_connecter(client, AGENT)
    premier = client.get_cookie(COOKIE)
    assert premier is not None
    assert len(premier.value) == 22
    autre = entrer(AGENT).get_cookie(COOKIE)
    assert autre is not None
    assert autre.value != premier.value
    assert premier.value not in client.get("/").text


def test_les_cookies_sont_proteges(entrer: Entrer) -> None:
    client = entrer()
    local = se_connecter(client, AGENT).headers.getlist("Set-Cookie")
    assert any(c.startswith(f"{COOKIE}=") for c in local)
    loin = "https://passerelle.nord.example"
    client = entrer()
    page = client.get("/connexion", base_url=loin)
    poses = page.headers.getlist("Set-Cookie") + se_connecter(
        client, AGENT, base_url=loin
    ).headers.getlist("Set-Cookie")
    assert any(c.startswith(f"__Host-{COOKIE}=") for c in poses)
    for pose in poses:
        attributs = set(pose.split("; "))
        assert pose.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributs
        assert not any(a.startswith("Domain") for a in attributs)
    assert client.get(API, base_url=loin).status_code == 200
    # The name of this machine's cookie is worth nothing there: any neighbour could set it.
    jeton = client.get_cookie(f"__Host-{COOKIE}", domain="passerelle.nord.example")
    assert jeton is not None
    intrus = entrer()
    intrus.set_cookie(COOKIE, jeton.value, domain="passerelle.nord.example")
    assert intrus.get(API, base_url=loin).status_code == 401


def test_une_ligne_volee_dans_le_magasin_n_ouvre_rien(entrer: Entrer) -> None:
    entrer(AGENT)
    with application.transaction() as conn:
        (ligne,) = conn.execute(sa.select(application.sessions)).all()
    for valeur in ligne:
        voleur = entrer()
        voleur.set_cookie(COOKIE, str(valeur))
        assert voleur.get(API).status_code == 401


def test_se_deconnecter_ferme_la_session(entrer: Entrer) -> None:
    client = entrer(AGENT)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert envoyer(client, "/deconnexion").headers["Location"].startswith("/connexion")
    client.set_cookie(COOKIE, cookie.value)
    assert client.get(API).status_code == 401
    assert client.get("/deconnexion").status_code == 405


@pytest.mark.parametrize("adresse", ["/deconnexion", "/habilitation", "/mot-de-passe"])
@pytest.mark.parametrize(
    ("entetes", "jeton"),
    [({}, ""), ({}, "0" * 64), ({"Origin": "http://ailleurs.example"}, "bon")],
)
def test_un_formulaire_d_ailleurs_est_refuse(
    entrer: Entrer, adresse: str, entetes: dict[str, str], jeton: str
) -> None:
    client = entrer(HABILITE)
    bon = jeton_csrf(client, "/mot-de-passe")
    donnees = {"jeton_csrf": bon if jeton == "bon" else jeton, "chiffres_exacts": "oui"}
    assert client.post(adresse, data=donnees, headers=entetes).status_code == 403
    assert client.get(API).json["lignes"][0]["statut"] != "exact"


def test_le_jeton_d_un_autre_ne_vaut_rien(entrer: Entrer) -> None:
    autre = jeton_csrf(entrer(AGENT), "/mot-de-passe")
    client = entrer(HABILITE)
    assert client.post("/deconnexion", data={"jeton_csrf": autre}).status_code == 403
    # Nor does that of a log-in page of another browser.
    donnees = {"identifiant": AGENT, "mot_de_passe": MOT_DE_PASSE}
    d_ailleurs = jeton_csrf(entrer())
    reponse = entrer().post("/connexion", data={**donnees, "jeton_csrf": d_ailleurs})
    assert reponse.status_code == 403


# The first password, and those after it


def test_le_premier_mot_de_passe_ferme_tout_le_reste(entrer: Entrer) -> None:
    client = entrer(NEUVE)
    for page in ("/", "/situations", "/comptes"):
        assert client.get(page).headers["Location"] == "/mot-de-passe"
    for adresse in (API, "/_dash-layout"):
        assert client.get(adresse).status_code == 403
    assert appeler(client).status_code == 403
    assert envoyer(client, "/habilitation", chiffres_exacts="oui").status_code == 403
    champs = {"actuel": MOT_DE_PASSE, "nouveau": NOUVEAU, "encore": NOUVEAU}
    assert envoyer(client, "/mot-de-passe", **champs).status_code == 303
    assert client.get(API).status_code == 200
    assert se_connecter(entrer(), NEUVE).status_code == 401
    entrer(NEUVE, NOUVEAU)


def test_une_base_revenue_entre_temps_n_ouvre_rien(
    entrer: Entrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away when the guard asks, back when the page does: nobody passes who was not looked at."""
    client, lire = entrer(NEUVE), Depot.etat
    for adresse in ("/", "/presentations", "/api/v1/annees", "/_dash-layout"):
        absences = iter([BaseIndisponible("La base de données ne répond pas.")])

        def etat(depot: Depot, absences: Iterator[Exception] = absences) -> Etat:
            for absence in absences:
                raise absence
            return lire(depot)

        monkeypatch.setattr(Depot, "etat", etat)
        assert client.get(adresse).status_code == 503, adresse
        assert not list(absences)


@pytest.mark.parametrize(
    ("champs", "mots"),
    [
        ({"actuel": "pas le bon"}, "actuel est incorrect"),
        ({"encore": "autre chose"}, "sont différents"),
        ({"nouveau": "court", "encore": "court"}, "au moins 12"),
        ({"nouveau": MOT_DE_PASSE, "encore": MOT_DE_PASSE}, "doit être différent"),
        ({"nouveau": AGENT, "encore": AGENT}, "pas être l’identifiant"),
    ],
)
def test_un_mot_de_passe_qui_ne_va_pas(entrer: Entrer, champs: dict[str, str], mots: str) -> None:
    client = entrer(AGENT)
    tous = {"actuel": MOT_DE_PASSE, "nouveau": NOUVEAU, "encore": NOUVEAU, **champs}
    reponse = envoyer(client, "/mot-de-passe", **tous)
    assert reponse.status_code == 400
    assert mots in reponse.text.replace("\u00a0", " ")
    assert 'type="password" value' not in reponse.text
    entrer(AGENT)


def test_changer_de_mot_de_passe_ferme_les_autres_sessions(entrer: Entrer) -> None:
    ailleurs, client = entrer(AGENT), entrer(AGENT)
    champs = {"actuel": MOT_DE_PASSE, "nouveau": NOUVEAU, "encore": NOUVEAU}
    envoyer(client, "/mot-de-passe", **champs)
    assert (client.get(API).status_code, ailleurs.get(API).status_code) == (200, 401)


# Roles


def statuts(client: FlaskClient, adresse: str = API) -> set[str]:
    reponse = client.get(adresse)
    assert reponse.status_code == 200, reponse.text
    return {x["statut"] for x in reponse.json["lignes"]}


def test_l_habilite_allume_et_eteint_les_chiffres_exacts(entrer: Entrer) -> None:
    client, autre = entrer(HABILITE), entrer(HABILITE)
    assert "exact" not in statuts(client)
    reponse = envoyer(client, "/habilitation", chiffres_exacts="oui")
    assert (reponse.status_code, reponse.headers["Location"]) == (303, "/")
    assert statuts(client) == {"exact"}
    assert "exact" not in statuts(autre)
    page = appeler(client, requete="?territoire=douai").text
    assert "exact" in page
    assert appeler(autre, requete="?territoire=douai").text != page
    envoyer(client, "/habilitation", chiffres_exacts="non")
    assert "exact" not in statuts(client)
    # Another log-in begins protected.
    envoyer(client, "/habilitation", chiffres_exacts="oui")
    envoyer(client, "/deconnexion")
    se_connecter(client, HABILITE)
    assert "exact" not in statuts(client)


@pytest.mark.parametrize("qui", [AGENT, CHEF])
def test_sans_habilitation_rien_ne_s_allume(entrer: Entrer, qui: str) -> None:
    client = entrer(qui)
    avant = client.get(API).json
    assert envoyer(client, "/habilitation", chiffres_exacts="oui").status_code == 403
    assert client.get(API).json == avant


def test_l_habilitation_retiree_ferme_la_session(entrer: Entrer) -> None:
    client = entrer(HABILITE)
    envoyer(client, "/habilitation", chiffres_exacts="oui")
    numero = comptes.trouver(HABILITE).numero
    comptes.modifier(numero, role="departement", habilitation=False, associations=[])
    assert client.get(API).status_code == 401


def test_un_chef_perd_aussitot_une_association(entrer: Entrer) -> None:
    sienne = "/api/v1/indicateurs/sexe?association=gap"
    client = entrer(CHEF)
    assert statuts(client, sienne) == {"exact"}
    assert "association=gap" in appeler(client, requete="?association=gap").text
    # Written straight into the store: the session is still open, and the account is read anew.
    with application.transaction() as conn:
        conn.execute(
            sa.update(application.comptes)
            .where(application.comptes.c.identifiant == CHEF)
            .values(associations=["aae"])
        )
    inconnue = client.get("/api/v1/indicateurs/sexe?association=atlantide")
    perdue = client.get(sienne)
    assert perdue.status_code == inconnue.status_code == 400
    assert perdue.text.replace("gap", "…") == inconnue.text.replace("atlantide", "…")
    texte = appeler(client, requete="?association=aae").text
    assert "association=gap" not in texte
    assert "GAP" not in texte
    # As the administrator does it, the session is closed.
    numero = comptes.trouver(CHEF).numero
    comptes.modifier(numero, role="chef", habilitation=False, associations=["capep"])
    assert client.get(sienne).status_code == 401
    assert appeler(client).status_code == 401


def test_un_chef_dont_l_association_n_est_pas_dans_la_base(entrer: Entrer) -> None:
    magasin.ajouter("autre@loin.example", "chef", associations=("atlantide",))
    client = entrer("autre@loin.example")
    for adresse in (API, "/_dash-layout", "/situations"):
        reponse = client.get(adresse)
        assert reponse.status_code == 403
        assert "Aucune des associations de votre compte" in reponse.text


def lire_comme(serveur: Flask, client: FlaskClient) -> Lecteur:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    with serveur.test_request_context("/", headers={"Cookie": f"{COOKIE}={cookie.value}"}):
        return lecteur_courant()


def test_un_compte_et_un_point_de_vue_ont_le_meme_perimetre(
    serveur: Flask, entrer: Entrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    magasin.ajouter("une@aae.example", "chef", associations=("aae",))
    habilite = entrer(HABILITE)
    envoyer(habilite, "/habilitation", chiffres_exacts="oui")
    clients = [entrer(AGENT), habilite, entrer("une@aae.example")]
    lecteurs = [lire_comme(serveur, c) for c in clients]
    lieux = [c.get("/api/v1/lieux").json for c in clients]
    monkeypatch.delenv("CONNEXION")
    for vue, lecteur, attendus in zip(
        ("departement", "habilite", "chef:aae"), lecteurs, lieux, strict=True
    ):
        client = serveur.test_client()
        client.post("/point-de-vue", data={"point_de_vue": vue})
        assert lire_comme(serveur, client) == lecteur
        assert client.get("/api/v1/lieux").json == attendus


# The administrator


def test_l_administrateur_ne_voit_aucun_chiffre(entrer: Entrer) -> None:
    client = entrer(ADMINISTRATEUR)
    for adresse in [*PAGES, *PROGRAMMES]:
        reponse = client.get(adresse)
        assert reponse.status_code == 403, adresse
        assert "aucun chiffre" in reponse.text
        assert "lignes" not in reponse.text
    assert appeler(client).status_code == 403
    assert envoyer(client, "/habilitation", chiffres_exacts="oui").status_code == 403


@pytest.mark.parametrize("qui", [AGENT, HABILITE, CHEF])
def test_les_autres_ne_voient_pas_les_comptes(entrer: Entrer, qui: str) -> None:
    client = entrer(qui)
    numero = comptes.trouver(AGENT).numero
    for adresse in ("/comptes", f"/comptes/{numero}", "/comptes/999"):
        reponse = client.get(adresse)
        assert reponse.status_code == 403
        assert ADMINISTRATEUR not in reponse.text
    assert envoyer(client, f"/comptes/{numero}/lien").status_code == 403
    assert entrer().get("/comptes").status_code == 303


def test_ajouter_modifier_desactiver(entrer: Entrer) -> None:
    client = entrer(ADMINISTRATEUR)
    nouvelle = "Recrue@AAE.example"
    champs = {"identifiant": nouvelle, "role": "chef", "association": ["aae", "gap"]}
    page = envoyer(client, "/comptes", "/comptes", **champs)
    assert page.status_code == 200
    (premier,) = re.findall(r"<textarea[^>]*>([^<]+)</textarea>", page.text)
    recrue = comptes.trouver(nouvelle)
    assert (recrue.associations, recrue.a_changer) == (("aae", "gap"), True)
    assert premier not in client.get("/comptes").text
    assert entrer(nouvelle, premier).get("/").headers["Location"] == "/mot-de-passe"

    adresse = f"/comptes/{recrue.numero}"
    envoyer(client, adresse, role="departement", habilitation="oui", association=["aae"], nom="N")
    change = comptes.lire(recrue.numero)
    assert (change.role, change.habilitation, change.associations, change.nom) == (
        ("departement", True, (), "N")
    )
    assert envoyer(client, f"{adresse}/desactiver").status_code == 303
    assert not comptes.lire(recrue.numero).actif
    assert "Désactivé" in client.get("/comptes").text
    assert envoyer(client, f"{adresse}/reactiver").status_code == 303
    assert comptes.lire(recrue.numero).actif


@pytest.mark.parametrize(
    ("champs", "mots"),
    [
        ({"identifiant": "pas une adresse"}, "adresse électronique"),
        ({"role": "roi"}, "Rôle inconnu"),
        ({"role": "chef"}, "au moins une association"),
        ({"role": "chef", "association": ["atlantide"]}, "pas dans la base"),
        ({"identifiant": AGENT}, "existe déjà"),
    ],
)
def test_un_ajout_refuse_rend_ce_qui_etait_saisi(
    entrer: Entrer, champs: dict[str, Any], mots: str
) -> None:
    client = entrer(ADMINISTRATEUR)
    tous = {"identifiant": "x@y.example", "role": "departement", "nom": "<b>N</b>", **champs}
    reponse = envoyer(client, "/comptes", "/comptes", **tous)
    assert reponse.status_code == 400
    assert mots in reponse.text
    assert "&lt;b&gt;N&lt;/b&gt;" in reponse.text
    assert len(comptes.lister()) == 5


def test_le_lien_a_usage_unique(entrer: Entrer) -> None:
    client = entrer(ADMINISTRATEUR)
    agent = comptes.trouver(AGENT)
    page = envoyer(client, f"/comptes/{agent.numero}/lien")
    (adresse,) = re.findall(r"http://localhost(/lien/[\w-]{22})", page.text)
    personne = entrer()
    ouverte = personne.get(adresse)
    assert ouverte.status_code == 200
    assert ouverte.headers["Referrer-Policy"] == "no-referrer"
    assert ouverte.headers["Cache-Control"] == "no-store"
    champs = {"nouveau": NOUVEAU, "encore": NOUVEAU}
    assert personne.post(adresse, data=champs).status_code == 403, "sans jeton de formulaire"
    refus = envoyer(personne, adresse, adresse, nouveau="court", encore="court")
    assert refus.status_code == 400
    assert envoyer(personne, adresse, adresse, **champs).status_code == 303
    for methode in (personne.get, personne.post):
        assert methode(adresse).status_code == 404
    assert personne.get("/lien/jamais-donne").status_code == 404
    entrer(AGENT, NOUVEAU)


def test_le_dernier_administrateur_ne_se_desactive_pas(entrer: Entrer) -> None:
    client = entrer(ADMINISTRATEUR)
    numero = comptes.trouver(ADMINISTRATEUR).numero
    for adresse, champs in (
        (f"/comptes/{numero}/desactiver", {}),
        (f"/comptes/{numero}", {"role": "departement"}),
    ):
        reponse = envoyer(client, adresse, **champs)
        assert reponse.status_code == 400
        assert "dernier administrateur" in reponse.text
    assert client.get("/comptes").status_code == 200


def test_fermer_les_sessions_de_quelqu_un(entrer: Entrer) -> None:
    agent, client = entrer(AGENT), entrer(ADMINISTRATEUR)
    envoyer(client, f"/comptes/{comptes.trouver(AGENT).numero}/fermer-sessions")
    assert agent.get(API).status_code == 401


@pytest.mark.parametrize("geste", ["", "/lien", "/desactiver", "/reactiver", "/fermer-sessions"])
def test_un_geste_sur_les_comptes_demande_le_jeton(entrer: Entrer, geste: str) -> None:
    client = entrer(ADMINISTRATEUR)
    adresse = f"/comptes/{comptes.trouver(AGENT).numero}{geste}"
    assert client.post(adresse, data={"role": "administrateur"}).status_code == 403
    assert envoyer(client, f"/comptes/999{geste}", role="departement").status_code == 404
    assert comptes.trouver(AGENT).role == "departement"


# The journal


def test_ce_qui_touche_aux_comptes_est_inscrit(entrer: Entrer) -> None:
    se_connecter(entrer(), "un mot de passe tapé là", "x")
    se_connecter(entrer(), AGENT, "x")
    client = entrer(HABILITE)
    envoyer(client, "/habilitation", chiffres_exacts="oui")
    client.get(API)
    envoyer(client, "/habilitation", chiffres_exacts="non")
    envoyer(client, "/deconnexion")
    numero = comptes.trouver(AGENT).numero
    envoyer(entrer(ADMINISTRATEUR), f"/comptes/{numero}/desactiver")
    assert journal.vider()
    entrees = [(e.qui.split(" ")[0], e.quoi, e.politique) for e in journal.lire()]
    sans_question = [(qui, quoi) for qui, quoi, politique in entrees if not politique]
    assert sans_question == [
        ("compte", "connexion refusée"),
        (AGENT, "connexion refusée"),
        (HABILITE, "connexion"),
        (HABILITE, "chiffres exacts affichés"),
        (HABILITE, "chiffres exacts masqués"),
        (HABILITE, "déconnexion"),
        (ADMINISTRATEUR, "connexion"),
        (ADMINISTRATEUR, f"compte {AGENT} : désactivé"),
    ]
    assert [(qui, politique) for qui, _, politique in entrees if politique] == [(HABILITE, "exact")]
    assert "tapé" not in str(entrees)


# Proxies


@pytest.mark.parametrize(
    ("proxys", "vu"), [("", "127.0.0.1"), ("1", "203.0.113.9"), ("x", "127.0.0.1")]
)
def test_un_proxy_n_est_cru_que_s_il_est_annonce(
    base_demo: str, monkeypatch: pytest.MonkeyPatch, proxys: str, vu: str
) -> None:
    monkeypatch.setenv("PROXYS", proxys)
    server = creer_application(base_demo).server
    vus: list[str | None] = []
    server.before_request(lambda: vus.append(request.remote_addr))
    server.test_client().get("/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert vus == [vu]
