"""The journal of what is shown: one entry a question answered, whichever way it was shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.serveur import creer_application
from data import journal
from data.journal import Entree


@pytest.fixture
def client(base_demo: str) -> FlaskClient:
    """The whole application; the journal of each test is its own (see `magasin_a_part`)."""
    return creer_application(base_demo).server.test_client()


def lire() -> list[Entree]:
    assert journal.vider()
    return list(journal.lire())


def textes() -> list[str]:
    return [e.quoi for e in lire()]


def rappeler(client: FlaskClient, sortie: str, valeurs: dict[str, Any]) -> None:
    """Call the callback that writes `sortie`."""
    rappels = json.loads(client.get("/_dash-dependencies").data)
    rappel = next(r for r in rappels if r["output"] == sortie or f"..{sortie}." in r["output"])
    sorties = [x.rsplit(".", 1) for x in rappel["output"].strip(".").split("...")]
    liste = [{"id": a, "property": b} for a, b in sorties]
    corps = {
        "output": rappel["output"],
        "outputs": liste if rappel["output"].startswith("..") else liste[0],
        "changedPropIds": ["adresse.search"],
    }
    for genre in ("inputs", "state"):
        corps[genre] = [
            {**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in rappel[genre]
        ]
    assert client.post("/_dash-update-component", json=corps).status_code in (200, 204)


VUE = {"adresse.pathname": "/situations", "adresse.search": "?territoire=douai"}


def choisir(client: FlaskClient, point_de_vue: str) -> None:
    reponse = client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
    assert reponse.status_code == 303


def test_what_shows_no_figure_is_not_noted(client: FlaskClient) -> None:
    for chemin in ("/", "/_dash-layout", "/_dash-dependencies", "/assets/passerelle.css"):
        assert client.get(chemin).status_code == 200
    for chemin in ("indicateurs", "lieux", "annees", "livraisons", "openapi.json"):
        assert client.get(f"/api/v1/{chemin}").status_code == 200
    assert lire() == []


def test_an_answer_of_the_api_is_noted(client: FlaskClient) -> None:
    adresse = "/api/v1/indicateurs/sexe?annee=2021-2022&territoire=douai&age=10_13"
    assert client.get(adresse).status_code == 200
    (entree,) = lire()
    assert entree.quoi == "sexe?annee=2021-2022&territoire=douai&age=10_13&population=alses"
    assert entree.politique == "protege"
    assert not entree.fichier
    assert "departement" in entree.qui
    # What is written can be asked again.
    assert client.get(f"/api/v1/indicateurs/{entree.quoi}").status_code == 200


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_file_is_noted_as_one(client: FlaskClient, format_: str) -> None:
    adresse = f"/api/v1/indicateurs/effectif?par=territoire&format={format_}"
    assert client.get(adresse).status_code == 200
    entrees = lire()
    assert len(entrees) > 1
    assert all(e.fichier for e in entrees)


def test_each_question_is_noted_once_a_request(client: FlaskClient) -> None:
    adresse = "/api/v1/indicateurs/sexe?territoire=douai&territoire=lille&territoire=douai"
    assert client.get(adresse).status_code == 200
    assert len(textes()) == 2
    assert client.get(adresse).status_code == 200
    assert len(textes()) == 4


def test_a_refused_question_is_not_noted(client: FlaskClient) -> None:
    for requete in ("sexe?territoire=atlantide", "rien", "sexe?reseau=rep&territoire=douai"):
        assert client.get(f"/api/v1/indicateurs/{requete}").status_code >= 400
    assert lire() == []


def test_a_page_is_noted_with_all_it_shows(client: FlaskClient) -> None:
    rappeler(client, "barre.children", VUE)
    premieres = textes()
    # The first cards, their reference and the places around.
    assert any(x.startswith("sexe?") and "territoire=douai" in x for x in premieres)
    assert any(x.startswith("sexe?") and "territoire=lille" in x for x in premieres)
    assert any(re.fullmatch(r"sexe\?annee=[\d-]+&population=alses", x) for x in premieres)
    assert not any(x.startswith("demande?") for x in premieres)
    assert len(premieres) == len(set(premieres))


def test_cards_kept_in_memory_are_noted_each_time(client: FlaskClient) -> None:
    vue = {**VUE, "visibles.data": ["hebergement", "aides"]}
    rappeler(client, "dessinees.data", vue)
    premiere = textes()
    assert {x.split("?")[0] for x in premiere} == {"hebergement", "aides"}
    choisir(client, "departement")
    rappeler(client, "dessinees.data", vue)
    assert sorted(textes()) == sorted(2 * premiere)
    rappeler(client, "barre.children", VUE)
    avec_la_page = textes()
    rappeler(client, "barre.children", VUE)
    assert len(textes()) - len(avec_la_page) == len(avec_la_page) - 2 * len(premiere)


def test_statements_kept_in_memory_are_noted_each_time(client: FlaskClient) -> None:
    """Those of the reconciliation page are verified once for a reader, and shown to others."""
    vue = {"adresse.pathname": "/rapprochement", "adresse.search": ""}
    rappeler(client, "barre.children", vue)
    premiere = textes()
    assert len(premiere) > 20
    rappeler(client, "barre.children", vue)
    assert sorted(textes()) == sorted(2 * premiere)


def test_the_policy_is_that_of_each_place(client: FlaskClient) -> None:
    association = client.get("/api/v1/lieux").get_json()["association"][0]["code"]
    choisir(client, f"chef:{association}")
    for requete in (f"association={association}", "territoire=douai"):
        assert client.get(f"/api/v1/indicateurs/sexe?{requete}").status_code == 200
    siennes, autres = lire()
    assert (siennes.politique, autres.politique) == ("exact", "protege")
    assert association in siennes.qui
    choisir(client, "invite")
    client.get("/api/v1/indicateurs/sexe")
    choisir(client, "habilite")
    client.get("/api/v1/indicateurs/sexe")
    *_, invite, habilite = lire()
    assert (invite.politique, habilite.politique) == ("partage", "exact")
    assert invite.qui != habilite.qui


def test_exact_figures_do_not_leave_when_they_cannot_be_noted(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.5)
    choisir(client, "habilite")
    assert journal.vider()
    # Another store, that cannot be written.
    (tmp_path / "panne").mkdir()
    monkeypatch.setattr(journal, "url_du_journal", lambda: f"sqlite:///{tmp_path / 'panne'}")
    reponse = client.get("/api/v1/indicateurs/sexe")
    assert reponse.status_code == 503
    assert reponse.mimetype == "application/problem+json"
    assert "journal" in reponse.get_json()["detail"]
    assert "effectif" not in reponse.get_data(as_text=True)
    fichier = client.get("/api/v1/indicateurs/sexe?format=csv")
    assert fichier.status_code == 503
    assert "Content-Disposition" not in fichier.headers
    choisir(client, "departement")
    assert client.get("/api/v1/indicateurs/sexe").status_code == 200
    (tmp_path / "panne").rmdir()
    assert journal.vider()


def test_the_journal_holds_no_figure(client: FlaskClient, tmp_path: Path) -> None:
    """Codes, years and policies: once they are taken out no digit is left."""
    choisir(client, "habilite")
    for chemin in ("/", "/effectifs", "/situations", "/actions"):
        rappeler(client, "barre.children", {"adresse.pathname": chemin, "adresse.search": ""})
    entrees = lire()
    assert len(entrees) > 200
    lieux = client.get("/api/v1/lieux").get_json()
    codes = {fiche["code"] for fiches in lieux.values() for fiche in fiches}
    morceau = re.compile(r"[?&/=]")
    for e in entrees:
        for mot in morceau.split(e.quoi):
            connu = mot in codes or re.fullmatch(r"\d{4}-\d{4}|[a-z_]+", mot)
            assert connu, e.quoi
        assert not re.search(r"\d", e.qui)
        assert e.politique in ("exact", "protege", "partage")
