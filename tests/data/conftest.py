"""What the tests of the data share: a secret that writes no file, and an initialised database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from data.nomenclature import initialiser
from data.schema import ouvrir


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
