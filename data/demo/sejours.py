"""Who comes back: the youths of a neighbour year who are also of this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from data.demo.departement import ALSES, EDUCATEUR, Departement, Zones, lire_codes
from data.demo.registre import CONSTANTS, PARENTS, Annee, Registre, coder_age
from data.demo.repartition import Booleens, Entiers, repartir
from data.demo.tables import dresser

_AVANT_LA_3E = ("6e", "5e", "4e", "ulis_upe2a", "segpa", "relais", "")
"""Classes after which a youth may be in a collège the next year."""


@dataclass
class Tirage:
    """One part (`ALSES`, `EDUCATEUR`) of a year being drawn.

    Youths are placed in cells: the collèges for the ALSES, the (territoire, association) pairs
    for the others. `effectifs`, `zone_case`: youths and zone of each cell. `sens`: +1 when
    `voisine` is the year before, −1 when it is the year after. `deja`: field → youths per code in
    the other part, for the targets that bear on both.
    """

    dep: Departement
    registre: Registre
    hasard: np.random.Generator
    annee: int
    part: int
    zones: Zones
    effectifs: Entiers
    zone_case: Entiers
    voisine: Annee | None
    sens: int
    deja: dict[str, Entiers] = field(default_factory=dict)

    @property
    def lignes(self) -> Entiers:
        """Youths of each zone."""
        n = np.bincount(self.zone_case, weights=self.effectifs, minlength=len(self.zones.noms))
        return np.asarray(n, dtype=np.int64)

    def dresser(
        self, champ: str, lignes: Entiers | None = None, plancher: Entiers | None = None
    ) -> Entiers:
        """Table (zones × codes) of a field, for all the youths of the part or those of `lignes`."""
        lignes = self.lignes if lignes is None else lignes
        return dresser(
            self.dep,
            champ,
            self.part,
            self.annee,
            self.zones,
            lignes,
            plancher,
            self.deja.get(champ),
        )


def retenir(t: Tirage, anciennete: Entiers, pris: Entiers) -> tuple[Entiers, Entiers]:
    """Youths of `t.voisine` who are also of this year (register rows), and their cell.

    `anciennete`: the year's table of new and continued. `pris`: youths already in the other part.
    Never more of any kind than the year's tables have room for.
    """
    if t.voisine is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    candidats = t.hasard.permutation(t.voisine.jeunes[_pouvoir(t, t.voisine, pris)])
    case = _caser(t, candidats)
    candidats, case = candidats[case >= 0], case[case >= 0]
    plafonds = [*_plafonner_lieux(t, anciennete, case), *_plafonner_champs(t, candidats, case)]
    garde = _choisir(plafonds)
    return candidats[garde], case[garde]


def _pouvoir(t: Tirage, voisine: Annee, pris: Entiers) -> Booleens:
    """Those of the neighbour year whom age, class and start allow to be of this one."""
    reg, n = t.registre, len(voisine)
    naissance = reg.naissance[voisine.jeunes]
    age = np.where(naissance > 0, t.annee - naissance, -1)
    # From one year to the next, some pass from an ALSES to an educator, fewer the other way.
    if t.part == ALSES:
        bon = (voisine.part == ALSES) | (t.hasard.random(n) < 0.03)
        bon &= (age >= 10) & (age <= 16)
        if t.sens > 0:
            classes = lire_codes()["classe"]
            bon &= np.isin(voisine.codes["classe"], [classes.index(c) for c in _AVANT_LA_3E])
    else:
        passe = 0.18 if t.sens > 0 else 0.06
        bon = (voisine.part == EDUCATEUR) | (t.hasard.random(n) < passe)
        bon &= (age >= 8) & (age <= 23)
    if t.sens < 0:
        bon &= reg.debut[voisine.jeunes] < 0
    bon &= ~np.isin(voisine.jeunes, pris)
    return np.asarray(bon, dtype=np.bool_)


def _caser(t: Tirage, candidats: Entiers) -> Entiers:
    """Cell of each candidate in this year (−1: none)."""
    reg, dep = t.registre, t.dep
    if t.part == ALSES:
        case = reg.college[candidats].copy()
        for ancien, (nouveau, depuis) in dep.remplacements.items():
            if t.annee < depuis:
                case[case == nouveau] = ancien
            else:
                case[case == ancien] = nouveau
        siens = dep.association_du_college[case] == reg.association[candidats]
        return np.where((case >= 0) & siens, case, -1)
    rang = {couple: i for i, couple in enumerate(dep.poids_educateurs)}
    couples = zip(
        reg.territoire[candidats].tolist(), reg.association[candidats].tolist(), strict=True
    )
    return np.array([rang.get(c, -1) for c in couples], dtype=np.int64)


Plafond = tuple[Entiers, Entiers]
"""Cell of each candidate, room in each cell."""


def _plafonner_lieux(t: Tirage, anciennete: Entiers, case: Entiers) -> list[Plafond]:
    """Room in each zone and cell. Where the new youths are printed, all the others come back."""
    poursuivi = anciennete[:, lire_codes()["anciennete"].index("poursuivi")]
    imposees = {
        f.zone for c in ("anciennete", "sexe") for f in t.dep.fixes(c, t.annee) if f.effectif
    }
    if t.part != ALSES:
        imposees = set()
    if t.sens > 0:
        taux = np.array([1.0 if nom in imposees else 0.94 for nom in t.zones.noms])
        par_zone = np.floor(poursuivi * taux).astype(np.int64)
    else:
        par_zone = np.floor(t.lignes * 0.42).astype(np.int64)
    limite = np.array([1.0 if t.zones.noms[z] in imposees else 0.62 for z in t.zone_case])
    par_case = np.floor(t.effectifs * limite).astype(np.int64)
    return [(t.zone_case[case], par_zone), (case, par_case)]


def _plafonner_champs(t: Tirage, candidats: Entiers, case: Entiers) -> list[Plafond]:
    """Room for each answer that belongs to the youth, a little kept for the newcomers."""
    listes = lire_codes()
    totaux: dict[str, Entiers] = {}
    plafonds: list[Plafond] = []
    for champ in CONSTANTS:
        k = len(listes[champ])
        codes = t.registre.codes[champ][candidats]
        if champ == "age":
            codes = coder_age(t.registre.naissance[candidats], t.annee)
        if champ in PARENTS:
            parent, code = PARENTS[champ]
            voulu = listes[parent].index(code)
            totaux[champ] = t.dresser(champ, repartir(int(totaux[parent][voulu]), t.lignes)).sum(
                axis=0
            )
            # One more cell, never full, for those the question is not put to.
            place = np.append(np.floor(totaux[champ] * 0.85).astype(np.int64), len(candidats))
            concerne = t.registre.codes[parent][candidats] == voulu
            plafonds.append((np.where(concerne, codes, k), place))
            continue
        table = t.dresser(champ)
        totaux[champ] = table.sum(axis=0)
        if champ == "sexe":
            plafonds.append((t.zone_case[case] * k + codes, table.ravel()))
        else:
            plafonds.append((codes, np.floor(totaux[champ] * 0.88).astype(np.int64)))
    return plafonds


def _choisir(plafonds: Sequence[Plafond]) -> Booleens:
    """Take candidates in order, each as long as none of its cells is full."""
    n = len(plafonds[0][0])
    cases = [c.tolist() for c, _ in plafonds]
    places = [p.tolist() for _, p in plafonds]
    garde = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        if all(p[c[i]] > 0 for c, p in zip(cases, places, strict=True)):
            garde[i] = True
            for c, p in zip(cases, places, strict=True):
                p[c[i]] -= 1
    return garde
