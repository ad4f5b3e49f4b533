"""The server as a browser meets it, without one: pages, callbacks, headers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.catalogue import CHAPITRES


@pytest.fixture(scope="module")
def client(serveur_entier: Flask) -> FlaskClient:
    return serveur_entier.test_client()


def appeler(client: FlaskClient, sortie: str, valeurs: dict[str, Any]) -> dict[str, Any]:
    """The answer of the callback that writes `sortie`."""
    rappels = json.loads(client.get("/_dash-dependencies").data)
    rappel = next(
        r
        for r in sorted(rappels, key=lambda r: r["output"] != sortie)
        if sortie in r["output"] and not r["clientside_function"]
    )
    sorties = [
        {"id": x.rsplit(".", 1)[0], "property": x.rsplit(".", 1)[1]}
        for x in rappel["output"].strip(".").split("...")
    ]

    def lire(entrees: list[dict[str, str]]) -> list[dict[str, Any]]:
        return [{**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in entrees]

    reponse = client.post(
        "/_dash-update-component",
        json={
            "output": rappel["output"],
            "outputs": sorties if rappel["output"].startswith("..") else sorties[0],
            "inputs": lire(rappel["inputs"]),
            "state": lire(rappel["state"]),
            "changedPropIds": ["adresse.search"],
        },
    )
    if reponse.status_code == 204:
        return {}
    assert reponse.status_code == 200, reponse.data[:500]
    assert reponse.headers["Cache-Control"] == "no-store"
    resultat: dict[str, Any] = reponse.get_json()
    return resultat


def page(client: FlaskClient, chemin: str, requete: str = "") -> str:
    return json.dumps(
        appeler(
            client,
            "barre.children",
            {"adresse.pathname": chemin, "adresse.search": requete, "etroit.data": False},
        ),
        ensure_ascii=False,
    )


@pytest.mark.parametrize("chemin", ["/", *(f"/{c}" for c in CHAPITRES)])
def test_every_page_is_written(client: FlaskClient, chemin: str) -> None:
    texte = page(client, chemin)
    assert "<h1>" in texte
    assert "Base de Données Commune" in texte or chemin == "/"


def test_an_unknown_page_says_so(client: FlaskClient) -> None:
    assert "Cette page n’existe pas" in page(client, "/nulle-part")


@pytest.mark.parametrize(
    "requete",
    [
        "?territoire=atlantide",
        "?annee=1789-1790",
        "?sexe=fille&age=10_13&classe=6e",
        "?college=lille-nina-simone&sexe=fille&age=10_13",
        "?truc=1",
        "?territoire=douai&reseau=rep",
        "?annee=%00&territoire=%F0%9F%98%80",
    ],
)
def test_what_is_not_understood_is_said_and_ignored(client: FlaskClient, requete: str) -> None:
    contenu = appeler(
        client,
        "barre.children",
        {"adresse.pathname": "/situations", "adresse.search": requete, "etroit.data": False},
    )
    assert contenu["response"]["avis"]["children"]
    assert contenu["response"]["contenu"]["children"]


def test_cards_in_view_are_drawn_once(client: FlaskClient) -> None:
    valeurs = {
        "adresse.pathname": "/situations",
        "adresse.search": "",
        "etroit.data": False,
        "visibles.data": ["sexe", "age", "demande"],
    }
    premiere = appeler(client, "dessinees.data", valeurs)
    assert set(premiere["sideUpdate"]) == {"corps-sexe", "corps-age"}
    valeurs["dessinees.data"] = premiere["response"]["dessinees"]["data"]
    seconde = appeler(client, "dessinees.data", valeurs)
    assert not seconde.get("sideUpdate")
    assert not seconde.get("response")


def test_the_index_is_french_and_says_nothing_of_other_hosts(client: FlaskClient) -> None:
    texte = client.get("/").get_data(as_text=True)
    assert '<html lang="fr">' in texte
    assert "http://" not in texte
    assert "https://" not in texte


def test_headers(client: FlaskClient) -> None:
    reponse = client.get("/")
    assert reponse.headers["Cache-Control"] == "no-store"
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    assert reponse.headers["Referrer-Policy"] == "same-origin"
    fichier = client.get("/assets/passerelle.css")
    assert "max-age=31536000" in fichier.headers["Cache-Control"]
