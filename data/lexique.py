"""The words of the trade and the public documents, for those who read the figures.

`reference/glossaire.csv`: one word and its definition. `reference/documents.csv`: the documents
that the project starts from; nothing in them is quoted here. `association`: code of the one that
wrote it, whose name only its own readers and those of the Département may see.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from data.catalogue import REFERENCE


@dataclass(frozen=True, slots=True)
class Terme:
    """One word: `terme` as it is written, `signification` of an acronym, `definition`."""

    terme: str
    signification: str
    definition: str


@dataclass(frozen=True, slots=True)
class Document:
    """One public document. `source`: what `chiffres_publies.csv` calls it; `apport`: what it gives
    to the project; `anonyme`: how to speak of it to who may not read the name of its
    association."""

    source: str
    titre: str
    auteur: str
    date: str
    apport: str
    association: str
    anonyme: str


@lru_cache(maxsize=1)
def lire_glossaire() -> tuple[Terme, ...]:
    """The words, in the order of the file, which is alphabetical."""
    return tuple(Terme(**ligne) for ligne in _lire("glossaire.csv"))


@lru_cache(maxsize=1)
def lire_documents() -> tuple[Document, ...]:
    """The public documents, the oldest first."""
    return tuple(Document(**ligne) for ligne in _lire("documents.csv"))


def _lire(nom: str) -> list[dict[str, str]]:
    with (REFERENCE / nom).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
