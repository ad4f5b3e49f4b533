"""Imports killed at random instants: the base is the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from data.importation import importer
from data.schema import ouvrir
from data.verrou import ecrire_seul
from tests.pannes import empreinte
from tests.pannes.bases import Base
from tests.pannes.table import Constat

ATTENTE = 30.0
"""Seconds that a database may take to notice that who was writing is dead."""


def lancer(url: str, livraison: Path, journal: Path) -> int:
    """An import in a process group of its own; returns its number.

    A fork of this process, where everything is imported already: what is killed is the import,
    not Python that starts. Each step goes to `journal`.
    """
    pid = os.fork()
    if pid:
        # Before anybody can kill it; the child says it too, for what it starts at once.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        return pid
    code = 1
    try:
        os.setpgid(0, 0)
        with journal.open("w", encoding="utf-8", buffering=1) as etapes:
            sys.stderr = etapes
            importer(
                ouvrir(url),
                livraison,
                operateur="pannes",
                progression=lambda texte, *_: print(texte, file=etapes),
            )
            print("fini", file=etapes)
        code = 0
    except BaseException:
        journal.write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(code)


def attendre(pid: int) -> int:
    """Exit status of an import left alone."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def lire(base: Base) -> str:
    """The fingerprint, once nobody holds the lock of the writer any more."""
    with base.ouverte() as engine:
        with ecrire_seul(engine, ATTENTE):
            pass
        return empreinte.prendre(engine)


def tuer(
    base: Base,
    livraison: Path,
    combien: int,
    graine: int,
    dossier: Path,
    dire: Callable[[str], None] = lambda _: None,
) -> Constat:
    """Kill `combien` imports, at instants drawn uniformly over the length of one.

    Each begins on what the one before left: the import can be run again. Every fiftieth is
    followed by one left alone, which must give the new base.
    """
    constat = Constat(f"import tué ({base.url.split(':')[0].split('+')[0]})")
    hasard = random.Random(graine)
    journal = dossier / "etapes"
    ancienne = lire(base)
    debut = time.monotonic()
    if attendre(lancer(base.url, livraison, journal)):
        raise RuntimeError(journal.read_text(encoding="utf-8"))
    duree = time.monotonic() - debut
    nouvelle = lire(base)
    assert nouvelle != ancienne
    base.remettre()
    etapes: Counter[str] = Counter()
    etats: Counter[str] = Counter()
    for rang in range(combien):
        instant = hasard.uniform(0, 1.05 * duree)
        journal.write_text("", encoding="utf-8")
        pid = lancer(base.url, livraison, journal)
        time.sleep(instant)
        os.killpg(pid, signal.SIGKILL)
        fini = attendre(pid) == 0
        lignes = journal.read_text(encoding="utf-8").splitlines() or ["avant tout"]
        etapes[lignes[-1].split(" ")[0]] += 1
        vue = lire(base)
        etat = {ancienne: "ancienne", nouvelle: "nouvelle"}.get(vue, "autre")
        etats[etat] += 1
        constat.noter(
            etat == "nouvelle" if fini else etat != "autre",
            f"instant {instant:.3f} s, étape « {lignes[-1]} », base {etat}",
        )
        if etat == "ancienne" and rang % 50 == 49:
            # Left alone, it goes to its end.
            code = attendre(lancer(base.url, livraison, journal))
            constat.noter(code == 0 and lire(base) == nouvelle, "l’import repris n’aboutit pas")
            etat = "nouvelle"
        if etat != "ancienne":
            base.remettre()
        if rang % 20 == 19:
            dire(f"{constat.epreuve} : {rang + 1} sur {combien}, {dict(etats)}")
    constat.detail = ", ".join(f"{n} {etat}" for etat, n in sorted(etats.items()))
    constat.detail += " ; étapes : " + ", ".join(f"{e} {n}" for e, n in etapes.most_common())
    return constat
