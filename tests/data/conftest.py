"""What the tests of the data share: a secret that writes no file, and an initialised database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from data.nomenclature import initialiser
from data.schema import ouvrir
from tests.data.bases_anciennes import Lignes, photographier
from tests.queries.protection import SECRET
from tests.queries.recueil import Recueil, Reponses

SECRET_DES_ESSAIS = "tiré au hasard pour les essais : 7f3a9c5e1b8d4f60"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET_DES_ESSAIS)


@pytest.fixture
def base(url_base: str) -> Iterator[Engine]:
    """A fresh database on each engine: the closed lists, nothing else."""
    engine = ouvrir(url_base)
    initialiser(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def base_sqlite(url_sqlite: str) -> Iterator[Engine]:
    """The same, under SQLite only: for what does not depend on the engine."""
    engine = ouvrir(url_sqlite)
    initialiser(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def contenu(tmp_path_factory: pytest.TempPathFactory) -> Lignes:
    """Every row of a small base of today, published under `protection.SECRET`."""
    url = f"sqlite:///{tmp_path_factory.mktemp('contenu') / 'passerelle.sqlite'}"
    recueil = Recueil()
    for nom in recueil.jeunes(30):
        recueil.acte(nom, "2021-10-04")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("SECRET_ARRONDI", SECRET.decode())
        Reponses(url, recueil).depot._engine.dispose()
    engine = ouvrir(url, lecture_seule=True)
    lignes = photographier(engine)
    engine.dispose()
    return lignes
