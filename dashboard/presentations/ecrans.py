"""How many screens follow, roughly, and nothing about whose they are.

Each open page draws a number of its own, forgotten when it is closed. What was heard of lately is
kept in memory that the processes of a server share (they are forked from one that has it), and is
written nowhere.
"""

from __future__ import annotations

import mmap
import struct
import time
import zlib

PLACES = 2048
"""Most screens counted at once, all presentations together."""

SILENCE = 8.0
"""Seconds after which a screen that says nothing is gone. Hidden ones ask every 4 s or so."""

_CASE = struct.Struct("<IId")
_VOISINES = 16


class Ecrans:
    """Presentation, number of the screen, when it was last heard of."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = places
        self._memoire = mmap.mmap(-1, _CASE.size * places)

    def entendre(self, partage: int, ecran: str) -> None:
        """A screen asked where the presentation is."""
        maintenant = time.monotonic()
        empreinte = zlib.crc32(f"{partage}:{ecran}".encode()) or 1
        depart = empreinte % self._places
        voulue = depart
        ancienne = maintenant
        # Two processes may take the same place at once: the loser is counted the next time.
        for i in range(_VOISINES):
            place = (depart + i) % self._places
            _, occupant, quand = _CASE.unpack_from(self._memoire, place * _CASE.size)
            if occupant == empreinte:
                voulue = place
                break
            if quand < ancienne:
                voulue, ancienne = place, quand
        _CASE.pack_into(
            self._memoire, voulue * _CASE.size, partage & 0xFFFFFFFF, empreinte, maintenant
        )

    def compter(self, partage: int) -> int:
        """Screens of a presentation heard of lately."""
        depuis = time.monotonic() - SILENCE
        return sum(
            la == partage & 0xFFFFFFFF and quand > depuis
            for la, _, quand in _CASE.iter_unpack(self._memoire[:])
        )


ECRANS = Ecrans()
"""Made when the code is loaded, before the processes are forked."""
