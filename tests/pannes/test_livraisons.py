"""Mutated deliveries, and what a refusal repeats of them; ten thousand by `make pannes`."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.importation import importer
from data.refus import SIGNES_REPETES, LivraisonRefusee, abreger
from tests.data.fabrique import en_dossier, intervention, seulement
from tests.pannes import bases, livraisons


def test_des_livraisons_abimees_sont_refusees_en_francais(modele: Path, tmp_path: Path) -> None:
    base = bases.BaseSqlite(modele, tmp_path / "base")
    constat = livraisons.eprouver(base, 60, 11, tmp_path)
    assert constat.entier, constat.manques
    assert "refusées" in constat.detail


def test_un_refus_ne_repete_pas_une_cellule_demesuree(modele: Path, tmp_path: Path) -> None:
    """A quote out of place makes a cell of a whole file; a terminal obeys what is not printed."""
    base = bases.BaseSqlite(modele, tmp_path / "base")
    dates = ["x" * 100_000, "\x1b[31m2021"]
    lignes = [intervention(f"I{i}", date=date) for i, date in enumerate(dates, 1)]
    livraison = en_dossier(tmp_path / "l", seulement("usagers", interventions=lignes))
    with base.ouverte() as engine, pytest.raises(LivraisonRefusee) as refus:
        importer(engine, livraison, operateur="x")
    longue, couleur = (r.valeur for r in refus.value.refus)
    assert longue == "x" * (SIGNES_REPETES - 1) + "…"
    assert couleur == "\ufffd[31m2021"


def test_une_cellule_ordinaire_est_repetee_telle_quelle() -> None:
    for valeur in ("", "2021-02-30", "Val d’Escaut", "é" * SIGNES_REPETES, "3\u00a0e"):
        assert abreger(valeur) == valeur
