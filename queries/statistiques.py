"""What chance alone may do: the tests of a share against another, a constant, its neighbour."""

from __future__ import annotations

from math import sqrt

SEUIL = 1.96
"""Standard normal quantile of a two-sided test at 95 %."""

EFFECTIF_MINIMUM = 30
"""Fewest units of each group for a share to be judged at all."""


def au_dela_du_hasard(x1: float, n1: float, x2: float, n2: float) -> bool:
    """Whether two shares x1/n1 and x2/n2 differ more than chance explains.

    Two-proportion z test with a pooled share, two-sided, 95 %. False when a group has fewer than
    `EFFECTIF_MINIMUM` units.
    """
    if min(n1, n2) < EFFECTIF_MINIMUM:
        return False
    commune = (x1 + x2) / (n1 + n2)
    variance = commune * (1 - commune) * (1 / n1 + 1 / n2)
    if variance <= 0:
        return False
    return abs(x1 / n1 - x2 / n2) / sqrt(variance) > SEUIL


def ordre_au_dela_du_hasard(x1: float, x2: float) -> bool:
    """Whether two values of one breakdown differ more than chance explains.

    Sign test, 95 %: of the x1 + x2 who gave one of the two answers, half would have given each. The
    variance of the difference is at most x1 + x2 also when one youth may give both (cautious then).
    False under `EFFECTIF_MINIMUM` answers.
    """
    return x1 + x2 >= EFFECTIF_MINIMUM and abs(x1 - x2) / sqrt(x1 + x2) > SEUIL


def au_dela_d_une_constante(x: float, n: float, part: float) -> bool:
    """Whether the share x/n is further from `part` (0–1, known) than chance explains: z test, 95 %.

    False under `EFFECTIF_MINIMUM` units.
    """
    if n < EFFECTIF_MINIMUM or not 0 < part < 1:
        return False
    return abs(x / n - part) / sqrt(part * (1 - part) / n) > SEUIL
