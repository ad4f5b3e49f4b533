"""Answers that are kept and sent again: to the same reader, of the same publication, or not."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from dashboard import gardees
from dashboard.ecriture_json import VIDE, ajouter, ecrire
from dashboard.fragments import fragment
from dashboard.memoire import Memoire
from dashboard.presentations import traces
from dashboard.serveur import creer_application
from data import journal
from data import schema as t
from tests.bench.rappels import Ecran, EnProcessus, lire_rappels

CARTES = ["sexe", "classe"]
VUE = "?territoire=douai"
CHEMIN = "/situations"
AUTRES_PAGES = ("/", "/comparer", "/evolution", "/explorer", "/qualite")
LECTEURS = ("departement", "habilite", "chef:itineraires", "invite")


@pytest.fixture
def base(base_demo: str, tmp_path: Path) -> str:
    """A base that the test may change."""
    shutil.copy(base_demo.removeprefix("sqlite:///"), tmp_path / "passerelle.sqlite")
    return f"sqlite:///{tmp_path / 'passerelle.sqlite'}"


@pytest.fixture
def server(base: str) -> Flask:
    return creer_application(base).server


def entrer(server: Flask, point_de_vue: str = "departement") -> FlaskClient:
    client = server.test_client()
    reponse = client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
    assert reponse.status_code == 303
    return client


def demandes(server: Flask) -> list[bytes]:
    """What a page sends: it opens, then its filter changes; then what other pages do."""
    rappels = lire_rappels(EnProcessus(server))
    numero = server.extensions["passerelle_depot"].etat().publication
    ecran = Ecran(rappels, CARTES, numero)
    trois = [ecran.ouvrir(CHEMIN, VUE), *ecran.demandes(VUE, CHEMIN)]
    autres = [ecran.ouvrir(chemin, VUE) for chemin in AUTRES_PAGES]
    return [corps for _, _, corps in (*trois, *autres)]


def demander(client: FlaskClient, corps: bytes, requete: str = "", **entetes: str) -> bytes:
    reponse = client.post(
        f"/_dash-update-component{requete}",
        data=corps,
        content_type="application/json",
        headers=entetes,
    )
    assert reponse.status_code == 200
    return reponse.data


def combien(server: Flask) -> int:
    return len(server.extensions[gardees.CLE]._valeurs)


def test_every_reader_has_the_answers_of_a_server_that_kept_none(base: str, server: Flask) -> None:
    for corps in demandes(server):
        seuls = {}
        for lecteur in LECTEURS:
            neuf = creer_application(base).server
            seuls[lecteur] = demander(entrer(neuf, lecteur), corps)
        assert len(set(seuls.values())) > 1
        # Whoever came before, and asked twice.
        for lecteur, _ in itertools.product(LECTEURS, range(2)):
            assert demander(entrer(server, lecteur), corps) == seuls[lecteur]


def test_what_is_asked_again_is_kept_and_journaled_again(server: Flask) -> None:
    client = entrer(server)
    for corps in demandes(server):
        avant = combien(server)
        premiere = demander(client, corps)
        assert combien(server) == avant + 1
        journal.vider()
        notees = [(e.qui, e.quoi, e.politique) for e in journal.lire()]
        assert demander(client, corps) == premiere
        assert combien(server) == avant + 1
        journal.vider()
        apres = [(e.qui, e.quoi, e.politique) for e in journal.lire()][len(notees) :]
        assert sorted(apres) == sorted(notees[len(notees) - len(apres) :])
    assert journal.vider()


def test_whoever_opens_the_page_next_has_the_same_answers(server: Flask) -> None:
    for corps in demandes(server):
        # Dash signs each loading of the page.
        premiere = demander(entrer(server), corps, "?endId=premiere~signature")
        avant = combien(server)
        assert demander(entrer(server), corps, "?endId=seconde~signature") == premiere
        assert combien(server) == avant


def test_a_phone_and_another_encoding_are_other_answers(server: Flask) -> None:
    client = entrer(server)
    corps = demandes(server)[0]
    demander(client, corps)
    for entetes in ({"User-Agent": "Mobi"}, {"Accept-Encoding": "gzip"}):
        avant = combien(server)
        demander(client, corps, **entetes)
        assert combien(server) == avant + 1


def test_a_new_publication_makes_every_answer_anew(base: str, server: Flask) -> None:
    client = entrer(server)
    corps = demandes(server)[2]
    premiere = demander(client, corps)
    avant = combien(server)
    engine = t.ouvrir(base)
    with engine.begin() as conn:
        derniere = conn.execute(
            sa.select(t.publications).order_by(t.publications.c.numero.desc()).limit(1)
        ).one()
        suivante = {**derniere._mapping, "numero": derniere.numero + 1}
        conn.execute(sa.insert(t.publications).values(suivante))
        conn.execute(sa.delete(t.reponses).where(t.reponses.c.cle.contains("douai")))
    engine.dispose()
    assert demander(client, corps) != premiere
    assert combien(server) == avant + 1


def test_what_is_said_in_a_meeting_is_seen_at_once(
    server: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = entrer(server)
    corps = demandes(server)[2]
    sans = demander(client, corps)
    dits = {"sexe": Markup("<p>Dit en réunion</p>")}
    monkeypatch.setattr(traces, "indexer", lambda *_: dict(dits))
    assert "Dit en r" in demander(client, corps).decode()
    dits.clear()
    assert demander(client, corps) == sans


def test_json_is_what_dash_writes() -> None:
    from dash._utils import to_json

    morceaux = [fragment("a < b / c"), {"x": [1, None, 2.5], 3: ("é", Markup("<b>"))}]
    assert ecrire(morceaux).decode() == to_json(morceaux)
    assert ajouter(ecrire(morceaux), fragment("d")) == ecrire([*morceaux, fragment("d")])
    assert ajouter(VIDE, 1) == b"[1]"
    with pytest.raises(TypeError):
        ecrire([object()])


def test_the_memory_weighs_what_it_keeps() -> None:
    memoire: Memoire[bytes] = Memoire(10, peser=len)
    memoire.garder("a", b"1234")
    memoire.garder("b", b"1234")
    memoire.garder("a", b"12")
    memoire.garder("c", b"12345")
    assert memoire.lire("b") is None
    assert memoire.lire("a") == b"12"
    memoire.garder("d", b"12345678901")
    assert memoire.lire("d") is None
