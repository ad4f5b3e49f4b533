"""What is over- or under-represented in a table of two questions, and whether it is certain.

A cell of n youths, in a row of r and a column of c among N, is compared with r·c/N by the adjusted
residual (Haberman, 1973): (n − rc/N) / √(rc/N · (1 − r/N) · (1 − c/N)), the test that two
proportions are equal. Published numbers are each an interval: a sign is certain only when it holds
wherever the true numbers are (contract, confidentialité, rule 5), and beyond chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

RISQUE = 0.05
"""Chance that some sign of a whole table is called certain when nothing differs."""

GROUPE_MINIMAL = 30
"""Fewest youths on either side of a comparison."""

ATTENDU_MINIMAL = 5
"""Fewest youths expected in each of the four cells of a comparison."""


@dataclass(frozen=True, slots=True)
class Bornes:
    """The whole numbers a count may be, both ends included. `haut` may be infinite."""

    bas: float
    haut: float

    @property
    def exactes(self) -> bool:
        """Whether the number is known."""
        return self.bas == self.haut

    @property
    def milieu(self) -> float:
        """Half way."""
        return (self.bas + self.haut) / 2

    def dans(self, autres: Bornes) -> Bornes:
        """What both allow; these bounds when they contradict each other."""
        bas, haut = max(self.bas, autres.bas), min(self.haut, autres.haut)
        return Bornes(bas, haut) if bas <= haut else self


INCONNU = Bornes(0, inf)


def residu(n: float, r: float, c: float, total: float) -> float | None:
    """Adjusted residual of a cell; None where it has none (an empty or a full row or column)."""
    if not (0 < r < total and 0 < c < total):
        return None
    attendu = r * c / total
    return (n - attendu) / sqrt(attendu * (1 - r / total) * (1 - c / total))


def seuil(comparaisons: int) -> float:
    """Least residual beyond chance when that many cells are looked at together (Bonferroni)."""
    return NormalDist().inv_cdf(1 - RISQUE / 2 / max(comparaisons, 1))


def signe_certain(
    n: Bornes, r: Bornes, c: Bornes, total: Bornes, *, limite: float, ecart: float = 0
) -> int:
    """1 when the cell certainly holds more than its share, −1 less, 0 when that is not certain.

    `limite`: least residual (see `seuil`). `ecart`: least distance between the cell and r·c/N,
    in youths. The residual grows with n and N and falls as r or c grow (for n ≤ r, c < N), so
    the least favourable numbers are at the ends of the bounds.
    """
    if total.haut == inf or n.haut == inf or not _assez(r, c, total):
        return 0
    attendu = r.milieu * c.milieu / total.milieu
    haut = residu(n.bas, r.haut, c.haut, total.bas)
    if haut is not None and haut >= limite:
        return int(n.milieu - attendu >= ecart)
    possible = n.haut <= min(r.bas, c.bas)
    bas = residu(n.haut, r.bas, c.bas, total.haut) if possible else None
    if bas is not None and bas <= -limite:
        return -int(attendu - n.milieu >= ecart)
    return 0


def _assez(r: Bornes, c: Bornes, total: Bornes) -> bool:
    """Whether the groups compared are large enough for the test, wherever the numbers are."""
    groupes = (r.bas, c.bas, total.bas - r.haut, total.bas - c.haut)
    if min(groupes) < GROUPE_MINIMAL:
        return False
    dedans, dehors = (r.bas, total.bas - r.haut), (c.bas, total.bas - c.haut)
    return all(x * y / total.haut >= ATTENDU_MINIMAL for x in dedans for y in dehors)
