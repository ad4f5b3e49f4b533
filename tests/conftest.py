"""What the tests share: an empty database on each engine, and the demonstration database."""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from tests.commandes import commander
from tests.postgresql import PostgresqlAbsent, lancer_postgresql, ordonner

# Enough for two years to compare and for every rule of confidentiality to bite.
DEMONSTRATION = ["demo", "--annees", "2", "--echelle", "0.3"]

# A shared machine is slow by moments; a slow example is not a wrong one.
settings.register_profile("passerelle", deadline=None, print_blob=True)
settings.load_profile("passerelle")

_numeros = itertools.count(1)


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
def base_demo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a small demonstration database (SQLite), built once by the command itself.

    `DEMONSTRATION` says what is built. Read it only: it is shared by the whole session. The first
    process that asks for it builds it, each has its own copy (the application writes beside it).
    """
    commun = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        commun = commun.parent
    modele = commun / "demonstration" / "passerelle.sqlite"
    modele.parent.mkdir(exist_ok=True)
    with (modele.parent / "verrou").open("w") as verrou:
        fcntl.flock(verrou, fcntl.LOCK_EX)
        if not modele.exists():
            chantier = modele.with_name("chantier.sqlite")
            commander(f"sqlite:///{chantier}", *DEMONSTRATION)
            chantier.rename(modele)
    sienne = tmp_path_factory.mktemp("demo") / modele.name
    shutil.copyfile(modele, sienne)
    return f"sqlite:///{sienne}"
