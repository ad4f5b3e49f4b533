"""A second département, of pure fancy, for the tests: other places, sizes and shares.

Nothing printed to reach, and everything a real delivery may hold that the Nord's does not: fields
poorly filled in, questions not asked the first year, a collège without a post, an association in
two territoires, two associations whose pseudonyms look alike, youths without any situation record
or territoire, follow-ups dated after they began.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from data.demo import profils
from data.demo import territoires as territoires_du_nord
from data.demo.departement import ALSES, College, Departement, Fixe, Poste, Zones
from data.demo.repartition import Cible, Entiers, repartir

_TERRITOIRES = (
    ("hauts-de-lys", "Hauts de Lys"),
    ("plaine-d-ambre", "Plaine d’Ambre"),
    ("rives", "Rives"),
    ("vieux-port", "Vieux-Port"),
    ("monts", "Monts"),
)
_ASSOCIATIONS = (
    ("Boussole", "La Boussole"),
    ("RDR", "Rue des Rencontres"),
    ("Tremplin", "Tremplin des Monts"),
    ("Escale", "L’Escale"),
)
_IMPLANTATIONS = {0: (0, 1), 1: (2,), 2: (4,), 3: (3, 1)}
"""Association → its territoires (the first one and the last one work in two)."""
_COLLEGES = (7, 6, 5, 4, 3)
_CONNUS = {"ressources": 0.45, "hebergement": 0.55, "demande": 0.8, "origine": 0.85, "sexe": 0.96}
_NOMS = (
    "des Tilleuls",
    "du Moulin Vert",
    "de l’Étang",
    "des Trois Chênes",
    "du Belvédère",
    "de la Halle",
    "des Mouettes",
)


def decrire(echelle: float, graine: int) -> Departement:
    """The fictional département: about 900 youths a year, 25 collèges, 5 territoires."""
    hasard = np.random.default_rng([graine, 404])
    colleges: list[College] = []
    postes: list[Poste] = []
    for t, nombre in enumerate(_COLLEGES):
        porteuses = [a for a, ts in _IMPLANTATIONS.items() if t in ts]
        for i in range(nombre):
            rang = len(colleges)
            colleges.append(
                College(
                    f"{_TERRITOIRES[t][0]}-{i + 1}",
                    f"Collège {_NOMS[i]}",
                    f"Bourg-{_TERRITOIRES[t][1]}",
                    t,
                    ("", "rep", "rep_plus", "")[rang % 4],
                )
            )
            if i == nombre - 1 and t in (0, 3):
                continue  # a collège without a post
            debut = date(int(hasard.integers(2010, 2015)), 9, 1)
            postes.append(
                Poste(
                    rang,
                    porteuses[i % len(porteuses)],
                    (1.0, 0.5)[rang % 5 == 0],
                    rang % 3 == 0,
                    debut,
                )
            )
    # A post handed from one association to another in the middle of 2022-2023.
    dernier = postes[-1]
    postes[-1] = replace(dernier, fin=date(2023, 1, 31))
    postes.append(replace(dernier, debut=date(2023, 2, 1)))
    territoire = np.array([c.territoire for c in colleges])
    poids = np.exp(hasard.normal(0, 0.5, len(colleges)))

    def ps(annee: int) -> int:
        return max(40, round(echelle * (880 + 14 * (annee - 2021))))

    def alses(annee: int) -> int:
        return round(0.46 * ps(annee))

    def colleges_alses(annee: int, total: int) -> Entiers:
        w = np.zeros(len(colleges))
        for p in postes:
            w[p.college] += p.etp * poids[p.college] * (p.ouverture(annee) > 0.1)
        return repartir(total, w)

    zones = Zones(tuple(c for c, _ in _TERRITOIRES), tuple(range(len(_TERRITOIRES))), territoire)

    def cible(champ: str, part: int, annee: int) -> Cible:
        return _brouiller(
            profils.cibler(champ, part, 2021, alses(2021), ps(2021)), champ, part, annee, graine
        )

    def absentes(annee: int) -> frozenset[str]:
        # Asked by this département's form from 2020-2021 on only.
        return frozenset({"aides", "ressources"}) if annee <= 2019 else frozenset()

    def fixes(champ: str, annee: int) -> tuple[Fixe, ...]:
        return ()

    return Departement(
        territoires=_TERRITOIRES,
        associations=_ASSOCIATIONS,
        prefixes=("J", "J", "TRE", "ESC"),
        colleges=tuple(colleges),
        postes=tuple(postes),
        conditions=tuple(
            (
                colleges[p.college].code,
                _ASSOCIATIONS[p.association][0],
                f"{annee}-11-20",
                f"{2 * (p.college % 7)}",
                f"{p.college % 5}",
                ("oui", "non", "autre")[p.college % 3],
                ("oui", "non", "ne_sait_pas", "")[p.college % 4],
                ("oui", "non", "en_cours", "ne_sait_pas")[(p.college + annee) % 4],
                ("oui", "non")[p.college % 2],
                ("oui", "non", "")[(p.college + annee) % 3],
            )
            for annee in (2020, 2022)
            for p in postes
            if p.fin is None and p.debut.year <= annee
        ),
        effectif_alses=alses,
        effectif_ps=ps,
        colleges_alses=colleges_alses,
        poids_educateurs={
            (t, a): float(hasard.uniform(1, 4)) for a, ts in _IMPLANTATIONS.items() for t in ts
        },
        zones=lambda annee: zones,
        cible=cible,
        commun=lambda champ, annee: False,
        communs_multiples={},
        penchants=_pencher(graine),
        fixes=fixes,
        lieux_alses=lambda annee: territoires_du_nord.cibler_lieux(annee + 100),
        hors_territoire={c: float(hasard.uniform(2, 40)) for c, _ in _TERRITOIRES},
        territoire_ps=lambda annee: 64.0,
        partenaires=lambda part, annee: territoires_du_nord.cibler_partenaires(part, annee + 100),
        colonnes_absentes=absentes,
        rythmes={0: 1.3, 1: 0.5, 2: 1.0, 3: 0.8},
        sans_fiche=0.06,
        sans_territoire=0.03,
        debuts_tardifs=0.02,
    )


def _brouiller(cible: Cible, champ: str, part: int, annee: int, graine: int) -> Cible:
    """The same codes with other weights, less often filled in; no figure to reach."""
    hasard = np.random.default_rng([graine, zlib.crc32(champ.encode()), part, annee])
    constant = np.random.default_rng([graine, zlib.crc32(champ.encode()), part])
    parts = {
        c: min(
            97.0,
            w * float(np.exp(constant.normal(0, 0.35))) * float(np.exp(hasard.normal(0, 0.05))),
        )
        for c, w in cible.parts.items()
    }
    connus = cible.connus if champ == "anciennete" else min(cible.connus, _CONNUS.get(champ, 0.93))
    if cible.connus == 1:
        connus = 1.0
    return replace(
        cible,
        parts=parts,
        exacts=(),
        effectifs={},
        connus=connus,
        enfants={
            c: _brouiller(e, champ + c, part, annee, graine) for c, e in cible.enfants.items()
        },
    )


def _pencher(graine: int) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Multipliers by territoire, drawn."""
    hasard = np.random.default_rng([graine, 405])
    champs = ("sexe", "classe", "origine", "demande", "configuration", "croise", "objectifs")
    penchants: dict[str, dict[str, dict[str, float]]] = {}
    for champ in champs:
        codes = list(profils.cibler(champ, ALSES, 2021, 400, 900).parts)
        penchants[champ] = {
            t: {c: float(np.exp(hasard.normal(0, 0.3))) for c in codes} for t, _ in _TERRITOIRES
        }
    return penchants
