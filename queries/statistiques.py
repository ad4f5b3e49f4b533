"""What chance and rounding explain by themselves: tests and limits, pure functions.

Standard library only: the web process carries no scientific one. A count x among n youths is read
as a draw from a binomial law; « beyond chance » is always said at 95 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from data.paquet import PAS

MINIMUM = 30
"""Fewest youths behind a percentage: below, « 8 sur 12 », and no test."""

RISQUES = (0.05, 0.002)
"""Risks of the two pairs of limits of a funnel plot: 95 % and 99.8 %."""

SEUIL = 1.959963984540054
"""Quantile 0.975 of the normal law: two sides at 95 %."""

A_PRES = PAS - 1
"""How far a published number may be from the true one, at most (rule 1)."""

ATTENDU_MINIMUM = 5
"""Least expected count in each of the four cells of the test."""


def au_dela_du_hasard(x1: float, n1: float, x2: float, n2: float) -> bool:
    """Whether shares x1/n1 and x2/n2 differ by more than chance does, at 95 %, two sides.

    Test of two proportions, common share under the hypothesis: p = (x1 + x2) / (n1 + n2),
    z = (x1/n1 − x2/n2) / √(p (1 − p) (1/n1 + 1/n2)), |z| > 1.96. Never when n1 or n2 is under
    30, nor when a count expected under the hypothesis is under 5, where the normal law no longer
    holds (Cochran, 1954). When one group is part of the other the test errs on the safe side.
    """
    if min(n1, n2) < MINIMUM:
        return False
    p = (x1 + x2) / (n1 + n2)
    if min(n1, n2) * min(p, 1 - p) < ATTENDU_MINIMUM:
        return False
    return abs(x1 / n1 - x2 / n2) > SEUIL * math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))


def ordre_au_dela_du_hasard(x1: float, x2: float) -> bool:
    """Whether two values of one breakdown differ more than chance explains.

    Sign test, 95 %: of the x1 + x2 who gave one of the two answers, half would have given each. The
    variance of the difference is at most x1 + x2 also when one youth may give both (cautious then).
    False under `MINIMUM` answers.
    """
    return x1 + x2 >= MINIMUM and abs(x1 - x2) / math.sqrt(x1 + x2) > SEUIL


def au_dela_d_une_constante(x: float, n: float, part: float) -> bool:
    """Whether the share x/n is further from `part` (0–1, known) than chance explains: z test, 95 %.

    False under `MINIMUM` units.
    """
    if n < MINIMUM or not 0 < part < 1:
        return False
    return abs(x / n - part) / math.sqrt(part * (1 - part) / n) > SEUIL


def encadrer_rapport(
    x: float, n: float, marge: float, marge_de_la_base: float, echelle: float = 1
) -> tuple[float, float]:
    """Least and greatest x/n, times `echelle`, when each is known within its margin only."""
    return (
        echelle * max(x - marge, 0) / (n + marge_de_la_base),
        echelle * (x + marge) / max(n - marge_de_la_base, 1),
    )


@dataclass(frozen=True, slots=True)
class Compte:
    """x youths among n, each known within `marge`: 0 exactly, 4 one rounding, 4 a part summed."""

    x: float
    n: float
    marge: float = 0

    @property
    def part(self) -> float:
        """The share, 0 to 1."""
        return self.x / self.n if self.n else 0.0

    def bornes(self) -> tuple[float, float]:
        """Least and greatest share the numbers may stand for."""
        if not self.marge:
            return self.part, self.part
        bas, haut = encadrer_rapport(self.x, self.n, self.marge, self.marge)
        return bas, min(haut, 1)


def certainement_autre(a: Compte, b: Compte) -> bool:
    """Whether the shares differ whatever the rounding hides (contract, confidentialité, rule 5):
    counts at least 10 apart unless both are exact, and no share common to both."""
    if (a.marge or b.marge) and abs(a.x - b.x) < 2 * PAS:
        return False
    (bas, haut), (autre_bas, autre_haut) = a.bornes(), b.bornes()
    return haut < autre_bas or autre_haut < bas


def binomiale(n: int, p: float) -> list[float]:
    """Probabilities of 0…n successes among n, each with probability p.

    From the likeliest count outwards by the ratio of neighbours, so that nothing underflows where
    it matters; P(mode) = exp(ln n! − ln k! − ln (n − k)! + k ln p + (n − k) ln (1 − p)).
    """
    if p <= 0 or p >= 1:
        sur = n if p >= 1 else 0
        return [1.0 if k == sur else 0.0 for k in range(n + 1)]
    mode = min(int((n + 1) * p), n)
    loi = [0.0] * (n + 1)
    loi[mode] = math.exp(
        math.lgamma(n + 1)
        - math.lgamma(mode + 1)
        - math.lgamma(n - mode + 1)
        + mode * math.log(p)
        + (n - mode) * math.log1p(-p)
    )
    rapport = p / (1 - p)
    for k in range(mode, n):
        loi[k + 1] = loi[k] * (n - k) / (k + 1) * rapport
    for k in range(mode, 0, -1):
        loi[k - 1] = loi[k] * k / (n - k + 1) / rapport
    return loi


def arrondie(n: int, p: float) -> list[float]:
    """Probabilities that the published count is 0, 5, 10… when the true one is binomial (n, p).

    The law of the rounding (contract, confidentialité, rules 1 and 2): r = x mod 5, down to x − r
    with probability 1 − r/5, up to x − r + 5 with probability r/5; at most 5·⌊n/5⌋.
    """
    loi = [0.0] * (n // PAS + 1)
    for x, probabilite in enumerate(binomiale(n, p)):
        rang, reste = divmod(x, PAS)
        loi[rang] += probabilite * (1 - reste / PAS)
        loi[min(rang + 1, n // PAS)] += probabilite * reste / PAS
    return loi


def _quantiles(loi: list[float], risque: float) -> tuple[int, int]:
    """Least ranks whose cumulated probability reaches risque/2 and 1 − risque/2.

    The upper one is sought from the other end: summing what is small first keeps it exact.
    """
    cumul, bas = 0.0, 0
    for rang, probabilite in enumerate(loi):
        cumul += probabilite
        if cumul >= risque / 2:
            bas = rang
            break
    queue, haut = 0.0, len(loi) - 1
    while haut > 0 and queue + loi[haut] <= risque / 2:
        queue += loi[haut]
        haut -= 1
    return bas, haut


@lru_cache(maxsize=8192)
def limites(n: int, p: float, risque: float) -> tuple[int, int]:
    """Counts between which a binomial (n, p) lies but for `risque`, at most half of it on each
    side, both ends included: the quantiles risque/2 and 1 − risque/2 (Clopper and Pearson's exact
    tails; Spiegelhalter, « Funnel plots for comparing institutional performance », 2005)."""
    return _quantiles(binomiale(n, p), risque)


@lru_cache(maxsize=8192)
def _limites_arrondies_de(n: int, p: float, risque: float) -> tuple[int, int]:
    bas, haut = _quantiles(arrondie(n, p), risque)
    return PAS * bas, PAS * haut


@lru_cache(maxsize=8192)
def limites_arrondies(base: int, p: float, risque: float) -> tuple[int, int]:
    """The same for published counts over a published base, multiples of 5.

    The true base is within 4 of the published one: the outermost limits of all those it may be.
    Whatever it is, at most `risque` of identical places lie outside.
    """
    toutes = [
        _limites_arrondies_de(n, p, risque) for n in range(max(base - PAS + 1, 1), base + PAS)
    ]
    return min(bas for bas, _ in toutes), max(haut for _, haut in toutes)
