"""The register of the youths, and the rows of a school year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from data.demo.departement import lire_codes
from data.demo.repartition import Entiers

CONSTANTS = ("sexe", "age", "origine", "fonction_ecole", "demande", "demande_scolarite")
"""What belongs to a youth for good (the age stands for the year of birth)."""
PARENTS = {
    "fonction_ecole": ("origine", "etablissement_scolaire"),
    "demande_scolarite": ("demande", "scolarite"),
}
"""Fields asked only of those who gave one answer to another."""


@dataclass
class Annee:
    """The youths of one school year, one row each (n).

    `jeunes`: row in the register. `part`: `ALSES` or `EDUCATEUR`. `college`: index or −1.
    `zone`, `territoire`: indexes. `codes`: field → index in its list (`lire_codes`).
    """

    annee: int
    jeunes: Entiers
    part: Entiers
    college: Entiers
    zone: Entiers
    territoire: Entiers
    codes: dict[str, Entiers] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.jeunes)


@dataclass
class Registre:
    """Every youth, one row each: arrays of the same length; `debut` is an ordinal day (−1: to
    be settled by the year before); `codes` as in `Annee`, for what never changes."""

    association: Entiers
    territoire: Entiers
    college: Entiers
    naissance: Entiers
    debut: Entiers
    numero: Entiers
    codes: dict[str, Entiers]

    @classmethod
    def vide(cls) -> Registre:
        """A register without youths."""

        def rien() -> Entiers:
            return np.zeros(0, dtype=np.int64)

        return cls(rien(), rien(), rien(), rien(), rien(), rien(), {c: rien() for c in CONSTANTS})

    def __len__(self) -> int:
        return len(self.association)

    def inscrire(
        self,
        association: Entiers,
        territoire: Entiers,
        college: Entiers,
        naissance: Entiers,
        debut: Entiers,
        codes: Mapping[str, Entiers],
    ) -> Entiers:
        """Add youths; returns their rows."""
        premier = len(self)
        numero = np.zeros(len(association), dtype=np.int64)
        for a in np.unique(association):
            deja = int((self.association == a).sum())
            ici = association == a
            numero[ici] = deja + 1 + np.arange(int(ici.sum()))
        for nom, valeurs in (
            ("association", association),
            ("territoire", territoire),
            ("college", college),
            ("naissance", naissance),
            ("debut", debut),
            ("numero", numero),
        ):
            setattr(self, nom, np.concatenate([getattr(self, nom), valeurs]))
        for champ in CONSTANTS:
            self.codes[champ] = np.concatenate([self.codes[champ], codes[champ]])
        return np.arange(premier, len(self))


def coder_age(naissance: Entiers, annee: int) -> Entiers:
    """Index of the age in its list: age on 1 January = end year − birth − 1 (0: unknown)."""
    liste = lire_codes()["age"]
    age = np.clip(annee - naissance, int(liste[1]), int(liste[-1]))
    return np.where(naissance > 0, age - int(liste[1]) + 1, 0)


def reunir(a: Annee, b: Annee) -> Annee:
    """Both parts of a year, one after the other (zones stay each part's own)."""
    return Annee(
        a.annee,
        np.concatenate([a.jeunes, b.jeunes]),
        np.concatenate([a.part, b.part]),
        np.concatenate([a.college, b.college]),
        np.concatenate([a.zone, b.zone]),
        np.concatenate([a.territoire, b.territoire]),
        {c: np.concatenate([a.codes[c], b.codes[c]]) for c in a.codes},
    )
