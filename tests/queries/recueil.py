"""A delivery written by hand in a test, row by row, and its answers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from data import schema as t
from queries.depot import Depot
from queries.lecteur import Lecteur
from queries.question import NORD, Lieu, Question
from queries.reponses import Ligne, Reponse, repondre
from tests.queries.comparaison import HABILITE
from tests.queries.livraisons import charger

ANNEE = "2021-2022"
TERRITOIRES = [{"code": "t1", "nom": "Un"}, {"code": "t2", "nom": "Deux"}]
ASSOCIATIONS = [
    {"sigle": "A", "nom": "Association A"},
    {"sigle": "B", "nom": "Association B"},
]
COLLEGES = [
    {"code": "c1", "territoire": "t1", "education_prioritaire": "rep"},
    {"code": "c2", "territoire": "t2", "education_prioritaire": ""},
    {"code": "sans-poste", "territoire": "t1", "education_prioritaire": ""},
]
POSTES = [
    {"college": "c1", "association": "A", "etp": "1", "plan_pauvrete": "non"},
    {"college": "c2", "association": "A", "etp": "0.5", "plan_pauvrete": "non"},
    {"college": "c2", "association": "B", "etp": "1", "plan_pauvrete": "oui"},
]


class Recueil:
    """Forms of a delivery. Reference tables are there already: `postes` replaces its own."""

    def __init__(self, postes: list[dict[str, str]] | None = None) -> None:
        self.formes: dict[str, list[dict[str, str]]] = {
            "territoires": TERRITOIRES,
            "associations": ASSOCIATIONS,
            "colleges": [{"nom": "Collège", "commune": "Ville", **c} for c in COLLEGES],
            "postes": [{"debut": "2018-09-01", "fin": "", **p} for p in postes or POSTES],
        }
        self._numero = 0

    def ajouter(self, forme: str, **cellules: str) -> None:
        """One row of a form."""
        self.formes.setdefault(forme, []).append(cellules)

    def usager(self, usager: str, association: str = "A", **cellules: str) -> None:
        """A fiche usager."""
        self.ajouter("usagers", association=association, usager=usager, **cellules)

    def situation(self, usager: str, date: str, association: str = "A", **cellules: str) -> None:
        """A fiche situation."""
        self.ajouter("situations", association=association, usager=usager, date=date, **cellules)

    def acte(
        self, usager: str, date: str = "2021-11-15", association: str = "A", **cellules: str
    ) -> None:
        """An intervention, by an ALSES unless `acteur` says otherwise."""
        self._numero += 1
        self.ajouter(
            "interventions",
            **{
                "association": association,
                "intervention": f"i{self._numero}",
                "usager": usager,
                "date": date,
                "acteur": "alses",
                **cellules,
            },
        )

    def jeunes(
        self, combien: int, prefixe: str = "u", college: str = "c1", **cellules: str
    ) -> list[str]:
        """Ordinary youths: a fiche, a situation at a collège, an intervention each."""
        noms = [f"{prefixe}{i}" for i in range(combien)]
        for nom in noms:
            self.usager(nom, **cellules)
            self.situation(nom, "2021-09-10", college=college, classe="6e")
            self.acte(nom)
        return noms

    def tableaux(self) -> dict[str, pd.DataFrame]:
        """Form → its rows; a column that a row does not name is empty for it."""
        return {nom: pd.DataFrame(lignes).fillna("") for nom, lignes in self.formes.items()}


class Reponses:
    """A loaded database, and short ways to ask it."""

    def __init__(self, url: str, *recueils: Recueil) -> None:
        engine = t.ouvrir(url)
        with tempfile.TemporaryDirectory() as dossier:
            charger(engine, [r.tableaux() for r in recueils], Path(dossier))
        engine.dispose()
        self.depot = Depot(url)

    def demander(
        self,
        indicateur: str,
        lieu: Lieu = NORD,
        *,
        annee: str = ANNEE,
        population: str = "alses",
        filtres: Iterable[tuple[str, str]] = (),
        croiser: str | None = None,
        lecteur: Lecteur = HABILITE,
    ) -> Reponse:
        """One answer; to an exact reader by default."""
        question = Question(indicateur, annee, lieu, population, tuple(filtres), croiser)
        return repondre([question], lecteur, self.depot)[0]

    def nombres(self, indicateur: str, lieu: Lieu = NORD, **options: object) -> dict[str, object]:
        """Modality → number, of those that somebody has."""
        lignes = self.demander(indicateur, lieu, **options).lignes  # type: ignore[arg-type]
        return {x.modalite: x.effectif for x in lignes if x.effectif}

    def effectif(self, lieu: Lieu = NORD, **options: object) -> object:
        """The number of youths."""
        return self.demander("effectif", lieu, **options).lignes[0].effectif  # type: ignore[arg-type]

    def ligne(self, indicateur: str, modalite: str, lieu: Lieu = NORD, **options: object) -> Ligne:
        """One row of an answer without series."""
        return self.demander(indicateur, lieu, **options).ligne(modalite)  # type: ignore[arg-type]
