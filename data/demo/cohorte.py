"""The youths: who they are for good, in which years they come, and where.

What belongs to the youth (sex, birth, origin and first demand, start) never changes, so the years
are chained: 2021-2022 is drawn first with all its printed shares, then its neighbours outwards.
In each, some youths stay, never more of a kind than the year's own counts allow, and newcomers
fill exactly what is left.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from data.demo.departement import ALSES, EDUCATEUR, Departement, lire_codes
from data.demo.registre import CONSTANTS, PARENTS, Annee, Registre, coder_age, reunir
from data.demo.repartition import Booleens, Entiers, affecter, affecter_en_ordre, repartir
from data.demo.sejours import Tirage, retenir
from data.demo.tables import compter

_FAMILIERS = ("configuration", "hebergement")
"""Answers that may change from year to year, and mostly do not."""
_ORDRE_CLASSES = (
    "primaire",
    "6e",
    "5e",
    "ulis_upe2a",
    "segpa",
    "4e",
    "relais",
    "3e",
    "lycee",
    "",
    "autre",
    "descolarise",
)
"""Classes by the age of those who are in them."""
_HORS_COLLEGE = ("primaire", "lycee", "", "autre", "descolarise")


def ordonner_annees(annees: int) -> list[int]:
    """The school years to draw, in drawing order: 2021-2022 first, each next to the former."""
    ordre = [2021, 2020, 2022, 2023, 2019, 2024]
    return [*ordre, *range(2018, 2018 - max(0, annees - 6), -1)][:annees]


class Cohorte:
    """Draws the years one after the other (`tirer`), then settles the starts (`conclure`)."""

    def __init__(self, dep: Departement, graine: int) -> None:
        self.dep = dep
        self.graine = graine
        self.registre = Registre.vide()
        self.annees: dict[int, Annee] = {}
        self.debutants: Booleens = np.zeros(0, dtype=np.bool_)
        """Youths first seen in the school year their follow-up began in (after `conclure`)."""

    def hasard(self, annee: int, sujet: int) -> np.random.Generator:
        """A generator of its own for each year and subject: years do not disturb one another."""
        return np.random.default_rng([self.graine, annee, sujet])

    def tirer(self, annee: int) -> Annee:
        """Draw one school year, beside those already drawn."""
        dep = self.dep
        n_alses = dep.effectif_alses(annee)
        voisine = self.annees.get(annee + 1) or self.annees.get(annee - 1)
        sens = 0 if voisine is None else (-1 if voisine.annee > annee else 1)
        zones = dep.zones(annee)
        alses = self._tirer_part(
            Tirage(
                dep,
                self.registre,
                self.hasard(annee, ALSES),
                annee,
                ALSES,
                zones,
                dep.colleges_alses(annee, n_alses),
                zones.par_college,
                voisine,
                sens,
            ),
            np.zeros(0, dtype=np.int64),
        )
        couples = list(dep.poids_educateurs)
        deja = {}
        for champ in (*CONSTANTS, "anciennete", *_FAMILIERS):
            if dep.commun(champ, annee):
                deja[champ] = np.bincount(
                    alses.codes[champ], minlength=len(lire_codes()[champ])
                ).astype(np.int64)
        educ = self._tirer_part(
            Tirage(
                dep,
                self.registre,
                self.hasard(annee, EDUCATEUR),
                annee,
                EDUCATEUR,
                dep.zones_territoires,
                repartir(
                    max(0, dep.effectif_ps(annee) - n_alses), list(dep.poids_educateurs.values())
                ),
                np.array([t for t, _ in couples], dtype=np.int64),
                voisine,
                sens,
                deja,
            ),
            alses.jeunes,
        )
        self.annees[annee] = reunir(alses, educ)
        return self.annees[annee]

    def _tirer_part(self, t: Tirage, pris: Entiers) -> Annee:
        """The youths of one part: those who stay, then newcomers for what is left."""
        anciennete = t.dresser("anciennete")
        restent, case_restent = retenir(t, anciennete, pris)
        case_neufs = np.repeat(
            np.arange(len(t.effectifs)),
            t.effectifs - np.bincount(case_restent, minlength=len(t.effectifs)),
        )
        neufs = self._accueillir(
            t, case_neufs, self._repondre(t, restent, t.zone_case[case_restent], case_neufs)
        )
        jeunes = np.concatenate([restent, neufs])
        case = np.concatenate([case_restent, case_neufs])
        if t.part == ALSES:
            self.registre.college[restent] = case_restent
        zone = t.zone_case[case]
        a = Annee(
            t.annee,
            jeunes,
            np.full(len(jeunes), t.part, dtype=np.int64),
            case if t.part == ALSES else self.registre.college[jeunes],
            zone,
            np.array(t.zones.territoires, dtype=np.int64)[zone],
        )
        for champ in CONSTANTS:
            a.codes[champ] = self.registre.codes[champ][jeunes].copy()
        a.codes["age"] = coder_age(self.registre.naissance[jeunes], t.annee)
        self._dater(t, a, anciennete, len(restent))
        self._situer(t, a)
        return a

    def _repondre(
        self, t: Tirage, restent: Entiers, z_restent: Entiers, case_neufs: Entiers
    ) -> dict[str, Entiers]:
        """What newcomers answer for good: what those who stay leave of each table."""
        reg, listes = self.registre, lire_codes()
        z_neufs = t.zone_case[case_neufs]
        z = len(t.zones.noms)
        neufs: dict[str, Entiers] = {}
        for champ in CONSTANTS:
            actuels = reg.codes[champ][restent]
            if champ == "age":
                actuels = coder_age(reg.naissance[restent], t.annee)
            dedans = np.ones(len(restent), dtype=np.bool_)
            dedans_neufs = np.ones(len(z_neufs), dtype=np.bool_)
            lignes = t.lignes
            if champ in PARENTS:
                parent, code = PARENTS[champ]
                dedans = reg.codes[parent][restent] == listes[parent].index(code)
                dedans_neufs = neufs[parent] == listes[parent].index(code)
                lignes = np.bincount(z_restent[dedans], minlength=z) + np.bincount(
                    z_neufs[dedans_neufs], minlength=z
                )
            sol = compter(z_restent[dedans], actuels[dedans], z, len(listes[champ]))
            table = t.dresser(champ, lignes, sol) - sol
            neufs[champ] = np.zeros(len(z_neufs), dtype=np.int64)
            neufs[champ][dedans_neufs] = affecter(t.hasard, table, z_neufs[dedans_neufs])
        return neufs

    def _accueillir(self, t: Tirage, case: Entiers, codes: dict[str, Entiers]) -> Entiers:
        """Enter the newcomers of these cells in the register; returns their rows."""
        dep = self.dep
        ages = np.array([0, *(int(a) for a in lire_codes()["age"][1:])])[codes["age"]]
        naissance = np.where(codes["age"] > 0, t.annee - ages, -1)
        if t.part == ALSES:
            college = case
            association = dep.association_du_college[college]
            territoire = dep.territoire_du_college[college]
        else:
            couples = np.array(list(dep.poids_educateurs), dtype=np.int64)
            territoire, association = couples[case, 0], couples[case, 1]
            college = self._loger(t.hasard, territoire, association)
        debut = np.full(len(case), -1, dtype=np.int64)
        return self.registre.inscrire(association, territoire, college, naissance, debut, codes)

    def _loger(
        self, hasard: np.random.Generator, territoire: Entiers, association: Entiers
    ) -> Entiers:
        """A collège for each youth: one of the association's in the territoire, or near by."""
        dep = self.dep
        college = np.full(len(territoire), -1, dtype=np.int64)
        couples = zip(territoire.tolist(), association.tolist(), strict=True)
        for t, a in sorted(set(couples)):
            ici = np.flatnonzero((territoire == t) & (association == a))
            siens = np.flatnonzero(
                (dep.territoire_du_college == t)
                & ((dep.association_du_college == a) | (dep.association_du_college < 0))
            )
            if not len(siens):
                siens = np.flatnonzero(dep.territoire_du_college == t)
            college[ici] = siens[hasard.integers(len(siens), size=len(ici))]
        return college

    # --- starts -----------------------------------------------------------------------------------

    def _dater(self, t: Tirage, a: Annee, table: Entiers, n_restent: int) -> None:
        """New or continued, and the day each follow-up began.

        Backwards, a continued follow-up keeps its start open: the year before may settle it.
        """
        liste = lire_codes()["anciennete"]
        nouveau, poursuivi = liste.index("nouveau"), liste.index("poursuivi")
        reg = self.registre
        codes = np.full(len(a), poursuivi, dtype=np.int64)
        if t.sens > 0:
            ouverts = np.arange(n_restent, len(a))
            reste = table.copy()
            reste[:, poursuivi] -= np.bincount(a.zone[:n_restent], minlength=len(t.zones.noms))
            codes[ouverts] = affecter(t.hasard, reste, a.zone[ouverts])
            anciens = ouverts[codes[ouverts] == poursuivi]
            reg.debut[a.jeunes[anciens]] = _antidater(t.hasard, a.annee, len(anciens), 2)
        else:
            codes = affecter(t.hasard, table, a.zone)
        a.codes["anciennete"] = codes
        neufs = np.flatnonzero(codes == nouveau)
        jours = np.floor(285 * t.hasard.beta(1.1, 1.9, len(neufs))).astype(np.int64)
        reg.debut[a.jeunes[neufs]] = date(a.annee, 9, 1).toordinal() + jours

    def conclure(self) -> None:
        """Settle the starts that no earlier year has settled; to be called once, at the end."""
        reg = self.registre
        premiere = np.full(len(reg), 9999, dtype=np.int64)
        for annee, a in self.annees.items():
            np.minimum.at(premiere, a.jeunes, annee)
        hasard = self.hasard(0, 9)
        for annee in sorted(set(premiere[reg.debut < 0].tolist())):
            ici = np.flatnonzero((reg.debut < 0) & (premiere == annee))
            # Before the first year nothing tells; later, they had been away for a year.
            depuis = 1 if annee == min(self.annees) else 2
            reg.debut[ici] = _antidater(hasard, annee, len(ici), depuis)
        rentrees = np.array([date(y, 9, 1).toordinal() for y in range(2000, 2040)])
        self.debutants = reg.debut >= rentrees[np.clip(premiere - 2000, 0, 39)]

    # --- situation --------------------------------------------------------------------------------

    def _situer(self, t: Tirage, a: Annee) -> None:
        """Class by age; household and lodging, kept from one year to the next when possible."""
        classes = lire_codes()["classe"]
        ordre = np.array([classes.index(c) for c in _ORDRE_CLASSES], dtype=np.int64)
        age = a.codes["age"].astype(float)
        age[age == 0] = t.hasard.choice(age[age > 0], size=int((age == 0).sum()))
        rang = affecter_en_ordre(t.hasard, t.dresser("classe")[:, ordre], a.zone, age)
        a.codes["classe"] = ordre[rang]
        if t.part == EDUCATEUR:
            hors = np.isin(a.codes["classe"], [classes.index(c) for c in _HORS_COLLEGE])
            a.college = np.where(hors, -1, a.college)
        avant = np.full(len(self.registre), -1, dtype=np.int64)
        if t.voisine is not None:
            avant[t.voisine.jeunes] = np.arange(len(t.voisine))
        position = avant[a.jeunes]
        for champ in _FAMILIERS:
            prefere = None
            if t.voisine is not None:
                prefere = np.where(position >= 0, t.voisine.codes[champ][position], -1)
            a.codes[champ] = affecter(t.hasard, t.dresser(champ), a.zone, prefere)


def _antidater(hasard: np.random.Generator, annee: int, n: int, depuis: int) -> Entiers:
    """Ordinal days of starts `depuis` to `depuis` + 2 school years before `annee`."""
    recul = depuis + hasard.choice(3, size=n, p=[0.6, 0.28, 0.12])
    rentrees = np.array([date(annee - k, 9, 1).toordinal() for k in range(depuis + 3)])
    return np.asarray(rentrees[recul] + hasard.integers(0, 290, n), dtype=np.int64)
