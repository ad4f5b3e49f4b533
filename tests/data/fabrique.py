"""Small deliveries for the tests, and what a database holds afterwards."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t

Formulaires = dict[str, list[dict[str, Any]]]

# What was published before is part of what the audit knows: it follows the road, not the end. So
# does what each delivery brought (`test_remises.py`).
HORS_COMPARAISON = {"livraisons", "publications", "audits", "retenues", "savoirs", "remises"}


def composer(**remplaces: list[dict[str, Any]] | None) -> Formulaires:
    """A small, right delivery of every form; a keyword replaces a form, None leaves it out."""
    formulaires = deepcopy(_PETITE)
    for nom, lignes in remplaces.items():
        if lignes is None:
            formulaires.pop(nom, None)
        else:
            formulaires[nom] = lignes
    return formulaires


def seulement(*noms: str, **remplaces: list[dict[str, Any]]) -> Formulaires:
    """These forms only, of the small delivery or as given."""
    formulaires = composer()
    return {nom: formulaires[nom] for nom in noms} | remplaces


def usager(pseudonyme: str = "U1", **champs: str) -> dict[str, str]:
    return {"association": "AAE", "usager": pseudonyme, **champs}


def intervention(identifiant: str, pseudonyme: str = "U1", **champs: str) -> dict[str, str]:
    base = {"association": "AAE", "intervention": identifiant, "usager": pseudonyme}
    return {**base, "date": "2021-10-04", "acteur": "alses", **champs}


_PETITE: Formulaires = {
    "territoires": [{"code": "douai", "nom": "Douai"}, {"code": "vne", "nom": "Val d’Escaut"}],
    "associations": [
        {"sigle": "AAE", "nom": "Association d’Action Éducative"},
        {"sigle": "BDJ", "nom": "Bouée des jeunes"},
    ],
    "colleges": [
        {
            "code": "douai-andre-canivez",
            "nom": "André Canivez",
            "commune": "Douai",
            "territoire": "douai",
            "education_prioritaire": "rep_plus",
            "latitude": "50,371",
            "longitude": "3.08",
        },
        {
            "code": "anzin-jules-ferry",
            "nom": "Jules Ferry",
            "commune": "Anzin",
            "territoire": "vne",
            "education_prioritaire": "",
            "latitude": "",
            "longitude": "",
        },
    ],
    "postes": [
        {
            "college": "douai-andre-canivez",
            "association": "AAE",
            "etp": "0,5",
            "plan_pauvrete": "oui",
            "debut": "2019-09-01",
            "fin": "",
        }
    ],
    "conditions": [
        {
            "college": "douai-andre-canivez",
            "association": "AAE",
            "date": "09/03/2020",
            "anciennete_prevention": "1,5",
            "equipe_quartier": "oui",
            "convention": "ne_sait_pas",
            "local": "non",
        }
    ],
    "usagers": [
        usager(
            "U1",
            sexe="fille",
            naissance="2008",
            debut="2020-10-01",
            territoire="douai",
            origine="etablissement_scolaire",
            fonction_ecole="direction",
            demande="scolarite",
            demande_scolarite="exclusion",
        ),
        usager(
            "U2",
            sexe="garcon",
            naissance="2009",
            debut="",
            territoire="vne",
            origine="jeune",
            fonction_ecole="",
            demande="loisirs",
            demande_scolarite="",
        ),
    ],
    "situations": [
        {
            "association": "AAE",
            "usager": "U1",
            "date": "2021-09-15",
            "college": "douai-andre-canivez",
            "classe": "4e",
            "hebergement": "deux_parents",
            "configuration": "couple",
            "mesures": "aucune",
            "aides": "bourse|cantine",
            "ressources": "salaire",
        }
    ],
    "interventions": [
        intervention(
            "I1", present="oui", lieu="etablissement", objectifs="scolarite|parler", famille="mere"
        ),
        intervention(
            "I2", "U2", present="non", lieu="domicile", objectifs="", famille="", acteur="educateur"
        ),
    ],
    "actions_ponctuelles": [
        {
            "association": "AAE",
            "action": "A1",
            "date": "2021-11-20",
            "college": "douai-andre-canivez",
            "lieu_action": "college",
            "type": "debat",
            "partenaires": "interne|college",
            "usagers": "U1|U2",
            "autres_jeunes": "12",
        }
    ],
    "actions_projet": [
        {
            "association": "AAE",
            "action": "A1",
            "projet": "Atelier radio",
            "debut": "2021-10-01",
            "fin": "2022-05-31",
            "type": "atelier",
            "usagers": "U1",
            "autres_jeunes": "",
        }
    ],
}


# --- Writing ------------------------------------------------------------------------------------


def _titres(lignes: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(c for ligne in lignes for c in ligne))


def ecrire_texte(
    lignes: Sequence[Mapping[str, Any]],
    *,
    colonnes: Iterable[str] | None = None,
    separateur: str = ";",
    fin_de_ligne: str = "\r\n",
) -> str:
    """Rows as the text of a CSV file; the columns are those of any row."""
    titres = list(colonnes or _titres(lignes))
    sortie = io.StringIO()
    plume = csv.writer(sortie, delimiter=separateur, lineterminator=fin_de_ligne)
    plume.writerow(titres)
    plume.writerows([ligne.get(c, "") for c in titres] for ligne in lignes)
    return sortie.getvalue()


def en_dossier(
    dossier: Path,
    formulaires: Formulaires,
    *,
    encodage: str = "utf-8-sig",
    separateur: str = ";",
    extension: str = ".csv",
) -> Path:
    """The delivery as a folder."""
    dossier.mkdir(parents=True, exist_ok=True)
    for nom, lignes in formulaires.items():
        octets = ecrire_texte(lignes, separateur=separateur).encode(encodage)
        (dossier / f"{nom}{extension}").write_bytes(octets)
    return dossier


def en_archive(chemin: Path, formulaires: Formulaires, *, sous: str = "") -> Path:
    """The delivery as a `.zip`, its files under a folder when `sous` is given."""
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, lignes in formulaires.items():
            archive.writestr(f"{sous}{nom}.csv", ecrire_texte(lignes).encode("utf-8-sig"))
    return chemin


def en_classeur(chemin: Path, formulaires: Formulaires) -> Path:
    """The delivery as an `.xlsx`, cells as given (dates, numbers, booleans stay so)."""
    classeur = openpyxl.Workbook()
    classeur.remove(classeur.active)
    for nom, lignes in formulaires.items():
        page = classeur.create_sheet(nom)
        titres = _titres(lignes)
        page.append(titres)
        for ligne in lignes:
            page.append([ligne.get(c) for c in titres])
    classeur.save(chemin)
    return chemin


def restreindre(livraisons: Sequence[Path], *associations: str) -> None:
    """Keep only these associations, in place, in deliveries of the demonstration, and the
    collèges where one of them works: the fewer places there are, the shorter an import is.

    `associations`: their `sigle`, as the deliveries write it.
    """
    gardes = {"sigle": set(associations), "association": set(associations)}
    postes = _lire_csv(livraisons[0] / "postes.csv")
    gardes["code"] = {x["college"] for x in postes if x["association"] in associations}
    gardes["college"] = {"", *gardes["code"]}
    for fichier in (f for livraison in livraisons for f in livraison.glob("*.csv")):
        lignes = _lire_csv(fichier)
        if fichier.stem != "territoires":
            restent = [x for x in lignes if all(x[c] in g for c, g in gardes.items() if c in x)]
            fichier.write_text(ecrire_texte(restent, colonnes=lignes[0]), "utf-8-sig", newline="")


def _lire_csv(fichier: Path) -> list[dict[str, str]]:
    with fichier.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f, delimiter=";"))


# --- Reading back -------------------------------------------------------------------------------


def photographier(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, journals of deliveries and publications included."""
    with engine.connect() as conn:
        presentes = set(sa.inspect(conn).get_table_names())
        return {
            table.name: sorted(
                (tuple(map(str, ligne)) for ligne in conn.execute(sa.select(table))),
            )
            for table in t.metadata.sorted_tables
            if table.name in presentes
        }


def comparer(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """What two loads of the same records must share: all but when and how they came."""
    photo = photographier(engine)
    return {nom: lignes for nom, lignes in photo.items() if nom not in HORS_COMPARAISON}


def lire(engine: Engine, nom: str, **criteres: Any) -> list[dict[str, Any]]:
    """Rows of a table, as dictionaries, in key order."""
    table = t.metadata.tables[nom]
    requete = sa.select(table).order_by(*table.primary_key)
    for colonne, valeur in criteres.items():
        requete = requete.where(table.c[colonne] == valeur)
    with engine.connect() as conn:
        return [dict(ligne) for ligne in conn.execute(requete).mappings()]
