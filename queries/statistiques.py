"""What chance alone may do: the two-proportion test."""

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
