"""Random small deliveries for the differential tests, and how a test loads one.

The deliveries are valid: what the import refuses is tried elsewhere. They are rich in what makes
counts go wrong: blanks, several values, one pseudonym under two associations, youths who move,
situations before and after the year, days at both ends of a school year, missing columns.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from data import schema as t
from data.importation import importer
from data.nomenclature import initialiser
from tests.queries.naif import CLES, FICHE, codes

AUJOURD_HUI = dt.date(2026, 1, 15)
CODES_MULTIPLES = {
    "mesures": "mesures",
    "aides": "aides",
    "ressources": "ressources",
    "objectifs": "objectifs",
    "modalites": "modalites",
    "famille": "famille",
    "objectifs_famille": "objectifs_famille",
    "partenaires_territoire": "partenaires",
    "partenaires_hors": "partenaires",
}
FACULTATIVES = {
    "usagers": FICHE,
    "situations": (
        *("college", "classe", "hebergement", "configuration"),
        *("mesures", "aides", "ressources"),
    ),
    "interventions": ("present", "lieu", *list(CODES_MULTIPLES)[3:]),
    "actions_ponctuelles": (
        *("college", "lieu_action", "type", "thematique", "initiative", "porteur", "partenaires"),
        *("financements", "objectifs", "communication", "usagers", "autres_jeunes"),
    ),
    "actions_projet": (
        *("college", "lieu_action", "type", "thematique", "initiative", "porteur", "partenaires"),
        *("financements", "objectifs", "communication", "usagers", "autres_jeunes"),
    ),
    "conditions": (
        *("anciennete_prevention", "anciennete_alses", "equipe_quartier", "convention"),
        *("projet_annuel", "local", "presentation"),
    ),
}
"""Form → optional columns that a draw may leave out."""

REQUISES = {"interventions": ("usager", "date", "acteur")}
"""Columns required beside the key."""

ENFANTS = {"fonction_ecole": "origine", "demande_scolarite": "demande"}


@dataclass(frozen=True)
class Tirage:
    """What a random delivery is drawn from. `vides`: how often a cell is empty (of 10);
    `absentes`: how many columns are left out; `melange`: how many values are in play; `retour`:
    whether the second delivery comes back to a year of the first one."""

    graine: int
    jeunes: int = 60
    annees: int = 3
    vides: int = 2
    absentes: int = 0
    melange: int = 4
    en_deux: bool = True
    retour: bool = False


class _De:
    """A die."""

    def __init__(self, tirage: Tirage) -> None:
        self.r = random.Random(tirage.graine)
        self.tirage = tirage
        self.territoires = [f"t{i}" for i in range(1, self.r.randint(2, 3) + 1)]
        self.associations = ["A", "B", "C"][: self.r.randint(2, 3)]

    def vide(self) -> bool:
        return self.r.random() * 10 < self.tirage.vides

    def un(self, valeurs: Sequence[str]) -> str:
        """One of the first values most of the time; sometimes none."""
        if self.vide():
            return ""
        return self.pris(valeurs)

    def pris(self, valeurs: Sequence[str]) -> str:
        if self.r.random() < 0.9:
            valeurs = valeurs[: self.tirage.melange]
        return self.r.choice(list(valeurs))

    def plusieurs(self, valeurs: Sequence[str]) -> str:
        if self.vide():
            return ""
        return "|".join(dict.fromkeys(self.pris(valeurs) for _ in range(self.r.randint(1, 3))))

    def jour(self, premier: int, dernier: int) -> str:
        """A day of the school years from one to the other; the ends more often than not."""
        if self.r.random() < 0.2:
            annee = self.r.randint(premier, dernier)
            return self.r.choice([f"{annee}-09-01", f"{annee + 1}-08-31"])
        debut, fin = dt.date(premier, 9, 1), dt.date(dernier + 1, 8, 31)
        return (debut + dt.timedelta(days=self.r.randrange((fin - debut).days + 1))).isoformat()


def tirer(tirage: Tirage) -> list[dict[str, pd.DataFrame]]:
    """One or two deliveries, in loading order."""
    de = _De(tirage)
    premiere = _reference(de)
    derniere_annee = 2018 + tirage.annees
    coupure = derniere_annee if tirage.en_deux and tirage.annees > 1 else derniere_annee + 1
    premiere |= _fiches(de, 2019, coupure - 1, "a")
    livraisons = [_elaguer(de, premiere, seconde=False)]
    if coupure <= derniere_annee:
        premiere_annee = coupure - 1 if tirage.retour else coupure
        seconde = _fiches(de, premiere_annee, derniere_annee, "b")
        livraisons.append(_elaguer(de, seconde, seconde=True))
    return livraisons


def _reference(de: _De) -> dict[str, pd.DataFrame]:
    r, territoires, associations = de.r, de.territoires, de.associations
    colleges = [
        {
            "code": f"c{i}",
            "nom": "Jules Ferry",
            "commune": "Ville",
            "territoire": r.choice(territoires),
            "education_prioritaire": r.choice(["", "rep", "rep_plus"]),
        }
        for i in range(1, 7)
    ]
    postes: dict[tuple[str, str, str, str], dict[str, str]] = {}
    for c in colleges[:-1]:
        for _ in range(r.randint(1, 3)):
            debut = r.choice(["2018-09-01", "2020-01-01", "2020-01-02", "2020-11-15", "2021-09-01"])
            fin = r.choice(["", "", "", "2020-08-31", "2020-12-31", "2021-01-01", "2021-09-01"])
            ligne = {
                "college": c["code"],
                "association": r.choice(associations),
                "etp": r.choice(["1", "0.5", "1"]),
                "plan_pauvrete": r.choice(["oui", "non"]),
                "debut": debut,
                "fin": fin if fin >= debut else "",
            }
            postes[tuple(ligne[x] for x in CLES["postes"])] = ligne  # type: ignore[index]
    conditions: dict[tuple[str, ...], dict[str, str]] = {}
    for p in postes.values():
        for _ in range(r.randint(0, 2)):
            ligne = {
                "college": p["college"],
                "association": p["association"],
                "date": de.jour(2018, 2021),
                "anciennete_prevention": de.un(["0.5", "3", "1", "10", "5.5", "12", "0"]),
                "anciennete_alses": de.un(["1", "2.5", "0", "6", "4"]),
                "equipe_quartier": de.un(codes("equipe_quartier")),
                "convention": de.un(codes("convention")),
                "projet_annuel": de.un(codes("projet_annuel")),
                "local": de.un(codes("oui_non")),
                "presentation": de.un(codes("oui_non")),
            }
            conditions[tuple(ligne[x] for x in CLES["conditions"])] = ligne
    return {
        "territoires": pd.DataFrame([{"code": c, "nom": c.upper()} for c in territoires]),
        "associations": pd.DataFrame(
            [{"sigle": s, "nom": f"Association {s}"} for s in associations]
        ),
        "colleges": pd.DataFrame(colleges),
        "postes": pd.DataFrame(list(postes.values())),
        "conditions": _tableau("conditions", list(conditions.values())),
    }


def _tableau(nom: str, lignes: list[dict[str, str]]) -> pd.DataFrame:
    colonnes = [*CLES[nom], *REQUISES.get(nom, ()), *FACULTATIVES.get(nom, ())]
    return pd.DataFrame(lignes, columns=None if lignes else colonnes, dtype=str)


def _fiches(de: _De, premier: int, dernier: int, lot: str) -> dict[str, pd.DataFrame]:
    """Fiches, situations, interventions and actions of these school years.

    Pseudonyms are few and shared: the second lot knows most of the first one's usagers.
    """
    r, territoires, associations = de.r, de.territoires, de.associations
    usagers, situations, interventions = [], [], []
    for numero in range(de.tirage.jeunes):
        # Half of the pseudonyms are used by two associations.
        association = associations[numero % len(associations)]
        pseudonyme = f"U{numero // 2}"
        origine, demande = de.un(codes("origine", "partenaires")), de.un(codes("demande"))
        if r.random() < 0.4:
            origine = de.un(codes("origine"))
        usagers.append(
            {
                "association": association,
                "usager": pseudonyme,
                "sexe": de.un(codes("sexe")),
                "naissance": "" if de.vide() else str(r.choice([2001, *range(2004, 2011), 2012])),
                "debut": "" if de.vide() else de.jour(2017, 2021),
                "territoire": de.un(territoires),
                "origine": origine,
                "fonction_ecole": (
                    de.un(codes("fonction_ecole")) if origine == "etablissement_scolaire" else ""
                ),
                "demande": demande,
                "demande_scolarite": (
                    de.un(codes("demande_scolarite")) if demande == "scolarite" else ""
                ),
            }
        )
        for jour in sorted({de.jour(premier - 1, dernier + 1) for _ in range(r.randint(0, 3))}):
            situations.append(
                {
                    "association": association,
                    "usager": pseudonyme,
                    "date": jour,
                    "college": "" if de.vide() else r.choice(["c1", "c1", "c2", "c2", "c3", "c6"]),
                    "classe": de.un(codes("classe")),
                    "hebergement": de.un(codes("hebergement")),
                    "configuration": de.un(codes("configuration")),
                    "mesures": de.plusieurs(codes("mesures")),
                    "aides": de.plusieurs(codes("aides")),
                    "ressources": de.plusieurs(codes("ressources")),
                }
            )
        for k in range(r.choice([0, 1, 2, 3, 4, 6, 12, 25])):
            interventions.append(
                {
                    "association": association,
                    "intervention": f"{lot}{numero}-{k}",
                    "usager": pseudonyme,
                    "date": de.jour(premier, dernier),
                    "acteur": r.choice(["alses", "alses", "educateur"]),
                    "present": de.un(codes("oui_non")),
                    "lieu": de.un(codes("lieu")),
                    **{
                        champ: de.plusieurs(codes(CODES_MULTIPLES[champ]))
                        for champ in list(CODES_MULTIPLES)[3:]
                    },
                }
            )
    connus = {(u["association"], u["usager"]): u for u in usagers}
    return {
        "usagers": _tableau("usagers", list(connus.values())),
        "situations": _tableau("situations", _uniques("situations", situations)),
        "interventions": _tableau("interventions", interventions),
        **_actions(de, premier, dernier, lot, list(connus)),
    }


def _uniques(nom: str, lignes: list[dict[str, str]]) -> list[dict[str, str]]:
    return list({tuple(x[c] for c in CLES[nom]): x for x in lignes}.values())


def _actions(
    de: _De, premier: int, dernier: int, lot: str, usagers: list[tuple[str, str]]
) -> dict[str, pd.DataFrame]:
    r = de.r
    sortie = {}
    for nom, forme in (("actions_ponctuelles", "ponctuelle"), ("actions_projet", "projet")):
        lignes = []
        for k in range(r.randint(0, 6)):
            association = r.choice("AB")
            siens = [u for a, u in usagers if a == association]
            ligne = {
                "association": association,
                "action": f"{lot}{k}",
                "college": "" if de.vide() else r.choice(["c1", "c2", "c3"]),
                "lieu_action": de.un(codes("lieu_action")),
                "type": de.un(codes(f"type_action_{forme}")),
                "thematique": de.un(codes("thematique")),
                "initiative": de.un(codes("initiative")),
                "porteur": de.un(codes("porteur")),
                "partenaires": de.plusieurs(codes("partenaires_action")),
                "financements": de.plusieurs(codes("financements")),
                "objectifs": de.plusieurs(codes("objectifs_action")),
                "communication": de.plusieurs(codes("communication")),
                "usagers": "|".join(sorted(set(r.sample(siens, r.randint(0, min(9, len(siens))))))),
                "autres_jeunes": "" if de.vide() else str(r.randint(0, 12)),
            }
            jour = de.jour(premier, dernier)
            if forme == "ponctuelle":
                ligne["date"] = jour
            else:
                ligne |= {"projet": "Projet", "debut": jour, "fin": ""}
            lignes.append(ligne)
        if lignes:
            sortie[nom] = pd.DataFrame(lignes, dtype=str)
    return sortie


def _elaguer(
    de: _De, livraison: Mapping[str, pd.DataFrame], *, seconde: bool
) -> dict[str, pd.DataFrame]:
    """Leave some optional columns out; a column that depends on another goes with it.

    A second delivery that changes a parent column brings the child too.
    """
    sortie = dict(livraison)
    possibles = [(f, c) for f, cs in FACULTATIVES.items() if f in livraison for c in cs]
    retirees = set(de.r.sample(possibles, min(de.tirage.absentes, len(possibles))))
    for enfant, parent in ENFANTS.items():
        if ("usagers", parent) in retirees:
            retirees.add(("usagers", enfant))
        if seconde and ("usagers", enfant) in retirees:
            retirees.add(("usagers", parent))
    for forme, colonne in sorted(retirees):
        sortie[forme] = sortie[forme].drop(columns=colonne)
    return sortie


def ecrire(livraison: Mapping[str, pd.DataFrame], dossier: Path) -> Path:
    """The delivery as a folder of CSV files."""
    dossier.mkdir(parents=True)
    for nom, table in livraison.items():
        table.to_csv(dossier / f"{nom}.csv", sep=";", index=False)
    return dossier


def vider(engine: sa.Engine) -> None:
    """An empty database, but for the closed lists."""
    initialiser(engine)
    with engine.begin() as conn:
        for table in reversed(t.metadata.sorted_tables):
            if table is not t.nomenclatures:
                conn.execute(sa.delete(table))


def charger(
    engine: sa.Engine, livraisons: Sequence[Mapping[str, pd.DataFrame]], dossier: Path
) -> None:
    """Load these deliveries, one after the other, through the import."""
    initialiser(engine)
    for rang, livraison in enumerate(livraisons, start=1):
        chemin = ecrire(livraison, dossier / f"livraison-{rang}")
        importer(engine, chemin, operateur="essai", synthetique=True, aujourd_hui=AUJOURD_HUI)
