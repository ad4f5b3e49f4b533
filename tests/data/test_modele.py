"""The delivery templates: empty, complete, and accepted by the import that asks for them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.engine import Engine

from data.formulaires import FORMULAIRES, Nature
from data.importation import importer
from data.modele import CLASSEUR, SOUS_DOSSIER, ecrire_modeles
from data.nomenclature import lire_fichier
from data.refus import MauvaisAppel
from tests.data.fabrique import composer, lire


@pytest.fixture(scope="module")
def modeles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("m") / "modeles"
    ecrits = set(ecrire_modeles(dossier))
    assert ecrits == {c for c in dossier.rglob("*") if c.is_file()}
    return dossier


def test_un_csv_par_formulaire(modeles: Path) -> None:
    for nom, formulaire in FORMULAIRES.items():
        octets = (modeles / SOUS_DOSSIER / f"{nom}.csv").read_bytes()
        assert octets.startswith(b"\xef\xbb\xbf")
        assert octets.decode("utf-8-sig").split() == [";".join(c.nom for c in formulaire.colonnes)]


def test_les_csv_vides_se_chargent(base_sqlite: Engine, modeles: Path) -> None:
    bilan = importer(base_sqlite, modeles / SOUS_DOSSIER, operateur="x")
    assert bilan.comptes == dict.fromkeys(FORMULAIRES, 0)
    assert bilan.avertissements == []


def test_le_classeur_vide_se_charge(base_sqlite: Engine, modeles: Path) -> None:
    bilan = importer(base_sqlite, modeles / CLASSEUR, operateur="x")
    assert bilan.comptes == dict.fromkeys(FORMULAIRES, 0)


def test_le_classeur_rempli_se_charge(base_sqlite: Engine, modeles: Path, tmp_path: Path) -> None:
    classeur = openpyxl.load_workbook(modeles / CLASSEUR)
    for nom, lignes in composer().items():
        titres = [c.value for c in classeur[nom][1]]
        for i, ligne in enumerate(lignes, start=2):
            for titre, valeur in ligne.items():
                classeur[nom].cell(i, titres.index(titre) + 1).value = valeur or None
    classeur.save(tmp_path / "livraison.xlsx")
    bilan = importer(base_sqlite, tmp_path / "livraison.xlsx", operateur="x")
    assert bilan.comptes == {nom: len(lignes) for nom, lignes in composer().items()}
    assert [u["usager"] for u in lire(base_sqlite, "usagers")] == ["U1", "U2"]


def test_chaque_colonne_codee_a_sa_liste_deroulante(modeles: Path) -> None:
    classeur = openpyxl.load_workbook(modeles / CLASSEUR)
    codes: dict[str, list[str]] = {}
    for ligne in lire_fichier():
        codes.setdefault(ligne["champ"], []).append(ligne["code"])
    for nom, formulaire in FORMULAIRES.items():
        page = classeur[nom]
        par_colonne = {
            zone.min_col: v for v in page.data_validations.dataValidation for zone in v.sqref.ranges
        }
        for i, colonne in enumerate(formulaire.colonnes, start=1):
            assert (i in par_colonne) == (colonne.nature is Nature.CODE), (nom, colonne.nom)
            if colonne.nature is Nature.CODE:
                plage = classeur.defined_names[par_colonne[i].formula1.lstrip("=")]
                ((feuille, zone),) = plage.destinations
                proposes = [c[0].value for c in classeur[feuille][zone.replace("$", "")]]
                assert proposes == codes[colonne.liste]


def test_chaque_titre_est_explique(modeles: Path) -> None:
    classeur = openpyxl.load_workbook(modeles / CLASSEUR)
    assert classeur.sheetnames == ["Notice", *FORMULAIRES, "Listes"]
    assert classeur["Listes"].sheet_state == "hidden"
    for nom, formulaire in FORMULAIRES.items():
        for cellule, colonne in zip(classeur[nom][1], formulaire.colonnes, strict=True):
            assert cellule.font.bold == colonne.requise
            assert cellule.comment.text.startswith(
                "Obligatoire." if colonne.requise else "Facultatif."
            )
            assert ("a|b|c" in cellule.comment.text) == (
                colonne.nature in (Nature.CODES, Nature.USAGERS)
            )


def test_les_modeles_n_ecrasent_rien(modeles: Path, tmp_path: Path) -> None:
    with pytest.raises(MauvaisAppel):
        ecrire_modeles(modeles)
    (tmp_path / "fichier").write_text("x")
    with pytest.raises(MauvaisAppel):
        ecrire_modeles(tmp_path / "fichier")
