"""What the tests of the data share: a secret that writes no file, and an initialised database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data.nomenclature import initialiser
from data.schema import ouvrir
from tests.data.bases_anciennes import Lignes, photographier
from tests.postgresql import ordonner, recopier
from tests.queries.protection import SECRET
from tests.queries.recueil import Recueil, Reponses


class Modeles:
    """Databases filled once for each engine: SQLite files of a folder, PostgreSQL templates."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier
        self._faits: set[str] = set()

    def copier(self, nom: str, remplir: Callable[[Engine], object], url: str) -> None:
        """Make `url` a copy of the model of that name, which `remplir` fills if it is not there."""
        cible = sa.make_url(url)
        postgresql = cible.get_backend_name() == "postgresql"
        base = f"modele_{nom}" if postgresql else str(self._dossier / f"{nom}.sqlite")
        modele = cible.set(database=base).render_as_string(hide_password=False)
        serveur = cible.set(database="postgres")
        if modele not in self._faits:
            if postgresql:
                ordonner(serveur, f"CREATE DATABASE {base}")
            engine = ouvrir(modele)
            initialiser(engine)
            remplir(engine)
            engine.dispose()
            self._faits.add(modele)
        if postgresql:
            recopier(serveur, base, str(cible.database))
        else:
            shutil.copyfile(base, str(cible.database))


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", "tiré au hasard pour les essais : 7f3a9c5e1b8d4f60")


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
def modeles(tmp_path_factory: pytest.TempPathFactory) -> Modeles:
    """Databases filled once, which tests copy."""
    return Modeles(tmp_path_factory.mktemp("modeles"))


@pytest.fixture
def depuis_modele(
    modeles: Modeles, url_base: str
) -> Iterator[Callable[[str, Callable[[Engine], object]], Engine]]:
    """Opens a database on each engine, initialised, then filled (`nom`, what fills it): the first
    test that names it fills a model, each has a copy of it."""
    ouverts: list[Engine] = []

    def copier(nom: str, remplir: Callable[[Engine], object]) -> Engine:
        modeles.copier(nom, remplir, url_base)
        ouverts.append(ouvrir(url_base))
        return ouverts[-1]

    yield copier
    for engine in ouverts:
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
