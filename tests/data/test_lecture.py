"""Deliveries as real exports come, and what refuses them whole (contract, données §1)."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import lecture, source
from data.formulaires import FORMULAIRES
from data.lecture import est_nominatif, ouvrir_livraison
from data.nomenclature import ecrire_code, plier, plier_titre
from data.refus import LivraisonRefusee, MauvaisAppel
from tests.data.fabrique import (
    composer,
    ecrire_texte,
    en_archive,
    en_classeur,
    en_dossier,
    intervention,
    seulement,
    usager,
)

Cellules = dict[str, list[tuple[int, dict[str, str]]]]


def lire(chemin: Path) -> Cellules:
    """Form → (line, cells) of each row."""
    lues: Cellules = {}
    with ouvrir_livraison(chemin) as livraison:
        for nom, feuille in livraison.feuilles.items():
            lues[nom] = []
            for lot in feuille.lots():
                for i, ligne in enumerate(lot.lignes.tolist()):
                    lues[nom].append((ligne, {c: v[i] for c, v in lot.colonnes.items()}))
    return lues


def refuser(chemin: Path) -> str:
    """Message of the refusal of that delivery, no-break spaces as spaces."""
    with pytest.raises(LivraisonRefusee) as refus:
        lire(chemin)
    return refus.value.message.replace("\u00a0", " ")


def un_fichier(dossier: Path, contenu: bytes | str, nom: str = "usagers.csv") -> Path:
    dossier.mkdir(exist_ok=True)
    octets = contenu.encode() if isinstance(contenu, str) else contenu
    (dossier / nom).write_bytes(octets)
    return dossier


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    chemin = tmp_path / "livraison"
    chemin.mkdir()
    return chemin


# --- Accepted -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separateur", [";", "\t", ","])
@pytest.mark.parametrize("extension", [".csv", ".txt", ".tsv", ".CSV"])
def test_textes_de_toute_sorte(
    dossier: Path, encodage: str, separateur: str, extension: str
) -> None:
    attendu = lire(en_dossier(dossier / "a", composer()))
    autre = en_dossier(
        dossier / "b", composer(), encodage=encodage, separateur=separateur, extension=extension
    )
    assert lire(autre) == attendu
    assert attendu["associations"][0] == (
        2,
        {"sigle": "AAE", "nom": "Association d’Action Éducative"},
    )


def test_les_formulaires_viennent_dans_l_ordre_des_references(dossier: Path) -> None:
    assert list(lire(en_dossier(dossier, composer()))) == list(FORMULAIRES)


@pytest.mark.parametrize("sous", ["", "livraison 2021/"])
def test_archive_d_un_dossier(tmp_path: Path, sous: str) -> None:
    attendu = lire(en_dossier(tmp_path / "d", composer()))
    assert lire(en_archive(tmp_path / "l.ZIP", composer(), sous=sous)) == attendu


def test_un_niveau_de_dossier(tmp_path: Path) -> None:
    attendu = lire(en_dossier(tmp_path / "a", composer()))
    en_dossier(tmp_path / "b" / "exports", composer())
    assert lire(tmp_path / "b") == attendu


def test_classeur_comme_le_dossier(tmp_path: Path) -> None:
    attendu = lire(en_dossier(tmp_path / "a", composer()))
    assert lire(en_classeur(tmp_path / "l.xlsx", composer())) == attendu


def test_titres_dans_le_desordre_sans_casse_ni_accent(dossier: Path) -> None:
    un_fichier(dossier, " DÉBUT ;Usager;ASSOCIATION\n2021-09-01;U1;AAE\n")
    assert lire(dossier)["usagers"] == [
        (2, {"association": "AAE", "usager": "U1", "debut": "2021-09-01"})
    ]


def test_noms_de_fichiers_sans_casse_ni_accent(dossier: Path) -> None:
    un_fichier(dossier, "code;nom;commune;territoire\n", "Collèges.CSV")
    un_fichier(dossier, "association;action;date\n", "Actions ponctuelles.txt")
    assert lire(dossier) == {"colleges": [], "actions_ponctuelles": []}


def test_le_separateur_qui_donne_le_plus_de_colonnes_connues(dossier: Path) -> None:
    # More semicolons than commas, but only the commas make columns.
    un_fichier(dossier, "association,usager,a;b;c;d;e;f\nAAE,U1,x\n")
    assert lire(dossier)["usagers"] == [(2, {"association": "AAE", "usager": "U1"})]


def test_lignes_du_fichier_malgre_les_cellules_sur_plusieurs_lignes(dossier: Path) -> None:
    contenu = 'association;usager;remarque\r\nAAE;U1;"sur\r\ntrois\nlignes"\r\nAAE;U2;\r\n'
    un_fichier(dossier, contenu)
    assert [ligne for ligne, _ in lire(dossier)["usagers"]] == [2, 5]


@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
def test_fins_de_ligne(dossier: Path, fin: str) -> None:
    un_fichier(dossier, ecrire_texte([usager("U1"), usager("U2")], fin_de_ligne=fin))
    assert [ligne for ligne, _ in lire(dossier)["usagers"]] == [2, 3]


def test_lignes_plus_courtes_que_les_titres(dossier: Path) -> None:
    un_fichier(dossier, "association;usager;sexe;debut\nAAE;U1\n")
    assert lire(dossier)["usagers"][0][1] == {
        "association": "AAE",
        "usager": "U1",
        "sexe": "",
        "debut": "",
    }


def test_titres_seuls(dossier: Path) -> None:
    un_fichier(dossier, "association;usager")
    assert lire(dossier) == {"usagers": []}


def test_fichiers_du_systeme_ignores(dossier: Path) -> None:
    en_dossier(dossier, seulement("usagers"))
    for nom in (".DS_Store", "Thumbs.db", "~$usagers.xlsx", "._usagers.csv", "desktop.ini"):
        (dossier / nom).write_bytes(b"\0")
    (dossier / "__MACOSX").mkdir()
    (dossier / "__MACOSX" / "._usagers.csv").write_bytes(b"\0")
    with ouvrir_livraison(dossier) as livraison:
        assert list(livraison.feuilles) == ["usagers"]
        assert len(livraison.avertissements) == 6


def test_dossier_systeme_d_une_archive_ignore(tmp_path: Path) -> None:
    chemin = en_archive(tmp_path / "l.zip", seulement("usagers"))
    with zipfile.ZipFile(chemin, "a") as archive:
        archive.writestr("__MACOSX/sous/._usagers.csv", b"\0")
    assert list(lire(chemin)) == ["usagers"]


def test_colonne_inconnue_ignoree_nommee_jamais_lue(dossier: Path) -> None:
    un_fichier(dossier, "association;usager;Remarque libre;\nAAE;U1;un secret;\n")
    with ouvrir_livraison(dossier) as livraison:
        feuille = livraison.feuilles["usagers"]
        assert [set(lot.colonnes) for lot in feuille.lots()] == [{"association", "usager"}]
        textes = " ".join(livraison.avertissements)
    assert "Remarque libre" in textes
    assert "colonne sans titre n° 4" in textes
    assert "secret" not in textes


def test_lots_de_grands_fichiers(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lecture, "LIGNES_PAR_LOT", 7)
    un_fichier(dossier, ecrire_texte([usager(f"U{i}") for i in range(20)]))
    lues = lire(dossier)["usagers"]
    assert [ligne for ligne, _ in lues] == list(range(2, 22))
    assert [cellules["usager"] for _, cellules in lues] == [f"U{i}" for i in range(20)]


def test_cellules_de_tableur(tmp_path: Path) -> None:
    lignes = [
        {
            "association": "AAE",
            "intervention": 1042,
            "usager": 17.0,
            "date": dt.datetime(2021, 10, 4, 15, 30),
            "acteur": "alses",
            "present": True,
        },
        {
            "association": "AAE",
            "intervention": "1043",
            "usager": "0017",
            "date": dt.date(2021, 10, 5),
            "acteur": "#N/A",
            "present": False,
        },
    ]
    chemin = en_classeur(tmp_path / "l.xlsx", {"interventions": lignes})
    premiere, seconde = (c for _, c in lire(chemin)["interventions"])
    assert premiere == {
        "association": "AAE",
        "intervention": "1042",
        "usager": "17",
        "date": "2021-10-04",
        "acteur": "alses",
        "present": "oui",
    }
    assert (seconde["usager"], seconde["date"], seconde["present"]) == ("0017", "2021-10-05", "non")


def test_lignes_de_la_feuille(tmp_path: Path) -> None:
    classeur = openpyxl.Workbook()
    page = classeur.active
    page.title = "Usagers"
    page.append(["association", "usager"])
    page["A4"], page["B4"] = "AAE", "U1"
    page["A9"], page["B9"] = "AAE", "U2"
    classeur.save(tmp_path / "l.xlsx")
    assert [ligne for ligne, _ in lire(tmp_path / "l.xlsx")["usagers"]] == [4, 9]


def test_feuilles_d_aide_et_feuilles_vierges_laissees(tmp_path: Path) -> None:
    chemin = en_classeur(tmp_path / "l.xlsx", seulement("usagers"))
    classeur = openpyxl.load_workbook(chemin)
    classeur.create_sheet("Listes")["A1"] = "aide"
    classeur.create_sheet("Notice")["A1"] = "aide"
    classeur.create_sheet("Feuil2")
    classeur.save(chemin)
    assert list(lire(chemin)) == ["usagers"]


def test_dimension_declaree_fausse(tmp_path: Path) -> None:
    # Some producers declare A1 as the whole sheet.
    chemin = en_classeur(tmp_path / "l.xlsx", seulement("usagers"))
    refait = tmp_path / "m.xlsx"
    with zipfile.ZipFile(chemin) as ancien, zipfile.ZipFile(refait, "w") as nouveau:
        for entree in ancien.infolist():
            octets = ancien.read(entree)
            if entree.filename.endswith("sheet1.xml"):
                octets = octets.replace(b'<dimension ref="A1:J3"', b'<dimension ref="A1:A1"')
                assert b'ref="A1:A1"' in octets
            nouveau.writestr(entree, octets)
    assert lire(refait) == lire(chemin)


def test_l_empreinte_est_celle_du_contenu(tmp_path: Path) -> None:
    def empreinte(chemin: Path) -> str:
        with ouvrir_livraison(chemin) as livraison:
            return livraison.empreinte

    reference = empreinte(en_dossier(tmp_path / "a", composer()))
    assert len(reference) == 64
    assert empreinte(en_archive(tmp_path / "b.zip", composer(), sous="x/")) == reference
    assert empreinte(en_dossier(tmp_path / "c", composer(), extension=".txt")) == reference
    autre = composer(usagers=[usager("U1", sexe="garcon")])
    assert empreinte(en_dossier(tmp_path / "d", autre)) != reference
    classeur = empreinte(en_classeur(tmp_path / "e.xlsx", composer()))
    assert empreinte(en_classeur(tmp_path / "f.xlsx", composer())) == classeur
    assert empreinte(en_classeur(tmp_path / "g.xlsx", autre)) != classeur


# --- Refused as a whole -------------------------------------------------------------------------

TITRES_NOMINATIFS = (
    ["nom", "Prénom", "patronyme", "téléphone", "tel", "Portable", "mobile", "Adresse", "rue"]
    + ["mail", "E-mail", "email", "courriel", "date_naissance", "Date de naissance", "INE", "nir"]
    + ["numero_securite_sociale", "N° Sécurité sociale", "contact", "parent", "Parents"]
    + ["nom_usager", "Tel. de la mère", "contact urgence", "nomUsager", "adressePostale"]
)


@pytest.mark.parametrize("titre", TITRES_NOMINATIFS)
def test_colonne_nominative_refusee(dossier: Path, titre: str) -> None:
    un_fichier(dossier, f"association;usager;{titre}\nAAE;U1;Zoé Untel\n")
    message = refuser(dossier)
    assert "nominative" in message
    assert titre in message
    assert "Untel" not in message


def test_colonne_nominative_refusee_dans_un_classeur(tmp_path: Path) -> None:
    lignes = [{**usager(), "Prénom": "Zoé"}]
    assert "Prénom" in refuser(en_classeur(tmp_path / "l.xlsx", {"usagers": lignes}))


@pytest.mark.parametrize(
    "titre", ["renommee", "rubrique", "telle", "portage", "remarque", "mobilite", "origine"]
)
def test_titres_innocents(titre: str) -> None:
    assert not est_nominatif(titre)


def test_nom_admis_dans_les_tables_de_reference_seules(dossier: Path) -> None:
    en_dossier(dossier, seulement("territoires", "associations", "colleges"))
    assert lire(dossier)["territoires"][0][1]["nom"] == "Douai"
    un_fichier(dossier, "college;association;etp;debut;nom\n", "postes.csv")
    assert "nominative" in refuser(dossier)


def test_aucune_colonne_connue_n_est_nominative() -> None:
    for formulaire in FORMULAIRES.values():
        for colonne in formulaire.colonnes:
            if colonne.nom != "nom":
                assert not est_nominatif(colonne.nom), (formulaire.nom, colonne.nom)


def test_un_fichier_sans_titres_ne_repete_pas_ses_cellules(dossier: Path) -> None:
    un_fichier(dossier, "Untel;12 rue Haute;U1\n")
    assert "Haute" not in refuser(dossier)
    un_fichier(dossier, "Untel;Zoé;U1\n")
    assert "Untel" not in refuser(dossier)


@pytest.mark.parametrize(
    ("contenu", "extrait"),
    [
        (b"PK\x03\x04" + b"\0" * 30, "pas un fichier texte"),
        (b"%PDF-1.7 ...", "pas un fichier texte"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "pas un fichier texte"),
        (b"\x1f\x8b\x08\x00", "pas un fichier texte"),
        (b"<!DOCTYPE html><html>", "pas un fichier CSV"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>', "pas un fichier CSV"),
    ],
)
def test_un_fichier_qui_n_est_pas_ce_que_dit_son_nom(
    dossier: Path, contenu: bytes, extrait: str
) -> None:
    assert extrait in refuser(un_fichier(dossier, contenu))


@pytest.mark.parametrize("nom", ["livraison.zip", "livraison.xlsx"])
@pytest.mark.parametrize("contenu", [b"", b"association;usager\n", b"PK\x03\x04 abime"])
def test_une_archive_ou_un_classeur_qui_n_en_est_pas(
    tmp_path: Path, nom: str, contenu: bytes
) -> None:
    (tmp_path / nom).write_bytes(contenu)
    assert "malgré son nom" in refuser(tmp_path / nom)


def test_un_classeur_nomme_zip_et_l_inverse(tmp_path: Path) -> None:
    classeur = en_classeur(tmp_path / "l.xlsx", composer())
    classeur.rename(tmp_path / "l.zip")
    assert "extension .xlsx" in refuser(tmp_path / "l.zip")
    archive = en_archive(tmp_path / "a.zip", composer())
    archive.rename(tmp_path / "a.xlsx")
    assert "pas un classeur" in refuser(tmp_path / "a.xlsx")


def test_un_classeur_abime(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "l.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    assert "pas un classeur .xlsx lisible" in refuser(tmp_path / "l.xlsx")


def test_un_classeur_a_entites(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "l.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE w [<!ENTITY a "aaaa">]><w>&a;</w>')
    assert "ordinaire" in refuser(tmp_path / "l.xlsx")


def test_une_formule_jamais_calculee(tmp_path: Path) -> None:
    """openpyxl writes formulas without their results: they would be read as empty cells."""
    chemin = en_classeur(tmp_path / "l.xlsx", {"usagers": [usager("=1+1")]})
    assert "formules" in refuser(chemin)


def test_une_formule_calculee_vaut_son_resultat(tmp_path: Path) -> None:
    chemin = en_classeur(tmp_path / "l.xlsx", {"usagers": [usager("=40+2", sexe='=""')]})
    refait = tmp_path / "m.xlsx"
    with zipfile.ZipFile(chemin) as ancien, zipfile.ZipFile(refait, "w") as nouveau:
        for entree in ancien.infolist():
            octets = ancien.read(entree)
            if entree.filename.endswith("sheet1.xml"):
                calcule = octets.replace(b"<f>40+2</f><v />", b"<f>40+2</f><v>42</v>")
                calcule = calcule.replace(b"<f>40+2</f><v></v>", b"<f>40+2</f><v>42</v>")
                assert calcule != octets
                octets = calcule.replace(b'<c r="C2">', b'<c r="C2" t="str">')
                assert octets != calcule
            nouveau.writestr(entree, octets)
    assert [c for _, c in lire(refait)["usagers"]] == [
        {"association": "AAE", "usager": "42", "sexe": ""}
    ]


@pytest.mark.parametrize("nom", ["eleves.csv", "usagers.ods", "LISEZMOI.md", "usagers 2021.csv"])
def test_nom_de_fichier_inconnu(dossier: Path, nom: str) -> None:
    en_dossier(dossier, seulement("usagers"))
    (dossier / nom).write_text("association;usager\n")
    assert nom in refuser(dossier)


def test_feuille_inconnue(tmp_path: Path) -> None:
    chemin = en_classeur(tmp_path / "l.xlsx", {"eleves": [usager()]})
    assert "eleves" in refuser(chemin)


def test_un_fichier_seul_n_est_pas_une_livraison(tmp_path: Path) -> None:
    un_fichier(tmp_path, "association;usager\n")
    assert "pas une livraison" in refuser(tmp_path / "usagers.csv")


@pytest.mark.parametrize("autre", ["usagers.txt", "Usagers.CSV", "exports/usagers.csv"])
def test_deux_fichiers_pour_un_formulaire(dossier: Path, autre: str) -> None:
    un_fichier(dossier, "association;usager\n")
    (dossier / autre).parent.mkdir(exist_ok=True)
    (dossier / autre).write_text("association;usager\n")
    assert "Deux fichiers" in refuser(dossier)


def test_deux_feuilles_pour_un_formulaire(tmp_path: Path) -> None:
    formulaires = {"actions_projet": composer()["actions_projet"]}
    formulaires["Actions projet"] = formulaires["actions_projet"]
    assert "Deux feuilles" in refuser(en_classeur(tmp_path / "l.xlsx", formulaires))


def test_deux_titres_egaux_une_fois_plies(dossier: Path) -> None:
    assert "même titre" in refuser(un_fichier(dossier, "association;usager;Sexe;sexe\n"))
    assert "même titre" in refuser(un_fichier(dossier, "association;usager;Vu;VÙ\n"))


@pytest.mark.parametrize("formulaire", list(FORMULAIRES))
def test_colonne_obligatoire_manquante(dossier: Path, formulaire: str) -> None:
    for absente in [c.nom for c in FORMULAIRES[formulaire].colonnes if c.requise]:
        titres = [c.nom for c in FORMULAIRES[formulaire].colonnes if c.nom != absente]
        un_fichier(dossier, ";".join(titres) + "\n", f"{formulaire}.csv")
        assert absente in refuser(dossier)


def test_plus_de_cellules_que_de_titres(dossier: Path, tmp_path: Path) -> None:
    un_fichier(dossier, "association;usager\nAAE;U1\nAAE;U2;x\n")
    assert "ligne 3 : 3 cellules pour 2 titres" in refuser(dossier)
    chemin = en_classeur(tmp_path / "l.xlsx", seulement("usagers"))
    classeur = openpyxl.load_workbook(chemin)
    classeur["usagers"]["Z3"] = "x"
    classeur.save(chemin)
    assert "ligne 3" in refuser(chemin)


@pytest.mark.parametrize("contenu", [b"association;usager\nAAE;U\x001\n", b"a\0b"])
def test_octets_nuls(dossier: Path, contenu: bytes) -> None:
    assert "octets nuls" in refuser(un_fichier(dossier, contenu))


@pytest.mark.parametrize("encodage", ["utf-16", "utf-16-le"])
def test_utf_16(dossier: Path, encodage: str) -> None:
    assert "UTF-16" in refuser(un_fichier(dossier, "association;usager\n".encode(encodage)))


@pytest.mark.parametrize("octet", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_octets_que_ni_utf_8_ni_windows_1252_n_ont(dossier: Path, octet: int) -> None:
    un_fichier(dossier, b"association;usager\nAAE;U" + bytes([octet]) + b"\n")
    assert "illisibles" in refuser(dossier)


def test_un_caractere_utf_8_coupe_a_la_fin(dossier: Path) -> None:
    # « Ã » in Windows-1252: a truncated UTF-8 file is read as the other encoding, not lost.
    un_fichier(dossier, b"association;usager\nAAE;U\xc3")
    assert lire(dossier)["usagers"][0][1]["usager"] == "UÃ"


@pytest.mark.parametrize(
    ("contenu", "ligne"),
    [
        ('association;usager\nAAE;"U1\nAAE;U2\n', 2),
        ('association;usager\nAAE;U1\nAAE;"U2" bis\n', 3),
        ('association;"usager\nAAE;U1\n', 0),
    ],
)
def test_guillemet_jamais_ferme(dossier: Path, contenu: str, ligne: int) -> None:
    message = refuser(un_fichier(dossier, contenu))
    assert "guillemet" in message
    assert f"ligne {ligne} " in message or not ligne


def test_guillemet_jamais_ferme_loin_dans_le_fichier(
    dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lecture, "LIGNES_PAR_LOT", 10)
    lignes = [f"AAE;U{i}" for i in range(40)]
    lignes[32] = 'AAE;"U32'
    un_fichier(dossier, "association;usager\n" + "\n".join(lignes))
    assert "ligne 34 :" in refuser(dossier)


@pytest.mark.parametrize("contenu", [b"", codecs.BOM_UTF8])
def test_zero_octet(dossier: Path, contenu: bytes) -> None:
    assert "est vide" in refuser(un_fichier(dossier, contenu))


def test_feuille_sans_rien(tmp_path: Path) -> None:
    classeur = openpyxl.Workbook()
    classeur.active.title = "usagers"
    classeur.save(tmp_path / "l.xlsx")
    assert "est vide" in refuser(tmp_path / "l.xlsx")


def test_dossier_sans_formulaire(dossier: Path) -> None:
    assert "aucun formulaire" in refuser(dossier)


def test_lien_symbolique(dossier: Path, tmp_path: Path) -> None:
    (tmp_path / "ailleurs.csv").write_text("association;usager\n")
    (dossier / "usagers.csv").symlink_to(tmp_path / "ailleurs.csv")
    assert "lien symbolique" in refuser(dossier)


def test_dossier_lie(dossier: Path, tmp_path: Path) -> None:
    en_dossier(tmp_path / "ailleurs", seulement("usagers"))
    (dossier / "exports").symlink_to(tmp_path / "ailleurs")
    assert "lien symbolique" in refuser(dossier)


def test_fichier_special(dossier: Path) -> None:
    os.mkfifo(dossier / "usagers.csv")
    assert "ordinaire" in refuser(dossier)


def test_dossier_dans_un_dossier(dossier: Path, tmp_path: Path) -> None:
    en_dossier(dossier / "a" / "b", seulement("usagers"))
    assert "un seul niveau" in refuser(dossier)
    chemin = en_archive(tmp_path / "l.zip", seulement("usagers"), sous="a/b/")
    assert "un seul niveau" in refuser(chemin)


def archive_de(chemin: Path, nom: str, contenu: bytes = b"association;usager\n") -> Path:
    with zipfile.ZipFile(chemin, "w") as archive:
        archive.writestr(zipfile.ZipInfo(nom), contenu)
    return chemin


@pytest.mark.parametrize(
    "nom",
    ["../usagers.csv", "a/../usagers.csv", "/usagers.csv", "C:\\usagers.csv", "..\\usagers.csv"],
)
def test_chemin_absolu_ou_sortant(tmp_path: Path, nom: str) -> None:
    assert "chemin" in refuser(archive_de(tmp_path / "l.zip", nom))


def test_lien_symbolique_dans_une_archive(tmp_path: Path) -> None:
    entree = zipfile.ZipInfo("usagers.csv")
    entree.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        archive.writestr(entree, "/etc/passwd")
    assert "lien symbolique" in refuser(tmp_path / "l.zip")


def test_archive_chiffree(tmp_path: Path) -> None:
    chemin = archive_de(tmp_path / "l.zip", "usagers.csv")
    octets = bytearray(chemin.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        debut = octets.find(signature)
        (drapeaux,) = struct.unpack_from("<H", octets, debut + place)
        struct.pack_into("<H", octets, debut + place, drapeaux | 1)
    chemin.write_bytes(bytes(octets))
    assert "mot de passe" in refuser(chemin)


@pytest.mark.parametrize("nom", ["autre.zip", "usagers.csv.gz", "donnees.7z", "livraison.xlsx"])
def test_archive_dans_la_livraison(tmp_path: Path, dossier: Path, nom: str) -> None:
    assert "dans" in (message := refuser(archive_de(tmp_path / "l.zip", nom))) or "seul" in message
    (dossier / nom).write_bytes(b"PK")
    assert nom in refuser(dossier)


def test_archive_cachee_sous_un_autre_nom(tmp_path: Path) -> None:
    interieure = en_archive(tmp_path / "i.zip", seulement("usagers")).read_bytes()
    assert "archive" in refuser(archive_de(tmp_path / "l.zip", "usagers.csv", interieure))


def test_archive_abimee(tmp_path: Path) -> None:
    contenu = ecrire_texte([usager(f"U{i}") for i in range(500)]).encode()
    chemin = archive_de(tmp_path / "l.zip", "usagers.csv", contenu)
    octets = bytearray(chemin.read_bytes())
    octets[200:260] = b"x" * 60
    chemin.write_bytes(bytes(octets))
    assert "abîmée" in refuser(chemin)


def gonfler(chemin: Path, nom: str, octets: int) -> Path:
    """An archive whose only file unpacks to that many bytes of one letter."""
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(nom, b"association;usager\n" + b"a" * octets)
    return chemin


def test_archive_qui_gonfle_deux_cents_fois(tmp_path: Path) -> None:
    assert "démesurée" in refuser(gonfler(tmp_path / "l.zip", "usagers.csv", 5_000_000))


def test_classeur_qui_gonfle_deux_cents_fois(tmp_path: Path) -> None:
    assert "démesurée" in refuser(gonfler(tmp_path / "l.xlsx", "xl/workbook.xml", 5_000_000))


def test_archive_de_plus_de_deux_gibioctets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert source.TAILLE_MAXIMALE == 2 * 1024**3
    monkeypatch.setattr(source, "TAILLE_MAXIMALE", 10_000)
    chemin = archive_de(tmp_path / "l.zip", "usagers.csv", b"association;usager\n" + b"a" * 9_000)
    assert list(lire(chemin)) == ["usagers"]
    chemin = archive_de(tmp_path / "m.zip", "usagers.csv", b"association;usager\n" + b"a" * 10_000)
    assert "démesurée" in refuser(chemin)


def test_la_taille_annoncee_ne_compte_pas(tmp_path: Path) -> None:
    """The limit holds on the bytes unpacked, whatever the archive says of itself."""
    chemin = gonfler(tmp_path / "l.zip", "usagers.csv", 5_000_000)
    octets = bytearray(chemin.read_bytes())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", octets, octets.find(signature) + place, 100)
    chemin.write_bytes(bytes(octets))
    # Python stops at the size announced, then finds that the content is not what was announced.
    message = refuser(chemin)
    assert "abîmée" in message or "démesurée" in message


def test_un_chemin_qui_n_existe_pas(tmp_path: Path) -> None:
    with pytest.raises(MauvaisAppel), ouvrir_livraison(tmp_path / "nulle-part"):
        pass


# --- Properties ---------------------------------------------------------------------------------

textes = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    lignes=st.lists(st.tuples(textes, textes), min_size=1, max_size=8),
    separateur=st.sampled_from([";", "\t", ","]),
    tout_citer=st.booleans(),
    fin=st.sampled_from(["\n", "\r\n"]),
)
def test_toute_cellule_ecrite_se_relit(
    tmp_path_factory: pytest.TempPathFactory,
    lignes: list[tuple[str, str]],
    separateur: str,
    tout_citer: bool,
    fin: str,
) -> None:
    if not tout_citer:
        # Python's writer cites a lone carriage return only when its own line ends have one.
        fin = "\r\n"
    sortie = io.StringIO()
    plume = csv.writer(
        sortie,
        delimiter=separateur,
        lineterminator=fin,
        quoting=csv.QUOTE_ALL if tout_citer else csv.QUOTE_MINIMAL,
    )
    plume.writerow(["association", "usager", "sexe"])
    plume.writerows([a, b, "x"] for a, b in lignes)
    dossier = un_fichier(tmp_path_factory.mktemp("l"), sortie.getvalue())
    lues = lire(dossier)["usagers"]
    assert [(c["association"], c["usager"]) for _, c in lues] == lignes
    # Each row begins where a reader of the file sees it begin.
    texte = io.StringIO(sortie.getvalue(), newline="")
    lecteur = csv.reader(texte, delimiter=separateur)
    debuts = []
    while True:
        debut = lecteur.line_num + 1
        if next(lecteur, None) is None:
            break
        debuts.append(debut)
    assert [ligne for ligne, _ in lues] == debuts[1:]


@given(st.text())
def test_plier_deux_fois_ne_change_rien(texte: str) -> None:
    assert plier(plier(texte)) == plier(texte)
    assert plier_titre(plier_titre(texte)) == plier_titre(texte)
    assert ecrire_code(ecrire_code(texte)) == ecrire_code(texte)


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [
        ("  Famille  d’accueil ", "Famille d'accueil"),
        ("Hôtel,\u00a0115,\u202fCHRS", "Hôtel, 115, CHRS"),
        ("FAMILLE D‘ACCUEIL", "Famille d'accueil"),
        ("Bœuf", "BOEUF"),
        ("ex æquo", "EX AEQUO"),
        ("e\u0301cole", "ÉCOLE"),
        ("\ufeffOui", "oui"),
    ],
)
def test_plier_oublie_ce_qui_ne_compte_pas(ecrit: str, attendu: str) -> None:
    assert plier(ecrit) == plier(attendu)


@pytest.mark.parametrize(
    ("texte", "code"),
    [("Bouée des jeunes", "bouee-des-jeunes"), ("Sambre–Avesnois", "sambre-avesnois"), ("!", "")],
)
def test_ecrire_code(texte: str, code: str) -> None:
    assert ecrire_code(texte) == code


def test_les_lots_d_un_classeur(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lecture, "LIGNES_PAR_LOT", 3)
    lignes: list[dict[str, Any]] = [intervention(f"I{i}") for i in range(8)]
    lues = lire(en_classeur(tmp_path / "l.xlsx", {"interventions": lignes}))["interventions"]
    assert [c["intervention"] for _, c in lues] == [f"I{i}" for i in range(8)]


def test_la_progression_avance(dossier: Path) -> None:
    etapes: list[tuple[str, int, int]] = []
    suivre: Callable[[str, int, int], None] = lambda *e: etapes.append(e)  # noqa: E731
    en_dossier(dossier, seulement("usagers"))
    with ouvrir_livraison(dossier, suivre) as livraison:
        for _ in livraison.feuilles["usagers"].lots(suivre):
            pass
    assert [e[1:] for e in etapes] == [(0, 1), (100, 100)]
