"""Deliveries gone wrong in every way that an export, a mail or a hand can make them so."""

from __future__ import annotations

import io
import itertools
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from tests.data.fabrique import Formulaires, composer, ecrire_texte, en_classeur

Hasard = random.Random
Fichiers = dict[str, bytes]

HOSTILES: tuple[str, ...] = (
    *(
        "",
        " ",
        "\u00a0",
        "\ufeff",
        "\u200b",
        "\u202e",
        "é" * 40,
        "x" * 200_000,
        "\x0b",
        "\x1c",
        "\x85",
    ),
    *("\u2028", "🙂", "\U0010ffff", "=1+1", "@SUM(A1)", "+33", "-", "'", '"', '""', ";", "|", "||"),
    *(
        "|" * 5_000,
        "U1|U1",
        "oui|non",
        "None",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "1e-400",
        "-0",
    ),
    *("9" * 30, "9" * 5_000, "0" * 5_000, "-1", "1.5", "1,5", "1_000", "٣", "²", "½", "Ⅷ", "0x10"),
    *("0000-00-00", "2021-02-30", "31/02/2021", "2021-13-01", "9999-12-31", "0001-01-01"),
    *("99999-01-01", "1/1/1", "12/31/2021", "2021-10-04T00:00:00", "44473", "44473,5", "4 octobre"),
    *("٠٤/١٠/٢٠٢١", "2021-10-04 ", "2021/10/04", "04.10.2021", "20211004", "-2021-10-04"),
    *(
        "douai",
        "AAE",
        "aae",
        "ALSES",
        "vrai",
        "VRAI",
        "Fille",
        "FILLE",
        "3e",
        "rep+",
        "null",
        "N/A",
    ),
    *("../../etc/passwd", "<script>", "' OR 1=1 --", "%s%n", "{0}", "\\", "\\N", "#REF!", "#N/A"),
)
"""What a cell may hold that nobody expected."""

TITRES = (
    "",
    " ",
    "Usager",
    "USAGÉR",
    "usager ",
    "nom",
    "Prénom",
    "telephone",
    "x" * 10_000,
    "é",
    "1",
)


def fichiers(formulaires: Formulaires) -> Fichiers:
    """A delivery as the bytes of its files."""
    return {f"{n}.csv": ecrire_texte(x).encode("utf-8-sig") for n, x in formulaires.items()}


# --- Bytes --------------------------------------------------------------------------------------


def _octets(h: Hasard, octets: bytes) -> bytes:
    """Some bytes flipped."""
    suite = bytearray(octets)
    for _ in range(h.choice((1, 1, 2, 8, 60))):
        suite[h.randrange(len(suite))] = h.randrange(256)
    return bytes(suite)


def _couper(h: Hasard, octets: bytes) -> bytes:
    return octets[: h.randrange(len(octets))]


def _inserer(h: Hasard, octets: bytes) -> bytes:
    ou = h.randrange(len(octets) + 1)
    quoi = h.choice(
        (
            b"\0",
            b"\0" * 50,
            b'"',
            b'";"',
            b"\r",
            b"\n",
            b"\r\n\r\n",
            b";",
            b";" * 40,
            b"\xef\xbb\xbf",
        )
        + (b"\xff\xfe", b"\x81", b"\xc3", b"\xed\xa0\x80", b"\x1a", h.randbytes(30), b"PK\x03\x04")
    )
    return octets[:ou] + quoi + octets[ou:]


def _echanger(h: Hasard, octets: bytes) -> bytes:
    """Two pieces of the file swapped."""
    a, b = sorted(h.sample(range(len(octets)), 2))
    return octets[b:] + octets[a:b] + octets[:a]


def _recoder(h: Hasard, octets: bytes) -> bytes:
    texte = octets.decode("utf-8-sig", "replace")
    codage = h.choice(
        (
            "cp1252",
            "latin-1",
            "cp850",
            "mac_roman",
            "utf-16",
            "utf-16-be",
            "utf-32",
            "utf-7",
            "cp037",
        )
    )
    return texte.encode(codage, "replace")


def _separer(h: Hasard, octets: bytes) -> bytes:
    return octets.replace(b";", h.choice((b",", b"\t", b"|", b";;", b" ; ", b"\x1f")))


def _finir(h: Hasard, octets: bytes) -> bytes:
    fin = h.choice((b"\n", b"\r", b"\n\n", b"\r\r\n", b"\x0b", b"\x0c", b"\xe2\x80\xa8", b""))
    return octets.replace(b"\r\n", fin)


def _repeter(h: Hasard, octets: bytes) -> bytes:
    """Lines lost, doubled or moved, headers included."""
    lignes = octets.splitlines(keepends=True)
    match h.randrange(4):
        case 0:
            del lignes[h.randrange(len(lignes))]
        case 1:
            lignes.insert(h.randrange(len(lignes) + 1), h.choice(lignes))
        case 2:
            h.shuffle(lignes)
        case _:
            lignes *= h.choice((2, 30))
    return b"".join(lignes)


def _citer(h: Hasard, octets: bytes) -> bytes:
    suite = bytearray(octets)
    for _ in range(h.choice((1, 2, 3, 9))):
        suite.insert(h.randrange(len(suite) + 1), ord('"'))
    return bytes(suite)


OCTETS: tuple[Callable[[Hasard, bytes], bytes], ...] = (
    *(_octets, _couper, _inserer, _echanger, _recoder, _separer, _finir, _repeter, _citer),
)


# --- Rows and columns ---------------------------------------------------------------------------


def _cellules(h: Hasard, lignes: list[dict[str, Any]]) -> None:
    for _ in range(h.choice((1, 1, 1, 3))):
        ligne = h.choice(lignes)
        ligne[h.choice(list(ligne))] = h.choice(HOSTILES)


def _retirer_une_colonne(h: Hasard, lignes: list[dict[str, Any]]) -> None:
    colonne = h.choice(list(lignes[0]))
    for ligne in lignes:
        ligne.pop(colonne, None)


def _renommer_une_colonne(h: Hasard, lignes: list[dict[str, Any]]) -> None:
    colonne, autre = h.choice(list(lignes[0])), h.choice(TITRES)
    for ligne in lignes:
        ligne[autre] = ligne.pop(colonne, "")


def _doubler_une_colonne(h: Hasard, lignes: list[dict[str, Any]]) -> None:
    colonne = h.choice(list(lignes[0]))
    for ligne in lignes:
        ligne[h.choice((colonne.upper(), f" {colonne}", colonne.replace("e", "é")))] = "x"


def _doubler_une_cle(h: Hasard, lignes: list[dict[str, Any]]) -> None:
    autre = dict(h.choice(lignes))
    if h.random() < 0.7:
        autre[h.choice(list(autre))] = h.choice(HOSTILES)
    lignes.insert(h.randrange(len(lignes) + 1), autre)


def _melanger_les_cellules(h: Hasard, lignes: list[dict[str, Any]]) -> None:
    ligne = h.choice(lignes)
    valeurs = list(ligne.values())
    h.shuffle(valeurs)
    ligne.update(zip(list(ligne), valeurs, strict=True))


LIGNES: tuple[Callable[[Hasard, list[dict[str, Any]]], None], ...] = (
    *(_cellules, _cellules, _cellules, _retirer_une_colonne, _renommer_une_colonne),
    *(_doubler_une_colonne, _doubler_une_cle, _melanger_les_cellules),
)


# --- Files --------------------------------------------------------------------------------------


def _noms(h: Hasard, tous: Fichiers) -> None:
    """Files lost, empty, renamed, added."""
    nom = h.choice(list(tous))
    match h.randrange(6):
        case 0:
            del tous[nom]
        case 1:
            tous[nom] = h.choice((b"", b"\xef\xbb\xbf", b"\n", b"\r\n" * 9, b" "))
        case 2:
            tous[h.choice(("é.csv", "usagers (1).csv", "Usagers.CSV", "u.xls", "a.csv.gz"))] = tous[
                nom
            ]
        case 3:
            tous[h.choice(list(tous))] = tous[nom]
        case 4:
            tous[f"dossier/{nom}"] = tous.pop(nom)
        case _:
            tous[nom] = h.choice(
                (b"PK\x03\x04", b"%PDF-1.4", b"<html>", b"SQLite format 3\0", h.randbytes(300))
            )


# --- What holds the files -----------------------------------------------------------------------


def _poser_un_dossier(h: Hasard, chemin: Path, tous: Fichiers) -> Path:
    chemin.mkdir()
    for nom, octets in tous.items():
        (chemin / nom).parent.mkdir(exist_ok=True)
        (chemin / nom).write_bytes(octets)
    if h.random() < 0.01:
        os.symlink("/etc/hostname", chemin / "postes.txt")
    return chemin


def _poser_une_archive(h: Hasard, chemin: Path, tous: Fichiers, *, abimer: bool) -> Path:
    chemin = chemin.with_suffix(h.choice((".zip", ".ZIP")))
    genre = h.choice(
        (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", genre) as archive:
        for nom, octets in tous.items():
            archive.writestr(nom, octets)
        if abimer and h.random() < 0.2:
            archive.writestr("colleges.txt", b"0" * 3_000_000)
        if abimer and h.random() < 0.1:
            archive.writestr(
                h.choice(("../a.csv", "/a.csv", "C:\\a.csv", "a/b/c.csv", "a\0b.csv")), b""
            )
    octets = tampon.getvalue()
    if abimer:
        octets = h.choice((_octets, _octets, _couper, _inserer, _echanger))(h, octets)
    chemin.write_bytes(octets)
    return chemin


VALEURS_DE_CLASSEUR: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 44473, 44473.5, -44473, 2**70, "=1+1", "#N/A", 1e-300),
)


def _poser_un_classeur(h: Hasard, chemin: Path, formulaires: Formulaires) -> Path:
    chemin = chemin.with_suffix(".xlsx")
    choisies = h.choice(list(formulaires.values()))
    for ligne in itertools.chain.from_iterable(formulaires.values()):
        for nom in ligne:
            if isinstance(ligne[nom], str):
                # What a workbook cannot hold at all, openpyxl does not write.
                ligne[nom] = "".join(c for c in ligne[nom][:30_000] if c.isprintable())
            if ligne in choisies and h.random() < 0.1:
                ligne[nom] = h.choice(VALEURS_DE_CLASSEUR)
    en_classeur(chemin, formulaires)
    match h.randrange(4):
        case 0:
            chemin.write_bytes(
                h.choice((_octets, _couper, _inserer, _echanger))(h, chemin.read_bytes())
            )
        case 1:
            _alterer_le_contenu(h, chemin)
        case 2:
            classeur = openpyxl.load_workbook(chemin)
            feuille = h.choice(classeur.worksheets)
            feuille.title = h.choice(("Feuil1", "Usagers", "listes", "POSTES", "é"))
            classeur.save(chemin)
        case _:
            pass
    return chemin


def _alterer_le_contenu(h: Hasard, chemin: Path) -> None:
    """A whole archive, whose parts are wrong."""
    with zipfile.ZipFile(chemin) as archive:
        parts = {nom: archive.read(nom) for nom in archive.namelist()}
    nom = h.choice(list(parts))
    match h.randrange(4):
        case 0:
            del parts[nom]
        case 1:
            parts[nom] = h.choice((_octets, _couper, _inserer, _echanger))(h, parts[nom])
        case 2:
            parts[nom] = parts[nom].replace(
                b'r="A2"', h.choice((b'r="A"', b'r="ZZZZ9"', b'r="A-2"', b""))
            )
        case _:
            parts[nom] += b"0" * 3_000_000
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for autre, octets in parts.items():
            archive.writestr(autre, octets)


def ecrire(h: Hasard, chemin: Path) -> tuple[Path, str]:
    """Write a mutated delivery near that path; returns where it is, and what was done to it."""
    formulaires = composer()
    faits: list[str] = []
    if h.random() < 0.6:
        for _ in range(h.choice((1, 1, 2))):
            nom = h.choice(list(formulaires))
            mutation = h.choice(LIGNES)
            if formulaires[nom][0]:
                mutation(h, formulaires[nom])
            faits.append(f"{mutation.__name__.strip('_')} {nom}")
    contenant = h.random()
    if contenant < 0.12:
        # No row can be wrong in a way that openpyxl would not write.
        saines = (
            formulaires
            if all(all(ligne) for x in formulaires.values() for ligne in x)
            else composer()
        )
        return _poser_un_classeur(h, chemin, saines), " ; ".join([*faits, "classeur"])
    tous = fichiers(formulaires)
    if not faits or h.random() < 0.2:
        for _ in range(h.choice((1, 1, 2))):
            nom = h.choice(list(tous))
            if h.random() < 0.15:
                _noms(h, tous)
                faits.append("noms")
            elif tous.get(nom):
                modifier = h.choice(OCTETS)
                if len(tous[nom]) > 2:
                    tous[nom] = modifier(h, tous[nom])
                faits.append(f"{modifier.__name__.strip('_')} {nom}")
    if contenant < 0.3:
        abimer = h.random() < 0.6
        return _poser_une_archive(h, chemin, tous, abimer=abimer), " ; ".join([*faits, "archive"])
    return _poser_un_dossier(h, chemin, tous), " ; ".join(faits)
