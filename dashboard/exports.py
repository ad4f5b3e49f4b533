"""Answers as files: flat rows, CSV, XLSX. Shared by the API and the pages.

What is written is what the reader's answers hold and nothing else (contract, confidentialité,
Words: no true count in what leaves the server, hidden sheets included).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.nombres import INSECABLE, annee_lisible, date_longue, enumerer
from data.catalogue import POPULATIONS, Indicateur
from data.refus import neutraliser, typographier
from data.treillis import CHAMP_DU_PROFIL, PROFILS
from queries.depot import Etat
from queries.lieux import nommer
from queries.reponses import (
    NOTE_ARRONDI,
    NOTE_EXACT,
    NOTE_FRAGILE,
    NOTE_MULTIPLE,
    STATUTS,
    Ligne,
    Reponse,
)

COLONNES: tuple[str, ...] = (
    "indicateur",
    "annee",
    "population",
    "lieu_type",
    "lieu",
    *PROFILS,
    "serie",
    "modalite",
    "libelle",
    "effectif",
    "base",
    "part",
    "valeur",
    "non_renseigne",
    "statut",
    "note",
    "livraison",
)
"""Columns of a row, in the contract's order; every one is always present."""

COLONNES_NUMERIQUES = frozenset({"effectif", "base", "part", "valeur", "non_renseigne"})
NOTE_SYNTHETIQUE = "données de démonstration (synthétiques)"
DEFINITIONS: dict[str, str] = {
    "indicateur": "code de l’indicateur",
    "annee": "année scolaire, ou cumul de trois ans",
    "population": "jeunes comptés ; vide quand l’indicateur ne porte pas sur des jeunes",
    "lieu_type": "genre de lieu",
    "lieu": "code du lieu",
    "sexe": "filtre appliqué ; vide sans filtre",
    "age": "filtre appliqué (classe d’âge) ; vide sans filtre",
    "classe": "filtre appliqué ; vide sans filtre",
    "anciennete": "filtre appliqué ; vide sans filtre",
    "serie": "série, quand l’indicateur en a plusieurs",
    "modalite": "code de la réponse",
    "libelle": "réponse",
    "effectif": "nombre ; vide quand il ne peut être montré",
    "base": "nombre auquel la part se rapporte",
    "part": "part de la base, en pour cent",
    "valeur": "rapport, moyenne ou médiane",
    "non_renseigne": "nombre de ceux dont la réponse n’est pas connue",
    "statut": "ce que vaut la ligne (voir ci-dessous)",
    "note": "précautions de lecture",
    "livraison": "numéro et date de la livraison dont viennent les chiffres",
}
"""Column → what it holds, in French."""

_CONTROLES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LARGEURS = {
    "libelle": 46,
    "note": 60,
    "modalite": 28,
    "lieu": 26,
    "indicateur": 24,
    "document": 40,
    "chapitre": 40,
    "chiffre": 40,
    "précision": 30,
    "citation": 70,
    "explication": 60,
    "verdict": 18,
}


def ligne_plate(reponse: Reponse, *, synthetique: bool = False) -> list[dict[str, Any]]:
    """The rows of an answer, tidy: one dict per value, keys `COLONNES` in order.

    Numbers are int or float, None where nothing may be shown; texts are str, "" when empty.
    `synthetique`: the database is a demonstration, and each row says so.
    """
    question = reponse.question
    filtres = dict(question.filtres)
    commun = {
        "indicateur": question.indicateur,
        "annee": question.annee,
        "population": reponse.population,
        "lieu_type": question.lieu.type,
        "lieu": question.lieu.code,
        **{profil: filtres.get(profil, "") for profil in PROFILS},
    }
    return [
        {
            **commun,
            "serie": ligne.serie,
            "modalite": ligne.modalite,
            "libelle": typographier(ligne.libelle),
            "effectif": _entier(ligne.effectif),
            "base": _entier(ligne.base),
            "part": ligne.part if reponse.politique.exacte else _entier(ligne.part),
            "valeur": ligne.valeur,
            "non_renseigne": _entier(ligne.non_renseigne),
            "statut": ligne.statut,
            "note": _annoter(reponse, ligne, synthetique=synthetique),
            "livraison": reponse.livraison.texte,
        }
        for ligne in reponse.lignes
    ]


def _entier(valeur: float | None) -> float | int | None:
    return int(valeur) if valeur is not None and float(valeur).is_integer() else valeur


def dire_statut(reponse: Reponse, ligne: Ligne) -> str:
    """The words of a blank: « Moins de 5 », « Non diffusé »… (contract, Words)."""
    politique = reponse.politique
    # In a crossing either half may carry the higher floor, and « moins de » the higher is true.
    sensible = reponse.question.croiser is not None or reponse.indicateur.sensible(ligne.modalite)
    plancher = politique.plancher_sensible if sensible else politique.plancher
    return STATUTS[ligne.statut].format(plancher=plancher)


def _annoter(reponse: Reponse, ligne: Ligne, *, synthetique: bool) -> str:
    notes = []
    if ligne.note:
        notes.append(ligne.note)
    elif not ligne.affichee:
        notes.append(dire_statut(reponse, ligne))
    if ligne.fragile:
        notes.append(NOTE_FRAGILE)
    if reponse.question.croiser:
        notes.append(f"Croisé avec « {reponse.question.croiser} »")
    if ligne.statut in ("arrondi", "masque"):
        notes.append(NOTE_ARRONDI)
    if reponse.politique.exacte:
        notes.append(NOTE_EXACT)
    if synthetique:
        notes.append(NOTE_SYNTHETIQUE)
    return typographier(" ".join(_phrase(n) for n in notes))


def _phrase(texte: str) -> str:
    texte = texte[:1].upper() + texte[1:]
    return texte if texte.endswith(".") else f"{texte}."


def en_csv(lignes: Iterable[Mapping[str, Any]], colonnes: Sequence[str] = COLONNES) -> bytes:
    """The rows of answers (`ligne_plate`), as `ecrire_csv` writes them."""
    return ecrire_csv(colonnes, ([ligne[c] for c in colonnes] for ligne in lignes))


def ecrire_csv(entetes: Sequence[str], lignes: Iterable[Sequence[Any]]) -> bytes:
    """Rows as a French spreadsheet opens them: UTF-8 with BOM, `;`, decimal comma, CRLF.

    A text cell that begins like a formula is neutralised by an apostrophe.
    """
    sortie = io.StringIO(newline="")
    plume = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    plume.writerow(entetes)
    for ligne in lignes:
        plume.writerow([_cellule(x) for x in ligne])
    return sortie.getvalue().encode("utf-8-sig")


def _cellule(valeur: Any) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, str):
        return neutraliser(valeur)
    return str(valeur).replace(".", ",")


def en_xlsx(
    lignes: Sequence[Mapping[str, Any]],
    lecture: Sequence[tuple[str, str]],
    titre: str = "",
    colonnes: Sequence[str] = COLONNES,
) -> bytes:
    """A workbook of two sheets: « Données » (the rows) and « À lire » (`lecture`: name, text).

    Two visible sheets, nothing else: no formula, no hidden sheet, no name of a machine.
    """
    # Half a second and 20 MB that a page never needs.
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    classeur = Workbook()
    classeur.properties.creator = "Passerelle"
    classeur.properties.lastModifiedBy = None
    classeur.properties.title = titre or "Passerelle"
    classeur.properties.language = "fr"
    gras = Font(bold=True)
    fond = PatternFill("solid", fgColor="E8EEF4")

    donnees = classeur.active
    donnees.title = "Données"
    for j, colonne in enumerate(colonnes, start=1):
        case = donnees.cell(1, j, colonne)
        case.font, case.fill = gras, fond
        donnees.column_dimensions[get_column_letter(j)].width = _LARGEURS.get(colonne, 14)
    for i, ligne in enumerate(lignes, start=2):
        for j, colonne in enumerate(colonnes, start=1):
            valeur = ligne[colonne]
            if valeur is None or valeur == "":
                continue
            case = donnees.cell(i, j)
            if isinstance(valeur, str):
                _ecrire_texte(case, valeur)
                continue
            case.value = valeur
            decimale = ".0" if isinstance(valeur, float) else ""
            if colonne == "part":
                case.number_format = f'0{decimale}"{INSECABLE}%"'
            else:
                case.number_format = f"#,##0{decimale}"
    donnees.freeze_panes = "A2"

    notice = classeur.create_sheet("À lire")
    notice.column_dimensions["A"].width = 26
    notice.column_dimensions["B"].width = 96
    for i, (nom, texte) in enumerate(lecture, start=1):
        case = notice.cell(i, 1)
        _ecrire_texte(case, nom)
        case.font = gras
        case.alignment = Alignment(vertical="top")
        case = notice.cell(i, 2)
        _ecrire_texte(case, texte)
        case.alignment = Alignment(wrap_text=True, vertical="top")

    sortie = io.BytesIO()
    classeur.save(sortie)
    return sortie.getvalue()


def _ecrire_texte(case: Any, texte: str) -> None:
    """A text stays a text, even when it looks like a formula, even when it is typed again."""
    propre = _CONTROLES.sub("", texte)
    case.value = propre
    case.data_type = "s"
    if neutraliser(propre) != propre:
        case.quotePrefix = True


def lecture_de(reponses: Sequence[Reponse], etat: Etat) -> list[tuple[str, str]]:
    """What a person must know to read the file: the « À lire » sheet, name and text.

    `reponses`: at least one, all of one indicator.
    """
    premiere = reponses[0]
    indicateur = premiere.indicateur
    autre = etat.catalogue.get(premiere.question.croiser or "")
    lignes = [
        ("Question", indicateur.question),
        ("Indicateur", f"{indicateur.numero} {indicateur.titre}"),
    ]
    if autre is not None:
        lignes.append(("Croisé avec", f"{autre.numero} {autre.titre}"))
    populations = _distinctes(POPULATIONS[r.population] for r in reponses if r.population)
    if populations:
        lignes.append(("Population", enumerer(populations)))
    lignes += [
        ("Année", enumerer(_distinctes(annee_lisible(r.question.annee) for r in reponses))),
        ("Lieu", enumerer(_distinctes(nommer(etat, r.question.lieu) for r in reponses))),
    ]
    profils = _distinctes(_dire_profil(r, etat) for r in reponses if r.question.filtres)
    if profils:
        lignes.append(("Profil", " ; ".join(profils)))
    lignes += [
        ("Unité", indicateur.unite),
        *([("Base", indicateur.base)] if indicateur.base not in ("", "-") else []),
        *([("Définition", indicateur.note)] if indicateur.note else []),
        ("Source", "Base de Données Commune"),
        (
            "Livraison",
            f"n° {premiere.livraison.numero} du {date_longue(premiere.livraison.date)}",
        ),
        *(("Note", texte) for texte in _notes(reponses, indicateur, etat)),
    ]
    lignes += [(f"Colonne {nom}", texte) for nom, texte in DEFINITIONS.items()]
    mots = {
        (x.statut, dire_statut(r, x)): None
        for statut in STATUTS
        for r in reponses
        for x in r.lignes
        if x.statut == statut
    }
    lignes += [(f"Statut {statut}", texte) for statut, texte in mots]
    return [(typographier(nom), typographier(texte)) for nom, texte in lignes]


def _notes(reponses: Sequence[Reponse], indicateur: Indicateur, etat: Etat) -> list[str]:
    notes = []
    if any(x.statut in ("arrondi", "masque") for r in reponses for x in r.lignes):
        notes.append(NOTE_ARRONDI)
    if any(r.politique.exacte for r in reponses):
        notes.append(f"{NOTE_EXACT}.")
    if any(s.multiple for s in indicateur.series):
        notes.append(NOTE_MULTIPLE)
    if any(x.fragile for r in reponses for x in r.lignes):
        notes.append(NOTE_FRAGILE)
    if etat.synthetique:
        notes.append(_phrase(NOTE_SYNTHETIQUE))
    return notes


def _dire_profil(reponse: Reponse, etat: Etat) -> str:
    libelles = []
    for profil, code in reponse.question.filtres:
        liste = etat.listes[CHAMP_DU_PROFIL[profil]]
        libelles.append(next((v.libelle for v in liste if v.code == code), code))
    return ", ".join(libelles)


def _distinctes(textes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(textes))


def nommer_fichier(morceaux: Iterable[str], extension: str) -> str:
    """« passerelle-sexe-2021-2022-douai.csv »: plain ASCII, fit for any system."""
    nom = "-".join(["passerelle", *morceaux]).lower()
    nom = re.sub(r"[^a-z0-9]+", "-", nom).strip("-")
    return f"{nom[:120].rstrip('-')}.{extension}"
