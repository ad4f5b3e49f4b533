"""Counts of requests, added up over all the web processes, in the text form of Prometheus.

The processes that gunicorn forks from a loaded application (`preload_app`) inherit one shared
piece of memory, and each adds up in a part of its own: none waits for another. A lock of the kernel
says whose a part is; the death of its holder releases it, and the next process goes on from the
counts that it finds there. So whichever process answers, the counts are those of the service, and a
worker that dies takes nothing away. A service started anew counts from zero, as Prometheus expects.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import threading
import time
from collections.abc import Iterable
from http import HTTPStatus

BORNES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the durations, in seconds."""

STATUTS = tuple(int(s) for s in HTTPStatus)
AUTRE = "(autre)"
"""The route of what no route answers: an address nobody declared is not a label."""

PARTS = 64
"""Processes that count at once. Those in excess share the last part, and may lose a count there."""

_RANGS = {statut: rang for rang, statut in enumerate(STATUTS)}
_SOMME = len(STATUTS) + len(BORNES)
_LARGEUR = _SOMME + 1
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Compteurs:
    """`routes`: every label there can ever be. Make it before the processes are forked."""

    def __init__(self, routes: Iterable[str]) -> None:
        self._routes = {route: i for i, route in enumerate(sorted({*routes, AUTRE}))}
        self._longueur = len(self._routes) * _LARGEUR
        taille = PARTS * self._longueur * 8
        # Without a name: gone with the last process that has it. Closed nowhere: closing it would
        # release the lock. What no process has written yet takes no memory.
        self._fichier = tempfile.TemporaryFile()  # noqa: SIM115
        self._fichier.truncate(taille)
        # Doubles: whole numbers stay exact up to 2**53.
        self._cases = memoryview(mmap.mmap(self._fichier.fileno(), taille)).cast("d")
        self._verrou = threading.Lock()
        self._part = (0, 0)
        self._debut = time.time()

    def compter(self, route: str, statut: int, duree: float) -> None:
        """One more request. `duree`: seconds."""
        place = self._routes.get(route, self._routes[AUTRE]) * _LARGEUR
        borne = next((i for i, b in enumerate(BORNES) if duree <= b), None)
        with self._verrou:
            place += self._prendre_une_part() * self._longueur
            self._cases[place + _RANGS.get(statut, _RANGS[500])] += 1
            if borne is not None:
                self._cases[place + len(STATUTS) + borne] += 1
            self._cases[place + _SOMME] += duree

    def _prendre_une_part(self) -> int:
        """Rank of the part that this process adds up in, its own as long as it lives."""
        processus, part = self._part
        if processus != os.getpid():
            part = next(filter(self._verrouiller, range(PARTS - 1)), PARTS - 1)
            self._part = (os.getpid(), part)
        return part

    def _verrouiller(self, part: int) -> bool:
        try:
            fcntl.lockf(self._fichier, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, part)
        except OSError:
            return False
        return True

    def _additionner(self) -> list[float]:
        """The counts of all the processes, dead or alive."""
        debuts = range(0, len(self._cases), self._longueur)
        parts = [self._cases[d : d + self._longueur] for d in debuts]
        # Most were never written: nothing but zeros.
        ecrites = [p.tolist() for p in parts if bytes(p).strip(b"\0")]
        return [sum(x) for x in zip(*ecrites, strict=True)] or [0.0] * self._longueur

    def ecrire(self) -> str:
        """Everything, in the text form of Prometheus 0.0.4."""
        cases = self._additionner()
        demandes, durees = [], []
        for route, rang in self._routes.items():
            siennes = cases[rang * _LARGEUR : (rang + 1) * _LARGEUR]
            total = sum(siennes[: len(STATUTS)])
            if not total:
                continue
            nom = _citer(route)
            demandes += [
                f'passerelle_demandes_total{{route="{nom}",statut="{statut}"}} {combien:.0f}'
                for statut, combien in zip(STATUTS, siennes, strict=False)
                if combien
            ]
            cumul = 0.0
            for borne, combien in zip(BORNES, siennes[len(STATUTS) :], strict=False):
                cumul += combien
                durees.append(_panier(nom, f"{borne:g}", cumul))
            durees += [
                _panier(nom, "+Inf", total),
                f'passerelle_duree_secondes_sum{{route="{nom}"}} {siennes[_SOMME]:.6f}',
                f'passerelle_duree_secondes_count{{route="{nom}"}} {total:.0f}',
            ]
        lignes = [
            *_annoncer("passerelle_demandes_total", "counter", "Demandes, par route et statut."),
            *demandes,
            *_annoncer("passerelle_duree_secondes", "histogram", "Durée du calcul des réponses."),
            *durees,
            *_annoncer("passerelle_demarrage_secondes", "gauge", "Démarrage, temps Unix."),
            f"passerelle_demarrage_secondes {self._debut:.0f}",
        ]
        return "\n".join(lignes) + "\n"


def jauge(nom: str, valeur: float, aide: str) -> str:
    """One more measure, whole, to write below the others."""
    return "\n".join([*_annoncer(nom, "gauge", aide), f"{nom} {valeur:g}"]) + "\n"


def _annoncer(nom: str, genre: str, aide: str) -> tuple[str, str]:
    return f"# HELP {nom} {aide}", f"# TYPE {nom} {genre}"


def _panier(nom: str, borne: str, combien: float) -> str:
    return f'passerelle_duree_secondes_bucket{{route="{nom}",le="{borne}"}} {combien:.0f}'


def _citer(texte: str) -> str:
    return texte.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
