"""How the Nord's territoires differ, where its ALSES meet the youths, and with which partners.

Printed shares stand in `Exact`; the rest is plausible.
"""

from __future__ import annotations

from data.demo.departement import ALSES
from data.demo.profils import deriver
from data.demo.repartition import Cible, Exact

PENCHANTS: dict[str, dict[str, dict[str, float]]] = {
    "sexe": {
        "cambrai": {"fille": 1.3},
        "douai": {"fille": 0.75},
        "valenciennes": {"fille": 1.17},
        "sambre-avesnois": {"fille": 0.84},
        "vne": {"fille": 0.86},
        "flandres": {"fille": 1.2},
    },
    "age": {
        "douai": {"14": 0.75, "15": 0.7, "16": 0.7},
        "valenciennes": {"14": 1.06, "15": 1.15},
        "cambrai": {"14": 1.06},
        "sambre-avesnois": {"14": 0.95, "15": 0.9},
    },
    "classe": {
        "cambrai": {"3e": 1.14},
        "valenciennes": {"3e": 1.14},
        "vne": {"3e": 1.12},
        "flandres": {"3e": 1.14},
        "sambre-avesnois": {"3e": 0.9},
        "lille": {"3e": 0.87},
        "douai": {"ulis_upe2a": 3.2, "6e": 1.15},
    },
    "anciennete": {
        "cambrai": {"nouveau": 1.35},
        "douai": {"nouveau": 1.1},
        "flandres": {"nouveau": 0.75},
        "lille": {"nouveau": 0.85},
    },
    "hebergement": {
        "douai": {"mecs_foyer": 1.6, "famille_accueil": 1.5},
        "lille": {"hebergement_urgence": 2.0, "instable": 1.6},
        "cambrai": {"deux_parents": 1.15},
    },
    "mesure_connue": {
        "douai": {"oui": 1.3},
        "sambre-avesnois": {"oui": 1.25},
        "lille": {"oui": 0.85},
        "vne": {"oui": 0.85},
    },
    "mesures": {
        "flandres": {"ase_suivi": 1.18, "ase_placement": 1.1, "psy": 0.75},
        "douai": {"ase_suivi": 1.2, "ase_placement": 1.2, "psy": 0.75},
        "sambre-avesnois": {"ase_suivi": 1.15, "ase_placement": 1.1, "psy": 0.8},
        "valenciennes": {"ase_suivi": 1.15, "ase_placement": 1.15, "psy": 0.75},
        "cambrai": {"ase_suivi": 0.75, "psy": 1.6},
        "lille": {"ase_suivi": 0.78, "ase_placement": 0.85, "psy": 1.5},
        "vne": {"ase_suivi": 0.85, "psy": 0.82},
    },
    "configuration": {
        "cambrai": {"couple": 1.9},
        "flandres": {"couple": 1.75},
        "douai": {"couple": 0.55, "separe": 2.4},
        "valenciennes": {"couple": 0.95},
        "vne": {"couple": 0.9},
        "lille": {"monoparentale": 1.15, "couple": 0.9},
    },
    "ressources": {
        "sambre-avesnois": {"rsa": 1.25, "salaire": 0.9},
        "douai": {"rsa": 1.2, "salaire": 0.92},
        "flandres": {"salaire": 1.1},
        "lille": {"rsa": 0.95},
    },
    "origine": {
        "cambrai": {"_partenaires": 0.8, "travail_rue": 0.0, "jeune": 1.6, "famille": 0.7},
        "douai": {
            "_partenaires": 1.25,
            "_publics": 0.9,
            "travail_rue": 3.0,
            "jeune": 0.22,
            "famille": 1.7,
        },
        "valenciennes": {
            "_partenaires": 0.75,
            "travail_rue": 2.4,
            "jeune": 1.6,
            "famille": 0.7,
        },
        "sambre-avesnois": {"_partenaires": 1.3, "jeune": 0.75, "famille": 1.3},
        "vne": {"_partenaires": 1.2, "jeune": 1.6, "famille": 0.7},
        "lille": {"_partenaires": 0.85, "travail_rue": 0.16, "jeune": 0.75, "famille": 1.3},
        "flandres": {"_partenaires": 1.25},
    },
    "fonction_ecole": {
        "cambrai": {"as_infirmiere": 1.7},
        "douai": {"as_infirmiere": 2.2},
        "valenciennes": {"as_infirmiere": 2.8},
        "sambre-avesnois": {"as_infirmiere": 0.5, "professeur": 2.8, "vie_scolaire": 0.8},
        "vne": {"as_infirmiere": 0.5, "professeur": 0.7},
        "lille": {
            "as_infirmiere": 0.5,
            "direction": 1.75,
            "vie_scolaire": 0.72,
            "professeur": 0.8,
        },
        "flandres": {"as_infirmiere": 0.5, "professeur": 0.7},
    },
    "demande": {
        "douai": {"loisirs": 3.6, "parler": 0.75, "loi": 2.4, "scolarite": 0.85},
        "valenciennes": {"mobilite": 1.8},
        "lille": {"scolarite": 1.05},
    },
    "demande_scolarite": {
        "cambrai": {"relationnel": 1.5, "exclusion": 0.7},
        "douai": {"relationnel": 1.6, "exclusion": 0.7},
        "sambre-avesnois": {"relationnel": 1.5, "exclusion": 0.7},
        "valenciennes": {"apprentissage": 0.6, "exclusion": 0.4, "orientation": 0.8},
        "vne": {"relationnel": 0.85, "apprentissage": 0.9},
        "lille": {"relationnel": 0.8, "apprentissage": 1.5, "exclusion": 0.8},
        "flandres": {"relationnel": 0.9, "apprentissage": 1.1, "orientation": 1.2},
    },
    "croise": {
        "lille": {"oui": 1.35},
        "douai": {"oui": 0.75},
        "cambrai": {"oui": 0.7},
        "flandres": {"oui": 1.1},
    },
    "objectifs": {
        "valenciennes": {"mobilite": 1.7},
        "douai": {"famille": 1.45, "loi": 1.8, "scolarite": 0.88, "parler": 0.92},
        "cambrai": {"pairs": 1.2},
        "lille": {"administratif": 1.3},
    },
    "avec_famille": {"douai": {"oui": 1.7}, "lille": {"oui": 1.05}, "cambrai": {"oui": 0.9}},
    "famille": {"douai": {"autre": 3.0, "fratrie": 1.3}, "flandres": {"pere": 1.2}},
    "objectifs_famille": {
        "valenciennes": {"violences": 1.8, "mediation": 1.35},
        "vne": {"violences": 1.7, "mediation": 1.3},
        "douai": {"mediation": 1.6},
        "cambrai": {"mediation": 1.5},
        "lille": {"mediation": 0.65, "violences": 0.7, "droits": 1.2},
        "sambre-avesnois": {"mediation": 0.7, "violences": 0.7},
        "flandres": {"mediation": 0.7, "violences": 0.7},
    },
    "avec_partenaires": {
        "douai": {"oui": 1.8},
        "valenciennes": {"oui": 0.95},
        "lille": {"oui": 1.05},
    },
    "seul": {"douai": {"non": 2.6}},
    "lieu": {
        "lille": {"exterieur": 1.15, "local": 1.1},
        "cambrai": {"local": 0.7, "domicile": 1.2},
        "valenciennes": {"exterieur": 1.2},
        "flandres": {"domicile": 1.15},
    },
}
"""Field → territoire → code → multiplier: what the report says of each territoire (above or below
the département's share), as weights that the exact margins then correct."""

LIEUX_ALSES_2021 = {
    "etablissement": 56.1,
    "local": 13.9,
    "domicile": 11.9,
    "exterieur": 8.4,
    "distanciel": 7.3,
    "autre_structure": 2.4,
}

HORS_TERRITOIRE = {
    "cambrai": 0.0,
    "douai": 24.0,
    "valenciennes": 14.0,
    "sambre-avesnois": 5.0,
    "vne": 6.0,
    "lille": 7.0,
    "flandres": 17.0,
}

_DROIT_COMMUN = {
    "centre_social": 20.0,
    "insertion": 10.0,
    "culture_sport": 16.0,
    "association": 14.0,
    "commune": 7.0,
    "bailleur": 2.0,
    "police_justice": 2.5,
    "autre": 1.5,
}
_SERVICES = {"ssd": 68.0, "protection_enfance": 16.0, "pjj": 6.0, "soins": 10.0}


def cibler_partenaires(part: int, annee: int) -> Cible:
    """Mentions of partners on the territory: schools, then social services, then the rest."""
    ecoles, services = (85.0, 27.0) if part == ALSES else (38.0, 36.0)
    exact = part == ALSES and annee == 2021

    def exacts(code: str, p: float) -> tuple[Exact, ...]:
        return (Exact((code,), p, 0.2),) if exact else ()

    cible = Cible(
        {"etablissement_scolaire": ecoles, "_hors_ecole": 100 - ecoles},
        exacts("etablissement_scolaire", ecoles),
        connus=1,
        enfants={
            "_hors_ecole": Cible(
                {"_services": services, "_droit_commun": 100 - services},
                exacts("_services", services),
                connus=1,
                enfants={
                    "_services": Cible(_SERVICES, exacts("ssd", 68), connus=1),
                    "_droit_commun": Cible(_DROIT_COMMUN, connus=1),
                },
            )
        },
    )
    return cible if exact else (cible if part != ALSES else deriver(cible, "partenaires", annee))


def cibler_lieux(annee: int) -> Cible:
    """Places of the interventions of ALSES (unit: intervention)."""
    if annee != 2021:
        return deriver(Cible(LIEUX_ALSES_2021, connus=0.985), "lieux", annee)
    return Cible(
        LIEUX_ALSES_2021,
        tuple(Exact((c,), p, 0.02) for c, p in LIEUX_ALSES_2021.items()),
        connus=0.985,
    )
