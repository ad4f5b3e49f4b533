"""The journal: who, when, which question, under which policy; kept apart, twelve months."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from data import journal
from data.__main__ import main
from data.journal import Entree, JournalIndisponible
from tests import RACINE


@pytest.fixture
def magasin(url_base: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An application's store on each engine."""
    monkeypatch.setenv("APPLICATION_URL", url_base)
    return url_base


@pytest.fixture
def dossier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store under SQLite."""
    monkeypatch.setenv("APPLICATION_URL", f"sqlite:///{tmp_path / 'application.sqlite'}")
    return tmp_path


def lire() -> list[tuple[str, str, str, bool]]:
    assert journal.vider()
    return [(e.qui, e.quoi, e.politique, e.fichier) for e in journal.lire()]


def test_what_is_noted_is_read_back(magasin: str) -> None:
    avant = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    journal.noter("a@nord.fr", "connexion")
    journal.noter("a@nord.fr", "sexe?annee=2021-2022", politique="protege")
    journal.noter("b@club.fr", "age?annee=2021-2022", politique="exact", fichier=True)
    assert lire() == [
        ("a@nord.fr", "connexion", "", False),
        ("a@nord.fr", "sexe?annee=2021-2022", "protege", False),
        ("b@club.fr", "age?annee=2021-2022", "exact", True),
    ]
    for entree in journal.lire():
        assert avant <= entree.quand <= dt.datetime.now(dt.UTC).replace(tzinfo=None)


def test_one_entry_a_question_each_once(magasin: str) -> None:
    """The questions of one request share a row; they are read one by one, without doubles."""
    quand = dt.datetime(2026, 3, 1, 8)
    journal.inscrire(
        [Entree("a", f"sexe?college={i % 300}", "protege", quand=quand) for i in range(600)]
        + [Entree("a", "age?college=1", "exact", quand=quand)]
    )
    lues = lire()
    assert len(lues) == len(set(lues)) == 301


def test_a_line_break_does_not_forge_an_entry(magasin: str) -> None:
    journal.noter("a\nadmin@nord.fr", "connexion refusée : x\nconnexion")
    assert lire() == [("a admin@nord.fr", "connexion refusée : x connexion", "", False)]


def test_what_is_asked_of_the_journal(magasin: str) -> None:
    journal.inscrire(
        [
            Entree("Anne@nord.fr", "ancien", "protege", quand=dt.datetime(2026, 1, 1)),
            Entree("anne@nord.fr", "nouveau", "exact", quand=dt.datetime(2026, 5, 1)),
            Entree("paul@nord.fr", "fichier", "protege", True, dt.datetime(2026, 5, 2)),
            Entree("100%_sûr", "joker", quand=dt.datetime(2026, 5, 3)),
        ]
    )
    assert journal.vider()

    def quoi(**filtres: object) -> list[str]:
        return [e.quoi for e in journal.lire(**filtres)]  # type: ignore[arg-type]

    assert quoi(depuis=dt.datetime(2026, 4, 1)) == ["nouveau", "fichier", "joker"]
    assert quoi(qui="ANNE") == ["ancien", "nouveau"]
    assert quoi(qui="%") == quoi(qui="_") == ["joker"]
    assert quoi(exact=True) == ["nouveau"]
    assert quoi(fichiers=True) == ["fichier"]


def vieillir(quoi: str, jours: int) -> None:
    quand = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=jours)
    journal.inscrire([Entree("a", quoi, quand=quand)])
    assert journal.vider()


def test_entries_older_than_twelve_months_are_erased_when_it_is_read(magasin: str) -> None:
    journal.noter("a", "premier du jour")
    vieillir("vieille", 370)
    vieillir("encore bonne", 360)
    assert [quoi for _, quoi, *_ in lire()] == ["premier du jour", "encore bonne"]


def test_and_by_the_first_write_of_a_day(magasin: str) -> None:
    journal.noter("a", "premier du jour")
    vieillir("vieille", 370)
    assert "vieille" in _lignes(magasin)
    # Another process: its first write is the first of its day.
    code = "from data import journal; journal.noter('a', 'nouveau')"
    assert _executer(code, {"APPLICATION_URL": magasin}).returncode == 0
    assert "vieille" not in _lignes(magasin)
    assert "nouveau" in _lignes(magasin)


def _lignes(url: str) -> list[str]:
    """What is in the store, read without the module's own reading, which erases."""
    adresse = sa.make_url(url)
    if adresse.get_backend_name() == "sqlite":
        adresse = adresse.set(database=str(Path(str(adresse.database)).parent / journal.FICHIER))
    engine = sa.create_engine(adresse)
    schema = "application." if adresse.get_backend_name() == "postgresql" else ""
    with engine.connect() as conn:
        lignes = [x.quoi for x in conn.execute(sa.text(f"SELECT quoi FROM {schema}journal"))]
    engine.dispose()
    return lignes


def test_what_is_erased_leaves_no_trace_in_the_files(
    dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "REPOS", 0.05)
    vieillir("unequestiontresvieille", 400)
    assert lire() == []
    limite = time.monotonic() + 30
    while any(f.name == "journal" for f in threading.enumerate()):
        assert time.monotonic() < limite, "le fil du journal ne s’arrête pas"
        time.sleep(0.05)
    fichiers = list(dossier.glob(f"{journal.FICHIER}*"))
    assert fichiers
    for fichier in fichiers:
        assert b"unequestiontresvieille" not in fichier.read_bytes()


def test_the_store_is_apart_and_its_owners(dossier: Path) -> None:
    journal.noter("a", "connexion")
    assert journal.vider()
    fichier = dossier / "passerelle-journal.sqlite"
    assert stat.S_IMODE(fichier.stat().st_mode) == 0o600
    assert not (dossier / "application.sqlite").exists()


def _executer(code: str, reglages: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=RACINE,
        env={**os.environ, **reglages},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_process_writes_what_waits_before_it_ends(magasin: str) -> None:
    code = "from data import journal\nfor i in range(500): journal.noter('a', f'question {i}')"
    acheve = _executer(code, {"APPLICATION_URL": magasin})
    assert acheve.stderr == ""
    assert len(lire()) == 500


def test_forked_workers_write_their_own_entries_once(magasin: str) -> None:
    code = (
        "import os, sys\n"
        "from data import journal\n"
        "journal.noter('parent', 'avant')\n"
        "enfants = []\n"
        "for i in range(3):\n"
        "    pid = os.fork()\n"
        "    if not pid:\n"
        "        for j in range(50): journal.noter(f'enfant {i}', f'question {j}')\n"
        "        sys.exit(0)\n"
        "    enfants.append(pid)\n"
        "for pid in enfants: os.waitpid(pid, 0)\n"
        "journal.noter('parent', 'après')\n"
    )
    acheve = _executer(code, {"APPLICATION_URL": magasin})
    assert acheve.returncode == 0, acheve.stderr
    assert acheve.stderr == ""
    lues = lire()
    assert len(lues) == len(set(lues)) == 152


@pytest.fixture
def panne(dossier: Path) -> Path:
    """A store that cannot be written: a folder stands where its file should be."""
    obstacle = dossier / journal.FICHIER
    obstacle.mkdir()
    return obstacle


def test_exact_figures_are_refused_when_they_cannot_be_noted(
    panne: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.5)
    with pytest.raises(JournalIndisponible, match="ne peut pas être inscrite"):
        journal.noter("a", "sexe?annee=2021-2022", politique="exact")
    # The others go on, and are written later.
    journal.noter("a", "sexe?annee=2021-2022", politique="protege")
    with pytest.raises(JournalIndisponible):
        journal.noter("b", "age?annee=2021-2022", politique="exact")
    assert "ne peut pas être écrit" in capfd.readouterr().err
    panne.rmdir()
    # The first refused one had a place in the queue: the journal says more, never less.
    assert [(qui, politique) for qui, _, politique, _ in lire()] == [
        ("a", "exact"),
        ("a", "protege"),
    ]
    journal.noter("b", "age?annee=2021-2022", politique="exact")
    assert len(lire()) == 3


def test_exact_figures_are_back_as_soon_as_the_store_is(
    panne: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PREMIER_DELAI", 600.0)
    monkeypatch.setattr(journal, "PATIENCE", 0.5)
    with pytest.raises(JournalIndisponible):
        journal.noter("a", "sexe?annee=2021-2022", politique="exact")
    panne.rmdir()
    # This one is still refused, and has the store tried again.
    with pytest.raises(JournalIndisponible):
        journal.noter("b", "sexe?annee=2021-2022", politique="exact")
    limite = time.monotonic() + 30
    ecrites = 0
    while not ecrites and time.monotonic() < limite:
        with contextlib.suppress(JournalIndisponible):
            journal.noter("c", "sexe?annee=2021-2022", politique="exact")
            ecrites += 1
        time.sleep(0.05)
    assert ecrites
    assert [qui for qui, *_ in lire()] == ["a", "c"]


def test_a_full_queue_makes_readers_wait_and_then_refuses(
    panne: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PATIENCE", 0.3)
    monkeypatch.setattr(journal, "CAPACITE", 3)
    for i in range(3):
        journal.noter("a", f"question {i}", politique="protege")
    with pytest.raises(JournalIndisponible):
        journal.noter("a", "question 3", politique="protege")
    panne.rmdir()
    assert [quoi for _, quoi, *_ in lire()] == ["question 0", "question 1", "question 2"]


def test_what_cannot_be_written_at_the_end_is_said(panne: Path) -> None:
    code = (
        "from data import journal\n"
        "journal.vider.__defaults__ = (0.5,)\n"
        "journal.noter('a@nord.fr', 'sexe?annee=2021-2022', politique='protege')"
    )
    acheve = _executer(code, {})
    assert "Non inscrit au journal" in acheve.stderr
    assert "a@nord.fr, sexe?annee=2021-2022, protege" in acheve.stderr


def test_the_command_shows_the_journal(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal"]) == 0
    assert "Aucune consultation" in capsys.readouterr().out
    quand = dt.datetime(2026, 7, 1, 22, 30)
    journal.inscrire(
        [
            Entree("a@nord.fr", "sexe?annee=2021-2022", "exact", True, quand),
            Entree("b@nord.fr", "connexion", quand=quand),
        ]
    )
    assert journal.vider()
    assert main(["journal"]) == 0
    premiere, seconde = capsys.readouterr().out.splitlines()
    # The time of Paris.
    assert premiere == ("02/07/2026 00:30:00 · a@nord.fr · sexe?annee=2021-2022 · exact · fichier")
    assert seconde == "02/07/2026 00:30:00 · b@nord.fr · connexion"
    assert main(["journal", "--qui", "b@", "--depuis", "2026-07-02"]) == 0
    assert capsys.readouterr().out.splitlines() == [seconde]
    assert main(["journal", "--depuis", "2026-07-03"]) == 0
    assert "Aucune consultation" in capsys.readouterr().out
    assert main(["journal", "--exact", "--fichiers"]) == 0
    assert capsys.readouterr().out.splitlines() == [premiere]


def test_the_command_writes_a_file_that_runs_nothing(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal.noter("=cmd|' /C calc'!A0", "connexion refusée")
    assert journal.vider()
    sortie = dossier / "journal.csv"
    assert main(["journal", "--csv", str(sortie)]) == 0
    assert sortie.read_bytes().startswith(b"\xef\xbb\xbf")
    lignes = sortie.read_text(encoding="utf-8-sig").splitlines()
    assert lignes[0] == "quand_utc;qui;quoi;politique;fichier"
    assert ";'=cmd" in lignes[1]
    assert main(["journal", "--csv", str(dossier / "absent" / "x.csv")]) == 1
    assert "ne peut pas être écrit" in capsys.readouterr().err


def test_a_wrong_date_is_a_wrong_call(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as fin:
        main(["journal", "--depuis", "hier"])
    assert fin.value.code == 2
    assert "« hier » n’est pas une date" in capsys.readouterr().err
