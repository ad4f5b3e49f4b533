"""The collective actions of a school year: one-off ones, and those of a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np

from data.demo.cohorte import Cohorte
from data.demo.departement import Departement, lire_codes
from data.demo.fiches import Table, Textes
from data.demo.registre import Annee

_PONCTUELLE = "actions_ponctuelles"
_PROJET = "actions_projet"

_LISTES = {
    "lieu_action": "lieu_action",
    "thematique": "thematique",
    "initiative": "initiative",
    "porteur": "porteur",
    "partenaires": "partenaires_action",
    "financements": "financements",
    "objectifs": "objectifs_action",
    "communication": "communication",
}
_POIDS = {
    "lieu_action": (0.46, 0.54),
    "thematique": (0.14, 0.17, 0.1, 0.1, 0.13, 0.1, 0.1, 0.12, 0.04),
    "initiative": (0.48, 0.14, 0.22, 0.12, 0.04),
    "porteur": (0.5, 0.14, 0.12, 0.24),
    "partenaires": (0.5, 0.62, 0.44),
    "financements": (0.22, 0.4, 0.24, 0.2, 0.12, 0.16, 0.1, 0.05),
    "objectifs": (0.28, 0.42, 0.4, 0.52, 0.2, 0.34),
    "communication": (0.3, 0.2, 0.42, 0.18, 0.04, 0.4),
}
_TYPES = {
    _PONCTUELLE: (0.22, 0.2, 0.09, 0.12, 0.24, 0.1, 0.03),
    _PROJET: (0.55, 0.14, 0.14, 0.12, 0.05),
}
_PROJETS = (
    "Passerelles",
    "Un pas vers la 6e",
    "Parole donnée",
    "Cap 3e",
    "Écrans et nous",
    "Ma ville, mes droits",
    "En mouvement",
    "Atelier cuisine",
    "Séjour nature",
    "Bien dans sa tête",
)


Choix = Callable[[int, int, int], list[str]]
"""(association, collège or −1, how many) → pseudonyms of youths of the year."""


class Journal:
    """Collects the rows of both forms; each row a mapping of column → cell."""

    def __init__(self, dep: Departement, hasard: np.random.Generator, annee: int) -> None:
        self.dep, self.hasard, self.annee = dep, hasard, annee
        self.lignes: dict[str, list[dict[str, str]]] = {_PONCTUELLE: [], _PROJET: []}

    def jour(self) -> date:
        """A school day between mid-September and the end of June."""
        return date(self.annee, 9, 14) + timedelta(days=int(self.hasard.integers(0, 286)))

    def ecrire(
        self,
        formulaire: str,
        association: int,
        college: int,
        usagers: Sequence[str],
        autres: int,
        **impose: str,
    ) -> None:
        """Add one action; what `impose` does not say is drawn."""
        codes, hasard = lire_codes(), self.hasard
        liste = "type_action_ponctuelle" if formulaire == _PONCTUELLE else "type_action_projet"
        rang = len(self.lignes[formulaire]) + 1
        ligne = {
            "association": self.dep.associations[association][0],
            "action": f"{self.annee % 100}-{'P' if formulaire == _PONCTUELLE else 'D'}{rang:04d}",
        }
        jour = self.jour()
        if formulaire == _PONCTUELLE:
            ligne["date"] = jour.isoformat()
        else:
            dernier = date(self.annee + 1, 7, 5)
            fin = min(dernier, jour + timedelta(days=int(hasard.integers(14, 200))))
            ligne["projet"] = _PROJETS[int(hasard.integers(len(_PROJETS)))]
            ligne["debut"] = jour.isoformat()
            ligne["fin"] = fin.isoformat()
        ligne["college"] = self.dep.colleges[college].code if college >= 0 else ""
        ligne["type"] = str(hasard.choice(codes[liste][1:], p=_TYPES[formulaire]))
        for champ, nom in _LISTES.items():
            valeurs, poids = codes[nom][1:], np.array(_POIDS[champ])
            if hasard.random() < 0.05:
                ligne[champ] = ""
            elif champ in ("partenaires", "financements", "objectifs", "communication"):
                tires = [v for v, p in zip(valeurs, poids, strict=True) if hasard.random() < p]
                ligne[champ] = "|".join(tires or [valeurs[int(poids.argmax())]])
            else:
                ligne[champ] = str(hasard.choice(valeurs, p=poids / poids.sum()))
        ligne["usagers"] = "|".join(usagers)
        ligne["autres_jeunes"] = str(autres)
        self.lignes[formulaire].append({**ligne, **impose})

    def tables(self) -> dict[str, Table]:
        """The two forms, column by column; a form without action is left out."""
        return {
            formulaire: {c: [ligne[c] for ligne in lignes] for c in lignes[0]}
            for formulaire, lignes in self.lignes.items()
            if lignes
        }


def remplir_actions(cohorte: Cohorte, a: Annee, noms: Textes) -> dict[str, Table]:
    """`actions_ponctuelles` and `actions_projet` of the year.

    Every post has a few of each; every association some more without a collège. Participants are
    youths of the year, of the same association (and collège).
    """
    dep = cohorte.dep
    hasard = cohorte.hasard(a.annee, 11)
    journal = Journal(dep, hasard, a.annee)
    association = cohorte.registre.association[a.jeunes]

    def jeunes(asso: int, college: int, combien: int) -> list[str]:
        ici = np.flatnonzero((association == asso) & ((a.college == college) | (college < 0)))
        choisis = hasard.permutation(ici)[:combien]
        return [str(u) for u in noms[a.jeunes[choisis]]]

    pleins = {c.code: i for i, c in enumerate(dep.colleges)}
    verlaine = pleins.get("lille-paul-verlaine", -1) if a.annee == 2023 else -1
    for p in dep.postes:
        if p.ouverture(a.annee) < 0.2 or p.college == verlaine:
            continue
        for formulaire, moyenne, taille in ((_PONCTUELLE, 3.4, 9.0), (_PROJET, 1.5, 8.0)):
            for _ in range(int(hasard.poisson(moyenne * p.etp))):
                combien = 2 + int(hasard.poisson(taille))
                journal.ecrire(
                    formulaire,
                    p.association,
                    p.college,
                    jeunes(p.association, p.college, combien),
                    int(hasard.poisson(6)),
                )
    for asso in range(len(dep.associations)):
        if not (association == asso).any():
            continue
        for formulaire, moyenne in ((_PONCTUELLE, 5.0), (_PROJET, 2.0)):
            for _ in range(int(hasard.poisson(moyenne))):
                impose = {}
                if a.annee == 2023 and dep.associations[asso][0] == "Itinéraires":
                    impose = {"type": "sortie_sportive" if formulaire == _PONCTUELLE else "sejour"}
                journal.ecrire(
                    formulaire,
                    asso,
                    -1,
                    jeunes(asso, -1, 3 + int(hasard.poisson(9))),
                    int(hasard.poisson(12)),
                    **impose,
                )
    if verlaine >= 0:
        _raconter_2023(dep, journal, jeunes, verlaine)
    if a.annee == 2022 and "lille-boris-vian" in pleins:
        _raconter_2022(dep, journal, jeunes, pleins)
    return journal.tables()


def _raconter_2023(dep: Departement, journal: Journal, jeunes: Choix, verlaine: int) -> None:
    """What Itinéraires prints of 2023-2024: Le Fresnoy with 33 collégiens, three debates of 10."""
    iti = [s for s, _ in dep.associations].index("Itinéraires")
    groupe = jeunes(iti, verlaine, 21)
    for i, jour in enumerate(("2024-01-18", "2024-03-14")):
        moitie = groupe[i::2]
        journal.ecrire(
            _PROJET,
            iti,
            verlaine,
            moitie,
            (33 - len(groupe)) // 2 + (i * ((33 - len(groupe)) % 2)),
            projet="Cadrage/Lumière",
            type="atelier",
            debut="2023-11-09",
            fin="2024-05-30",
            thematique="culture_sport",
            lieu_action="college",
        )
        journal.ecrire(
            _PONCTUELLE,
            iti,
            verlaine,
            moitie,
            0,
            date=jour,
            type="sortie_culturelle",
            thematique="culture_sport",
            lieu_action="hors_college",
        )
    dix = jeunes(iti, -1, 10)
    for jour in ("2023-11-23", "2023-12-14", "2024-01-25"):
        journal.ecrire(
            _PONCTUELLE,
            iti,
            -1,
            dix,
            0,
            date=jour,
            type="debat",
            thematique="citoyennete",
            lieu_action="hors_college",
        )


def _raconter_2022(
    dep: Departement, journal: Journal, jeunes: Choix, pleins: dict[str, int]
) -> None:
    """The cooking workshops of March 2023: 8 collégiens of two collèges."""
    iti = [s for s, _ in dep.associations].index("Itinéraires")
    for college in ("lille-boris-vian", "lille-martha-desrumaux"):
        journal.ecrire(
            _PROJET,
            iti,
            pleins[college],
            jeunes(iti, pleins[college], 4),
            0,
            projet="Ateliers culinaires",
            type="atelier",
            debut="2023-03-06",
            fin="2023-03-31",
        )
