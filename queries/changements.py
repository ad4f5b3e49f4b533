"""What changed from one year to the next, and where: only what is certain, largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.paquet import PAS
from queries.depot import Depot, Etat
from queries.lecteur import Lecteur
from queries.question import Lieu, Question
from queries.reponses import Ligne, Reponse, certain, repondre
from queries.statistiques import A_PRES, encadrer_rapport

INDICATEURS = (
    "sexe",
    "tranche_age",
    "classe",
    "anciennete",
    "hebergement",
    "mesure_connue",
    "configuration",
    "ressources_hors_salaire",
    "origine_groupe",
    "demande",
    "demande_scolarite",
    "objectifs",
    "avec_famille",
    "croises",
)
"""Indicators followed from year to year."""


@dataclass(frozen=True, slots=True)
class Changement:
    """A share that certainly moved. `ecart`: points, of the shown shares."""

    lieu: Lieu
    reponse: Reponse
    avant: Ligne
    apres: Ligne

    @property
    def ecart(self) -> float:
        """Points gained or lost."""
        return (self.apres.part or 0) - (self.avant.part or 0)


def bornes(ligne: Ligne) -> tuple[float, float]:
    """Least and greatest share, per cent, that the shown numbers may stand for."""
    if ligne.statut == "exact" or not ligne.base or ligne.effectif is None:
        return ligne.part or 0, ligne.part or 0
    return encadrer_rapport(ligne.effectif, ligne.base, A_PRES, A_PRES, 100)


def part_changee(avant: Ligne, apres: Ligne) -> bool:
    """Whether the share certainly differs, whatever the rounding hides (rule 5): the numbers it is
    made of, or those it is a share of, are far enough apart, and no share fits both."""
    if avant.part is None or apres.part is None:
        return False
    if not (certain(avant, apres) or _bases_eloignees(avant, apres)):
        return False
    (a, b), (c, d) = bornes(avant), bornes(apres)
    return b < c or d < a


def _bases_eloignees(avant: Ligne, apres: Ligne) -> bool:
    if avant.base is None or apres.base is None:
        return False
    return abs(apres.base - avant.base) >= 2 * PAS


def chercher(
    lieux: Sequence[Lieu], annee: str, etat: Etat, lecteur: Lecteur, depot: Depot
) -> list[Changement]:
    """Certain changes of share at these places from the year before, largest first.

    Empty when the year before is not in the database. One value an indicator and place.
    """
    debut, fin = (int(x) for x in annee.split("-"))
    precedente = f"{debut - 1}-{fin - 1}"
    if precedente not in etat.annees:
        return []
    questions = [Question(i, annee, lieu) for lieu in lieux for i in INDICATEURS]
    apres = repondre(questions, lecteur, depot)
    avant = repondre([replace(q, annee=precedente) for q in questions], lecteur, depot)
    trouves: list[Changement] = []
    for a, b in zip(avant, apres, strict=True):
        candidats = [
            Changement(b.question.lieu, b, x, y)
            for x, y in zip(a.lignes, b.lignes, strict=True)
            if part_changee(x, y)
        ]
        if candidats:
            trouves.append(max(candidats, key=lambda c: abs(c.ecart)))
    return sorted(trouves, key=lambda c: -abs(c.ecart))
