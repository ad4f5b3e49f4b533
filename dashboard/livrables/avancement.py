"""How far the making of a file is."""

from __future__ import annotations

from collections.abc import Callable

Avancer = Callable[[str, int], None]
"""Told what is being done, French, and how much of it is, 0 to 100."""


def sans_le_dire(etape: str, fait: int) -> None:
    """For who does not watch."""


def entre(avancer: Avancer, debut: int, fin: int) -> Avancer:
    """The same for one part of the work, which goes from `debut` to `fin`, per cent."""

    def dire(etape: str, fait: int) -> None:
        avancer(etape, debut + (fin - debut) * fait // 100)

    return dire
