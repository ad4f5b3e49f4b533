"""Probes, technical log, counters: what machines and operators are told, and never are."""

from __future__ import annotations

import io
import json
import logging
import multiprocessing
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from gunicorn.config import Config

from dashboard import serveur as le_serveur
from dashboard.observation import compteurs as module_des_compteurs
from dashboard.observation.compteurs import AUTRE, Compteurs
from dashboard.observation.de_gunicorn import JournalDeGunicorn
from dashboard.observation.demandes import CLE_DES_COMPTEURS
from dashboard.observation.ecriture import NOM, EnTexte, installer
from data import schema as t
from tests.dashboard.test_serveur import appeler

JETON = "b7e2940c6fd18a35e09c7b41f2a86d53"


@pytest.fixture
def lignes() -> Iterator[io.StringIO]:
    """What the technical log writes during the test."""
    sortie = io.StringIO()
    avant = {nom: logging.getLogger(nom) for nom in (NOM, "")}
    etats = {nom: (j.handlers, j.level, j.propagate) for nom, j in avant.items()}
    installer(logging.INFO, [logging.StreamHandler(sortie)])
    yield sortie
    for nom, journal in avant.items():
        journal.handlers, journal.level, journal.propagate = etats[nom]


@pytest.fixture
def fabrique(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The whole application on a base that is not there yet."""
    monkeypatch.setenv("METRIQUES_JETON", JETON)
    return le_serveur.creer_application(f"sqlite:///{tmp_path / 'base.sqlite'}").server


def lire(sortie: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]


def copier(base: str, chemin: Path) -> None:
    with sa.create_engine(base).connect() as conn:
        conn.exec_driver_sql(f"VACUUM INTO '{chemin}'")


# Probes


def test_alive_touches_nothing(fabrique: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def interdire(*_: object) -> None:
        raise AssertionError("la sonde a touché la base")

    # As `app.py` does: Dash sets itself up at the first request.
    client = fabrique.test_client()
    client.get("/assets/passerelle.css")
    monkeypatch.setattr("queries.depot.Depot.etat", interdire)
    monkeypatch.setattr("queries.sessions.lire_session", interdire)
    reponse = client.get("/sante")
    assert (reponse.status_code, reponse.get_json()) == (200, {"statut": "vivant"})
    assert reponse.headers["Cache-Control"] == "no-store"


def test_ready_once_the_base_is_there_and_callbacks_recover(
    fabrique: Flask, base_demo: str, tmp_path: Path
) -> None:
    client = fabrique.test_client()
    reponse = client.get("/pret")
    assert reponse.status_code == 503
    assert reponse.mimetype == "application/problem+json"
    assert reponse.headers["Cache-Control"] == "no-store"
    assert int(reponse.headers["Retry-After"]) > 0
    assert "base de données est introuvable" in reponse.get_json()["detail"]
    assert str(tmp_path) not in reponse.text
    # Not even an empty shell: a page that says so asks again, and comes back whole.
    for adresse in ("/", "/situations", "/rapport", "/_dash-layout", "/_dash-dependencies"):
        reponse = client.get(adresse)
        assert reponse.status_code == 503, adresse
        assert "base de données est introuvable" in reponse.text
    copier(base_demo, tmp_path / "base.sqlite")
    corps = {"adresse.pathname": "/situations", "adresse.search": "", "etroit.data": False}
    reponse = client.get("/pret")
    assert (reponse.status_code, reponse.get_json()) == (200, {"statut": "pret"})
    assert appeler(client, "barre.children", corps)["response"]["contenu"]["children"]


def modifier(chemin: Path, ordre: sa.Executable) -> None:
    engine = t.ouvrir(f"sqlite:///{chemin}")
    with engine.begin() as conn:
        conn.execute(ordre)
    engine.dispose()


def test_not_ready_without_an_audit_of_what_is_published(
    fabrique: Flask, base_demo: str, tmp_path: Path
) -> None:
    base = tmp_path / "base.sqlite"
    copier(base_demo, base)
    modifier(base, sa.delete(t.audits))
    reponse = fabrique.test_client().get("/pret")
    assert reponse.status_code == 503
    assert "pas encore été audités" in reponse.get_json()["detail"]


def test_not_ready_when_the_audit_found_something(
    fabrique: Flask, base_demo: str, tmp_path: Path
) -> None:
    base = tmp_path / "base.sqlite"
    copier(base_demo, base)
    with sa.create_engine(f"sqlite:///{base}").connect() as conn:
        dernier = conn.execute(
            sa.select(t.audits).order_by(t.audits.c.publication.desc()).limit(1)
        ).one()
    rapport = json.loads(json.dumps(dernier.rapport))
    rapport["bilans"]["departement"]["apres"] = 1
    modifier(
        base,
        sa.update(t.audits)
        .where(t.audits.c.publication == dernier.publication)
        .values(rapport=rapport),
    )
    reponse = fabrique.test_client().get("/pret")
    assert reponse.status_code == 503
    detail = reponse.get_json()["detail"]
    assert "pas concluant" in detail
    assert not re.search(r"\d", detail)


def test_probes_need_no_log_in(
    fabrique: Flask, base_demo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests import magasin

    copier(base_demo, tmp_path / "base.sqlite")
    monkeypatch.setenv("CONNEXION", "exigee")
    client = fabrique.test_client()
    # Nobody could log in: readers are not sent here.
    assert client.get("/pret").status_code == 503 or not client.get("/").data
    magasin.ajouter("agent@nord.example", "departement")
    assert client.get("/pret").status_code == 200
    assert client.get("/sante").status_code == 200
    assert client.get("/situations").status_code == 303


# Counters


def test_metrics_are_for_who_holds_the_token(
    fabrique: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = fabrique.test_client()
    assert client.get("/metriques").status_code == 401
    assert client.get("/metriques", headers={"Authorization": "Bearer x"}).status_code == 401
    porte = {"Authorization": f"Bearer {JETON}"}
    assert client.get("/metriques", headers=porte).status_code == 200
    for faible in ("", "court"):
        monkeypatch.setenv("METRIQUES_JETON", faible)
        porte = {"Authorization": f"Bearer {faible}"}
        assert client.get("/metriques", headers=porte).status_code == 404


def test_labels_are_routes_and_statuses(fabrique: Flask) -> None:
    client = fabrique.test_client()
    for adresse in ("/situations?territoire=douai", "/p/jeton-de-quelqu-un", "/lille-nina-simone"):
        client.get(adresse)
    client.open("/sante", method="LILLE")
    texte = client.get("/metriques", headers={"Authorization": f"Bearer {JETON}"}).text
    for mot in ("douai", "quelqu", "nina", "LILLE"):
        assert mot not in texte
    etiquettes = set(re.findall(r'route="([^"]*)"', texte))
    assert {"/situations", "/p/<jeton>"} <= etiquettes
    assert set(re.findall(r"(\w+)=\"", texte)) == {"route", "statut", "le"}


def lire_les_demandes(texte: str, route: str) -> dict[int, int]:
    motif = rf'passerelle_demandes_total{{route="{re.escape(route)}",statut="(\d+)"}} (\d+)'
    return {int(statut): int(combien) for statut, combien in re.findall(motif, texte)}


def test_a_process_that_dies_takes_no_count_away_and_leaves_its_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module_des_compteurs, "PARTS", 3)
    compteurs = Compteurs(["/a"])
    bifurquer = multiprocessing.get_context("fork")

    def compter_et_mourir() -> None:
        compteurs.compter("/a", 200, 0.02)
        os.kill(os.getpid(), signal.SIGKILL)

    compteurs.compter("/a", 200, 0.02)
    # More than there are parts, one after the other.
    for _ in range(6):
        mourant = bifurquer.Process(target=compter_et_mourir)
        mourant.start()
        mourant.join()
        assert mourant.exitcode == -signal.SIGKILL
    assert lire_les_demandes(compteurs.ecrire(), "/a") == {200: 7}
    # Each took the part that the one before had left, not the last, which is shared.
    assert not any(compteurs._cases[2 * compteurs._longueur :])


def test_counts_of_all_the_processes_are_added() -> None:
    compteurs = Compteurs(["/a", "/b"])

    def travailler() -> None:
        for _ in range(500):
            compteurs.compter("/a", 200, 0.02)
        compteurs.compter("/inconnue", 404, 30.0)

    bifurquer = multiprocessing.get_context("fork")
    processus = [bifurquer.Process(target=travailler) for _ in range(4)]
    for p in processus:
        p.start()
    for p in processus:
        p.join()
    compteurs.compter("/a", 500, 0.3)
    texte = compteurs.ecrire()
    assert lire_les_demandes(texte, "/a") == {200: 2000, 500: 1}
    assert lire_les_demandes(texte, AUTRE) == {404: 4}
    assert 'passerelle_duree_secondes_bucket{route="/a",le="0.01"} 0\n' in texte
    assert 'passerelle_duree_secondes_bucket{route="/a",le="0.025"} 2000\n' in texte
    assert 'passerelle_duree_secondes_bucket{route="/a",le="0.5"} 2001\n' in texte
    assert f'passerelle_duree_secondes_bucket{{route="{AUTRE}",le="10"}} 0\n' in texte
    assert f'passerelle_duree_secondes_bucket{{route="{AUTRE}",le="+Inf"}} 4\n' in texte


# Technical log


def test_one_line_of_json_for_a_request(fabrique: Flask, lignes: io.StringIO) -> None:
    fabrique.test_client().get("/p/jeton-de-quelqu-un?territoire=douai")
    (ligne,) = [x for x in lire(lignes) if x["texte"] == "demande"]
    assert ligne["methode"] == "GET"
    assert ligne["route"] == "/p/<jeton>"
    assert isinstance(ligne["duree_ms"], float)
    assert re.fullmatch(r"[a-z]{12}", str(ligne["reference"]))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(ligne["temps"]))
    assert "quelqu" not in lignes.getvalue()
    assert "douai" not in lignes.getvalue()


def test_probes_that_succeed_do_not_fill_the_log(fabrique: Flask, lignes: io.StringIO) -> None:
    client = fabrique.test_client()
    client.get("/sante")
    assert lire(lignes) == []
    client.get("/pret")
    assert [(x["niveau"], x["statut"]) for x in lire(lignes)] == [("erreur", 503)]


def test_a_failure_is_told_without_the_values_at_hand(
    fabrique: Flask, lignes: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echouer() -> None:
        try:
            raise KeyError("trois jeunes")
        except KeyError as erreur:
            raise ValueError("3 filles à Douai") from erreur

    monkeypatch.setitem(fabrique.view_functions, "sante", echouer)
    reponse = fabrique.test_client().get("/sante?territoire=douai")
    assert reponse.status_code == 500
    erreur, demande = lire(lignes)
    assert erreur["erreur"] == "ValueError"
    assert erreur["causes"] == ["KeyError"]
    assert "test_observation.py" in str(erreur["trace"])
    assert "Douai" not in lignes.getvalue()
    assert "jeunes" not in lignes.getvalue()
    # Who fails to get a page is given what the operator looks for.
    assert erreur["reference"] == demande["reference"] == reponse.headers["X-Request-ID"]
    assert str(erreur["reference"]) in reponse.text
    assert 'href="">Réessayer' in reponse.text
    assert "douai" not in reponse.text.lower()
    assert "Traceback" not in reponse.text


def test_gunicorn_quotes_no_address(lignes: io.StringIO) -> None:
    journal = JournalDeGunicorn(Config())
    installer(logging.DEBUG, [logging.StreamHandler(lignes)])
    journal.error_log.handlers = logging.getLogger(NOM).handlers
    journal.error_log.setLevel(logging.DEBUG)
    journal.debug("%s %s", "GET", "/p/jeton-secret")
    journal.warning("Invalid request from ip=203.0.113.7: Invalid Method '/p/jeton-secret'")
    try:
        raise RuntimeError("/p/jeton-secret")
    except RuntimeError:
        journal.exception("Error handling request %s %s", "GET", "/p/jeton-secret")
    assert "jeton" not in lignes.getvalue()
    assert "203.0.113.7" not in lignes.getvalue()
    assert [x["texte"] for x in lire(lignes)] == ["Demande illisible, refusée", "Échec du serveur"]
    assert lire(lignes)[1]["erreur"] == "RuntimeError"


def test_a_terminal_gets_text(fabrique: Flask, lignes: io.StringIO) -> None:
    logging.getLogger(NOM).handlers[0].setFormatter(EnTexte())
    fabrique.test_client().get("/p/jeton")
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d \w+ demande methode=GET route=/p/<jeton> statut=\d+ duree_ms=[\d.]+ "
        r"reference=[a-z]+\n",
        lignes.getvalue(),
    )


def test_every_request_is_counted_by_the_server_itself(fabrique: Flask) -> None:
    client = fabrique.test_client()
    client.post("/_dash-update-component", data="x")
    texte = fabrique.extensions[CLE_DES_COMPTEURS].ecrire()
    assert lire_les_demandes(texte, "/_dash-update-component") == {415: 1}


# Pages of failure


@pytest.mark.parametrize(("statut", "encore"), [(429, True), (503, True), (403, False)])
def test_what_may_succeed_later_is_asked_again_at_the_same_address(
    serveur: Flask, statut: int, encore: bool
) -> None:
    from dashboard.erreurs import refuser

    with serveur.test_request_context("/rapport?territoire=douai"):
        texte = refuser(statut).get_data(as_text=True)
        assert ('<a class="reessayer" href="">' in texte) is encore
        assert ("/assets/erreur.js" in texte) is (statut == 503)
        assert "douai" not in texte
    with serveur.test_request_context("/rapport", method="POST"):
        texte = refuser(statut).get_data(as_text=True)
        assert "reessayer" not in texte
        assert ("Revenez à la page précédente" in texte) is encore
