"""Published constants an indicator is compared with (INSEE, as the printed report quotes them)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from data.catalogue import REFERENCE


@dataclass(frozen=True, slots=True)
class Constante:
    """A published share, per cent, and where it was printed."""

    indicateur: str
    serie: str
    modalite: str
    part: float
    libelle: str
    source: str


@lru_cache(maxsize=1)
def lire_constantes() -> tuple[Constante, ...]:
    """Every published constant."""
    with (REFERENCE / "constantes_insee.csv").open(encoding="utf-8", newline="") as f:
        return tuple(
            Constante(
                x["indicateur"],
                x["serie"],
                x["modalite"],
                float(x["valeur"]),
                x["libelle"],
                x["source"],
            )
            for x in csv.DictReader(f)
        )


def constantes_de(indicateur: str) -> tuple[Constante, ...]:
    """The constants of one indicator."""
    return tuple(c for c in lire_constantes() if c.indicateur == indicateur)
