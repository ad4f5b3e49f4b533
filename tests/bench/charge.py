"""Updates a second with many viewers, over gunicorn as the Procfile starts it.

The viewers are threads of a process of their own (`--etape`): each has its connection, changes a
filter, waits for both answers, and changes again. An update is one change of filter of a ten-chart
page: two questions.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.bench.machine import etalonner, quantile
from tests.bench.pages import ecrire_les_demandes
from tests.bench.processus import famille, processeur
from tests.bench.rappels import ParHttp
from tests.serveur import Serveur

SPECTATEURS = (20, 100)
SECONDES = 10.0
VUES = 30
"""Views that all of them look at: a meeting's, or the same morning's."""


def mesurer(base: str, secondes: float = SECONDES) -> None:
    """Print them for each number of viewers."""
    demandes = json.loads(ecrire_les_demandes(base))[:VUES]
    print(f"Charge : {VUES} vues différentes, chacun en demande une autre sans attendre")
    with tempfile.TemporaryDirectory(prefix="passerelle-bench-") as dossier, Serveur(base) as s:
        fichier = Path(dossier) / "demandes.json"
        fichier.write_text(json.dumps(demandes))
        # Each of the processes draws every view once before the clock starts.
        _lancer(s.port, 4, 0, fichier)
        for combien in SPECTATEURS:
            avant = _travail(s)
            debit, mediane, p95, echecs = _lancer(s.port, combien, secondes, fichier)
            etalon = etalonner(3)
            cout = (_travail(s) - avant) / max(debit * secondes, 1)
            print(
                f"  {combien:>3} spectateurs : {debit:.0f} mises à jour/s, "
                f"médiane {mediane:.0f} ms, p95 {p95:.0f} ms "
                f"(×{mediane / etalon:.1f}, ×{p95 / etalon:.1f}), {echecs:.0f} échecs ; "
                f"{cout:.1f} ms de processeur du serveur par mise à jour "
                f"(×{cout / etalonner(3, time.process_time):.2f})",
                flush=True,
            )


def _travail(serveur: Serveur) -> float:
    """Milliseconds of processor that the server had, all its processes."""
    return 1000 * sum(map(processeur, famille(serveur.pid)))


def _lancer(port: int, combien: int, secondes: float, fichier: Path) -> list[float]:
    acheve = subprocess.run(
        [sys.executable, "-m", "tests.bench.charge", str(port), str(combien)]
        + [str(secondes), str(fichier)],
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    mesures: list[float] = json.loads(acheve.stdout)
    return mesures


class Spectateur(threading.Thread):
    """One viewer. `durees`: milliseconds of each update."""

    def __init__(self, port: int, vues: list[list[list[str]]], fin: float | None) -> None:
        super().__init__()
        self._lien = ParHttp(port)
        self._vues, self._fin = vues, fin
        self.durees: list[float] = []
        self.echecs = 0

    def run(self) -> None:
        if self._fin is None:
            for vue in self._vues * 2:
                self._regarder(vue)
        else:
            while time.perf_counter() < self._fin:
                self._regarder(random.choice(self._vues))
        self._lien.fermer()

    def _regarder(self, vue: list[list[str]]) -> None:
        debut = time.perf_counter()
        try:
            for methode, chemin, corps in vue:
                self._lien.demander(methode, chemin, corps.encode())
        except (RuntimeError, OSError):
            self.echecs += 1
            return
        self.durees.append(1000 * (time.perf_counter() - debut))


def main() -> None:
    """One load, in this process: port, viewers, seconds (0: every view, twice), requests."""
    port, combien, secondes = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    vues = json.loads(Path(sys.argv[4]).read_text())
    debut = time.perf_counter()
    fin = debut + secondes if secondes else None
    spectateurs = [Spectateur(port, vues, fin) for _ in range(combien)]
    for s in spectateurs:
        s.start()
    for s in spectateurs:
        s.join()
    ecoule = time.perf_counter() - debut
    durees = [d for s in spectateurs for d in s.durees]
    print(
        json.dumps(
            [
                len(durees) / ecoule,
                quantile(durees, 0.5),
                quantile(durees, 0.95),
                sum(s.echecs for s in spectateurs),
            ]
        )
    )


if __name__ == "__main__":
    main()
