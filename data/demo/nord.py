"""The département of the published documents: its real places and posts, its printed sizes.

Posts by territoire: 5, 10, 13, 10, 11, 18, 6 = 73 (32 of the plan pauvreté), the reading that
restores the two printed totals; the collèges announced but not named bear artificial names.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from data.demo import profils
from data.demo import territoires as territoires_du_nord
from data.demo.departement import (
    College,
    Departement,
    Fixe,
    Poste,
    Zones,
)
from data.demo.repartition import Cible, Entiers, repartir, tableau

_REFERENCE = Path(__file__).resolve().parent / "reference"

_JEUNES_ALSES = {
    2015: 1180,
    2016: 1310,
    2017: 1420,
    2018: 1560,
    2019: 1852,
    2020: 2233,
    2021: 2960,
    2022: 3041,
    2023: 3127,
    2024: 3098,
}
_JEUNES_PS = {
    2015: 4870,
    2016: 5020,
    2017: 5180,
    2018: 5360,
    2019: 5840,
    2020: 6585,
    2021: 7261,
    2022: 7418,
    2023: 7560,
    2024: 7502,
}
_TERRITOIRES_2021 = (213, 165, 589, 447, 509, 706, 331)

_ITINERAIRES = (
    "lille-boris-vian",
    "lille-louise-michel",
    "lille-martha-desrumaux",
    "lille-miriam-makeba",
    "lille-nina-simone",
    "lille-paul-verlaine",
)
_PAR_COLLEGE: dict[int, tuple[int, ...]] = {
    2022: (88, 88, 72, 78, 82, 76),
    2023: (72, 93, 72, 82, 132, 76),
}
"""Itinéraires, in the order above: 484, then 527 youths; +50 at Nina Simone."""
_FILLES = {2023: (35, 38, 35, 34, 43, 31)}
_NOUVEAUX = {2022: (40, 46, 36, 37, 43, 36), 2023: (26, 74, 33, 32, 77, 30)}
_CROISES = {2022: (46, 42, 40, 42, 31, 39), 2023: (22, 60, 23, 24, 64, 23)}
_CLASSES = {2022: (98, 115, 141, 130), 2023: (96, 115, 165, 151)}
"""6e, 5e, 4e, 3e of the six collèges together: 56 % then 60 % in 4e and 3e."""

_PREFIXES = {
    "Avance": "AVA",
    "Azimuts": "AZI",
    "Horizon 9": "HOR",
    "Itinéraires": "ITI",
    "Rencontres et Loisirs": "REL",
    "Tremplin Jeunes": "TRJ",
}

_EDUCATEURS = {
    "cambrai": {"BDJ": 3.0, "GAP": 2.0},
    "douai": {"BDJ": 4.0, "GAP": 1.5, "APPE": 2.0, "Rencontres et Loisirs": 2.5},
    "valenciennes": {"CAPEP": 14.0},
    "sambre-avesnois": {"AEP": 4.0, "AJA": 4.5, "Tremplin Jeunes": 1.5},
    "vne": {"AEP": 7.0, "AAPI": 8.0, "Horizon 9": 5.0},
    "lille": {"Itinéraires": 12.0, "FCP": 7.0, "Azimuts": 5.0, "Avance": 6.0},
    "flandres": {"AAE": 12.0},
}
"""Weight of each association in the youths followed by educators only."""

_RYTHMES = {"AJA": 0.72, "GAP": 0.8, "APPE": 0.65, "Itinéraires": 1.2, "AAE": 1.15, "FCP": 1.1}
"""Recording habits differ between associations, as the report warns."""


def _lire(nom: str) -> list[dict[str, str]]:
    with (_REFERENCE / f"{nom}.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))


def decrire(echelle: float) -> Departement:
    """The Nord at a scale: 1 gives the printed sizes, 2 twice as many youths."""
    territoires = tuple((r["code"], r["nom"]) for r in _lire("territoires"))
    associations = tuple((r["sigle"], r["nom"]) for r in _lire("associations"))
    rang_t = {c: i for i, (c, _) in enumerate(territoires)}
    rang_a = {c: i for i, (c, _) in enumerate(associations)}
    lignes = _lire("colleges")
    colleges = tuple(
        College(
            r["code"],
            r["nom"],
            r["commune"],
            rang_t[r["territoire"]],
            r["education_prioritaire"],
            r["latitude"],
            r["longitude"],
        )
        for r in lignes
    )
    rang_c = {c.code: i for i, c in enumerate(colleges)}
    postes = tuple(
        Poste(
            rang_c[r["college"]],
            rang_a[r["association"]],
            float(r["etp"]),
            r["plan_pauvrete"] == "oui",
            date.fromisoformat(r["debut"]),
            date.fromisoformat(r["fin"]) if r["fin"] else None,
        )
        for r in _lire("postes")
    )
    itineraires = tuple(rang_c[c] for c in _ITINERAIRES)
    territoire = np.array([c.territoire for c in colleges])
    poids = _peser(colleges, postes)

    def effectif(table: dict[int, int], annee: int) -> int:
        return max(1, round(echelle * table[annee]))

    def colleges_alses(annee: int, total: int) -> Entiers:
        ouverts = np.zeros(len(colleges))
        for p in postes:
            ouverts[p.college] += (
                p.etp * min(1.0, 0.3 + p.ouverture(annee)) * (p.ouverture(annee) > 0.1)
            )
        w = poids * ouverts
        comptes = np.zeros(len(colleges), dtype=np.int64)
        if annee == 2021:
            par_territoire = repartir(total, _TERRITOIRES_2021)
            for t, n in enumerate(par_territoire.tolist()):
                ici = np.flatnonzero(territoire == t)
                comptes[ici] = repartir(n, w[ici])
            return comptes
        reste = total
        if annee in _PAR_COLLEGE:
            imprimes = _PAR_COLLEGE[annee]
            n_iti = round(sum(imprimes) * echelle)
            comptes[list(itineraires)] = repartir(n_iti, imprimes)
            w[list(itineraires)] = 0
            reste -= n_iti
        return np.asarray(comptes + repartir(reste, w), dtype=np.int64)

    @cache
    def zones(annee: int) -> Zones:
        if annee not in _PAR_COLLEGE:
            return Zones(
                tuple(c for c, _ in territoires), tuple(range(len(territoires))), territoire
            )
        par_college = territoire.copy()
        for i, c in enumerate(itineraires):
            par_college[c] = len(territoires) + i
        return Zones(
            (*(c for c, _ in territoires), *_ITINERAIRES),
            (*range(len(territoires)), *([rang_t["lille"]] * len(itineraires))),
            par_college,
        )

    def cible(champ: str, part: int, annee: int) -> Cible:
        return profils.cibler(
            champ, part, annee, effectif(_JEUNES_ALSES, annee), effectif(_JEUNES_PS, annee)
        )

    def fixes(champ: str, annee: int) -> tuple[Fixe, ...]:
        return _fixer(champ, annee) if echelle == 1 else ()

    def absentes(annee: int) -> frozenset[str]:
        # The former common database did not ask these questions.
        return frozenset({"hebergement", "aides"}) if annee <= 2019 else frozenset()

    matisse, desrumaux = rang_c["lille-henri-matisse"], rang_c["lille-martha-desrumaux"]
    return Departement(
        territoires,
        associations,
        tuple(_PREFIXES.get(s, s) for s, _ in associations),
        colleges,
        postes,
        _etablir_conditions(postes, colleges, associations),
        lambda annee: effectif(_JEUNES_ALSES, annee),
        lambda annee: effectif(_JEUNES_PS, annee),
        colleges_alses,
        {
            (rang_t[t], rang_a[a]): w
            for t, associes in _EDUCATEURS.items()
            for a, w in associes.items()
        },
        zones,
        cible,
        lambda champ, annee: (champ, annee) in profils.COMMUNS,
        profils.COMMUNS_MULTIPLES,
        territoires_du_nord.PENCHANTS,
        fixes,
        territoires_du_nord.cibler_lieux,
        territoires_du_nord.HORS_TERRITOIRE,
        lambda annee: 71.0,
        territoires_du_nord.cibler_partenaires,
        absentes,
        {matisse: (desrumaux, 2021)},
        {rang_a[a]: r for a, r in _RYTHMES.items()},
    )


def _peser(colleges: tuple[College, ...], postes: tuple[Poste, ...]) -> np.ndarray:
    """How busy each collège's ALSES is, around 1 (fixed, whatever the seed)."""
    hasard = np.random.default_rng(73)
    poids = np.exp(hasard.normal(0, 0.22, len(colleges)))
    # The territoires' printed youths per post: Douai's are few.
    par_territoire = np.array([42.6, 16.5, 45.3, 44.7, 46.3, 39.2, 55.2]) / 40.5
    return np.asarray(poids * par_territoire[[c.territoire for c in colleges]])


def _fixer(champ: str, annee: int) -> tuple[Fixe, ...]:
    """The printed figures of one territoire or one collège, for one field and year (scale 1)."""
    if annee == 2021:
        return _FIXES_2021.get(champ, ())
    if annee not in _PAR_COLLEGE:
        return ()
    effectifs = _PAR_COLLEGE[annee]
    if champ == "anciennete":
        return _par_college("nouveau", _NOUVEAUX[annee])
    if champ == "croise":
        return _par_college("oui", _CROISES[annee])
    if champ == "sexe" and annee in _FILLES:
        garcons = tuple(n - f for n, f in zip(effectifs, _FILLES[annee], strict=True))
        return (
            *_par_college("fille", _FILLES[annee]),
            *_par_college("garcon", garcons),
            *_par_college("", (0,) * 6),
        )
    if champ == "classe":
        codes = ("6e", "5e", "4e", "3e")
        grille = _croiser(effectifs, _CLASSES[annee])
        return (
            *(
                f
                for j, code in enumerate(codes)
                for f in _par_college(code, tuple(int(n) for n in grille[:, j]))
            ),
            *(
                f
                for code in ("ulis_upe2a", "segpa", "relais", "")
                for f in _par_college(code, (0,) * 6)
            ),
        )
    return ()


def _croiser(lignes: tuple[int, ...], colonnes: tuple[int, ...]) -> Entiers:
    """Table with these margins, close to proportional."""
    r, c = np.array(lignes), np.array(colonnes)
    return tableau(np.outer(r, c) / r.sum(), r, c)


def _par_college(code: str, effectifs: tuple[int, ...]) -> tuple[Fixe, ...]:
    return tuple(
        Fixe(zone, code, effectif=n) for zone, n in zip(_ITINERAIRES, effectifs, strict=True)
    )


_FIXES_2021: dict[str, tuple[Fixe, ...]] = {
    "sexe": (Fixe("lille", "fille", 44.0),),
    "classe": (Fixe("douai", "3e", 17.0),),
    "origine": (
        Fixe("cambrai", "_partenaires", effectif=64),  # so that 12 % of a whole number exists
        Fixe("douai", "_professionnels", effectif=49),
        Fixe("cambrai", "travail_rue", 0.0),
        Fixe("douai", "travail_rue", 33.0),
        Fixe("valenciennes", "travail_rue", 27.0),
        Fixe("douai", "famille", 60.0),
        Fixe("douai", "jeune", 22.0),
    ),
    "fonction_ecole": (
        Fixe("cambrai", "as_infirmiere", 12.0),
        Fixe("douai", "as_infirmiere", 16.0),
        Fixe("valenciennes", "as_infirmiere", 20.0),
        Fixe("sambre-avesnois", "professeur", 43.0),
    ),
    "demande_scolarite": (
        Fixe("valenciennes", "absenteisme", 34.0),
        Fixe("valenciennes", "relationnel", 36.0),
        Fixe("vne", "exclusion", 26.0),
    ),
}


def _etablir_conditions(
    postes: tuple[Poste, ...],
    colleges: tuple[College, ...],
    associations: tuple[tuple[str, str], ...],
) -> tuple[tuple[str, ...], ...]:
    """The 17 printed rows of March 2020, then one plausible row a year for every post."""
    lignes = [tuple(r.values()) for r in _lire("conditions_2020")]
    hasard = np.random.default_rng(2021)
    for p in postes:
        prevention = float(np.round(hasard.gamma(2.0, 3.5) * 2) / 2)
        alses = float(min(prevention, np.round(hasard.gamma(1.2, 2.2) * 2) / 2))
        quartier = str(hasard.choice(["oui", "non", "autre"], p=[0.78, 0.16, 0.06]))
        convention = str(hasard.choice(["oui", "non", "ne_sait_pas"], p=[0.8, 0.08, 0.12]))
        local = str(hasard.choice(["oui", "non"], p=[0.86, 0.14]))
        for annee in range(2021, 2025):
            if p.fin is not None and p.fin.year <= annee:
                continue
            if hasard.random() < 0.14:  # another professional took the post
                prevention = float(np.round(hasard.gamma(1.5, 3.0) * 2) / 2)
                alses = 0.5
            projet = str(
                hasard.choice(
                    ["oui", "en_cours", "non", "ne_sait_pas"],
                    p=[0.36 + 0.06 * (annee - 2021), 0.2, 0.38 - 0.06 * (annee - 2021), 0.06],
                )
            )
            presente = "oui" if hasard.random() < 0.6 + 0.05 * (annee - 2021) else "non"
            lignes.append(
                (
                    colleges[p.college].code,
                    associations[p.association][0],
                    f"{annee}-10-15",
                    f"{prevention:g}",
                    f"{alses:g}",
                    quartier,
                    convention,
                    projet,
                    local,
                    presente,
                )
            )
            prevention += 1
            alses += 1
    return tuple(lignes)
