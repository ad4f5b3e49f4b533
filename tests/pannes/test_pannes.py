"""Disk full, base taken away and put back, import killed: bounded; the whole by `make pannes`."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from data import __main__ as commandes
from data.schema import ouvrir
from queries.depot import BaseIndisponible, Depot
from tests.data.fabrique import en_dossier
from tests.pannes import bases, empreinte, morts, service
from tests.postgresql import Postgresql


@pytest.fixture
def base(modele: Path, tmp_path: Path) -> bases.BaseSqlite:
    return bases.BaseSqlite(modele, tmp_path / "base")


def test_disque_plein(
    base: bases.BaseSqlite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """SQLite itself says that the disk is full: the file may not grow."""

    def ouvrir_sans_place(*args: object, **options: object) -> sa.Engine:
        engine = ouvrir(base.url)

        @sa.event.listens_for(engine, "connect")
        def borner(dbapi: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
            (pages,) = dbapi.execute("PRAGMA page_count").fetchone()  # type: ignore[attr-defined]
            dbapi.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]

        return engine

    with base.ouverte() as engine:
        avant = empreinte.prendre(engine)
    livraison = en_dossier(tmp_path / "l", bases.seconde())
    with monkeypatch.context() as reglages:
        reglages.setattr(commandes.t, "ouvrir", ouvrir_sans_place)
        assert commandes.main(["importer", str(livraison)]) == commandes.REFUSE
    dit = capsys.readouterr().err
    assert "Le disque est plein : rien n’a été écrit." in dit
    assert "Traceback" not in dit
    with base.ouverte() as engine:
        assert empreinte.prendre(engine) == avant


def test_un_fichier_retire_puis_remis(base: bases.BaseSqlite) -> None:
    """A connection that was kept does not go on reading what is no longer there."""
    depot = Depot(base.url)
    assert depot.etat().publication == 1
    ailleurs = base.fichier.with_suffix(".ailleurs")
    base.fichier.replace(ailleurs)
    with pytest.raises(BaseIndisponible, match="introuvable"):
        depot.etat()
    ailleurs.replace(base.fichier)
    assert depot.etat().publication == 1
    depot.fermer()


def test_postgresql_tombe_puis_revient(tmp_path: Path) -> None:
    """Under readers who go on asking; once until all is refused, once for hardly a moment."""
    with Postgresql() as postgresql:
        constat = service.redemarrer_postgresql(postgresql, tmp_path, (1.0, 0.1), anonymes=1)
    assert constat.entier, constat.manques[:10]


def test_postgresql_gele_puis_revient(tmp_path: Path) -> None:
    """Its connections are kept and nobody answers: readers are told, and do not wait for ever."""
    with Postgresql() as postgresql:
        constat = service.geler_postgresql(postgresql, tmp_path, (1.0,), anonymes=1)
    assert constat.entier, constat.manques[:10]


def test_un_import_tue_se_reprend(base: bases.BaseSqlite, tmp_path: Path) -> None:
    livraison = en_dossier(tmp_path / "l", bases.seconde())
    constat = morts.tuer(base, livraison, 2, 5, tmp_path)
    assert constat.entier, constat.manques


def test_un_fichier_absent_se_dit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'absente.sqlite'}")
    assert commandes.main(["etat"]) == commandes.REFUSE
    assert "introuvable" in capsys.readouterr().err
