"""Empty delivery templates: one CSV per form, and one workbook with drop-down lists."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from data.formulaires import FORMULAIRES, Colonne, Formulaire, Nature
from data.nomenclature import lire_fichier
from data.refus import MauvaisAppel, typographier

CLASSEUR = "livraison.xlsx"
SOUS_DOSSIER = "csv"
LIGNES_PREVUES = 5_000
"""Rows of the workbook that the drop-down lists cover."""

_EXPLICATIONS: dict[Nature, str] = {
    Nature.TEXTE: "Texte.",
    Nature.CODE: "Une valeur de la liste « {liste} » (code ou libellé).",
    Nature.CODES: "Une ou plusieurs valeurs de la liste « {liste} », séparées par une barre "
    "verticale : a|b|c.",
    Nature.DATE: "Date : AAAA-MM-JJ ou JJ/MM/AAAA.",
    Nature.ENTIER: "Nombre entier, 0 ou plus.",
    Nature.NOMBRE: "Nombre, avec une virgule ou un point.",
    Nature.ANNEE: "Année sur 4 chiffres.",
    Nature.ASSOCIATION: "Sigle ou nom de l'association.",
    Nature.TERRITOIRE: "Code ou nom du territoire.",
    Nature.COLLEGE: "Code du collège.",
    Nature.USAGER: "Pseudonyme de l'usager, tel que sur sa fiche.",
    Nature.USAGERS: "Pseudonymes d'usagers déjà suivis, séparés par une barre verticale : a|b|c.",
}

_NOTICE = (
    ("Modèle de livraison", True),
    ("Une feuille par formulaire. Les feuilles inutiles peuvent rester vides ou être supprimées.",),
    ("Une livraison est ce classeur, ou un dossier de fichiers CSV du même nom que les feuilles, "
     "ou un .zip de ce dossier.",),
    ("Ce qu'il ne faut jamais livrer", True),
    ("Ni nom, ni prénom, ni adresse, ni téléphone, ni date de naissance complète : une colonne qui "
     "y ressemble fait refuser toute la livraison.",),
    ("La colonne usager porte un pseudonyme choisi par l'association ; la table de correspondance "
     "reste chez elle.",),
    ("Remplir", True),
    ("Les titres en gras sont obligatoires. Laissez vide ce qui n'est pas connu : ni NA, ni "
     "tiret.",),
    ("Une colonne supprimée laisse ce que la base contient déjà ; une cellule vide l'efface.",),
    ("Une liste déroulante propose les codes ; les libellés sont admis aussi. Là où plusieurs "
     "valeurs sont possibles, séparez-les par une barre verticale : scolarite|parler.",),
    ("Une ligne déjà livrée, livrée de nouveau avec la même clé, remplace l'ancienne.",),
)  # fmt: skip


def ecrire_modeles(dossier: Path | str) -> list[Path]:
    """Write the templates into a folder, made when missing; returns their paths.

    One CSV per form (UTF-8 with BOM, `;`) under `csv/`, which is then a delivery by itself, and
    one workbook beside it, which is another. Raises MauvaisAppel when the folder
    cannot be used or a template would overwrite a file.
    """
    dossier = Path(dossier)
    chemins = {nom: dossier / SOUS_DOSSIER / f"{nom}.csv" for nom in FORMULAIRES}
    classeur = dossier / CLASSEUR
    try:
        (dossier / SOUS_DOSSIER).mkdir(parents=True, exist_ok=True)
        for chemin in (*chemins.values(), classeur):
            if chemin.exists():
                raise MauvaisAppel(f"« {chemin} » existe déjà : choisissez un autre dossier.")
        for nom, chemin in chemins.items():
            with chemin.open("w", encoding="utf-8-sig", newline="") as f:
                csv.writer(f, delimiter=";").writerow(c.nom for c in FORMULAIRES[nom].colonnes)
        _composer().save(classeur)
    except OSError as erreur:
        raise MauvaisAppel(f"Le dossier « {dossier} » ne peut pas être utilisé.") from erreur
    return [*chemins.values(), classeur]


def _composer() -> Workbook:
    classeur = Workbook()
    notice = classeur.active
    notice.title = "Notice"
    _remplir_notice(notice)
    listes = _lire_listes()
    for formulaire in FORMULAIRES.values():
        _remplir_formulaire(classeur.create_sheet(formulaire.nom), formulaire, listes)
    _remplir_listes(classeur, listes)
    return classeur


def _lire_listes() -> dict[str, list[tuple[str, str]]]:
    """List → (code, label), in list order."""
    listes: dict[str, list[tuple[int, str, str]]] = {}
    for ligne in lire_fichier():
        valeur = (int(ligne["ordre"]), ligne["code"], ligne["libelle"])
        listes.setdefault(ligne["champ"], []).append(valeur)
    return {champ: [(c, x) for _, c, x in sorted(v)] for champ, v in listes.items()}


def _remplir_notice(page: Worksheet) -> None:
    page.column_dimensions["A"].width = 100
    for texte, *titre in _NOTICE:
        page.append([typographier(texte)])
        cellule = page.cell(page.max_row, 1)
        cellule.alignment = Alignment(wrap_text=True, vertical="top")
        if titre:
            cellule.font = Font(bold=True, size=14)


def _remplir_formulaire(
    page: Worksheet, formulaire: Formulaire, listes: dict[str, list[tuple[str, str]]]
) -> None:
    page.freeze_panes = "A2"
    for i, colonne in enumerate(formulaire.colonnes, start=1):
        titre = page.cell(1, i, colonne.nom)
        titre.font = Font(bold=colonne.requise)
        titre.fill = PatternFill("solid", fgColor="E8EEF4")
        titre.comment = Comment(_expliquer(colonne, listes), "Passerelle", height=220, width=340)
        lettre = get_column_letter(i)
        page.column_dimensions[lettre].width = max(14, len(colonne.nom) + 4)
        zone = f"{lettre}2:{lettre}{LIGNES_PREVUES}"
        if colonne.nature is Nature.CODE:
            choix = DataValidation(
                type="list",
                formula1=f"={_nom_de_plage(colonne.liste)}",
                allow_blank=True,
                # Labels are accepted too: a warning, never a wall.
                errorStyle="warning",
                showErrorMessage=True,
                errorTitle="Valeur hors liste",
                error=f"Choisissez un code de la liste « {colonne.liste} », ou laissez vide.",
            )
            page.add_data_validation(choix)
            choix.add(zone)
        if colonne.nature in (Nature.TEXTE, Nature.USAGER, Nature.USAGERS):
            # Pseudonyms such as 0042 or 1E5 must stay text.
            page.column_dimensions[lettre].number_format = "@"
            for ligne in range(2, 202):
                page.cell(ligne, i).number_format = "@"


def _expliquer(colonne: Colonne, listes: dict[str, list[tuple[str, str]]]) -> str:
    phrases = ["Obligatoire." if colonne.requise else "Facultatif."]
    phrases.append(_EXPLICATIONS[colonne.nature].format(liste=colonne.liste))
    if colonne.nature is Nature.CODES:
        phrases += [f"{code} : {libelle}" for code, libelle in listes[colonne.liste]]
    return typographier("\n".join(phrases))


def _nom_de_plage(champ: str) -> str:
    return f"liste_{champ}"


def _remplir_listes(classeur: Workbook, listes: dict[str, list[tuple[str, str]]]) -> None:
    """The hidden sheet that the drop-downs point to: codes, and their labels beside them."""
    page = classeur.create_sheet("Listes")
    page.sheet_state = "hidden"
    utiles = {c.liste for f in FORMULAIRES.values() for c in f.colonnes if c.liste}
    for rang, champ in enumerate(sorted(utiles)):
        colonne = 2 * rang + 1
        page.cell(1, colonne, champ)
        page.cell(1, colonne + 1, f"{champ} (libellés)")
        for ligne, (code, libelle) in enumerate(listes[champ], start=2):
            page.cell(ligne, colonne, code)
            page.cell(ligne, colonne + 1, libelle)
        lettre, derniere = get_column_letter(colonne), len(listes[champ]) + 1
        plage = f"Listes!${lettre}$2:${lettre}${derniere}"
        classeur.defined_names[_nom_de_plage(champ)] = DefinedName(
            _nom_de_plage(champ), attr_text=plage
        )
