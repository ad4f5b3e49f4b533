"""The questions that stand beside a question: the year before, the Département, the whole of PS,
the places around (contract, indicateurs, column `comparaisons`)."""

from __future__ import annotations

from dataclasses import replace

from data.catalogue import Indicateur
from data.treillis import FILTRES_PERMIS
from queries.depot import Etat
from queries.lecteur import Lecteur
from queries.lieux import existe, lister, territoire_de
from queries.question import NORD, Lieu, Question, QuestionRefusee
from queries.selection import sous_lieux

PLUS_DE_LIEUX = 24
"""Most places listed under a chart."""


def annee_precedente(question: Question, indicateur: Indicateur, etat: Etat) -> Question | None:
    """The same question one school year earlier; None when there is no such year."""
    if "annee_precedente" not in indicateur.comparaisons:
        return None
    debut, fin = (int(x) for x in question.annee.split("-"))
    avant = f"{debut - 1}-{fin - 1}"
    if avant not in (*etat.annees, *etat.cumuls):
        return None
    return replace(question, annee=avant)


def au_departement(question: Question, indicateur: Indicateur) -> Question | None:
    """The same question for the Département; None when it is already, or has no such year."""
    if question.lieu == NORD or "departement" not in indicateur.comparaisons or question.cumul:
        return None
    return replace(question, lieu=NORD)


def dans_l_ensemble(question: Question, indicateur: Indicateur) -> Question | None:
    """The same question for the whole of PS; None where it does not apply."""
    if (
        "ps" not in indicateur.comparaisons
        or indicateur.population
        or question.population != "alses"
        or not indicateur.de_jeunes
    ):
        return None
    return replace(question, population="ps")


def referer(
    question: Question, reference: str, indicateur: Indicateur, etat: Etat
) -> tuple[str, Question] | None:
    """Title and question of the chosen reference; the Département's own is the whole of PS."""
    if reference == "annee_precedente":
        avant = annee_precedente(question, indicateur, etat)
        return (avant.annee, avant) if avant else None
    if reference == "departement":
        nord = au_departement(question, indicateur)
        if nord:
            return "Département", nord
    if reference in ("departement", "ps"):
        ensemble = dans_l_ensemble(question, indicateur)
        if ensemble and (reference == "ps" or question.lieu == NORD):
            return "Ensemble PS", ensemble
    return None


def alentours(
    question: Question, indicateur: Indicateur, etat: Etat, lecteur: Lecteur
) -> list[Question]:
    """The places side by side under a chart, the largest first: Département and territoires; for
    an association its territoires (or collèges, read exactly); for a collège its territoire."""
    lieu = question.lieu
    lieux: list[Lieu]
    if lieu.type in ("departement", "territoire", "reseau", "poste"):
        lieux = [NORD, *lister(etat, lecteur, "territoire")]
        if lieu not in lieux:
            lieux.insert(0, lieu)
    else:
        lieux = [lieu]
        if lieu.type == "association":
            lieux += _dans(lieu, "territoire", etat, lecteur, question.annee)
            if lecteur.politique(lieu).exacte:
                lieux += _dans(lieu, "college", etat, lecteur, question.annee)
        territoire = territoire_de(etat, lieu)
        if territoire and not question.cumul:
            lieux.append(Lieu("territoire", territoire))
        if not question.cumul:
            lieux.append(NORD)
    voulus = [
        x
        for x in dict.fromkeys(lieux)
        if len(question.filtres) <= FILTRES_PERMIS[x.type]
        and existe(etat, lecteur, x, question.annee)
    ]
    return [replace(question, lieu=x) for x in voulus[:PLUS_DE_LIEUX]]


def _dans(lieu: Lieu, par: str, etat: Etat, lecteur: Lecteur, annee: str) -> list[Lieu]:
    try:
        return sous_lieux(lieu, par, etat, lecteur, annee)
    except QuestionRefusee:
        return []
