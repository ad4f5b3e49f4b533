"""Figures are published under one secret, for ever: no command does it under another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t
from data.__main__ import main
from data.importation import importer
from tests.data.fabrique import composer, en_dossier, intervention, photographier, usager

PREMIER = "3f8a61c0d27e94b58ac1f09d6e2b7745"
AUTRE = "b1094c7ee5d2a386f7710c3ad95e8b62"


@pytest.fixture
def publiee(base: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A base published under the first secret."""
    monkeypatch.setenv("SECRET_ARRONDI", PREMIER)
    monkeypatch.setenv("FICHIER_SECRET_ARRONDI", str(tmp_path / "secret"))
    monkeypatch.setenv("DATABASE_URL", base.url.render_as_string(hide_password=False))
    importer(base, en_dossier(tmp_path / "une", composer()), operateur="x", synthetique=True)
    return base


def _importer(dossier: Path) -> list[str]:
    suite = {
        "usagers": [usager("NEUF", sexe="fille")],
        "interventions": [intervention("NEUF", "NEUF", date="2021-10-04")],
    }
    return ["importer", str(en_dossier(dossier / "autre", suite))]


def _retirer(_: Path) -> list[str]:
    return ["retirer", "--association", "AAE"]


def _migrer(_: Path) -> list[str]:
    return ["migrer"]


@pytest.mark.parametrize("commande", [_importer, _retirer, _migrer])
def test_rien_n_est_publie_sous_un_autre_secret(
    publiee: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    commande: Callable[[Path], list[str]],
) -> None:
    """Another one, none at all; with a witness, or in a base published before there were any, which
    tells by its keys."""
    ordre = commande(tmp_path)
    if commande is _migrer:
        _oublier(publiee, t.etats_annees)
    for temoin in (True, False):
        if not temoin:
            _oublier(publiee, t.temoins)
        avant = photographier(publiee)
        for secret in (AUTRE, ""):
            monkeypatch.setenv("SECRET_ARRONDI", secret)
            assert main(ordre) == 1
            dit = capsys.readouterr().err
            assert "le secret de l’arrondi n’est pas celui" in dit
            assert "Traceback" not in dit
            assert photographier(publiee) == avant
            assert not (tmp_path / "secret").exists()
    monkeypatch.setenv("SECRET_ARRONDI", PREMIER)
    assert main(ordre) == 0
    apres = photographier(publiee)
    assert len(apres["temoins"]) == 1
    assert len(apres["publications"]) == len(avant["publications"]) + 1


def _oublier(engine: Engine, table: sa.Table) -> None:
    with engine.begin() as conn:
        conn.execute(sa.delete(table))


def test_le_temoin_ne_tient_pas_le_secret(publiee: Engine) -> None:
    with publiee.connect() as conn:
        (valeur,) = conn.scalars(sa.select(t.temoins.c.valeur))
    assert len(valeur) == 64
    assert PREMIER not in valeur
    assert PREMIER.encode().hex() not in valeur
