"""`python -m tests.pannes [épreuve…]`: every trial at length, then one table."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.serveur import creer_application
from tests.commandes import SECRET_DES_ESSAIS
from tests.data.fabrique import en_dossier
from tests.pannes import bases, degats, demandes, livraisons, morts, service
from tests.pannes.table import Constat, imprimer
from tests.postgresql import Postgresql, lancer_postgresql

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


def _abimer_le_fichier(combien: int, graine: int) -> list[Constat]:
    with _dossier() as d:
        base = bases.BaseSqlite(bases.modele_sqlite(d), d / "base")
        return [degats.eprouver(base, combien, graine)]


def _demander(combien: int, _: int) -> list[Constat]:
    with _dossier() as d:
        os.environ["APPLICATION_URL"] = f"sqlite:///{d / 'application.sqlite'}"
        serveur = creer_application(f"sqlite:///{bases.modele_sqlite(d)}").server
        terrain = demandes.Terrain.dresser(serveur)
        try:
            return [
                demandes.eprouver_les_limites(terrain),
                *(demandes.eprouver(terrain, nom, combien) for nom in demandes.EPREUVES),
            ]
        finally:
            del os.environ["APPLICATION_URL"]


def _remplir_le_disque(_: int, __: int) -> list[Constat]:
    with _dossier() as d:
        modele = bases.modele_sqlite(d)
        livraison = en_dossier(d / "seconde", bases.seconde())
        return [
            service.importer_disque_plein(modele, livraison, d),
            service.servir_disque_plein(modele, d),
        ]


def _retirer_la_base(combien: int, graine: int) -> list[Constat]:
    hasard = random.Random(graine)
    absences = [hasard.uniform(0.1, 10) for _ in range(combien)]
    with _dossier() as d, Postgresql() as postgresql:
        base = bases.BaseSqlite(bases.modele_sqlite(d), d / "base")
        return [
            service.retirer_le_fichier(base, d),
            service.redemarrer_postgresql(postgresql, d, absences),
        ]


def _geler_la_base(combien: int, graine: int) -> list[Constat]:
    hasard = random.Random(graine)
    absences = [hasard.uniform(0.5, 30) for _ in range(combien)]
    with _dossier() as d, Postgresql() as postgresql:
        return [service.geler_postgresql(postgresql, d, absences)]


def _servir_des_lents(_: int, __: int) -> list[Constat]:
    with _dossier() as d:
        return [service.servir_des_lents(bases.modele_sqlite(d), d)]


def _importer_a_deux(combien: int, _: int) -> list[Constat]:
    with _dossier() as d, lancer_postgresql() as url:
        livraisons_ = (
            en_dossier(d / "une", bases.seconde()),
            en_dossier(d / "autre", bases.troisieme()),
        )
        sqlite = bases.BaseSqlite(bases.modele_sqlite(d), d / "base")
        return [
            service.importer_a_deux(base, *livraisons_, d, combien)
            for base in (sqlite, bases.BasePostgresql(url))
        ]


EPREUVES: dict[str, tuple[Callable[[int, int], list[Constat]], int]] = {
    "morts-sqlite": (_tuer_sqlite, 300),
    "morts-postgresql": (_tuer_postgresql, 300),
    "livraisons": (_charger_des_livraisons, 10_000),
    "degats": (_abimer_le_fichier, 500),
    "demandes": (_demander, 2_000),
    "disque": (_remplir_le_disque, 1),
    "retrait": (_retirer_la_base, 20),
    "gel": (_geler_la_base, 5),
    "lents": (_servir_des_lents, 1),
    "a-deux": (_importer_a_deux, 5),
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
        faits = epreuve(options.essais or combien, options.graine)
        imprimer(faits)
        constats += faits
    imprimer(constats)
    return 0 if all(c.entier for c in constats) else 1


if __name__ == "__main__":
    sys.exit(main())
