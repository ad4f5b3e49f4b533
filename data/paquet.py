"""How the answers of one context are packed in one row, and unpacked (standard library only).

Numbers follow the order of a *mise en page* (layout), stored once per publication that changed
it: `jeunes` (columns counted in youths) and `evenements` (columns counted in interventions or
mentions). A context that has no row counts zero everywhere.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from dataclasses import dataclass
from typing import Any

PAS = 5
SANS_PART = 255
"""Share of events that is not given: one youth makes up more than half of the cell."""

RETENU = 0xFFFF
"""Stands for a number (in fives) that the audit withheld."""

_SANS_ENTETE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class MiseEnPage:
    """Names of the packed columns, and the place of each."""

    jeunes: dict[str, int]
    evenements: dict[str, int]

    @classmethod
    def lire(cls, contenu: str) -> MiseEnPage:
        """From the JSON kept in `mises_en_page`."""
        brut = json.loads(contenu)
        return cls(
            {nom: i for i, nom in enumerate(brut["jeunes"])},
            {nom: i for i, nom in enumerate(brut["evenements"])},
        )


@dataclass(frozen=True, slots=True)
class Publie:
    """Published answers of a context: p/5 of each column of youths (`RETENU`: withheld), whole
    per cent of each column of events (`SANS_PART`: not given), exact number of youths where it is
    a headline (None: no)."""

    p: array[int]
    parts: bytes
    entete: int | None


@dataclass(frozen=True, slots=True)
class Exact:
    """True counts of a context. `mediane`: of interventions per youth, in halves."""

    n: array[int]
    evenements: array[int]
    interventions: int
    mediane: int


class PaquetAbime(ValueError):
    """What was packed is not what is unpacked: the sum that zlib keeps of it does not agree."""


def deplier(contenu: bytes | memoryview) -> bytes:
    """What was packed. Raises PaquetAbime."""
    try:
        return zlib.decompress(contenu)
    except zlib.error as erreur:
        raise PaquetAbime("zlib") from erreur


def _petit_boutiste(a: array[int]) -> array[int]:
    if sys.byteorder == "big":
        a.byteswap()
    return a


def emballer_publie(p: bytes, parts: bytes, entete: int | None) -> bytes:
    """`p`: p/5 of each column as little-endian 16-bit; `parts`: one byte per column of events."""
    tete = _SANS_ENTETE if entete is None else entete
    return zlib.compress(tete.to_bytes(4, "little") + p + parts, 1)


def deballer_publie(contenu: bytes | memoryview, page: MiseEnPage) -> Publie:
    """Inverse of `emballer_publie`. Raises PaquetAbime."""
    brut = deplier(contenu)
    tete = int.from_bytes(brut[:4], "little")
    fin = 4 + 2 * len(page.jeunes)
    p = array("H")
    p.frombytes(brut[4:fin])
    return Publie(_petit_boutiste(p), brut[fin:], None if tete == _SANS_ENTETE else tete)


def emballer_exact(n: bytes, evenements: bytes, interventions: int, mediane: int) -> bytes:
    """`n`, `evenements`: true counts as little-endian 32-bit."""
    tete = interventions.to_bytes(4, "little") + mediane.to_bytes(4, "little")
    return zlib.compress(tete + n + evenements, 1)


def deballer_exact(contenu: bytes | memoryview, page: MiseEnPage) -> Exact:
    """Inverse of `emballer_exact`. Raises PaquetAbime."""
    brut = deplier(contenu)
    fin = 8 + 4 * len(page.jeunes)
    n, e = array("I"), array("I")
    n.frombytes(brut[8:fin])
    e.frombytes(brut[fin:])
    return Exact(
        _petit_boutiste(n),
        _petit_boutiste(e),
        int.from_bytes(brut[:4], "little"),
        int.from_bytes(brut[4:8], "little"),
    )


def vide_publie(page: MiseEnPage, *, entete: bool) -> Publie:
    """What a context without a row says: nobody."""
    return Publie(
        array("H", bytes(2 * len(page.jeunes))), bytes(len(page.evenements)), 0 if entete else None
    )


def vide_exact(page: MiseEnPage) -> Exact:
    """What a context without a row says to an exact reader: nobody."""
    return Exact(
        array("I", bytes(4 * len(page.jeunes))),
        array("I", bytes(4 * len(page.evenements))),
        0,
        0,
    )


def emballer_activite(contenu: dict[str, Any]) -> bytes:
    """Counts of actions, posts and collèges of a place, by column name."""
    return zlib.compress(json.dumps(contenu, sort_keys=True, separators=(",", ":")).encode(), 1)


def deballer_activite(contenu: bytes | memoryview) -> dict[str, Any]:
    """Inverse of `emballer_activite`. Raises PaquetAbime."""
    resultat: dict[str, Any] = json.loads(deplier(contenu))
    return resultat
