"""Writing a delivery: one folder, one CSV file per record form, UTF-8, `;`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

Table = Mapping[str, Sequence[str]]
"""Column → cells, all columns of the same length."""


def ecrire_livraison(dossier: Path, formulaires: Mapping[str, Table]) -> Path:
    """Write `formulaires` (name → table) as the files of the delivery `dossier`; returns it.

    Cells must hold neither separator nor quote: they are codes, dates and pseudonyms. Those of
    the reference tables, which hold names, are quoted when they need it.
    """
    dossier.mkdir(parents=True)
    for nom, table in formulaires.items():
        colonnes = [list(c) for c in table.values()]
        with (dossier / f"{nom}.csv").open("w", encoding="utf-8", newline="") as f:
            f.write(";".join(table) + "\n")
            pas = 50_000
            for i in range(0, len(colonnes[0]) if colonnes else 0, pas):
                morceau = zip(*(c[i : i + pas] for c in colonnes), strict=True)
                f.write("\n".join(map(";".join, morceau)) + "\n")
    return dossier


def citer(texte: str) -> str:
    """A cell as CSV writes it."""
    if any(c in texte for c in ';"\n'):
        return '"' + texte.replace('"', '""') + '"'
    return texte
