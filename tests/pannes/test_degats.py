"""A damaged SQLite file is named, whoever meets it, and no figure of it is false."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from data.__main__ import REFUSE
from data.importation import importer
from data.integrite import (
    ABIMEE,
    INTERDITE,
    MUETTE,
    PLEINE,
    BaseAbimee,
    dire_la_panne,
    verifier,
    verifier_la_taille,
)
from data.refus import LivraisonRefusee
from data.schema import ouvrir
from queries.depot import BaseIndisponible, Depot
from tests.data.fabrique import en_dossier
from tests.pannes import bases, degats


@pytest.fixture
def base(modele: Path, tmp_path: Path) -> bases.BaseSqlite:
    return bases.BaseSqlite(modele, tmp_path / "base")


def test_un_fichier_abime_est_nomme_ou_ses_chiffres_sont_justes(base: bases.BaseSqlite) -> None:
    constat = degats.eprouver(base, 12, graine=3)
    assert constat.entier, constat.manques
    assert "nommée" in constat.detail


FORMAT = 47
"""Where the header says how the schema is written."""


@pytest.mark.parametrize("ou", ["en-tête", "schéma", "clé et sa copie"])
def test_ce_qui_n_est_plus_un_texte_est_nomme(base: bases.BaseSqlite, ou: str) -> None:
    """Whether SQLite cannot read it, or quotes it, or only an index holds it."""
    sain = base.fichier.read_bytes()
    cle = b"2021-2022|alses|departement|nord|sexe=fille"
    places = {
        "en-tête": [FORMAT],
        "schéma": [sain.index(b"tablereponsesreponses") + len("table")],
        "clé et sa copie": [i for i in range(len(sain)) if sain.startswith(cle, i)],
    }[ou]
    assert places
    for place in places:
        octets = bytearray(sain)
        octets[place] = 0xD9
        if ou == "schéma":
            octets[sain.index(b"CREATE TABLE reponses")] = ord("?")
        base.fichier.write_bytes(octets)
        assert degats.dire_l_etat(base.url) == (REFUSE, ABIMEE + "\n"), place


def brouiller(fichier: Path) -> None:
    """Damage the pages in which the tables stand, and leave the size as it is."""
    octets = bytearray(fichier.read_bytes())
    for debut in range(8 * degats.PAGE, len(octets) - degats.PAGE, 4 * degats.PAGE):
        octets[debut : debut + 64] = random.Random(debut).randbytes(64)
    fichier.write_bytes(octets)


def test_un_import_refuse_d_ecrire_sur_un_fichier_abime(
    base: bases.BaseSqlite, tmp_path: Path
) -> None:
    brouiller(base.fichier)
    avant = base.fichier.read_bytes()
    with base.ouverte() as engine, pytest.raises(LivraisonRefusee) as refus:
        importer(engine, en_dossier(tmp_path / "l", bases.seconde()), operateur="x")
    assert "abîmée" in refus.value.message
    assert "Rien n’a été modifié" in refus.value.message
    assert base.fichier.read_bytes() == avant


def test_un_fichier_coupe_est_vu_au_demarrage(base: bases.BaseSqlite) -> None:
    with base.ouverte() as engine:
        verifier_la_taille(engine)
        verifier(engine)
        os.truncate(base.fichier, base.fichier.stat().st_size - 3 * degats.PAGE)
        with pytest.raises(BaseAbimee):
            verifier_la_taille(engine)
    depot = Depot(base.url)
    with pytest.raises(BaseIndisponible, match="abîmée"):
        depot.etat()
    # Another file at its place is read, by the same process.
    neuf = base.fichier.with_suffix(".neuf")
    neuf.write_bytes(base.modele.read_bytes())
    neuf.replace(base.fichier)
    assert depot.etat().publication == 1
    depot.fermer()


def test_ce_qui_est_abime_n_est_plus_lu(base: bases.BaseSqlite) -> None:
    depot = Depot(base.url)
    depot.etat()
    brouiller(base.fichier)
    with pytest.raises(BaseIndisponible, match="abîmée"):
        depot.verifier()
    with pytest.raises(BaseIndisponible, match="abîmée"):
        depot.etat()
    depot.fermer()


@pytest.mark.parametrize(
    ("erreur", "dit"),
    [
        (sa.exc.DatabaseError("", None, Exception("file is not a database")), ABIMEE),
        (sa.exc.OperationalError("", None, Exception("database or disk is full")), PLEINE),
        (
            sa.exc.OperationalError("", None, Exception("attempt to write a readonly database")),
            INTERDITE,
        ),
        (sa.exc.OperationalError("", None, Exception("connection refused")), MUETTE),
        (OSError(28, "No space left on device"), PLEINE),
    ],
)
def test_chaque_panne_se_dit_en_francais(erreur: Exception, dit: str) -> None:
    assert dire_la_panne(erreur) == dit


def test_une_base_ouverte_en_memoire_n_a_pas_de_fichier() -> None:
    engine = ouvrir("sqlite://")
    verifier_la_taille(engine)
    verifier(engine)
    engine.dispose()


def test_un_fichier_abime_sous_le_service_est_vu(
    base: bases.BaseSqlite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a worker does once it serves: the whole file is checked aside."""
    brouiller(base.fichier)
    faits: list[Callable[[], None]] = []

    class Minuterie:
        daemon = False

        def __init__(self, _: float, agir: Callable[[], None]) -> None:
            self.start = lambda: faits.append(agir)

    monkeypatch.setattr("queries.depot.threading.Timer", Minuterie)
    depot = Depot(base.url)
    depot.surveiller()
    with contextlib.suppress(BaseIndisponible):
        depot.etat()
    (verifier_a_part,) = faits
    verifier_a_part()
    assert "abîmée" in capsys.readouterr().err
    with pytest.raises(BaseIndisponible, match="abîmée"):
        depot.etat()
    depot.fermer()
