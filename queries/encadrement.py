"""What a published number may stand for: an interval, and arithmetic on such intervals.

« environ 35 » is any whole number from 31 to 39, « moins de 5 » any from 0 to 4, a whole per cent
of events anything that rounds to it. An interval computed from these holds the true figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from data.paquet import PAS as PAS
from queries.reponses import Ligne, intervalle


@dataclass(frozen=True, slots=True)
class Encadrement:
    """`valeur`: computed from the published numbers; `bas` ≤ the true figure ≤ `haut`."""

    valeur: Fraction
    bas: Fraction
    haut: Fraction

    @classmethod
    def exact(cls, valeur: Fraction | float) -> Encadrement:
        """A figure that is published as it is."""
        v = valeur if isinstance(valeur, Fraction) else Fraction(str(valeur))
        return cls(v, v, v)

    def __add__(self, autre: Encadrement) -> Encadrement:
        return Encadrement(self.valeur + autre.valeur, self.bas + autre.bas, self.haut + autre.haut)

    def __sub__(self, autre: Encadrement) -> Encadrement:
        return Encadrement(self.valeur - autre.valeur, self.bas - autre.haut, self.haut - autre.bas)

    def fois(self, facteur: int) -> Encadrement:
        """Multiplied by a positive number."""
        return Encadrement(self.valeur * facteur, self.bas * facteur, self.haut * facteur)

    def sur(self, autre: Encadrement) -> Encadrement:
        """Divided by a figure that is not negative. Raises ZeroDivisionError when it may be 0."""
        quotients = [x / y for x in (self.bas, self.haut) for y in (autre.bas, autre.haut)]
        return Encadrement(self.valeur / autre.valeur, min(quotients), max(quotients))

    def borner(self, haut: int) -> Encadrement:
        """The same, known to lie between 0 and `haut`."""
        bas, valeur, sommet = (
            min(max(x, Fraction(0)), Fraction(haut)) for x in (self.bas, self.valeur, self.haut)
        )
        return Encadrement(valeur, bas, sommet)


def additionner(termes: Iterable[Encadrement]) -> Encadrement:
    """Their sum; 0 of none."""
    return sum(termes, Encadrement.exact(0))


def encadrer_nombre(nombre: float, statut: str) -> Encadrement:
    """A published count of status `exact`, `arrondi` or `masque` (then `nombre` is 0)."""
    if statut == "masque":
        return Encadrement(Fraction(0), Fraction(0), Fraction(PAS - 1))
    bas, haut = intervalle(nombre, statut)
    return Encadrement(Fraction(int(nombre)), Fraction(bas), Fraction(haut))


def encadrer_part(ligne: Ligne) -> Encadrement:
    """A whole per cent of events."""
    part = Fraction(str(ligne.part))
    demi = Fraction(1, 2)
    return Encadrement(part, part - demi, part + demi).borner(100)
