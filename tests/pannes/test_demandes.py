"""Requests that no page sends, a few of each kind; thousands by `make pannes`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.serveur import creer_application
from tests.pannes import demandes


@pytest.fixture(scope="module")
def terrain(modele: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[demandes.Terrain]:
    """The whole application on the small base, as demonstration data are served."""
    dossier = tmp_path_factory.mktemp("demandes")
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("APPLICATION_URL", f"sqlite:///{dossier / 'application.sqlite'}")
        serveur = creer_application(f"sqlite:///{modele}").server
        yield demandes.Terrain.dresser(serveur)


@pytest.mark.parametrize("nom", demandes.EPREUVES)
def test_aucune_demande_ne_fait_tomber_le_service(terrain: demandes.Terrain, nom: str) -> None:
    constat = demandes.eprouver(terrain, nom, 60)
    assert constat.entier, constat.manques
    assert len(terrain.statuts) > 1
