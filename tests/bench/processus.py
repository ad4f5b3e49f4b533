"""Memory of each web process, and the time from the start to the first page."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

from tests.bench.machine import Mesure, etalonner
from tests.bench.pages import choisir_les_cartes, dresser_les_vues
from tests.bench.rappels import Ecran, ParHttp, lire_rappels
from tests.serveur import Serveur

DEMARRAGES = 3


def mesurer(base: str) -> None:
    """Print them, the memory after some sixty views."""
    from queries.depot import Depot

    _demarrer(base)
    etat = Depot(base).etat()
    with Serveur(base) as serveur:
        au_repos = _peser(serveur.pid)
        lien = ParHttp(serveur.port)
        ecran = Ecran(lire_rappels(lien), choisir_les_cartes(etat), etat.publication)
        for vue in dresser_les_vues(etat)[:60]:
            ecran.changer(lien, vue)
        lien.fermer()
        apres = _peser(serveur.pid)
    print("Mémoire (Mo : PSS, USS)")
    for nom, pesees in (("au repos", au_repos), ("après soixante vues", apres)):
        pese = ", ".join(f"{qui} {pss:.0f} et {uss:.0f}" for qui, pss, uss in pesees)
        print(f"  {nom} : {pese}", flush=True)


def _demarrer(base: str) -> None:
    mesure = Mesure()
    travaux = []
    for _ in range(DEMARRAGES):
        debut = time.perf_counter()
        with Serveur(base) as serveur:
            urllib.request.urlopen(f"{serveur.adresse}/", timeout=60).close()
            mesure.prendre(1000 * (time.perf_counter() - debut))
            travaux.append(sum(map(processeur, famille(serveur.pid))))
    print(
        f"Démarrage à froid, jusqu’à la première page : médiane {mesure.mediane:.0f} ms "
        f"(×{mesure.mediane / etalonner():.0f}), {min(travaux):.2f} s de processeur",
        flush=True,
    )


def famille(pid: int) -> list[int]:
    """A process and its children."""
    enfants = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(x) for x in enfants)]


def processeur(pid: int, *, finis: bool = False) -> float:
    """Seconds of processor it had; `finis`: with those of its children that ended."""
    champs = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(x) for x in champs[11 : 15 if finis else 13]) / 100


def _peser(pid: int) -> list[tuple[str, float, float]]:
    """(who, PSS, USS) of the master and of each worker, in megabytes."""
    noms = ["maître", *(f"ouvrier {i}" for i in range(1, 65))]
    return [(nom, *_memoire(p)) for nom, p in zip(noms, famille(pid), strict=False)]


def _memoire(pid: int) -> tuple[float, float]:
    lignes = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    ko = {ligne.split(":")[0]: int(ligne.split()[1]) for ligne in lignes}
    return ko["Pss"] / 1024, (ko["Private_Clean"] + ko["Private_Dirty"]) / 1024
