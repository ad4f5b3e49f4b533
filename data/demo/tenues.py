"""What each youth holds over a school year: drawn with exact counts, before any intervention."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.demo.cohorte import Cohorte
from data.demo.departement import ALSES, EDUCATEUR, lire_codes
from data.demo.registre import Annee
from data.demo.repartition import Booleens, Entiers, affecter, repartir
from data.demo.tables import composer_par_zone, compter_multiple, dresser

_DRAPEAUX = ("mesure_connue", "aide_connue", "avec_famille", "avec_partenaires", "avec_interne")


@dataclass
class Tenues:
    """What each youth of the year holds (n rows): sets as boolean matrices n × codes of the list,
    yes/no as booleans, and how many interventions by an ALSES and by an educator."""

    ensembles: dict[str, Booleens]
    drapeaux: dict[str, Booleens]
    par_alses: Entiers
    par_educateur: Entiers


def tenir(cohorte: Cohorte, a: Annee) -> Tenues:
    """Draw everything that is counted youth by youth over the year."""
    dep = cohorte.dep
    n = len(a)
    hasard = cohorte.hasard(a.annee, 3)
    association = cohorte.registre.association[a.jeunes]
    rythme = np.array([dep.rythmes.get(i, 1.0) for i in range(len(dep.associations))])[association]
    moyenne = np.where(a.part == ALSES, 26.5, 27.0)
    k = np.exp(hasard.normal(np.log(moyenne * rythme) - 0.5, 1.0, n))
    k = np.clip(np.rint(k), 1, 260).astype(np.int64)

    t = Tenues({}, {}, k.copy(), k.copy())
    codes = lire_codes()
    oui = codes["croise"].index("oui")
    alses = np.flatnonzero(a.part == ALSES)
    educ = np.flatnonzero(a.part == EDUCATEUR)
    zones = dep.zones(a.annee)

    def drapeau(champ: str) -> None:
        resultat = np.zeros(n, dtype=np.int64)
        for part, ici, z in ((ALSES, alses, zones), (EDUCATEUR, educ, dep.zones_territoires)):
            if not len(ici) or (champ == "croise" and part == EDUCATEUR):
                continue
            lignes = np.bincount(a.zone[ici], minlength=len(z.noms))
            table = dresser(dep, champ, part, a.annee, z, lignes)
            resultat[ici] = affecter(hasard, table, a.zone[ici])
        a.codes[champ] = resultat
        t.drapeaux[champ] = resultat == oui

    for champ in (*_DRAPEAUX, "croise", "seul"):
        drapeau(champ)
    t.par_alses[educ] = 0
    croises = t.drapeaux["croise"]
    t.par_educateur[alses] = 0
    t.par_educateur[croises] = 1 + hasard.poisson(0.4 * k[croises])

    capacite = np.where(a.part == ALSES, t.par_alses, t.par_educateur)
    restrictions = {
        "mesures": t.drapeaux["mesure_connue"],
        "aides": t.drapeaux["aide_connue"],
        "famille": t.drapeaux["avec_famille"],
        "objectifs_famille": t.drapeaux["avec_famille"],
    }
    for champ in (
        "mesures",
        "aides",
        "ressources",
        "objectifs",
        "famille",
        "objectifs_famille",
        "lieu",
    ):
        m = np.zeros((n, len(codes[champ])), dtype=np.bool_)
        tenu = restrictions.get(champ, np.ones(n, dtype=np.bool_))
        place = capacite if champ in ("objectifs", "famille", "objectifs_famille", "lieu") else None
        deja: Entiers | None = None
        base_deja = 0
        for part, tous in ((ALSES, alses), (EDUCATEUR, educ)):
            ici = tous[tenu[tous]]
            if not len(ici):
                continue
            cible = dep.cible(champ, part, a.annee)
            ici = _taire(hasard, ici, a.territoire, 1 - cible.connus, len(dep.territoires))
            comptes = compter_multiple(champ, cible, len(ici))
            if part == EDUCATEUR and deja is not None:
                communs = dep.communs_multiples.get((champ, a.annee), {})
                for code, pourcent in communs.items():
                    j = codes[champ].index(code)
                    comptes[j] = max(0, round(pourcent * (base_deja + len(ici)) / 100) - deja[j])
            places = np.full(len(ici), 5) if place is None else place[ici]
            m[ici] = composer_par_zone(
                dep, hasard, champ, part, a.annee, a.territoire[ici], places, comptes
            )
            deja, base_deja = m[ici].sum(axis=0), len(ici)
        t.ensembles[champ] = m
    return t


def _taire(
    hasard: np.random.Generator, jeunes: Entiers, territoire: Entiers, part: float, z: int
) -> Entiers:
    """Those of `jeunes` who answer: `part` (0–1) of them do not, spread over the territoires."""
    if part <= 0:
        return jeunes
    lignes = np.bincount(territoire[jeunes], minlength=z)
    muets = repartir(round(part * len(jeunes)), lignes.astype(float))
    garde = np.ones(len(jeunes), dtype=np.bool_)
    for i in range(z):
        ici = np.flatnonzero(territoire[jeunes] == i)
        garde[hasard.permutation(ici)[: muets[i]]] = False
    return jeunes[garde]
