"""The cost curve: import, publication, audit, storage and reading, by size of the département.

`python -m tests.bench courbe [--echelle 0.2 1 2.5] [--annees 1] [--moteur postgresql]`. Each size
is imported in a process of its own; what the machine cannot do is projected from the last two
sizes. Under PostgreSQL, what its server spends is counted apart.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench.machine import Mesure, decrire, etalonner
from tests.bench.processus import famille, processeur

SECRET = "mesure : 7f3a9c5e1b8d4f60a2c4e6f8091b3d5e"
PROJETEES = (1.0, 10.0, 40.0)
PHASES = {
    "Examen": "import",
    "Lecture": "import",
    "Contrôle": "import",
    "Écriture": "import",
    "Faits": "import",
    "Publication": "publication",
    "Audit": "audit",
}
"""First word of what the import says it is doing → the column it is counted in."""

COLONNES = ("import", "publication", "audit", "stockage", "memoire")
LIBELLES = {
    "import": "import (s)",
    "publication": "publication (s)",
    "audit": "audit (s)",
    "stockage": "base (Mo)",
    "memoire": "mémoire (Mo)",
    "serveur": "PostgreSQL (s)",
    "froid": "lecture neuve (ms)",
    "chaud": "lecture revue (ms)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each size, print the table and what it projects to."""
    analyseur = argparse.ArgumentParser(prog="python -m tests.bench courbe", description=__doc__)
    analyseur.add_argument("--echelle", type=float, nargs="+", default=[0.2, 1.0, 2.5])
    analyseur.add_argument("--annees", type=int, default=1)
    analyseur.add_argument("--departement", choices=["nord", "fictif"], default="nord")
    analyseur.add_argument("--moteur", choices=["sqlite", "postgresql"], default="sqlite")
    analyseur.add_argument("--etape", choices=["charger", "lire"])
    analyseur.add_argument("--dossier", type=Path)
    options = analyseur.parse_args(arguments)
    if options.etape == "charger":
        return _rendre(_charger(options.dossier))
    if options.etape == "lire":
        return _rendre(_lire())
    print(decrire(), flush=True)
    mesures: dict[float, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="passerelle-courbe-") as dossier:
        for echelle in sorted(options.echelle):
            sous = Path(dossier) / f"{options.departement}-{echelle:g}"
            with _servir(options.moteur, sous) as (url, depenser):
                mesures[echelle] = mesurer(sous, url, echelle, options.annees, options.departement)
                mesures[echelle]["serveur"] = depenser()
            print(f"×{echelle:g} : {_dire(mesures[echelle])}", flush=True)
    _imprimer(mesures, options.annees)
    return 0


def _rendre(mesures: dict[str, Any]) -> int:
    """The last line a step writes: its measures."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**mesures, "memoire": usage.ru_maxrss / 1024}))
    return 0


@contextmanager
def _servir(moteur: str, dossier: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    """URL of an empty database of that kind, and what its server has spent, in seconds."""
    if moteur == "sqlite":
        yield f"sqlite:///{dossier / 'base.sqlite'}", lambda: 0.0
        return
    from tests.postgresql import Postgresql

    with Postgresql() as serveur:
        yield serveur.url, lambda: sum(processeur(pid, finis=True) for pid in famille(serveur.pid))


def mesurer(
    dossier: Path, url: str, echelle: float, annees: int, departement: str
) -> dict[str, float]:
    """One size: made, loaded, read. Seconds of processor, milliseconds, megabytes."""
    from data.demo import engendrer

    livraisons = dossier / "livraisons"
    engendrer(livraisons, annees=annees, echelle=echelle, departement=departement)
    charge = _lancer("charger", url, livraisons)
    lue = _lancer("lire", url, livraisons)
    return {**charge, "froid": lue["froid"], "chaud": lue["chaud"], "lecteur": lue["memoire"]}


def _lancer(etape: str, url: str, dossier: Path) -> dict[str, Any]:
    acheve = subprocess.run(
        [sys.executable, "-m", "tests.bench", "courbe", "--etape", etape]
        + ["--dossier", str(dossier)],
        env={**os.environ, "DATABASE_URL": url, "SECRET_ARRONDI": SECRET},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    mesures: dict[str, Any] = json.loads(acheve.stdout.splitlines()[-1])
    return mesures


# --- Steps, each in a process of its own ----------------------------------------------------------


def _charger(dossier: Path) -> dict[str, float]:
    """Seconds of processor by phase, children included; size of the base."""
    from data import schema as t
    from data.importation import importer
    from data.nomenclature import initialiser

    durees: dict[str, float] = defaultdict(float)
    en_cours, depuis = "import", _processeur()

    def suivre(message: str, *_: object) -> None:
        nonlocal en_cours, depuis
        maintenant = _processeur()
        durees[en_cours] += maintenant - depuis
        en_cours, depuis = PHASES.get(message.split()[0], en_cours), maintenant

    engine = t.ouvrir()
    initialiser(engine)
    debut = time.perf_counter()
    etalon = etalonner()
    for chemin in sorted(dossier.iterdir()):
        importer(engine, chemin, operateur="mesure", synthetique=True, progression=suivre)
        suivre("Examen")
    with engine.connect() as conn:
        jeunes = conn.scalar(sa.select(sa.func.count()).select_from(t.accompagnements))
        reponses = conn.scalar(sa.select(sa.func.count()).select_from(t.reponses))
        octets = _peser(conn)
    engine.dispose()
    return {
        **{phase: durees[phase] for phase in ("import", "publication", "audit")},
        "duree": time.perf_counter() - debut,
        "jeunes": jeunes or 0,
        "reponses": reponses or 0,
        "stockage": octets / 2**20,
        "etalon": (etalon + etalonner()) / 2,
    }


def _peser(conn: sa.Connection) -> int:
    """Bytes of the database, what waits in its log not counted."""
    if conn.dialect.name == "postgresql":
        return int(conn.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)
    conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    pages, octets = (conn.scalar(sa.text(f"PRAGMA {x}")) for x in ("page_count", "page_size"))
    return int(pages or 0) * int(octets or 0)


def _processeur() -> float:
    """Seconds of processor of this process, and of its children that ended: what a machine shared
    with others takes longer to give, but gives the same number of."""
    usage = os.times()
    return usage.user + usage.system + usage.children_user + usage.children_system


def _lire() -> dict[str, float]:
    """Milliseconds of reading the answers of a whole chapter: kept by no process, then kept."""
    from data.catalogue import CHAPITRES
    from queries.depot import Depot
    from tests.bench.donnees import mesurer_chapitre

    depot = Depot()
    depot.etat()
    froid, chaud = Mesure(), Mesure()
    for chapitre in list(CHAPITRES)[:4]:
        froides, chaudes = mesurer_chapitre(depot, chapitre, 60)
        for mesure, durees in ((froid, froides), (chaud, chaudes)):
            for duree in durees:
                mesure.prendre(duree)
    return {"froid": froid.mediane, "chaud": chaud.mediane}


# --- What is printed ------------------------------------------------------------------------------


def _dire(m: dict[str, float]) -> str:
    return (
        f"{m['jeunes']:.0f} accompagnements, {m['reponses']:.0f} réponses ; "
        + ", ".join(f"{LIBELLES[c]} {m[c]:.1f}" for c in COLONNES)
        + f" ; {m['duree']:.0f} s en tout, boucle étalon {m['etalon']:.1f} ms"
    )


def projeter(mesures: dict[float, dict[str, float]], colonne: str, echelle: float) -> float:
    """The cost at a size not measured: the last two sizes, as a power of the size."""
    if echelle in mesures:
        return mesures[echelle][colonne]
    a, b = sorted(mesures)[-2:]
    haut, bas = mesures[b][colonne], mesures[a][colonne]
    exposant = math.log(haut / bas) / math.log(b / a) if bas > 0 and haut > 0 else 1.0
    return float(haut * (echelle / b) ** max(exposant, 0.0))


def _imprimer(mesures: dict[float, dict[str, float]], annees: int) -> None:
    mesurees = sorted(mesures)
    autres = [x for x in PROJETEES if x not in mesures] if len(mesurees) > 1 else []
    colonnes = [*COLONNES, "serveur", "froid", "chaud"]
    print(f"\nUn département, {annees} année(s) ; secondes de processeur ; * : projeté")
    titres = [f"×{x:g}" for x in mesurees] + [f"×{x:g} *" for x in autres]
    print(f"  {'':<20}" + "".join(f"{x:>12}" for x in titres))
    for colonne in colonnes:
        valeurs = [projeter(mesures, colonne, x) for x in [*mesurees, *autres]]
        print(f"  {LIBELLES[colonne]:<20}" + "".join(f"{v:>12.1f}" for v in valeurs))
