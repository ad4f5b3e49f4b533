"""`python -m data journal`: who consulted what (contract, interface, Commands)."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

REFUSE = 1
PARIS = ZoneInfo("Europe/Paris")


def enregistrer(commandes: Any) -> None:
    """Add the command to the sub-parsers of `python -m data`."""
    journal = commandes.add_parser("journal", help="qui a consulté quoi, sur douze mois")
    journal.add_argument(
        "--depuis", type=_lire_jour, metavar="AAAA-MM-JJ", help="à partir de ce jour"
    )
    journal.add_argument("--qui", default="", metavar="TEXTE", help="un compte ou un rôle")
    journal.add_argument("--exact", action="store_true", help="les chiffres exacts seulement")
    journal.add_argument("--fichiers", action="store_true", help="les fichiers seulement")
    journal.add_argument("--csv", type=Path, metavar="FICHIER", help="écrire un fichier CSV")
    journal.set_defaults(agir=_montrer)


def _lire_jour(texte: str) -> dt.datetime:
    """Midnight of a day in Paris, as UTC without time zone."""
    try:
        jour = dt.date.fromisoformat(texte)
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {texte} » n’est pas une date AAAA-MM-JJ") from None
    minuit = dt.datetime.combine(jour, dt.time(), PARIS)
    return minuit.astimezone(dt.UTC).replace(tzinfo=None)


def _montrer(options: argparse.Namespace) -> int:
    from data import journal

    entrees = journal.lire(
        depuis=options.depuis, qui=options.qui, exact=options.exact, fichiers=options.fichiers
    )
    if options.csv is not None:
        try:
            combien = journal.ecrire_csv(entrees, options.csv)
        except OSError as erreur:
            print(f"Ce fichier ne peut pas être écrit : {erreur.strerror}.", file=sys.stderr)
            return REFUSE
        print(f"{combien} {'lignes écrites' if combien > 1 else 'ligne écrite'} : {options.csv}")
        return 0
    combien = 0
    for e in entrees:
        combien += 1
        heure = e.quand.replace(tzinfo=dt.UTC).astimezone(PARIS)
        politique = f" · {e.politique}" if e.politique else ""
        fichier = " · fichier" if e.fichier else ""
        print(f"{heure:%d/%m/%Y %H:%M:%S} · {e.qui} · {e.quoi}{politique}{fichier}")
    if not combien:
        print("Aucune consultation à montrer.")
    return 0
