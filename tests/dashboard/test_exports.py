"""Answers as files: what a spreadsheet opens, and what it must never run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
import zipfile

import openpyxl
import pytest

from dashboard.exports import (
    COLONNES,
    NOTE_SYNTHETIQUE,
    en_csv,
    en_xlsx,
    lecture_de,
    ligne_plate,
    nommer_fichier,
)
from data.catalogue import Indicateur
from queries.depot import Etat, Livraison
from queries.lecteur import EXACT, PARTAGE, PROTEGE, Politique
from queries.question import Lieu, Question
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT, Ligne, Reponse
from tests import RACINE

LIVRAISON = Livraison(7, dt.datetime(2023, 10, 12), True)
PROTEGEE = NOTE_ARRONDI.replace(" ;", "\u00a0;")


def repondre(
    *lignes: Ligne, politique: Politique = PROTEGE, sensibles: frozenset[str] = frozenset()
) -> Reponse:
    """An answer made by hand, for the territoire of Douai, girls only."""
    indicateur = Indicateur(
        "hebergement",
        "situations",
        "1.5",
        "Hébergement",
        "Où vivent-ils ?",
        "hebergement",
        "unique",
        "jeune",
        "réponse connue",
        (),
        (),
        True,
        sensibles,
        "",
        "jeunes",
        "",
    )
    question = Question(
        "hebergement", "2021-2022", Lieu("territoire", "douai"), "alses", (("sexe", "fille"),)
    )
    return Reponse(question, indicateur, "alses", politique, lignes, LIVRAISON)


ARRONDIE = Ligne("", "parents", "Chez les parents", "arrondi", 35, 80, 44.0, None, 10)
MASQUEE = Ligne("", "mecs_foyer", "MECS ou foyer", "masque", base=80)


def lire(fichier: bytes) -> list[list[str]]:
    """Cells of a CSV file, as a French spreadsheet splits it."""
    return list(csv.reader(io.StringIO(fichier.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_toutes_les_colonnes_dans_l_ordre_du_contrat() -> None:
    assert ",".join(COLONNES) == (
        "indicateur,annee,population,lieu_type,lieu,sexe,age,classe,anciennete,serie,modalite,"
        "libelle,effectif,base,part,valeur,non_renseigne,statut,note,livraison"
    )
    for ligne in ligne_plate(repondre(ARRONDIE, MASQUEE)):
        assert tuple(ligne) == COLONNES


def test_une_ligne_dit_la_question_et_la_reponse() -> None:
    (ligne,) = ligne_plate(repondre(ARRONDIE))
    assert ligne == {
        "indicateur": "hebergement",
        "annee": "2021-2022",
        "population": "alses",
        "lieu_type": "territoire",
        "lieu": "douai",
        "sexe": "fille",
        "age": "",
        "classe": "",
        "anciennete": "",
        "serie": "",
        "modalite": "parents",
        "libelle": "Chez les parents",
        "effectif": 35,
        "base": 80,
        "part": 44,
        "valeur": None,
        "non_renseigne": 10,
        "statut": "arrondi",
        "note": PROTEGEE,
        "livraison": "7 (2023-10-12)",
    }


def test_un_vide_garde_son_nom() -> None:
    """Blanks are never confused: each says which one it is."""
    mots = {
        "masque": "Moins de 5.",
        "refuse": "Effectif trop faible pour être détaillé.",
        "non_diffuse": "Non diffusé.",
        "non_pose": "Question non posée cette année-là.",
        "sans_objet": "Pas d’ALSES ici cette année-là.",
    }
    for statut, texte in mots.items():
        (ligne,) = ligne_plate(repondre(Ligne("", "x", "X", statut)))
        assert ligne["effectif"] is ligne["part"] is ligne["valeur"] is None
        assert ligne["statut"] == statut
        assert ligne["note"].startswith(texte)


def test_moins_de_dit_le_plancher_du_lecteur() -> None:
    (ordinaire,) = ligne_plate(repondre(MASQUEE, politique=PARTAGE))
    assert ordinaire["note"].startswith("Moins de 10.")
    (sensible,) = ligne_plate(
        repondre(MASQUEE, politique=PARTAGE, sensibles=frozenset({"mecs_foyer"}))
    )
    assert sensible["note"].startswith("Moins de 15.")


def test_les_notes_suivent_la_politique() -> None:
    exacte = Ligne("", "parents", "Chez les parents", "exact", 37, 81, 45.7)
    (ligne,) = ligne_plate(repondre(exacte, politique=EXACT), synthetique=True)
    assert NOTE_EXACT in ligne["note"]
    assert PROTEGEE not in ligne["note"]
    assert NOTE_SYNTHETIQUE in ligne["note"].lower()
    assert ligne["part"] == 45.7
    (ligne,) = ligne_plate(repondre(ARRONDIE))
    assert NOTE_EXACT not in ligne["note"]
    assert "synthétiques" not in ligne["note"]


def test_csv_pour_un_tableur_francais() -> None:
    exacte = Ligne("", "a", "Un ; deux", "exact", 37, 81, 45.7, 2.5)
    fichier = en_csv(ligne_plate(repondre(exacte, MASQUEE, politique=EXACT)))
    assert fichier.startswith(b"\xef\xbb\xbfindicateur;annee;")
    assert fichier.count(b"\r\n") == 3
    assert fichier.replace(b"\r\n", b"").count(b"\n") == 0
    entete, premiere, seconde = lire(fichier)
    assert tuple(entete) == COLONNES
    lue = dict(zip(COLONNES, premiere, strict=True))
    assert (lue["effectif"], lue["part"], lue["valeur"]) == ("37", "45,7", "2,5")
    assert lue["libelle"] == "Un\u00a0; deux"
    assert dict(zip(COLONNES, seconde, strict=True))["effectif"] == ""


@pytest.mark.parametrize("debut", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_ne_porte_aucune_formule(debut: str) -> None:
    piege = Ligne("", "x", f"{debut}HYPERLINK(1)", "exact", 1)
    cellules = lire(en_csv(ligne_plate(repondre(piege))))[1]
    assert dict(zip(COLONNES, cellules, strict=True))["libelle"] == f"'{debut}HYPERLINK(1)"
    assert not any(c.startswith(("=", "+", "-", "@", "\t", "\r")) for c in cellules)


def ouvrir(fichier: bytes) -> openpyxl.Workbook:
    """The workbook, as openpyxl reads it back."""
    return openpyxl.load_workbook(io.BytesIO(fichier))


def test_xlsx_deux_feuilles_visibles() -> None:
    fichier = en_xlsx(ligne_plate(repondre(ARRONDIE, MASQUEE)), [("Question", "Où ?")])
    classeur = ouvrir(fichier)
    assert classeur.sheetnames == ["Données", "À lire"]
    assert [f.sheet_state for f in classeur] == ["visible", "visible"]
    donnees = classeur["Données"]
    assert donnees.freeze_panes == "A2"
    assert [c.value for c in donnees[1]] == list(COLONNES)
    lues = {c: donnees.cell(2, i) for i, c in enumerate(COLONNES, start=1)}
    assert (lues["effectif"].value, lues["effectif"].number_format) == (35, "#,##0")
    assert (lues["part"].value, lues["part"].number_format) == (44, '0"\u00a0%"')
    masquee = {c: donnees.cell(3, i).value for i, c in enumerate(COLONNES, start=1)}
    assert masquee["effectif"] is None
    assert masquee["statut"] == "masque"
    assert [[c.value for c in ligne] for ligne in classeur["À lire"]] == [["Question", "Où ?"]]


def test_xlsx_ne_porte_aucune_formule() -> None:
    piege = Ligne("", "x", '=HYPERLINK("x")', "exact", 1)
    fichier = en_xlsx(ligne_plate(repondre(piege)), [("=1+1", "@x \x07")])
    classeur = ouvrir(fichier)
    case = classeur["Données"].cell(2, COLONNES.index("libelle") + 1)
    assert (case.data_type, case.value, case.quotePrefix) == ("s", '=HYPERLINK("x")', True)
    assert classeur["À lire"].cell(1, 1).data_type == "s"
    assert classeur["À lire"].cell(1, 2).value == "@x "
    with zipfile.ZipFile(io.BytesIO(fichier)) as archive:
        assert all(b"<f>" not in archive.read(nom) for nom in archive.namelist())


def test_xlsx_ne_nomme_ni_machine_ni_outil() -> None:
    proprietes = ouvrir(en_xlsx(ligne_plate(repondre(ARRONDIE)), [], "Hébergement")).properties
    assert proprietes.creator == "Passerelle"
    assert proprietes.lastModifiedBy is None
    assert proprietes.title == "Hébergement"


def test_la_feuille_a_lire_dit_ce_qu_il_faut_savoir(etat: Etat) -> None:
    reponse = repondre(ARRONDIE, MASQUEE)
    lignes = lecture_de([reponse], etat)
    lecture = dict(lignes)
    assert lecture["Question"] == "Où vivent-ils\u00a0?"
    assert lecture["Lieu"] == "Douai"
    assert lecture["Profil"] == "Fille"
    assert lecture["Année"] == "2021-2022"
    assert lecture["Livraison"] == "n° 7 du 12 octobre 2023"
    assert lecture["Statut masque"] == "Moins de 5"
    notes = [texte for nom, texte in lignes if nom == "Note"]
    assert PROTEGEE in notes
    assert any("synthétiques" in n for n in notes)
    assert {f"Colonne {c}" for c in COLONNES} <= set(lecture)


def test_nom_de_fichier() -> None:
    assert (
        nommer_fichier(["sexe", "2021-2022", "douai"], "csv")
        == "passerelle-sexe-2021-2022-douai.csv"
    )
    nom = nommer_fichier(["part_alses", 'é;/\r\n"x', "a/b"], "xlsx")
    assert nom == "passerelle-part-alses-x-a-b.xlsx"


def test_openpyxl_ne_charge_qu_a_l_usage() -> None:
    code = "import sys, dashboard.exports, dashboard.api; sys.exit('openpyxl' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=RACINE, check=True)
