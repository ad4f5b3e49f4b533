"""The technical log: on stderr, one JSON object a line, or plain text on a terminal.

An address may hold a token or what is looked at, and the text of an exception may quote what was
counted: neither is ever written. A failure is told by its kind and the places in the code it went
through (contract, confidentialité, Words). It is not the journal of the consultations.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

NOM = "passerelle"
"""Name of the logger of the application."""

CADRES_AU_PLUS = 12
CHAMPS = "champs"
"""Attribute of a record that holds its fields."""

_RACINE = str(Path(__file__).resolve().parents[2]) + os.sep
_NIVEAUX = {"WARNING": "avertissement", "ERROR": "erreur", "CRITICAL": "critique"}


def journaliser(niveau: int, texte: str, **champs: Any) -> None:
    """Write one line. `texte`: French, without any value that came with a request."""
    logging.getLogger(NOM).log(niveau, texte, extra={CHAMPS: champs})


def installer(niveau: int, sorties: Sequence[logging.Handler] = ()) -> None:
    """Have every line written in its form, to these outputs (default: stderr).

    `niveau`: lowest level written of the application's lines; of libraries', warnings.
    """
    ecrites = list(sorties) or [logging.StreamHandler()]
    forme = EnTexte() if sys.stderr.isatty() else EnJson()
    for sortie in ecrites:
        sortie.setFormatter(forme)
    for nom, sien in ((NOM, niveau), ("", logging.WARNING)):
        journal = logging.getLogger(nom)
        journal.handlers = ecrites
        journal.setLevel(sien)
    logging.getLogger(NOM).propagate = False


def assurer() -> None:
    """Have failures written to stderr where nobody installed anything, another server for one."""
    journal = logging.getLogger(NOM)
    if not journal.handlers:
        sortie = _SurErreur(logging.WARNING)
        sortie.setFormatter(EnTexte() if sys.stderr.isatty() else EnJson())
        journal.addHandler(sortie)


class _SurErreur(logging.Handler):
    """On stderr, whatever it is at that time."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


def situer(erreur: BaseException) -> dict[str, Any]:
    """What may be told of a failure: its kind, what caused it, where, the innermost place first."""
    genres, suite, vus = [], erreur, set()
    while suite is not None and id(suite) not in vus:
        vus.add(id(suite))
        genres.append(type(suite).__name__)
        suivante = suite.__cause__ or suite.__context__
        if suivante is None:
            break
        suite = suivante
    pile = traceback.extract_tb(erreur.__traceback__)
    lieux = [
        f"{cadre.filename.removeprefix(_RACINE).rpartition('site-packages/')[2]}"
        f":{cadre.lineno} {cadre.name}"
        for cadre in reversed(pile[-CADRES_AU_PLUS:])
    ]
    return {"erreur": genres[0], "causes": genres[1:], "trace": lieux}


class EnJson(logging.Formatter):
    """One JSON object: time (UTC), level, text, fields."""

    def format(self, record: logging.LogRecord) -> str:
        quand = dt.datetime.fromtimestamp(record.created, dt.UTC)
        ligne = {
            "temps": quand.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "niveau": _nommer(record),
            "texte": record.getMessage(),
            "processus": record.process,
            **_lire_les_champs(record),
        }
        return json.dumps(ligne, ensure_ascii=False, default=str)


class EnTexte(logging.Formatter):
    """The same for a person in front of a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        champs = _lire_les_champs(record)
        trace = champs.pop("trace", [])
        dit = " ".join(
            [f"{nom}={valeur}" for nom, valeur in champs.items() if valeur not in (None, [], "")]
        )
        heure = dt.datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        tete = f"{heure} {_nommer(record)} {record.getMessage()} {dit}".rstrip()
        return "\n    ".join([tete, *trace])


def _nommer(record: logging.LogRecord) -> str:
    return _NIVEAUX.get(record.levelname, record.levelname.lower())


def _lire_les_champs(record: logging.LogRecord) -> dict[str, Any]:
    champs = dict(getattr(record, CHAMPS, {}))
    if record.exc_info and record.exc_info[1] is not None:
        champs |= situer(record.exc_info[1])
    return champs
