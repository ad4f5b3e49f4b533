"""What the trials share: a base that holds a small delivery, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commandes import SECRET_DES_ESSAIS
from tests.pannes import bases


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_ARRONDI", SECRET_DES_ESSAIS)


@pytest.fixture(scope="session")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file to copy, never to write."""
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("SECRET_ARRONDI", SECRET_DES_ESSAIS)
        return bases.modele_sqlite(tmp_path_factory.mktemp("modele"))
