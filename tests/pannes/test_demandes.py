"""Requests that no page sends, a few of each kind; thousands by `make pannes`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.serveur import creer_application
from tests.pannes import demandes


@pytest.fixture(scope="module")
def magasin(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('demandes') / 'application.sqlite'}"


@pytest.fixture(autouse=True)
def reglages(monkeypatch: pytest.MonkeyPatch, magasin: str) -> None:
    """In force while requests are answered too: where sessions are is read at each of them."""
    monkeypatch.setenv("APPLICATION_URL", magasin)


@pytest.fixture(scope="module")
def terrain(modele: Path, magasin: str) -> demandes.Terrain:
    """The whole application on the small base, as demonstration data are served."""
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("APPLICATION_URL", magasin)
        return demandes.Terrain.dresser(creer_application(f"sqlite:///{modele}").server)


@pytest.mark.parametrize("nom", demandes.EPREUVES)
def test_aucune_demande_ne_fait_tomber_le_service(terrain: demandes.Terrain, nom: str) -> None:
    constat = demandes.eprouver(terrain, nom, 60)
    assert constat.entier, constat.manques
    assert len(terrain.statuts) > 1


def test_les_cas_limites_du_document_sont_tenus(terrain: demandes.Terrain) -> None:
    constat = demandes.eprouver_les_limites(terrain)
    assert constat.entier, constat.manques
    assert {200, 400, 404, 405} <= set(terrain.statuts)
