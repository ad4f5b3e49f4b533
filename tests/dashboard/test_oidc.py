"""Log-in at an identity provider: a real one, in its own process, and one that lies or is down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from dashboard import fournisseur as f
from data import comptes
from queries import demandes_oidc
from tests import fournisseur, magasin
from tests.port import trouver_port

AGENT, CHEF = "agent@nord.example", "chef@aae.example"
RETOUR = "/connexion/oidc/retour"


@pytest.fixture(scope="module")
def emetteur() -> Iterator[str]:
    """The issuer of a provider that runs."""
    with fournisseur.lancer() as adresse:
        yield adresse


@pytest.fixture
def client(serveur: Flask, emetteur: str, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser without a session, where log-in is required and the provider configured."""
    monkeypatch.setenv("CONNEXION", "exigee")
    monkeypatch.setenv("OIDC_EMETTEUR", emetteur)
    monkeypatch.setenv("OIDC_CLIENT_ID", fournisseur.CLIENT)
    monkeypatch.setenv("OIDC_CLIENT_SECRET", fournisseur.SECRET)
    f._fournisseur.cache_clear()
    magasin.ajouter(AGENT, "departement")
    magasin.ajouter(CHEF, "chef", associations=("aae",), premier=True)
    serveur.add_url_rule("/essai", "essai", lambda: "chiffres")
    etre(emetteur, AGENT)
    return serveur.test_client()


def etre(emetteur: str, adresse: str, **autres: Any) -> None:
    """Who logs in at the provider from now on; it is honest again."""
    qui = {"sub": f"sujet-{adresse}", "email": adresse, "email_verified": True, **autres}
    requests.put(f"{emetteur}/qui", json=qui, timeout=5)


def tromper(emetteur: str, **malice: Any) -> None:
    requests.put(f"{emetteur}/malice", json=malice, timeout=5)


def partir(client: FlaskClient, suivant: str = "/essai") -> str:
    """The address at the provider that the log-in leads to."""
    reponse = client.get("/connexion/oidc", query_string={"suivant": suivant})
    assert reponse.status_code == 303, reponse.text
    return str(reponse.headers["Location"])


def passer(adresse: str, **changes: str) -> str:
    """Where the provider sends back to, path and query; `changes`: parameters altered on the way
    there."""
    parties = urlsplit(adresse)
    parametres = {**dict(parse_qsl(parties.query)), **changes}
    reponse = requests.get(
        parties._replace(query=urlencode(parametres)).geturl(), allow_redirects=False, timeout=5
    )
    assert reponse.status_code == 302, reponse.text
    retour = urlsplit(reponse.headers["Location"])
    return f"{retour.path}?{retour.query}"


def refuse(client: FlaskClient, reponse: Any, statut: int, mots: str) -> None:
    """A refusal in French, after which nobody is logged in."""
    assert reponse.status_code == statut
    assert mots in reponse.text
    assert "Traceback" not in reponse.text
    assert client.get("/essai").status_code == 303


def test_on_entre_et_on_arrive_ou_l_on_allait(client: FlaskClient) -> None:
    adresse = partir(client)
    parametres = dict(parse_qsl(urlsplit(adresse).query))
    assert parametres["response_type"] == "code"
    assert parametres["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= parametres.keys()
    reponse = client.get(passer(adresse))
    assert (reponse.status_code, reponse.headers["Location"]) == (303, "/essai")
    assert client.get("/essai").text == "chiffres"


def test_le_premier_mot_de_passe_ne_regarde_pas_qui_vient_d_ailleurs(
    client: FlaskClient, emetteur: str
) -> None:
    etre(emetteur, CHEF.upper())
    assert client.get(passer(partir(client))).headers["Location"] == "/essai"
    assert client.get("/essai").text == "chiffres"


def test_la_suite_reste_sur_le_site(client: FlaskClient) -> None:
    reponse = client.get(passer(partir(client, "//ailleurs.example")))
    assert reponse.headers["Location"] == "/"


def test_un_compte_inconnu(client: FlaskClient, emetteur: str) -> None:
    etre(emetteur, "personne@nord.example")
    refuse(client, client.get(passer(partir(client))), 403, "aucun compte actif")


def test_un_compte_desactive(client: FlaskClient) -> None:
    comptes.desactiver(comptes.trouver(AGENT).numero)
    refuse(client, client.get(passer(partir(client))), 403, "aucun compte actif")


@pytest.mark.parametrize("verifiee", [False, None, "true", 1])
def test_une_adresse_non_verifiee(client: FlaskClient, emetteur: str, verifiee: Any) -> None:
    etre(emetteur, AGENT, email_verified=verifiee)
    refuse(client, client.get(passer(partir(client))), 403, "pas confirmé votre identité")


def test_l_adresse_peut_venir_de_userinfo(client: FlaskClient, emetteur: str) -> None:
    tromper(emetteur, sans_adresse=True)
    assert client.get(passer(partir(client))).status_code == 303
    assert client.get("/essai").text == "chiffres"


def test_un_autre_nonce(client: FlaskClient) -> None:
    reponse = client.get(passer(partir(client), nonce="celui-d-un-autre"))
    refuse(client, reponse, 403, "pas confirmé votre identité")


def test_un_autre_state(client: FlaskClient) -> None:
    reponse = client.get(passer(partir(client), state="celui-d-un-autre"))
    refuse(client, reponse, 400, "plus valable")


def test_un_autre_navigateur(client: FlaskClient, serveur: Flask) -> None:
    """The answer to a log-in that another browser began."""
    retour = passer(partir(client))
    victime = serveur.test_client()
    refuse(victime, victime.get(retour), 400, "plus valable")


def test_un_autre_defi_pkce(client: FlaskClient) -> None:
    reponse = client.get(passer(partir(client), code_challenge="A" * 43))
    refuse(client, reponse, 403, "pas confirmé votre identité")


def test_un_code_rejoue(client: FlaskClient) -> None:
    retour = passer(partir(client))
    assert client.get(retour).status_code == 303
    # The same answer again: its state is used up, and its cookie gone.
    assert client.get(retour).status_code == 400
    client.delete_cookie("passerelle_session")
    # The same code under another, fresh state.
    code = dict(parse_qsl(urlsplit(retour).query))["code"]
    frais = dict(parse_qsl(urlsplit(partir(client)).query))["state"]
    reponse = client.get(RETOUR, query_string={"code": code, "state": frais})
    refuse(client, reponse, 403, "pas confirmé votre identité")


@pytest.mark.parametrize(
    "malice",
    [
        {"iss": "http://ailleurs.example"},
        {"aud": "un-autre"},
        {"aud": "un-autre", "azp": fournisseur.CLIENT},
        {"exp": -3600},
        {"cle": True},
    ],
    ids=["emetteur", "destinataire", "mandataire", "expire", "signature"],
)
def test_un_jeton_qui_n_est_pas_pour_nous(
    client: FlaskClient, emetteur: str, malice: dict[str, Any]
) -> None:
    tromper(emetteur, **malice)
    refuse(client, client.get(passer(partir(client))), 403, "pas confirmé votre identité")


def test_l_emetteur_de_la_reponse_est_verifie(client: FlaskClient) -> None:
    retour = passer(partir(client)) + "&iss=http%3A%2F%2Failleurs.example"
    refuse(client, client.get(retour), 403, "pas confirmé votre identité")


def test_le_fournisseur_change_de_cle(client: FlaskClient, emetteur: str) -> None:
    assert client.get(passer(partir(client))).status_code == 303
    tromper(emetteur, nouvelle_cle=True)
    client.delete_cookie("passerelle_session")
    assert client.get(passer(partir(client))).status_code == 303
    assert client.get("/essai").text == "chiffres"


def test_qui_renonce_revient_sans_session(client: FlaskClient) -> None:
    etat = dict(parse_qsl(urlsplit(partir(client)).query))["state"]
    reponse = client.get(RETOUR, query_string={"error": "access_denied", "state": etat})
    refuse(client, reponse, 403, "pas confirmé votre identité")


def test_une_demande_attend_dix_minutes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    retour = passer(partir(client))
    apres = demandes_oidc.maintenant() + demandes_oidc.DUREE
    monkeypatch.setattr(demandes_oidc, "maintenant", lambda: apres)
    refuse(client, client.get(retour), 400, "plus valable")


def test_le_fournisseur_ne_repond_pas(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_EMETTEUR", f"http://localhost:{trouver_port()}")
    reponse = client.get("/connexion/oidc")
    refuse(client, reponse, 503, "ne répond pas")
    # One can still come in otherwise.
    assert client.get("/connexion").status_code == 200


def test_sans_fournisseur_rien_n_est_propose(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Se connecter avec" in client.get("/connexion").text
    monkeypatch.delenv("OIDC_CLIENT_SECRET")
    assert "Se connecter avec" not in client.get("/connexion").text
    assert client.get("/connexion/oidc").status_code == 404
    assert client.get(RETOUR).status_code == 404
