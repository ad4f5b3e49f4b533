"""What a process has already drawn, kept while it may be asked for again.

A card is a function of the publication, the reader's policy and perimeter, and the state of the
view: all of them are in the key, so nothing drawn for one reader is ever shown to another, and an
import makes every key new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memoire(Generic[T]):
    """The `taille` most recently used values."""

    def __init__(self, taille: int) -> None:
        self.taille = taille
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
            self._valeurs[cle] = valeur
            self._valeurs.move_to_end(cle)
            while len(self._valeurs) > self.taille:
                self._valeurs.popitem(last=False)
        return valeur
