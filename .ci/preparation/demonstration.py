"""The demonstration database, built at the first `make run` when there is no database yet."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from console import Arret, etape, executer

# Exit code 0: some delivery was loaded; 3: none; anything else: the database does not answer.
SONDE = """\
import sys
import sqlalchemy as sa
from data.schema import livraisons, ouvrir
moteur = ouvrir()
if not sa.inspect(moteur).has_table(livraisons.name):
    sys.exit(3)
with moteur.connect() as lien:
    sys.exit(0 if lien.execute(sa.select(livraisons).limit(1)).first() else 3)
"""


def preparer_demonstration(racine: Path) -> None:
    """Builds the demonstration database unless one exists: `DATABASE_URL`, or the default file.

    The default file is built aside and moved at the end: an interrupted first run leaves nothing
    behind that would pass for a database.
    """
    if os.environ.get("DATABASE_URL", "").strip():
        if not _est_chargee(racine):
            _construire(racine, {})
        return
    dossier = racine / "data" / "base"
    if (dossier / "passerelle.sqlite").exists():
        return
    chantier = dossier / ".chantier"
    shutil.rmtree(chantier, ignore_errors=True)
    chantier.mkdir(parents=True)
    _construire(racine, {"DATABASE_URL": f"sqlite:///{chantier / 'passerelle.sqlite'}"})
    if not (chantier / "passerelle.sqlite").exists():
        raise Arret("La base de démonstration n’a pas été écrite.")
    # The database last: its presence is what says that the whole is there.
    for fichier in sorted(chantier.iterdir(), key=lambda f: f.name == "passerelle.sqlite"):
        fichier.replace(dossier / fichier.name)
    chantier.rmdir()


def _construire(racine: Path, ajouts: dict[str, str]) -> None:
    with etape("Construction de la base de démonstration (données inventées), moins d’une minute"):
        executer(
            [racine / ".venv" / "bin" / "python", "-m", "data", "demo"],
            dossier=racine,
            ajouts=ajouts,
            visible=True,
            echec="La base de démonstration n’a pas pu être construite.",
        )


def _est_chargee(racine: Path) -> bool:
    sonde = subprocess.run(
        [racine / ".venv" / "bin" / "python", "-c", SONDE],
        cwd=racine,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if sonde.returncode not in (0, 3):
        lignes = sonde.stderr.strip().splitlines()[-3:]
        raise Arret("\n".join(["La base indiquée par DATABASE_URL ne répond pas.", *lignes]))
    return sonde.returncode == 0
