"""`python -m tests.pannes [épreuve…]`: every trial at length, then one table."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.commandes import SECRET_DES_ESSAIS
from tests.data.fabrique import en_dossier
from tests.pannes import bases, livraisons, morts
from tests.pannes.table import Constat, imprimer
from tests.postgresql import lancer_postgresql

GRAINE = 2026


def _dire(texte: str) -> None:
    print(f"▸ {texte}", flush=True)


@contextmanager
def _dossier() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="passerelle-pannes-") as nom:
        yield Path(nom)


def _tuer_sqlite(combien: int, graine: int) -> list[Constat]:
    with _dossier() as d:
        livraison = en_dossier(d / "seconde", bases.seconde())
        base = bases.BaseSqlite(bases.modele_sqlite(d), d / "base")
        return [morts.tuer(base, livraison, combien, graine, d, _dire)]


def _tuer_postgresql(combien: int, graine: int) -> list[Constat]:
    with _dossier() as d, lancer_postgresql() as url:
        livraison = en_dossier(d / "seconde", bases.seconde())
        return [morts.tuer(bases.BasePostgresql(url), livraison, combien, graine, d, _dire)]


def _charger_des_livraisons(combien: int, graine: int) -> list[Constat]:
    with _dossier() as d:
        base = bases.BaseSqlite(bases.modele_sqlite(d), d / "base")
        return [livraisons.eprouver(base, combien, graine, d, _dire)]


EPREUVES: dict[str, tuple[Callable[[int, int], list[Constat]], int]] = {
    "morts-sqlite": (_tuer_sqlite, 300),
    "morts-postgresql": (_tuer_postgresql, 300),
    "livraisons": (_charger_des_livraisons, 10_000),
}
"""Name → trial, and how many times it is tried."""


def main() -> int:
    """Exit status: 0 when everything held."""
    analyseur = argparse.ArgumentParser(prog="python -m tests.pannes", description=__doc__)
    analyseur.add_argument("epreuves", nargs="*", help=", ".join(EPREUVES))
    analyseur.add_argument("--essais", type=int, help="autant d’essais pour chaque épreuve")
    analyseur.add_argument("--graine", type=int, default=GRAINE)
    options = analyseur.parse_args()
    os.environ.setdefault("SECRET_ARRONDI", SECRET_DES_ESSAIS)
    constats: list[Constat] = []
    for nom in options.epreuves or EPREUVES:
        epreuve, combien = EPREUVES[nom]
        _dire(nom)
        constats += epreuve(options.essais or combien, options.graine)
    imprimer(constats)
    return 0 if all(c.entier for c in constats) else 1


if __name__ == "__main__":
    sys.exit(main())
