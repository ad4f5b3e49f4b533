"""An indicator over the school years: one `Suite` a value and place, and what certainly changed.

A year that does not answer stays in the suite with its status: it is said, never drawn as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.catalogue import Indicateur
from queries.changements import part_changee
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.lieux import existe
from queries.question import Lieu, Question
from queries.reponses import Ligne, Reponse, certain, repondre

TOTAL = "total"
"""Modality of the sum of the values of a series, where all of them are exact numbers."""

PERIODES = {"annee": "Chaque année scolaire", "cumul": "Cumuls de trois ans"}
"""What is followed: parameter → its words."""

Filtres = tuple[tuple[str, str], ...]
Cible = tuple[Lieu, Filtres]
"""A place and the profile of the youths counted there."""


@dataclass(frozen=True, slots=True)
class Point:
    """One school year (or cumul) of a suite."""

    annee: str
    ligne: Ligne
    reponse: Reponse

    @property
    def rang(self) -> int:
        """Where it stands on the axis of time: the calendar year it begins in."""
        return int(self.annee.split("-")[0])


@dataclass(frozen=True, slots=True)
class Suite:
    """One value of an indicator at one place, year after year."""

    cible: Cible
    serie: str
    modalite: str
    libelle: str
    points: tuple[Point, ...]

    @property
    def code(self) -> str:
        """What an address calls the value: « scolarite », « etp:total »."""
        return f"{self.serie}:{self.modalite}" if self.serie else self.modalite

    def montres(self) -> list[Point]:
        """Years that show a number."""
        return [p for p in self.points if p.ligne.affichee and mesurer(p.ligne) is not None]

    def plus_grande(self) -> float:
        """The greatest number it shows; −1 without any."""
        return max((mesurer(p.ligne) or 0 for p in self.montres()), default=-1)


@dataclass(frozen=True, slots=True)
class Bilan:
    """What became of a suite from the first to the last year that shows a number."""

    suite: Suite
    avant: Point
    apres: Point
    certain: bool

    @property
    def ecart(self) -> float:
        """Gained or lost, in points for shares."""
        return (mesurer(self.apres.ligne) or 0) - (mesurer(self.avant.ligne) or 0)


def mesurer(ligne: Ligne) -> float | None:
    """What a row is drawn by: its share, else its ratio or median, else its number."""
    if ligne.part is not None:
        return ligne.part
    return ligne.valeur if ligne.valeur is not None else ligne.effectif


def suivre(
    indicateur: Indicateur,
    annees: Sequence[str],
    cibles: Sequence[Cible],
    population: str,
    etat: Etat,
    lecteur: Lecteur,
    depot: Depot,
) -> list[list[Suite]]:
    """The suites of each place, in list order. A year in which a place does not exist for the
    reader is left out of it."""
    questions = [
        Question(indicateur.id, annee, lieu, population, filtres)
        for lieu, filtres in cibles
        for annee in annees
        if existe(etat, lecteur, lieu, annee)
    ]
    reponses = repondre(questions, lecteur, depot)
    return [
        _suites(
            (lieu, filtres),
            [r for r in reponses if (r.question.lieu, r.question.filtres) == (lieu, filtres)],
        )
        for lieu, filtres in cibles
    ]


def _suites(cible: Cible, reponses: Sequence[Reponse]) -> list[Suite]:
    if not reponses:
        return []
    suites = []
    for serie in dict.fromkeys(x.serie for x in reponses[0].lignes):
        lignes = reponses[0].serie(serie)
        if len(lignes) > 1 and all(_sommable(r, serie) for r in reponses):
            points = tuple(Point(r.question.annee, _sommer(r, serie), r) for r in reponses)
            suites.append(Suite(cible, serie, TOTAL, "Total", points))
        for x in lignes:
            points = tuple(Point(r.question.annee, r.ligne(x.modalite, serie), r) for r in reponses)
            suites.append(Suite(cible, serie, x.modalite, x.libelle, points))
    return suites


def _sommable(reponse: Reponse, serie: str) -> bool:
    """Whether the values of a series are exact numbers of things that are in one of them only."""
    lignes = reponse.serie(serie)
    posees = [x for x in lignes if x.statut != "non_pose"]
    return reponse.indicateur.choix == "effectif" and all(
        x.statut == "exact" and x.part is None for x in posees
    )


def _sommer(reponse: Reponse, serie: str) -> Ligne:
    lignes = reponse.serie(serie)
    if any(x.statut != "exact" for x in lignes):
        return Ligne(serie, TOTAL, "Total", "non_pose")
    if all(x.effectif is None for x in lignes):
        return Ligne(serie, TOTAL, "Total", "exact", valeur=sum(x.valeur or 0 for x in lignes))
    return Ligne(serie, TOTAL, "Total", "exact", effectif=sum(x.effectif or 0 for x in lignes))


def change_certain(avant: Ligne, apres: Ligne) -> bool:
    """Whether what is drawn certainly differs between two rows (rule 5)."""
    if avant.part is not None and apres.part is not None:
        return part_changee(avant, apres)
    if avant.statut == apres.statut == "exact":
        return mesurer(avant) != mesurer(apres)
    if avant.valeur is None and apres.valeur is None:
        return certain(avant, apres)
    # A ratio of a published number to an exact one (youths by post).
    if not certain(avant, apres):
        return False
    (a, b), (c, d) = _borner_rapport(avant), _borner_rapport(apres)
    return b < c or d < a


def _borner_rapport(ligne: Ligne) -> tuple[float, float]:
    effectif, base = ligne.effectif or 0, ligne.base or 0
    if not base:
        return 0, float("inf")
    flou = 0 if ligne.statut == "exact" else 4
    return (effectif - flou) / base, (effectif + flou) / base


def dresser_bilan(suite: Suite) -> Bilan | None:
    """From the first to the last year shown; None with less than two."""
    montres = suite.montres()
    if len(montres) < 2:
        return None
    avant, apres = montres[0], montres[-1]
    return Bilan(suite, avant, apres, change_certain(avant.ligne, apres.ligne))


def referer_suite(suite: Suite, reponses: Sequence[Reponse]) -> Suite:
    """The same value in other answers, one a year."""
    points = tuple(
        Point(r.question.annee, r.ligne(suite.modalite, suite.serie), r) for r in reponses
    )
    return replace(suite, cible=(reponses[0].question.lieu, suite.cible[1]), points=points)
