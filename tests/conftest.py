"""What the tests share: an empty database on each engine, and the demonstration databases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from tests import RACINE
from tests.demonstration import PETITE, Demonstrations
from tests.longs import LONGS
from tests.postgresql import PostgresqlAbsent, lancer_postgresql, ordonner

# A shared machine is slow by moments; a slow example is not a wrong one.
settings.register_profile("passerelle", deadline=None, print_blob=True)
settings.load_profile("passerelle")

_numeros = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files (`LONGS`)."""
    rangs = {RACINE / "tests" / f"{nom}.py": rang for rang, nom in enumerate(LONGS)}
    items.sort(key=lambda item: rangs.get(item.path, len(LONGS)))


@pytest.fixture(autouse=True)
def sans_reglages(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the settings of the person who runs it."""
    for nom in (
        *("DATABASE_URL", "APPLICATION_URL", "PORT", "WEB_CONCURRENCY", "PROXYS"),
        *("SECRET_ARRONDI", "FICHIER_SECRET_ARRONDI"),
        *("CONNEXION", "SECRET_SESSION", "FLASK_DEBUG", "DASH_DEBUG", "METRIQUES_JETON"),
        *("OIDC_EMETTEUR", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_INTITULE"),
    ):
        monkeypatch.delenv(nom, raising=False)


@pytest.fixture(scope="session")
def url_postgresql() -> Iterator[str]:
    """URL of a private PostgreSQL server (its database `postgres`); fails when there is none."""
    try:
        with lancer_postgresql() as url:
            yield url
    except PostgresqlAbsent as absence:
        pytest.fail(str(absence), pytrace=False)


@pytest.fixture
def url_sqlite(tmp_path: Path) -> str:
    """URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'passerelle.sqlite'}"


@pytest.fixture
def url_base_postgresql(url_postgresql: str) -> Iterator[str]:
    """URL of a new, empty PostgreSQL database, dropped after the test."""
    nom = f"essai_{next(_numeros)}"
    ordonner(url_postgresql, f"CREATE DATABASE {nom}")
    try:
        yield sa.make_url(url_postgresql).set(database=nom).render_as_string(hide_password=False)
    finally:
        ordonner(url_postgresql, f"DROP DATABASE {nom} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def url_base(request: pytest.FixtureRequest) -> str:
    """URL of a fresh, empty database: each test that asks for it runs on both engines."""
    fixtures = {"sqlite": "url_sqlite", "postgresql": "url_base_postgresql"}
    return str(request.getfixturevalue(fixtures[request.param]))


@pytest.fixture(scope="session")
def demonstrations(tmp_path_factory: pytest.TempPathFactory) -> Demonstrations:
    """The demonstration databases, each made once for the whole run."""
    return Demonstrations(tmp_path_factory)


@pytest.fixture(scope="session")
def base_demo(demonstrations: Demonstrations) -> str:
    """URL of a small demonstration database (SQLite): `demonstration.PETITE` says what is built.

    Read it only: it is shared by all the tests of a process.
    """
    return f"sqlite:///{demonstrations.copier(*PETITE)}"
