"""The demonstration databases of the tests: each is made once a run, whoever asks for it."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.commandes import commander

PETITE = ("--annees", "2", "--echelle", "0.3")
"""Enough for two years to compare and for every rule of confidentiality to bite."""

TROIS_ANS = ("--annees", "3", "--echelle", "0.3")
"""The same with one more year: a collège then has its cumul."""

FICTIVE = ("--departement", "fictif", "--annees", "3")
"""Another département than the Nord: three years, whole."""


class Demonstrations:
    """Models in a folder that all the processes of a run share; the first to ask makes one."""

    def __init__(self, dossiers: pytest.TempPathFactory) -> None:
        self._dossiers = dossiers
        commun = dossiers.getbasetemp()
        if "PYTEST_XDIST_WORKER" in os.environ:
            commun = commun.parent
        self._modeles = commun / "demonstrations"
        self._modeles.mkdir(exist_ok=True)

    def copier(self, *options: str) -> Path:
        """A new SQLite file, made by `python -m data demo` under these options.

        Each caller has its own: the application writes beside it.
        """
        modele = self._modeles / f"{'_'.join(options)}.sqlite"
        with modele.with_suffix(".verrou").open("w") as verrou:
            fcntl.flock(verrou, fcntl.LOCK_EX)
            if not modele.exists():
                chantier = modele.with_suffix(".chantier")
                commander(f"sqlite:///{chantier}", "demo", *options)
                chantier.rename(modele)
        sienne = self._dossiers.mktemp("demo") / "passerelle.sqlite"
        shutil.copyfile(modele, sienne)
        return sienne
