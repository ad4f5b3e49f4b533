"""Putting an answer of the package beside the one that the contract says."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

from queries.lecteur import Lecteur, Role
from queries.question import Lieu, Question
from queries.reponses import Ligne, Reponse
from tests.queries.naif import Base, Demande, codes, croisables, indicateurs
from tests.queries.protection import ESTIMEE, Attendue

HABILITE = Lecteur(Role.HABILITE)
DEPARTEMENT = Lecteur(Role.DEPARTEMENT)
INVITE = Lecteur(Role.INVITE)

PERMIS = {"departement": 2, "territoire": 2}
"""Most profile filters of a kind of place; 1 elsewhere (contract, treillis)."""


def poser(q: Demande) -> Question:
    """The question, as the package takes it."""
    return Question(q.indicateur, q.annee, Lieu(*q.lieu), q.population, q.filtres, q.croiser)


def de_jeunes(nom: str) -> bool:
    """Whether profile filters and the cumul bear on the indicator."""
    return nom not in (
        *("postes", "jeunes_par_poste", "colleges_equipes", "conditions", "anciennete_alses"),
        *(i for i in indicateurs() if i.startswith("actions_")),
    )


def ecrire_ligne(ligne: Ligne) -> Attendue:
    """A row of the package, as the tests write them."""
    statut, valeur = ligne.statut, ligne.valeur
    if statut == "arrondi" and ligne.modalite in ("mediane", "interventions_par_jeune"):
        assert valeur is not None
        assert valeur >= 1
        statut, valeur = ESTIMEE, None
    return Attendue(
        ligne.serie,
        ligne.modalite,
        statut,
        ligne.effectif,
        ligne.base,
        ligne.part,
        valeur,
        ligne.non_renseigne,
    )


def comparer(
    reponse: Reponse,
    attendues: Sequence[Attendue],
    q: Demande,
    auditees: frozenset[str] = frozenset(),
) -> None:
    """Raises AssertionError at the first row that differs, or is missing, or is too many.

    `auditees`: school years in which the audit withheld something.
    """
    lignes = [ecrire_ligne(x) for x in reponse.lignes]
    for donnee, attendue in zip(lignes, attendues, strict=False):
        retenue = q.annee in auditees and est_retenue(donnee, attendue)
        assert donnee == attendue or retenue, f"{q}\ndonnée   {donnee}\nattendue {attendue}"
    assert len(lignes) == len(attendues), q


def est_retenue(donnee: Attendue, attendue: Attendue) -> bool:
    """Whether a row is the expected one, but for what the audit withheld: nothing else changes."""
    if donnee.statut == "non_diffuse":
        return donnee.effectif is None and donnee.part is None and donnee.valeur is None
    if attendue.statut == "exact" and _arrondie(donnee, attendue):
        return True
    return donnee == replace(attendue, non_renseigne=donnee.non_renseigne)


def _arrondie(donnee: Attendue, attendue: Attendue) -> bool:
    """Whether a headline was rounded instead of given exactly."""
    n, p = attendue.effectif, donnee.effectif
    if donnee.statut == "masque":
        return isinstance(n, int) and n < 10 and p is None
    return isinstance(n, int) and isinstance(p, int) and p % 5 == 0 and abs(p - n) < 5


def tirer_contextes(base: Base, graine: int, nombre: int) -> Iterable[Demande]:
    """Random contexts (year, place, population, filters) asked of every indicator they allow,
    and random crossings."""
    de = random.Random(graine)
    annees = base.annees()
    lieux: dict[str, list[str]] = {}
    for type_, code in base.lieux():
        lieux.setdefault(type_, []).append(code)
    cumuls = [a for a in annees if {a + 1, a + 2} <= set(annees)]
    for _ in range(nombre):
        # Large places first: elsewhere most rows are refused.
        type_ = de.choice(["departement", "departement", "territoire", "territoire", *lieux])
        lieu = (type_, de.choice(lieux[type_]))
        annee = de.choice(annees)
        nom_annee = f"{annee}-{annee + 1}"
        cumul = bool(cumuls) and type_ in ("college", "association_college") and de.random() < 0.5
        if cumul:
            debut = de.choice(cumuls)
            nom_annee = f"{debut}-{debut + 3}"
        population = de.choice(["alses", "alses", "ps", "ps", "collegiens"])
        combien = de.choice([0, 0, 0, 1, 1, 2])
        profils = de.sample(
            ["sexe", "age", "classe", "anciennete"], min(combien, PERMIS.get(type_, 1))
        )
        filtres = tuple(
            (p, de.choice(codes("tranche_age" if p == "age" else p)[:4])) for p in profils
        )
        for nom in indicateurs():
            if nom == "qualite_saisie" and cumul:
                continue
            if de_jeunes(nom):
                yield Demande(nom, nom_annee, lieu, population, filtres)
            elif not (filtres or cumul):
                yield Demande(nom, nom_annee, lieu, population)
        if type_ in ("departement", "territoire", "association"):
            for _ in range(4):
                a, b = de.sample(croisables(), 2)
                yield Demande(a, f"{annee}-{annee + 1}", lieu, croiser=b)
