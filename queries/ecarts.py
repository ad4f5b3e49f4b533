"""How far a place stands from its reference, and what may be said of the gap."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from queries.reponses import Ligne
from queries.statistiques import MINIMUM, Compte, au_dela_du_hasard, certainement_autre


class Verdict(Enum):
    """What may be said of a gap between two shares of youths."""

    FORT = "au-delà du hasard"
    """Beyond chance, and certain whatever the rounding hides."""
    CERTAIN = "certain malgré l’arrondi, mais le hasard peut suffire"
    ORDINAIRE = "le hasard ou l’arrondi peut suffire"
    PETIT = "moins de 30 jeunes : pas de conclusion"


@dataclass(frozen=True, slots=True)
class Ecart:
    """One value of one place beside its reference. `points`: gap of the shown shares, None when
    one of them is not shown or stands for fewer than 30. `verdict`: None when there is
    nothing to compare, or when what is counted is not youths."""

    ligne: Ligne
    repere: Ligne | None
    points: float | None
    verdict: Verdict | None


def mesurer(
    ligne: Ligne, repere: Ligne | None, compte: Compte | None, autre: Compte | None
) -> Ecart:
    """The gap between a row and the same row of the reference, from their counts when known."""
    if repere is None or ligne.part is None or repere.part is None:
        return Ecart(ligne, repere, None, None)
    comptes = compte is not None and autre is not None
    if any(x.base and x.base < MINIMUM for x in (ligne, repere)):
        return Ecart(ligne, repere, None, Verdict.PETIT if comptes else None)
    points = ligne.part - repere.part
    verdict = juger(compte, autre) if compte is not None and autre is not None else None
    return Ecart(ligne, repere, points, verdict)


def juger(compte: Compte, autre: Compte) -> Verdict:
    """What the rounding and chance leave of a gap. Exact counts differ or do not: what is then
    told apart is chance alone."""
    if not certainement_autre(compte, autre):
        return Verdict.ORDINAIRE
    if au_dela_du_hasard(compte.x, compte.n, autre.x, autre.n):
        return Verdict.FORT
    return Verdict.CERTAIN if compte.marge or autre.marge else Verdict.ORDINAIRE
