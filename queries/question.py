"""One question of the lattice, frozen: what is charted, cached, exported (contract, treillis)."""

from __future__ import annotations

from dataclasses import dataclass

from data.treillis import DEPARTEMENT, ecrire_filtres


class QuestionRefusee(ValueError):
    """The question is not one that may be asked; the text is French and fit for a person."""


class HorsTreillis(QuestionRefusee):
    """The question is outside the lattice."""


class IndicateurInconnu(QuestionRefusee):
    """There is no such indicator."""


@dataclass(frozen=True, slots=True, order=True)
class Lieu:
    """One place of the lattice. `type`: a key of `treillis.FILTRES_PERMIS`.

    `code`: the code of the URL; `association/territoire` or `association/college` for pairs.
    """

    type: str
    code: str

    @property
    def association(self) -> str:
        """Code of the association whose records alone are counted here; "" when several's."""
        if self.type == "association":
            return self.code
        if self.type in ("association_territoire", "association_college"):
            return self.code.split("/")[0]
        return ""

    @property
    def second(self) -> str:
        """Territoire or collège of a pair; the code itself otherwise."""
        return self.code.split("/")[-1]


NORD = Lieu("departement", DEPARTEMENT)


@dataclass(frozen=True, slots=True)
class Question:
    """Indicator × population × school year (or three-year cumul) × place × profile filters.

    `annee`: `2021-2022`, or `2019-2022` for a cumul. `filtres`: (profile, code) pairs.
    `croiser`: the second indicator of a crossing.
    """

    indicateur: str
    annee: str
    lieu: Lieu = NORD
    population: str = "alses"
    filtres: tuple[tuple[str, str], ...] = ()
    croiser: str | None = None

    @property
    def cumul(self) -> bool:
        """Whether the year stands for three."""
        debut, fin = self.annee.split("-")
        return int(fin) - int(debut) == 3

    @property
    def texte_filtres(self) -> str:
        """Profile filters, canonical."""
        return ecrire_filtres(self.filtres)
