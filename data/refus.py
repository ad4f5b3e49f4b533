"""What a delivery is refused for: whole, or row by row (contract, données §1)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_AVANT = re.compile(r" (?=[:;?!%»])")
_APRES = re.compile(r"« ")
_FORMULE = re.compile(r"[\t\r\n]|[\s\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠﹦﹢﹣﹫]")
"""Beginning of what a spreadsheet would run: the signs, in any width, behind any blank; and the
tab and line breaks that some of them skip."""

SIGNES_REPETES = 200
"""Most signs of a refused cell that are repeated."""


@lru_cache(maxsize=4096)
def typographier(texte: str) -> str:
    """French spacing: no-break spaces inside guillemets and before double punctuation."""
    return _APRES.sub("«\u00a0", _AVANT.sub("\u00a0", texte)).replace("'", "’")


@dataclass(frozen=True, slots=True)
class Refus:
    """One fault of one row. `ligne`: line of the file or sheet, the header being line 1."""

    fichier: str
    ligne: int
    colonne: str
    valeur: str
    raison: str
    que_faire: str


class LivraisonRefusee(Exception):
    """The delivery is refused and the database is as it was (exit status 1).

    `message` is French, for the operator; `refus` lists every refused row, when rows are at fault.
    """

    def __init__(self, message: str, refus: Sequence[Refus] = ()) -> None:
        self.message = typographier(message)
        self.refus = list(refus)
        super().__init__(self.message)


class MauvaisAppel(Exception):
    """The command itself is wrong: path that does not exist, wrong option (exit status 2)."""

    def __init__(self, message: str) -> None:
        self.message = typographier(message)
        super().__init__(self.message)


def abreger(valeur: str) -> str:
    """A cell as a refusal repeats it: a whole file fits in a cell whose quote is misplaced, and a
    terminal obeys the signs that are not printed."""
    if len(valeur) > SIGNES_REPETES:
        valeur = valeur[: SIGNES_REPETES - 1] + "…"
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in valeur)


def compter_lignes(refus: Iterable[Refus]) -> int:
    """Number of distinct rows behind these faults."""
    return len({(r.fichier, r.ligne) for r in refus})


def neutraliser(cellule: str) -> str:
    """The cell as a spreadsheet will show it, never run it (contract, interface, API)."""
    return "'" + cellule if _FORMULE.match(cellule) else cellule


def ecrire_rapport(chemin: Path, refus: Sequence[Refus], message: str = "") -> None:
    """Write the refusal report: CSV, UTF-8 with BOM, `;`, one line per fault.

    `message`: why the delivery was refused as a whole, on a line of its own.
    """
    with chemin.open("w", encoding="utf-8-sig", newline="") as sortie:
        plume = csv.writer(sortie, delimiter=";")
        plume.writerow(("fichier", "ligne", "colonne", "valeur", "raison", "que_faire"))
        if message:
            plume.writerow(("", "", "", "", neutraliser(message), ""))
        for r in refus:
            champs = (r.fichier, str(r.ligne), r.colonne, r.valeur, r.raison, r.que_faire)
            plume.writerow([neutraliser(c) for c in champs])
