"""The machine that measures, and the loop that every time is also told as a ratio to.

On a shared machine a millisecond says little: the same loop, run beside each measure, slows down
with it, and their ratio stays. What one process does alone is counted in its processor time, which
the others do not lengthen as they do the time of the clock.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

TOURS = 100_000
"""Turns of the calibrating loop: a few milliseconds of one core."""


def decrire() -> str:
    """The machine in one French line: cores, memory, load average, versions."""
    memoire = next(
        int(ligne.split()[1])
        for ligne in Path("/proc/meminfo").read_text().splitlines()
        if ligne.startswith("MemTotal")
    )
    charge = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return (
        f"{os.cpu_count()} cœurs, {memoire / 2**20:.0f} Gio, charge {charge}, "
        f"Python {platform.python_version()}, boucle étalon {etalonner():.1f} ms "
        f"({etalonner(horloge=time.process_time):.1f} ms de processeur)"
    )


Horloge = Callable[[], float]
"""Seconds: of the clock (`perf_counter`), or of processor (`process_time`)."""


def etalonner(fois: int = 9, horloge: Horloge = time.perf_counter) -> float:
    """Milliseconds of the calibrating loop now (median): arithmetic, a dict, text."""
    return statistics.median(_tourner(horloge) for _ in range(fois))


def _tourner(horloge: Horloge) -> float:
    debut = horloge()
    compte: dict[str, int] = {}
    somme = 0
    for i in range(TOURS):
        somme = (somme * 31 + i) & 0xFFFF
        if not i % 16:
            compte[str(somme)] = compte.get(str(somme), 0) + 1
    return 1000 * (horloge() - debut)


class Mesure:
    """Times in milliseconds, and the loop measured among them by the same clock."""

    def __init__(self, horloge: Horloge = time.perf_counter) -> None:
        self._horloge = horloge
        self.durees: list[float] = []
        self._boucles: list[float] = []

    def chronometrer(self, agir: Callable[[], object]) -> float:
        """Do it, add the milliseconds it took, and return them."""
        debut = self._horloge()
        agir()
        duree = 1000 * (self._horloge() - debut)
        self.prendre(duree)
        return duree

    def prendre(self, duree: float) -> None:
        """Add one time. Each tenth, the loop is measured too."""
        if not len(self.durees) % 10:
            self._boucles.append(_tourner(self._horloge))
        self.durees.append(duree)

    @property
    def etalon(self) -> float:
        """Milliseconds of the loop while this was measured."""
        return statistics.median(self._boucles)

    @property
    def mediane(self) -> float:
        return statistics.median(self.durees)

    @property
    def p95(self) -> float:
        return quantile(self.durees, 0.95)

    def dire(self) -> str:
        """Median, 95th percentile, and both as ratios to the loop."""
        return (
            f"{self.mediane:8.2f}{self.p95:9.2f} ms"
            f"   ×{self.mediane / self.etalon:.2f} ×{self.p95 / self.etalon:.2f}"
        )


def quantile(valeurs: Sequence[float], part: float) -> float:
    """The value below which this part of them are; of the only one, itself."""
    if len(valeurs) == 1:
        return valeurs[0]
    return statistics.quantiles(valeurs, n=100, method="inclusive")[round(100 * part) - 1]
