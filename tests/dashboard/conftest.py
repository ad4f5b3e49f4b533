"""A bare server with the sessions and the API, on the shared demonstration database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from dashboard import acces, api, consultations, erreurs, protections
from dashboard.serveur import creer_application
from data import schema as t
from queries.depot import Depot, Etat
from tests.dashboard.atelier import Auteur, etre


@pytest.fixture(autouse=True)
def magasin_a_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test writes its sessions in a file of its own."""
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")


@pytest.fixture(scope="session")
def depot(base_demo: str) -> Depot:
    """The demonstration database, as a process reads it."""
    return Depot(base_demo)


@pytest.fixture(scope="session")
def etat(depot: Depot) -> Etat:
    """Its current publication."""
    return depot.etat()


@pytest.fixture(scope="session")
def retenues(base_demo: str) -> frozenset[tuple[str, str]]:
    """What the audit withheld there: (`annee|population|type|lieu|filtres`, table)."""
    with t.ouvrir(base_demo, lecture_seule=True).connect() as conn:
        lignes = conn.execute(sa.select(t.retenues.c.cle, t.retenues.c.tableau))
        return frozenset((cle, tableau) for cle, tableau in lignes)


@pytest.fixture
def serveur(depot: Depot) -> Flask:
    """Sessions and API, nothing else."""
    server = Flask("essai")
    protections.enregistrer(server)
    erreurs.enregistrer(server)
    acces.enregistrer(server, depot)
    consultations.enregistrer(server)
    api.enregistrer(server, depot)
    return server


@pytest.fixture(scope="module")
def serveur_entier(base_demo: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole application, as it is served; it was made beside a store of its own."""
    magasin = tmp_path_factory.mktemp("application") / "application.sqlite"
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("APPLICATION_URL", f"sqlite:///{magasin}")
        yield creer_application(base_demo).server


@pytest.fixture
def auteur(serveur: Flask) -> Auteur:
    """Someone of the Département, on the server of the module."""
    return etre(serveur)


@pytest.fixture
def client(serveur: Flask) -> FlaskClient:
    """A caller without a session."""
    return serveur.test_client()
