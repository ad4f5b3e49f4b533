"""Funnel plot: which collèges lie outside of what chance does around a reference share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from data.paquet import PAS
from queries.question import Lieu
from queries.reponses import Ligne, Reponse
from queries.sommes import compter
from queries.statistiques import RISQUES, Compte, limites, limites_arrondies


class Position(Enum):
    """Where a collège lies. The words say it to a reader."""

    DANS = "dans la variation ordinaire"
    AU_DESSUS = "au-dessus de la limite à 95 %"
    BIEN_AU_DESSUS = "au-dessus de la limite à 99,8 %"
    AU_DESSOUS = "au-dessous de la limite à 95 %"
    BIEN_AU_DESSOUS = "au-dessous de la limite à 99,8 %"

    @property
    def dehors(self) -> bool:
        """Whether chance alone would seldom do it."""
        return self is not Position.DANS


@dataclass(frozen=True, slots=True)
class Point:
    """One collège. `compte`: None when its share is not shown; it is then listed, never plotted.
    `position`: None when nothing can be said."""

    lieu: Lieu
    ligne: Ligne
    compte: Compte | None
    position: Position | None


def limiter(base: float, p: float, risque: float, *, arrondi: bool) -> tuple[int, int]:
    """Counts between which a collège of this base lies but for `risque`."""
    return (limites_arrondies if arrondi else limites)(int(base), p, risque)


def situer(x: float, base: float, p: float, *, arrondi: bool) -> Position:
    """Where x among `base` lies around p; a count on a limit is inside it."""
    position = Position.DANS
    for risque, dessous, dessus in zip(
        RISQUES,
        (Position.AU_DESSOUS, Position.BIEN_AU_DESSOUS),
        (Position.AU_DESSUS, Position.BIEN_AU_DESSUS),
        strict=True,
    ):
        bas, haut = limiter(base, p, risque, arrondi=arrondi)
        if x < bas:
            position = dessous
        elif x > haut:
            position = dessus
    return position


def placer(reponses: Iterable[Reponse], cle: tuple[str, str], p: float | None) -> list[Point]:
    """The collèges of these answers around the share p (None: no reference), for one value.

    A masked one is under the floor of the reader, hence in fives at most the multiple below it:
    what that says against the limits is said, no more.
    """
    points = []
    for r in reponses:
        ligne = r.ligne(cle[1], cle[0])
        compte = compter(r).get(cle)
        position = None
        arrondi = not r.politique.exacte
        if p is not None and compte is not None:
            position = situer(compte.x, compte.n, p, arrondi=arrondi)
        elif p is not None and ligne.statut == "masque" and ligne.base:
            sensible = r.indicateur.sensible(cle[1])
            plancher = r.politique.plancher_sensible if sensible else r.politique.plancher
            # Any count it may be is under the limit when the greatest is.
            trouvee = situer(plancher - PAS, ligne.base, p, arrondi=arrondi)
            if trouvee in (Position.AU_DESSOUS, Position.BIEN_AU_DESSOUS):
                position = trouvee
        points.append(Point(r.question.lieu, ligne, compte, position))
    return points


def tracer(
    derniere: float, p: float, risque: float, *, arrondi: bool
) -> list[tuple[int, float, float]]:
    """The two limits, (base, lower share, upper share), up to a base; shares in per cent."""
    bases = range(3 * PAS, int(derniere) + PAS, PAS) if arrondi else range(5, int(derniere) + 3)
    sortie = []
    for base in bases:
        bas, haut = limiter(base, p, risque, arrondi=arrondi)
        sortie.append((base, 100 * bas / base, min(100 * haut / base, 100.0)))
    return sortie
