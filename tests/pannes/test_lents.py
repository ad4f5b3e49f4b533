"""Clients that send their request byte after byte, in front of the served application."""

from __future__ import annotations

from pathlib import Path

from tests.pannes import service


def test_des_clients_lents_ne_retiennent_personne(modele: Path, tmp_path: Path) -> None:
    constat = service.servir_des_lents(modele, tmp_path)
    assert constat.entier, constat.manques
