"""The profile of the Nord's youths: shares printed in the public documents, completed.

What is printed stands in `Exact` (a share) or `effectifs` (a count); the rest of `parts` is
plausible and only fills the remainder. The 2021-2022 report anchors the profile; the other years
drift a little around it, except where the note of 2020 prints a figure.
Source: contract, données §5; the documents' own words are in `data/reference`.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from data.demo.departement import ALSES, EDUCATEUR
from data.demo.repartition import Cible, Exact

UNE_DECIMALE = 0.048
"""Tolerance, in points, of a share printed with one decimal (half a unit, less a margin)."""

_SOCIAUX = ("ssd", "protection_enfance", "soins", "chrs", "pjj")
_ORIENTATION_PARTENAIRES = {
    "ssd": 34.0,
    "protection_enfance": 16.0,
    "soins": 9.0,
    "chrs": 4.2,
    "pjj": 8.0,
    "centre_social": 10.0,
    "association": 8.0,
    "mission_locale": 2.0,
    "commune": 5.0,
    "autre_partenaire": 3.8,
}


def _origine(
    groupes: tuple[float, float, float],
    professionnels: Mapping[str, float],
    publics: tuple[float, float, float],
    ecoles: float,
    *,
    imprimee: bool,
    sociaux: bool = False,
    connus: float = 0.98,
) -> Cible:
    """Origins by group (professionnels, publics, partenaires), then inside each."""

    def exacts(parts: Mapping[str, float], *codes: str) -> tuple[Exact, ...]:
        return tuple(Exact((c,), parts[c]) for c in codes) if imprimee else ()

    g = dict(zip(("_professionnels", "_publics", "_partenaires"), groupes, strict=True))
    p = dict(zip(("jeune", "famille", "amis"), publics, strict=True))
    e = {"etablissement_scolaire": ecoles, "_autres": 100 - ecoles}
    return Cible(
        g,
        exacts(g, *g),
        connus=connus,
        enfants={
            "_professionnels": Cible(
                professionnels,
                exacts(professionnels, "presence_college", "travail_rue"),
                connus=1,
            ),
            "_publics": Cible(p, exacts(p, *p), connus=1),
            "_partenaires": Cible(
                e,
                exacts(e, *e),
                connus=1,
                enfants={
                    "_autres": Cible(
                        _ORIENTATION_PARTENAIRES,
                        (Exact(_SOCIAUX, 71.2, UNE_DECIMALE),) if sociaux else (),
                        connus=1,
                    )
                },
            ),
        },
    )


_SCOLARITE = {
    "relationnel": 27.7,
    "apprentissage": 24.1,
    "absenteisme": 21.9,
    "exclusion": 10.5,
    "orientation": 15.8,
}

# --- 2021-2022, ALSES ---------------------------------------------------------------------------

_ALSES_2021: dict[str, Cible] = {
    "sexe": Cible(
        {"fille": 44, "garcon": 56}, (Exact(("fille",), 44, 0.15), Exact(("garcon",), 56, 0.15))
    ),
    "age": Cible(
        {"10": 3.5, "11": 16.5, "12": 23, "13": 25, "14": 21, "15": 8, "16": 2.4, "17": 0.6},
        (
            Exact(("12",), 23.0, 0.002),
            Exact(("13",), 25, 0.1),
            Exact(("14",), 21, 0.1),
            Exact(("10", "11"), 20, 0.2),
            Exact(("10", "11", "12", "13"), 68, 0.3),
        ),
        connus=0.985,
    ),
    "classe": Cible(
        {
            "6e": 18.7,
            "5e": 23.6,
            "4e": 25.8,
            "3e": 28,
            "ulis_upe2a": 2,
            "segpa": 1.3,
            "relais": 0.6,
        },
        (Exact(("3e",), 28, 0.1), Exact(("ulis_upe2a",), 2, 0.2)),
        connus=0.985,
    ),
    "anciennete": Cible({"nouveau": 56, "poursuivi": 44}, connus=1),
    "hebergement": Cible(
        {
            "deux_parents": 49.5,
            "un_parent": 34,
            "garde_alternee": 5,
            "famille": 2.5,
            "famille_accueil": 2,
            "mecs_foyer": 3,
            "internat": 1.2,
            "hebergement_urgence": 0.9,
            "instable": 0.7,
            "autre": 1.2,
        },
        connus=0.94,
    ),
    "mesure_connue": Cible({"oui": 15.3, "non": 52}, (), effectifs={"oui": 453}, connus=0.68),
    "mesures": Cible(
        {
            "ase_suivi": 47,
            "ase_placement": 16,
            "psy": 24.9,
            "pjj": 7,
            "mdph": 13,
            "autre": 5,
        },
        connus=1,
    ),
    "aide_connue": Cible({"oui": 42, "non": 22}, connus=0.64),
    "aides": Cible(
        {
            "fonds_social": 64,
            "bourse": 30,
            "cantine": 21,
            "departement": 8,
            "urgence": 6,
            "loisirs": 9,
            "autre": 4,
        },
        connus=1,
    ),
    "configuration": Cible(
        {"couple": 44, "recomposee": 12, "monoparentale": 33, "separe": 10.6, "autre": 0.4},
        (Exact(("couple",), 44), Exact(("monoparentale",), 33)),
        connus=0.95,
    ),
    "ressources": Cible(
        {
            "salaire": 55,
            "chomage": 7,
            "rsa": 16,
            "aah": 4,
            "prestations": 13,
            "retraite": 2,
            "formation": 1,
            "sans": 3,
            "autre": 3,
        },
        connus=0.86,
    ),
    "origine": _origine(
        (33, 29, 38),
        {
            "presence_college": 56,
            "travail_rue": 13,
            "presence_sociale": 10,
            "action_collective": 12,
            "accueil_local": 3,
            "relais_collegue": 6,
        },
        (57, 28, 15),
        94,
        imprimee=True,
        sociaux=True,
        connus=0.981,
    ),
    "fonction_ecole": Cible(
        {
            "vie_scolaire": 40,
            "direction": 25.4,
            "as_infirmiere": 7.1,
            "professeur": 20,
            "psy_en": 3.2,
            "autre": 4.3,
        },
        (Exact(("professeur",), 20, 0.1),),
        connus=0.985,
    ),
    "demande": Cible(
        {
            "scolarite": 51.6,
            "parler": 20.5,
            "loisirs": 8.6,
            "loi": 6.4,
            "famille": 3.8,
            "mobilite": 0.9,
            "sante": 1.5,
            "administratif": 1.6,
            "insertion": 0.8,
            "logement": 0.2,
            "pairs": 2.4,
            "affectif": 0.6,
            "numerique": 0.5,
            "autre": 0.6,
        },
        (
            Exact(("scolarite",), 51.6, UNE_DECIMALE),
            Exact(("loi",), 6.4, UNE_DECIMALE),
            Exact(("famille",), 3.8, UNE_DECIMALE),
        ),
        connus=0.98,
    ),
    "demande_scolarite": Cible(
        _SCOLARITE,
        (
            *(Exact((c,), p, UNE_DECIMALE) for c, p in _SCOLARITE.items()),
            Exact(("relationnel", "apprentissage"), 51.8, UNE_DECIMALE),
            Exact(("absenteisme", "exclusion"), 32.4, UNE_DECIMALE),
        ),
        connus=0.97,
    ),
    "croise": Cible({"oui": 30, "non": 70}, connus=1),
    "objectifs": Cible(
        {
            "scolarite": 66,
            "parler": 51,
            "loisirs": 6,
            "loi": 14,
            "famille": 27,
            "mobilite": 5.5,
            "sante": 8,
            "administratif": 7,
            "insertion": 4,
            "logement": 2,
            "pairs": 14,
            "affectif": 4,
            "numerique": 5,
            "autre": 4,
        },
        connus=0.98,
    ),
    "avec_famille": Cible({"oui": 49, "non": 51}, connus=1),
    "famille": Cible(
        {
            "mere": 71,
            "pere": 24,
            "parents": 14,
            "fratrie": 11,
            "beau_parent": 4,
            "grands_parents": 5,
            "autre": 5,
        },
        connus=1,
    ),
    "objectifs_famille": Cible(
        {
            "ecoute": 66.8,
            "parentalite": 53.1,
            "violences": 6,
            "mediation": 13,
            "lien_ecole": 33,
            "droits": 15,
            "materiel": 7,
            "orientation": 12,
            "autre": 4,
        },
        connus=0.92,
    ),
    "avec_partenaires": Cible({"oui": 41, "non": 59}, connus=1),
    "avec_interne": Cible({"oui": 21, "non": 79}, connus=1),
    "seul": Cible({"oui": 94, "non": 6}, connus=1),
    "lieu": Cible(
        {
            "etablissement": 79,
            "local": 30,
            "domicile": 22,
            "exterieur": 16,
            "distanciel": 14,
            "autre_structure": 4.6,
        },
        connus=1,
    ),
}

# --- 2021-2022, youths followed by educators only ------------------------------------------------
# Where a share of the whole of PS is printed, `exacts` bear on both parts together (`COMMUNS`).

_EDUCATEURS_2021: dict[str, Cible] = {
    "sexe": Cible(
        {"fille": 39, "garcon": 61}, (Exact(("fille",), 41, 0.15), Exact(("garcon",), 59, 0.15))
    ),
    "age": Cible(
        {
            "7": 1,
            "8": 1.5,
            "9": 2,
            "10": 3,
            "11": 5,
            "12": 6,
            "13": 7,
            "14": 8,
            "15": 10,
            "16": 12,
            "17": 13,
            "18": 11,
            "19": 8,
            "20": 6,
            "21": 4,
            "22": 1.5,
            "23": 1,
        },
        connus=0.98,
    ),
    "classe": Cible(
        {
            "primaire": 5,
            "6e": 4.5,
            "5e": 5.5,
            "4e": 6,
            "3e": 6.5,
            "ulis_upe2a": 0.5,
            "segpa": 0.6,
            "relais": 0.4,
            "lycee": 36,
            "descolarise": 15,
            "autre": 20,
        },
        connus=0.97,
    ),
    "anciennete": Cible({"nouveau": 46, "poursuivi": 54}, connus=1),
    "hebergement": Cible(
        {
            "deux_parents": 41,
            "un_parent": 36,
            "garde_alternee": 3,
            "famille": 5,
            "famille_accueil": 1.5,
            "mecs_foyer": 3,
            "internat": 1,
            "hebergement_urgence": 3,
            "instable": 4,
            "autre": 2.5,
        },
        connus=0.92,
    ),
    "mesure_connue": Cible({"oui": 12, "non": 48}, connus=0.6),
    "mesures": Cible(
        {
            "ase_suivi": 38,
            "ase_placement": 16,
            "psy": 25.05,
            "pjj": 20,
            "mdph": 9,
            "autre": 7,
        },
        connus=1,
    ),
    "aide_connue": Cible({"oui": 24, "non": 30}, connus=0.54),
    "aides": Cible(
        {
            "fonds_social": 18,
            "bourse": 24,
            "cantine": 9,
            "departement": 28,
            "urgence": 26,
            "loisirs": 14,
            "autre": 10,
        },
        connus=1,
    ),
    "configuration": Cible(
        {"couple": 42, "recomposee": 6, "monoparentale": 46, "separe": 4.5, "autre": 1.2},
        (Exact(("couple",), 43), Exact(("monoparentale",), 41)),
        connus=0.93,
    ),
    "ressources": Cible(
        {
            "salaire": 50,
            "chomage": 8,
            "rsa": 20,
            "aah": 4,
            "prestations": 13,
            "retraite": 2,
            "formation": 3,
            "sans": 5,
            "autre": 3,
        },
        connus=0.82,
    ),
    "origine": _origine(
        (30, 36, 34),
        {
            "presence_college": 33,
            "travail_rue": 48,
            "presence_sociale": 7,
            "action_collective": 6,
            "accueil_local": 4,
            "relais_collegue": 2,
        },
        (42, 36, 22),
        81,
        imprimee=True,
    ),
    "fonction_ecole": Cible(
        {
            "vie_scolaire": 45,
            "direction": 24,
            "as_infirmiere": 12,
            "professeur": 13,
            "psy_en": 3,
            "autre": 3,
        },
        connus=0.95,
    ),
    "demande": Cible(
        {
            "scolarite": 23,
            "parler": 22,
            "loisirs": 12,
            "loi": 4,
            "famille": 6,
            "mobilite": 3,
            "sante": 4,
            "administratif": 8,
            "insertion": 13,
            "logement": 3,
            "pairs": 2,
            "affectif": 1,
            "numerique": 0.5,
            "autre": 2,
        },
        (Exact(("scolarite",), 35), Exact(("loi",), 5), Exact(("famille",), 5)),
        connus=0.98,
    ),
    "demande_scolarite": Cible(
        {
            "relationnel": 20,
            "apprentissage": 22,
            "absenteisme": 24,
            "exclusion": 10,
            "orientation": 24,
        },
        connus=0.95,
    ),
    "objectifs": Cible(
        {
            "scolarite": 36,
            "parler": 61,
            "loisirs": 18,
            "loi": 15,
            "famille": 22,
            "mobilite": 9,
            "sante": 12,
            "administratif": 17,
            "insertion": 26,
            "logement": 7,
            "pairs": 6,
            "affectif": 4,
            "numerique": 3,
            "autre": 4,
        },
        connus=0.97,
    ),
    "avec_famille": Cible({"oui": 62, "non": 38}, connus=1),
    "famille": Cible(
        {
            "mere": 63,
            "pere": 21,
            "parents": 12,
            "fratrie": 19,
            "beau_parent": 4,
            "grands_parents": 4,
            "autre": 7,
        },
        connus=1,
    ),
    "objectifs_famille": Cible(
        {
            "ecoute": 34,
            "parentalite": 22,
            "violences": 6,
            "mediation": 16,
            "lien_ecole": 12,
            "droits": 19,
            "materiel": 10,
            "orientation": 15,
            "autre": 5,
        },
        connus=0.97,
    ),
    "avec_partenaires": Cible({"oui": 74, "non": 26}, connus=1),
    "avec_interne": Cible({"oui": 27, "non": 73}, connus=1),
    "seul": Cible({"oui": 93, "non": 7}, connus=1),
    "lieu": Cible(
        {
            "etablissement": 34.7,
            "local": 47.8,
            "domicile": 20.9,
            "exterieur": 28.1,
            "distanciel": 7.9,
            "autre_structure": 14.4,
        },
        connus=1,
    ),
}

COMMUNS_MULTIPLES: dict[tuple[str, int], dict[str, float]] = {
    ("lieu", 2021): dict(_EDUCATEURS_2021["lieu"].parts),
    ("objectifs_famille", 2021): {"ecoute": 34.0, "parentalite": 22.0},
    ("mesures", 2021): {"psy": 25.0},
    ("ressources", 2021): {"salaire": 52.0},
}
"""Multiple choices: per cent of the youths of the whole of PS who hold the code, where printed."""

COMMUNS: frozenset[tuple[str, int]] = frozenset(
    {
        ("sexe", 2021),
        ("configuration", 2021),
        ("origine", 2021),
        ("demande", 2021),
        ("sexe", 2020),
        ("anciennete", 2020),
    }
)
"""Fields whose educators' `exacts` bear on the whole of PS."""

# --- the years the note of 2020 speaks of ---------------------------------------------------------

_COLLEGE_2020 = ("6e", "5e", "4e", "3e", "ulis_upe2a", "segpa", "relais")
_PROFESSIONNELS_2020 = {
    "presence_college": 52,
    "travail_rue": 18,
    "presence_sociale": 10,
    "action_collective": 11,
    "accueil_local": 3,
    "relais_collegue": 6,
}

_AUTRES_ANNEES: dict[tuple[str, int, int], Cible] = {
    ("sexe", ALSES, 2020): Cible({"fille": 42, "garcon": 58}, (Exact(("fille",), 42, 0.15),)),
    ("sexe", EDUCATEUR, 2020): Cible(
        {"fille": 39, "garcon": 61}, (Exact(("garcon",), 60, 0.2), Exact(("fille",), 40, 0.2))
    ),
    ("sexe", ALSES, 2019): Cible({"fille": 40, "garcon": 60}, (Exact(("fille",), 40, 0.2),)),
    ("age", ALSES, 2020): Cible(
        {"10": 2.2, "11": 12.5, "12": 16.56, "13": 21, "14": 27, "15": 14.5, "16": 5, "17": 1.24},
        (
            Exact(("12",), 16.56, 0.0025),
            Exact(("13",), 21, 0.1),
            Exact(("14",), 27, 0.1),
        ),
        connus=0.985,
    ),
    ("classe", ALSES, 2020): Cible(
        {
            "6e": 15,
            "5e": 19.7,
            "4e": 30,
            "3e": 33,
            "ulis_upe2a": 0.7,
            "segpa": 1.2,
            "relais": 0.4,
        },
        (Exact(("4e", "3e"), 63, 0.2), Exact(("ulis_upe2a",), 0.7, UNE_DECIMALE)),
        connus=1,
    ),
    ("anciennete", ALSES, 2020): Cible(
        {"nouveau": 54, "poursuivi": 46}, effectifs={"nouveau": 1206}, connus=1
    ),
    ("anciennete", EDUCATEUR, 2020): Cible(
        {"nouveau": 43, "poursuivi": 57}, (Exact(("nouveau",), 47, 0.2),), connus=1
    ),
    ("origine", ALSES, 2020): Cible(
        {"etablissement_scolaire": 46, "_professionnels": 27, "_publics": 23, "_autres": 4},
        (Exact(("etablissement_scolaire",), 46, 0.2),),
        connus=0.985,
        enfants={
            "_professionnels": Cible(_PROFESSIONNELS_2020, connus=1),
            "_publics": Cible({"jeune": 57, "famille": 27, "amis": 16}, connus=1),
            "_autres": Cible(_ORIENTATION_PARTENAIRES, connus=1),
        },
    ),
    ("origine", ALSES, 2019): Cible(
        {"etablissement_scolaire": 52, "_professionnels": 23, "_publics": 21, "_autres": 4},
        (Exact(("etablissement_scolaire",), 52, 0.2),),
        connus=0.985,
        enfants={
            "_professionnels": Cible(_PROFESSIONNELS_2020, connus=1),
            "_publics": Cible({"jeune": 56, "famille": 28, "amis": 16}, connus=1),
            "_autres": Cible(_ORIENTATION_PARTENAIRES, connus=1),
        },
    ),
    ("fonction_ecole", ALSES, 2020): Cible(
        {
            "vie_scolaire": 43,
            "direction": 27,
            "professeur": 22,
            "as_infirmiere": 7,
            "psy_en": 0.5,
            "autre": 0.5,
        },
        (
            Exact(("vie_scolaire", "direction"), 70, 0.2),
            Exact(("professeur",), 22, 0.2),
            Exact(("as_infirmiere",), 7, 0.2),
        ),
        connus=0.98,
    ),
    ("demande", ALSES, 2020): Cible(
        {
            "scolarite": 50,
            "parler": 28,
            "loisirs": 16,
            "loi": 0.7,
            "famille": 1.9,
            "mobilite": 0.8,
            "sante": 0.6,
            "administratif": 1.5,
            "insertion": 0.1,
            "logement": 0.05,
            "pairs": 0.3,
            "affectif": 0.06,
            "numerique": 0.05,
            "autre": 0.1,
        },
        (
            Exact(("scolarite",), 50, 0.2),
            Exact(("parler",), 28, 0.2),
            Exact(("loisirs",), 16, 0.2),
        ),
        effectifs={"famille": 43, "sante": 13, "mobilite": 17, "administratif": 33},
        connus=0.99,
    ),
    ("objectifs", ALSES, 2020): Cible(
        {
            "scolarite": 30,
            "parler": 62,
            "loisirs": 23,
            "loi": 17,
            "famille": 41,
            "mobilite": 7,
            "sante": 7.2,
            "administratif": 6.4,
            "insertion": 5,
            "logement": 2,
            "pairs": 15,
            "affectif": 5,
            "numerique": 5,
            "autre": 4,
        },
        effectifs={"famille": 916, "sante": 160, "mobilite": 157, "administratif": 144},
        connus=1,
    ),
    ("avec_famille", ALSES, 2020): Cible({"oui": 47, "non": 53}, effectifs={"oui": 1051}, connus=1),
    ("classe", ALSES, 2019): Cible(
        {"6e": 15, "5e": 20, "4e": 30, "3e": 33, "ulis_upe2a": 0.7, "segpa": 1, "relais": 0.3},
        connus=1,
    ),
}

COLLEGIENS = {2019: 52.0, 2020: 52.0}
"""Per cent of the youths of PS who are collégiens, where it is printed."""

_HORS_COLLEGE = {"primaire": 5.0, "lycee": 36.0, "descolarise": 15.0, "autre": 20.0}


def cibler(champ: str, part: int, annee: int, n_alses: int, n_ps: int) -> Cible:
    """Spread of the answers to `champ` for one part (`ALSES`, `EDUCATEUR`) of one school year.

    `n_alses`, `n_ps`: youths of the year, which the share of collégiens bears on.
    """
    if champ == "classe" and part == EDUCATEUR and annee in COLLEGIENS:
        collegiens = round(COLLEGIENS[annee] * n_ps / 100) - n_alses
        dedans = {c: _EDUCATEURS_2021["classe"].parts[c] for c in _COLLEGE_2020}
        total = n_ps - n_alses
        poids = sum(dedans.values())
        return Cible(
            {
                **{c: w * collegiens / poids for c, w in dedans.items()},
                **{
                    c: w * (0.98 * total - collegiens) / sum(_HORS_COLLEGE.values())
                    for c, w in _HORS_COLLEGE.items()
                },
            },
            (Exact(_COLLEGE_2020, 100 * collegiens / (total - round(total * 0.02)), 0.01),),
            connus=1 - round(total * 0.02) / total,
        )
    if (champ, part, annee) in _AUTRES_ANNEES:
        return _AUTRES_ANNEES[champ, part, annee]
    ancre = (_ALSES_2021 if part == ALSES else _EDUCATEURS_2021)[champ]
    return ancre if annee == 2021 else deriver(ancre, champ, annee)


def deriver(cible: Cible, champ: str, annee: int) -> Cible:
    """The same spread a few years away: weights moved a little, nothing printed any more."""
    hasard = np.random.default_rng([zlib.crc32(champ.encode()), annee])
    parts = {c: w * float(np.exp(hasard.normal(0, 0.05))) for c, w in cible.parts.items()}
    return replace(
        cible,
        parts=parts,
        exacts=(),
        effectifs={},
        enfants={c: deriver(e, champ + c, annee) for c, e in cible.enfants.items()},
    )
