"""What a process has already drawn, kept while it may be asked for again.

A card is a function of the publication, the reader's policy and perimeter, and the state of the
view: all of them are in the key, so nothing drawn for one reader is ever shown to another, and an
import makes every key new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memoire(Generic[T]):
    """The most recently used values, of `taille` in all. `peser`: the size of one; 1 by default."""

    def __init__(self, taille: int, *, peser: Callable[[T], int] = lambda _: 1) -> None:
        self.taille = taille
        self._peser = peser
        self._poids = 0
        self._valeurs: OrderedDict[Hashable, T] = OrderedDict()
        self._verrou = threading.Lock()

    def lire(self, cle: Hashable) -> T | None:
        """The value kept under this key, or None."""
        with self._verrou:
            valeur = self._valeurs.get(cle)
            if valeur is not None:
                self._valeurs.move_to_end(cle)
            return valeur

    def garder(self, cle: Hashable, valeur: T) -> T:
        """Keep a value, forgetting the least recently used one when there are too many."""
        with self._verrou:
            ancienne = self._valeurs.pop(cle, None)
            if ancienne is not None:
                self._poids -= self._peser(ancienne)
            self._valeurs[cle] = valeur
            self._poids += self._peser(valeur)
            while self._poids > self.taille:
                self._poids -= self._peser(self._valeurs.popitem(last=False)[1])
        return valeur
