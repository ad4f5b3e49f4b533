"""Progress of a long command, on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progression = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, out of how much."""


class Affichage:
    """Shows progress: one line rewritten in place on a terminal, one line per step elsewhere.

    Use as a context manager and call it as a `Progression`.
    """

    def __init__(self, sortie: TextIO | None = None) -> None:
        self.sortie = sortie or sys.stderr
        self.terminal = self.sortie.isatty()
        self._dernier = ""
        self._instant = 0.0

    def __enter__(self) -> Affichage:
        return self

    def __exit__(self, *_: object) -> None:
        if self.terminal and self._dernier:
            self.sortie.write("\r\x1b[K")
            self.sortie.flush()

    def __call__(self, texte: str, fait: int, total: int) -> None:
        if self.terminal:
            maintenant = time.monotonic()
            if texte == self._dernier and maintenant - self._instant < 0.1:
                return
            self._instant = maintenant
            part = f" {100 * fait // total}\u00a0%" if total else ""
            self.sortie.write(f"\r\x1b[K{texte}…{part}")
        elif texte != self._dernier:
            self.sortie.write(f"{texte}…\n")
        else:
            return
        self._dernier = texte
        self.sortie.flush()
