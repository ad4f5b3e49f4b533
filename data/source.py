"""The files of a delivery as they arrive: a folder, a `.zip` of one, an `.xlsx` workbook.

Everything that makes a delivery dangerous or unusable before a single row is looked at is refused
here (contract, données §1, « Refused as a whole »): links, paths that leave the folder, encrypted
or nested archives, archives that swell, unknown or double files.
"""

from __future__ import annotations

import codecs
import hashlib
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from data.formulaires import FORMULAIRES
from data.nomenclature import plier_titre
from data.refus import LivraisonRefusee

TAILLE_MAXIMALE = 2 * 1024**3
"""Bytes an archive may hold once unpacked."""

GONFLEMENT_MAXIMAL = 200
"""Times its own size an archive may hold once unpacked."""

EXTENSIONS = (".csv", ".txt", ".tsv")
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".zst")
_CLASSEURS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_SYSTEME = re.compile(r"^(\.ds_store|__macosx|thumbs\.db|desktop\.ini|~\$.*|\._.*|\.~lock\..*)$")
_MORCEAU = 1 << 20
_RECOUVREMENT = 1 << 13
_SANS_RESULTAT = re.compile(
    rb'<c\b(?![^>]*\bt="str")[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "une archive ou un classeur"),
    (b"PK\x05\x06", "une archive"),
    (b"\xd0\xcf\x11\xe0", "un document bureautique"),
    (b"%PDF", "un document PDF"),
    (b"\x1f\x8b", "une archive"),
    (b"7z\xbc\xaf", "une archive"),
    (b"Rar!", "une archive"),
    (b"{\\rtf", "un document de traitement de texte"),
    (b"SQLite format 3", "une base de données"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
)
_DEGATS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)
_BALISES = (b"<html", b"<!doctype", b"<?xml")


@dataclass(frozen=True, slots=True)
class Fichier:
    """One text file of a delivery: its name as people see it, its size, how to read it."""

    nom: str
    formulaire: str
    ouvrir: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Examen:
    """What one pass over the bytes of a file tells: how to decode it and its SHA-256."""

    encodage: str
    empreinte: str
    octets: int


def est_systeme(nom: str) -> bool:
    """Files that operating systems and office suites leave behind."""
    return bool(_SYSTEME.match(nom.casefold()))


def nommer_formulaire(nom: str) -> str:
    """The form that a file of that name holds. Raises LivraisonRefusee for any other file."""
    chemin = PurePosixPath(nom)
    extension = chemin.suffix.casefold()
    if extension in _ARCHIVES:
        raise LivraisonRefusee(
            f"« {nom} » est une archive dans la livraison : sortez-en les fichiers."
        )
    if extension in _CLASSEURS:
        raise LivraisonRefusee(
            f"« {nom} » est un classeur à l'intérieur d'une livraison : un classeur .xlsx se livre "
            "seul, avec une feuille par formulaire."
        )
    formulaire = plier_titre(chemin.stem)
    if extension not in EXTENSIONS or formulaire not in FORMULAIRES:
        raise LivraisonRefusee(
            f"« {nom} » n'est pas un fichier de livraison. Noms attendus : "
            f"{', '.join(FORMULAIRES)}, en .csv, .txt ou .tsv. Retirez ou renommez ce fichier."
        )
    return formulaire


def lister_dossier(dossier: Path) -> tuple[list[Fichier], list[str]]:
    """Text files of a folder, and the names of the system files left out."""
    fichiers: list[Fichier] = []
    ignores: list[str] = []
    for chemin, nom in _parcourir(dossier, dossier, 0):
        if any(est_systeme(p) for p in PurePosixPath(nom).parts):
            ignores.append(nom)
            continue
        fichiers.append(Fichier(nom, nommer_formulaire(nom), _ouvreur(chemin)))
    return fichiers, ignores


def _ouvreur(chemin: Path) -> Callable[[], IO[bytes]]:
    return lambda: chemin.open("rb")


def _parcourir(racine: Path, dossier: Path, niveau: int) -> Iterator[tuple[Path, str]]:
    try:
        entrees = sorted(dossier.iterdir())
    except OSError as erreur:
        raise LivraisonRefusee(f"Le dossier « {dossier.name} » ne peut pas être lu.") from erreur
    for chemin in entrees:
        nom = chemin.relative_to(racine).as_posix()
        mode = chemin.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise LivraisonRefusee(
                f"« {nom} » est un lien symbolique : mettez le fichier lui-même dans la livraison."
            )
        if stat.S_ISDIR(mode):
            if est_systeme(chemin.name):
                yield chemin, nom
            elif niveau:
                raise LivraisonRefusee(
                    f"« {nom} » est un dossier dans un dossier : un seul niveau est admis."
                )
            else:
                yield from _parcourir(racine, chemin, niveau + 1)
        elif stat.S_ISREG(mode):
            yield chemin, nom
        else:
            raise LivraisonRefusee(f"« {nom} » n'est pas un fichier ordinaire.")


class Archive:
    """An open `.zip`: its limits are checked on the bytes really unpacked, not on what it says."""

    def __init__(self, chemin: Path) -> None:
        self.nom = chemin.name
        try:
            self.zip = zipfile.ZipFile(chemin)
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as erreur:
            raise LivraisonRefusee(
                f"« {chemin.name} » n'est pas une archive .zip lisible, malgré son nom."
            ) from erreur
        self.limite = min(TAILLE_MAXIMALE, GONFLEMENT_MAXIMAL * chemin.stat().st_size)
        self.deballe = 0
        try:
            for entree in self.zip.infolist():
                self._verifier(entree)
        except LivraisonRefusee:
            self.zip.close()
            raise

    def fermer(self) -> None:
        """Close the file."""
        self.zip.close()

    def _verifier(self, entree: zipfile.ZipInfo) -> None:
        for nom in {entree.filename, entree.orig_filename}:
            droit = nom.replace("\\", "/")
            if droit.startswith("/") or re.match(r"^[A-Za-z]:", droit) or "\0" in droit:
                raise LivraisonRefusee(
                    f"L'archive contient un chemin absolu (« {droit} ») : refaites-la depuis le "
                    "dossier de la livraison."
                )
            if ".." in droit.split("/"):
                raise LivraisonRefusee(
                    f"L'archive contient un chemin qui sort de son dossier (« {droit} »)."
                )
        if stat.S_ISLNK(entree.external_attr >> 16):
            raise LivraisonRefusee(
                f"« {entree.filename} » est un lien symbolique : mettez le fichier lui-même dans "
                "l'archive."
            )
        if entree.flag_bits & 0x41:
            raise LivraisonRefusee(
                "L'archive est protégée par un mot de passe : livrez-la sans chiffrement."
            )

    def lister(self) -> tuple[list[Fichier], list[str]]:
        """Text files of the archive, and the names of the system files left out."""
        fichiers: list[Fichier] = []
        ignores: list[str] = []
        if "[Content_Types].xml" in self.zip.namelist():
            raise LivraisonRefusee(
                f"« {self.nom} » est un document bureautique, pas une archive de fichiers : "
                "un classeur doit garder l'extension .xlsx."
            )
        for entree in self.zip.infolist():
            nom = entree.filename.replace("\\", "/")
            parties = PurePosixPath(nom).parts
            if any(est_systeme(p) for p in parties):
                ignores.append(nom)
                continue
            if len(parties) > (1 if entree.is_dir() else 2):
                raise LivraisonRefusee(
                    f"« {nom} » est un dossier dans un dossier : un seul niveau est admis."
                )
            if not entree.is_dir():
                fichiers.append(Fichier(nom, nommer_formulaire(nom), self._ouvreur(entree)))
        return fichiers, ignores

    def _ouvreur(self, entree: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
        return lambda: self.zip.open(entree)

    def lire(self, ouvrir: Callable[[], IO[bytes]]) -> Iterator[bytes]:
        """The bytes of one entry, counted against the limits of the archive."""
        try:
            with ouvrir() as flux:
                while morceau := flux.read(_MORCEAU):
                    self.deballe += len(morceau)
                    if self.deballe > self.limite:
                        raise LivraisonRefusee(
                            f"Une fois dépliée, l'archive « {self.nom} » est démesurée : plus de "
                            f"2 Gio, ou plus de {GONFLEMENT_MAXIMAL} fois sa taille."
                        )
                    yield morceau
        except _DEGATS as erreur:
            raise LivraisonRefusee(
                f"L'archive « {self.nom} » est abîmée : copiez-la de nouveau, ou refaites-la."
            ) from erreur

    def mesurer(self) -> None:
        """Unpack every entry once, keeping nothing, and refuse what openpyxl would get wrong.

        Declarations of XML entities have no place in a workbook; a formula never calculated would
        be read as an empty cell.
        """
        for entree in self.zip.infolist():
            queue = b""
            for morceau in self.lire(self._ouvreur(entree)):
                vu = queue + morceau
                if b"<!ENTITY" in vu or b"<!DOCTYPE" in vu:
                    raise LivraisonRefusee(f"« {self.nom} » n'est pas un classeur .xlsx ordinaire.")
                if entree.filename.startswith("xl/worksheets/") and _SANS_RESULTAT.search(vu):
                    raise LivraisonRefusee(
                        f"« {self.nom} » contient des formules jamais calculées : ouvrez-le dans "
                        "un tableur et enregistrez-le, ou remplacez-les par leurs valeurs."
                    )
                queue = vu[-_RECOUVREMENT:]


def lire_fichier(fichier: Fichier) -> Iterator[bytes]:
    """The bytes of a file of a folder, by pieces."""
    try:
        with fichier.ouvrir() as flux:
            while morceau := flux.read(_MORCEAU):
                yield morceau
    except OSError as erreur:
        raise LivraisonRefusee(f"« {fichier.nom} » ne peut pas être lu.") from erreur


def examiner(nom: str, morceaux: Iterator[bytes]) -> Examen:
    """One pass over the bytes of a text file.

    UTF-8 (BOM or not), else Windows-1252. Raises LivraisonRefusee: nothing in it, another kind of
    document, NUL bytes, bytes that neither encoding has.
    """
    empreinte = hashlib.sha256()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    est_utf8 = True
    octets = 0
    indecodable = False
    nul = False
    debut = b""
    for morceau in morceaux:
        if not octets:
            debut = morceau[:64]
        octets += len(morceau)
        empreinte.update(morceau)
        nul = nul or b"\0" in morceau
        if est_utf8:
            try:
                utf8.decode(morceau)
            except UnicodeDecodeError:
                est_utf8 = False
        # Bytes that Windows-1252 leaves undefined.
        indecodable = indecodable or len(morceau.translate(None, b"\x81\x8d\x8f\x90\x9d")) < len(
            morceau
        )
    if not octets or (octets == 3 and debut == codecs.BOM_UTF8):
        raise LivraisonRefusee(
            f"« {nom} » est vide : pas même une ligne de titres. Retirez-le de la livraison, ou "
            "remplissez-le."
        )
    for signature, nature in _SIGNATURES:
        if debut.startswith(signature):
            raise LivraisonRefusee(
                f"« {nom} » n'est pas un fichier texte, malgré son nom : c'est {nature}."
            )
    if debut.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_BALISES):
        raise LivraisonRefusee(
            f"« {nom} » n'est pas un fichier CSV, malgré son nom : c'est une page web ou du XML."
        )
    if nul or debut.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise LivraisonRefusee(
            f"« {nom} » contient des octets nuls : il est abîmé, ou enregistré en UTF-16. "
            "Enregistrez-le en « CSV UTF-8 »."
        )
    if est_utf8:
        try:
            utf8.decode(b"", final=True)
        except UnicodeDecodeError:
            est_utf8 = False
    if not est_utf8 and indecodable:
        raise LivraisonRefusee(
            f"« {nom} » contient des caractères illisibles, ni en UTF-8 ni en Windows-1252. "
            "Enregistrez-le en « CSV UTF-8 »."
        )
    return Examen("utf-8-sig" if est_utf8 else "cp1252", empreinte.hexdigest(), octets)
