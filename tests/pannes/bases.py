"""Bases that a trial may break and put back, on either engine."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data.importation import importer
from data.nomenclature import initialiser
from data.schema import ouvrir
from tests.data.fabrique import Formulaires, composer, en_dossier, intervention, usager
from tests.postgresql import ordonner, recopier

_numeros = itertools.count(1)


class Base:
    """A base that goes back to what it was. `url`: where; `remettre`: put it back."""

    url: str

    def remettre(self) -> None:
        """Make it again what it was at the start. Nobody may be connected to it."""
        raise NotImplementedError

    @contextmanager
    def ouverte(self) -> Iterator[Engine]:
        """An engine on it, closed at the end."""
        engine = ouvrir(self.url)
        try:
            yield engine
        finally:
            engine.dispose()


class BaseSqlite(Base):
    """A copy of an SQLite file, in a folder of its own."""

    def __init__(self, modele: Path, dossier: Path) -> None:
        self.modele, self.fichier = modele, dossier / "passerelle.sqlite"
        self.url = f"sqlite:///{self.fichier}"
        dossier.mkdir(parents=True, exist_ok=True)
        self.remettre()

    def remettre(self) -> None:
        for suffixe in ("-wal", "-shm"):
            Path(f"{self.fichier}{suffixe}").unlink(missing_ok=True)
        shutil.copyfile(self.modele, self.fichier)


class BasePostgresql(Base):
    """A database made from a template, on a server of the tests (`url_serveur`)."""

    def __init__(self, url_serveur: str) -> None:
        adresse = sa.make_url(url_serveur)
        numero = next(_numeros)
        self._serveur = url_serveur
        self._modele, self._nom = f"pannes_modele_{numero}", f"pannes_{numero}"
        ordonner(url_serveur, f"CREATE DATABASE {self._modele}")
        modele = ouvrir(adresse.set(database=self._modele).render_as_string(hide_password=False))
        initialiser(modele)
        self._charger_le_modele(modele)
        self.url = adresse.set(database=self._nom).render_as_string(hide_password=False)
        self.remettre()

    @staticmethod
    def _charger_le_modele(engine: Engine) -> None:
        remplir(engine)
        engine.dispose()

    def remettre(self) -> None:
        recopier(self._serveur, self._modele, self._nom)


def premiere() -> Formulaires:
    """What the base holds before the trial: one collège, so that an import is short."""
    petite = composer()
    return composer(
        colleges=petite["colleges"][:1],
        usagers=petite["usagers"][:1],
        interventions=petite["interventions"][:1],
        actions_ponctuelles=None,
    )


def seconde() -> Formulaires:
    """What the trial loads: a new youth, his interventions, a changed usager."""
    return {
        "usagers": [usager("U1", sexe="garcon", naissance="2008"), usager("U9", naissance="2009")],
        "interventions": [intervention(f"I{i}", "U9") for i in range(10, 60)],
    }


def troisieme() -> Formulaires:
    """Another one, of another youth."""
    return {
        "usagers": [usager("U8", sexe="fille", naissance="2010")],
        "interventions": [intervention(f"J{i}", "U8") for i in range(10, 30)],
    }


def remplir(engine: Engine) -> None:
    """Load the first delivery."""
    initialiser(engine)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="passerelle-pannes-") as dossier:
        chemin = en_dossier(Path(dossier) / "premiere", premiere())
        importer(engine, chemin, operateur="pannes", synthetique=True)


def modele_sqlite(dossier: Path) -> Path:
    """An SQLite file that holds the first delivery, in one piece."""
    fichier = dossier / "modele.sqlite"
    engine = ouvrir(f"sqlite:///{fichier}")
    remplir(engine)
    engine.dispose()
    return fichier
