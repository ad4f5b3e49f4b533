"""Reading a delivery: each form as a stream of chunks of raw text.

A delivery is a folder, a `.zip` of one, or one `.xlsx` workbook (contract, données §1). What is
refused as a whole is refused here, with a French message; the values themselves are judged by
`data.validation`. The content of an unknown column is never read.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import openpyxl

from data.formulaires import FORMULAIRES, Formulaire, Nature
from data.nomenclature import plier_titre
from data.progression import Progression
from data.refus import LivraisonRefusee, MauvaisAppel, typographier
from data.source import Archive, Fichier, est_systeme, examiner, lire_fichier, lister_dossier

Entiers = npt.NDArray[np.int64]

LIGNES_PAR_LOT = 20_000
_SEPARATEURS = (";", "\t", ",")
_FIN_DE_LIGNE = re.compile(r"\r\n|\r|\n")
_MOT = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")

FEUILLES_D_AIDE = ("listes", "notice")
"""Sheets of the template that hold no record."""

NOMINATIFS = frozenset(
    (
        "nom",
        "noms",
        "prenom",
        "prenoms",
        "patronyme",
        "patronymes",
        "surnom",
        "telephone",
        "telephones",
        "tel",
        "portable",
        "portables",
        "mobile",
        "mobiles",
        "gsm",
        "adresse",
        "adresses",
        "rue",
        "rues",
        "mail",
        "mails",
        "email",
        "emails",
        "courriel",
        "courriels",
        "ine",
        "nir",
        "nss",
        "secu",
        "contact",
        "contacts",
        "parent",
        "parents",
        "pere",
        "mere",
        "tuteur",
        "tutrice",
        "identite",
        "datenaissance",
        "nomprenom",
    )
)
"""Words that, in a header, announce what must not enter (contract, « Refused as a whole »)."""

NOMINATIFS_COMPOSES = (
    "date_naissance",
    "date_de_naissance",
    "lieu_naissance",
    "lieu_de_naissance",
    "numero_securite_sociale",
    "securite_sociale",
    "e_mail",
)

csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True, slots=True)
class Lot:
    """Consecutive rows of a form. `lignes` (n,): line of each in its file or sheet, header = 1.

    `colonnes`: known column → raw text of each row, as many as `lignes`.
    """

    lignes: Entiers
    colonnes: dict[str, Sequence[str]]


@dataclass(slots=True)
class Feuille:
    """One form of a delivery. `colonnes`: the known ones that are present, in the form's order."""

    formulaire: Formulaire
    nom: str
    colonnes: tuple[str, ...]
    ignorees: tuple[str, ...]
    empreinte: str
    _lots: Callable[[], Iterator[tuple[Lot, float]]]

    def lots(self, progression: Progression | None = None) -> Iterator[Lot]:
        """The rows, about 20,000 at a time. Raises LivraisonRefusee (rows longer than the
        header, quote never closed)."""
        for lot, part in self._lots():
            if progression:
                progression(f"Lecture de {self.nom}", round(100 * part), 100)
            yield lot


@dataclass(slots=True)
class Livraison:
    """An open delivery. `empreinte`: SHA-256 of the sorted list of form name and content digest."""

    nom: str
    feuilles: dict[str, Feuille]
    avertissements: list[str] = field(default_factory=list)

    @property
    def empreinte(self) -> str:
        lignes = sorted(f"{nom} {f.empreinte}\n" for nom, f in self.feuilles.items())
        return hashlib.sha256("".join(lignes).encode()).hexdigest()


@contextmanager
def ouvrir_livraison(chemin: Path, progression: Progression | None = None) -> Iterator[Livraison]:
    """Open the delivery at that path, forms in the order in which references can be resolved.

    Raises MauvaisAppel when nothing is there, LivraisonRefusee for whatever refuses it whole.
    """
    if not chemin.exists():
        raise MauvaisAppel(f"« {chemin} » n'existe pas.")
    archive: Archive | None = None
    try:
        if chemin.is_dir():
            fichiers, ignores = lister_dossier(chemin)
            feuilles = _ouvrir_textes(fichiers, None, progression)
        elif chemin.suffix.casefold() == ".zip":
            archive = Archive(chemin)
            fichiers, ignores = archive.lister()
            feuilles = _ouvrir_textes(fichiers, archive, progression)
        elif chemin.suffix.casefold() == ".xlsx":
            archive = Archive(chemin)
            feuilles, ignores = _ouvrir_classeur(chemin, archive, progression)
        else:
            raise LivraisonRefusee(
                f"« {chemin.name} » n'est pas une livraison : c'est un dossier, un .zip de ce "
                "dossier ou un classeur .xlsx."
            )
        if not feuilles:
            raise LivraisonRefusee(
                f"« {chemin.name} » ne contient aucun formulaire. Noms attendus : "
                f"{', '.join(FORMULAIRES)}."
            )
        avertissements = [f"« {nom} » : fichier ignoré." for nom in ignores]
        for f in feuilles.values():
            avertissements += [f"« {f.nom} » : {c} ignorée, jamais lue." for c in f.ignorees]
        ordonnees = {nom: feuilles[nom] for nom in FORMULAIRES if nom in feuilles}
        yield Livraison(chemin.name, ordonnees, [typographier(a) for a in avertissements])
    finally:
        if archive:
            archive.fermer()


# --- Headers ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entete:
    largeur: int
    places: dict[str, int]
    ignorees: tuple[str, ...]


def est_nominatif(titre: str) -> bool:
    """Whether a header looks as if the column named or located a person."""
    plie = plier_titre(titre)
    mots = set(plie.split("_")) | {plier_titre(m) for m in _MOT.findall(titre)}
    entoure = f"_{plie}_"
    return bool(mots & NOMINATIFS) or any(f"_{c}_" in entoure for c in NOMINATIFS_COMPOSES)


def _lire_entete(formulaire: Formulaire, nom: str, titres: Sequence[str]) -> _Entete:
    """Where each known column is. Raises LivraisonRefusee for a header that cannot be used."""
    connues = {c.nom for c in formulaire.colonnes}
    plies = [plier_titre(titre) for titre in titres]
    requises = [c.nom for c in formulaire.colonnes if c.requise]
    nominatives = [
        titre.strip()
        for titre, plie in zip(titres, plies, strict=True)
        if plie not in connues and est_nominatif(titre)
    ]
    if nominatives:
        # Without any known title the line may well be a record: nothing of it is repeated.
        liste = ", ".join(f"« {titre} »" for titre in nominatives)
        raise LivraisonRefusee(
            f"« {nom} » : {f'la colonne {liste}' if connues & set(plies) else 'une colonne'} "
            "semble nommer ou situer une personne. Aucune donnée nominative ne doit être livrée : "
            "supprimez cette colonne et recommencez."
        )
    vus: set[str] = set()
    for titre, plie in zip(titres, plies, strict=True):
        if plie and plie in vus:
            raise LivraisonRefusee(
                f"« {nom} » : deux colonnes ont le même titre (« {titre.strip()} »)."
            )
        vus.add(plie)
    manquantes = [c for c in requises if c not in vus]
    if manquantes:
        raise LivraisonRefusee(
            f"« {nom} » : il manque {'la colonne' if len(manquantes) == 1 else 'les colonnes'} "
            f"{', '.join(manquantes)}. La première ligne doit porter les titres des colonnes "
            "(« python -m data modele » écrit des modèles)."
        )
    places = {c.nom: plies.index(c.nom) for c in formulaire.colonnes if c.nom in vus}
    ignorees = [
        f"colonne « {titre.strip()} »" if plie else f"colonne sans titre n° {i}"
        for i, (titre, plie) in enumerate(zip(titres, plies, strict=True), start=1)
        if plie not in connues
    ]
    return _Entete(len(titres), places, tuple(ignorees))


# --- Text files ---------------------------------------------------------------------------------


def _ouvrir_textes(
    fichiers: list[Fichier], archive: Archive | None, progression: Progression | None
) -> dict[str, Feuille]:
    par_formulaire: dict[str, Fichier] = {}
    for fichier in fichiers:
        autre = par_formulaire.setdefault(fichier.formulaire, fichier)
        if autre is not fichier:
            raise LivraisonRefusee(
                f"Deux fichiers pour un formulaire : « {autre.nom} » et « {fichier.nom} ». "
                "Gardez-en un seul."
            )
    feuilles: dict[str, Feuille] = {}
    for rang, fichier in enumerate(fichiers):
        if progression:
            progression("Examen des fichiers", rang, len(fichiers))
        octets = archive.lire(fichier.ouvrir) if archive else lire_fichier(fichier)
        examen = examiner(fichier.nom, octets)
        formulaire = FORMULAIRES[fichier.formulaire]
        separateur, titres = _deviner_separateur(fichier, examen.encodage, formulaire)
        entete = _lire_entete(formulaire, fichier.nom, titres)
        feuilles[fichier.formulaire] = Feuille(
            formulaire,
            fichier.nom,
            tuple(entete.places),
            entete.ignorees,
            examen.empreinte,
            _lecteur_de_texte(fichier, examen.encodage, separateur, entete, examen.octets),
        )
    return feuilles


def _ouvrir_texte(flux: IO[bytes], encodage: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(flux, encoding=encodage, newline="")


def _deviner_separateur(
    fichier: Fichier, encodage: str, formulaire: Formulaire
) -> tuple[str, list[str]]:
    """The separator that gives the most known columns on the header line, and that line."""
    connues = {c.nom for c in formulaire.colonnes}
    meilleur: tuple[int, int] = (-1, -1)
    choix: tuple[str, list[str]] | None = None
    mal_citee = False
    for separateur in _SEPARATEURS:
        with fichier.ouvrir() as flux, _ouvrir_texte(flux, encodage) as texte:
            try:
                titres = next(csv.reader(texte, delimiter=separateur, strict=True), [])
            except csv.Error:
                mal_citee = True
                continue
        score = (len({plier_titre(titre) for titre in titres} & connues), len(titres))
        if score > meilleur:
            meilleur, choix = score, (separateur, titres)
    if choix is None or (mal_citee and not meilleur[0]):
        raise LivraisonRefusee(
            f"« {fichier.nom} » : la ligne de titres a un guillemet mal placé ou jamais fermé."
        )
    return choix


def _lecteur_de_texte(
    fichier: Fichier, encodage: str, separateur: str, entete: _Entete, octets: int
) -> Callable[[], Iterator[tuple[Lot, float]]]:
    def lire() -> Iterator[tuple[Lot, float]]:
        with fichier.ouvrir() as flux, _ouvrir_texte(flux, encodage) as texte:
            lecteur = csv.reader(texte, delimiter=separateur, strict=True)
            next(lecteur)
            while True:
                avant = lecteur.line_num
                try:
                    lignes = list(islice(lecteur, LIGNES_PAR_LOT))
                except csv.Error as erreur:
                    ligne = _trouver_faute(fichier, encodage, separateur)
                    raise LivraisonRefusee(
                        f"« {fichier.nom} », ligne {ligne} : guillemet mal placé ou jamais fermé. "
                        "Corrigez cette ligne ; un guillemet à l'intérieur d'une cellule "
                        "s'écrit deux fois."
                    ) from erreur
                if not lignes:
                    return
                numeros = _numeroter(lignes, avant, lecteur.line_num)
                colonnes = _transposer(lignes, numeros, entete, fichier.nom)
                yield Lot(numeros, colonnes), min(1.0, flux.tell() / octets)

    return lire


def _trouver_faute(fichier: Fichier, encodage: str, separateur: str) -> int:
    """Line on which the record that cannot be read begins."""
    with fichier.ouvrir() as flux, _ouvrir_texte(flux, encodage) as texte:
        lecteur = csv.reader(texte, delimiter=separateur, strict=True)
        while True:
            debut = lecteur.line_num + 1
            try:
                next(lecteur)
            except csv.Error:
                return debut


def _numeroter(lignes: list[list[str]], avant: int, apres: int) -> Entiers:
    """First line of each record, knowing the lines read before and after them."""
    if apres - avant == len(lignes):
        return np.arange(avant + 1, apres + 1, dtype=np.int64)
    hauteurs = np.array(
        [1 + sum(len(_FIN_DE_LIGNE.findall(c)) for c in ligne) for ligne in lignes], dtype=np.int64
    )
    return avant + 1 + np.concatenate(([0], np.cumsum(hauteurs)[:-1]))


def _transposer(
    lignes: list[list[str]], numeros: Entiers, entete: _Entete, nom: str
) -> dict[str, Sequence[str]]:
    largeurs = set(map(len, lignes))
    if max(largeurs) > entete.largeur:
        rang = next(i for i, ligne in enumerate(lignes) if len(ligne) > entete.largeur)
        raise _trop_de_cellules(nom, int(numeros[rang]), len(lignes[rang]), entete.largeur)
    if largeurs != {entete.largeur}:
        for ligne in lignes:
            ligne.extend([""] * (entete.largeur - len(ligne)))
    colonnes = list(zip(*lignes, strict=True))
    return {c: colonnes[i] for c, i in entete.places.items()}


def _trop_de_cellules(nom: str, ligne: int, trouvees: int, attendues: int) -> LivraisonRefusee:
    return LivraisonRefusee(
        f"« {nom} », ligne {ligne} : {trouvees} cellules pour {attendues} titres. Un séparateur "
        "de trop, ou une cellule à mettre entre guillemets."
    )


# --- Workbooks ----------------------------------------------------------------------------------


def _ouvrir_classeur(
    chemin: Path, archive: Archive, progression: Progression | None
) -> tuple[dict[str, Feuille], list[str]]:
    if "xl/workbook.xml" not in archive.zip.namelist():
        raise LivraisonRefusee(
            f"« {chemin.name} » n'est pas un classeur .xlsx, malgré son nom (un classeur protégé "
            "par un mot de passe n'est pas admis)."
        )
    archive.mesurer()
    feuilles: dict[str, Feuille] = {}
    ignores: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            classeur = openpyxl.load_workbook(chemin, read_only=True, data_only=True)
        except Exception as erreur:
            # openpyxl raises whatever its parsers do: any of it means « not a workbook ».
            raise LivraisonRefusee(
                f"« {chemin.name} » n'est pas un classeur .xlsx lisible."
            ) from erreur
        try:
            for page in classeur.worksheets:
                nom = plier_titre(page.title)
                page.reset_dimensions()
                if nom in FEUILLES_D_AIDE or est_systeme(page.title):
                    continue
                if nom not in FORMULAIRES:
                    if _est_vierge(page):
                        ignores.append(page.title)
                        continue
                    raise LivraisonRefusee(
                        f"La feuille « {page.title} » n'est pas un formulaire. Noms attendus : "
                        f"{', '.join(FORMULAIRES)}. Retirez ou renommez cette feuille."
                    )
                if nom in feuilles:
                    raise LivraisonRefusee(
                        f"Deux feuilles pour un formulaire : « {feuilles[nom].nom} » et "
                        f"« {page.title} ». Gardez-en une seule."
                    )
                feuilles[nom] = _lire_page(page, FORMULAIRES[nom], progression)
        except LivraisonRefusee:
            raise
        except Exception as erreur:
            raise LivraisonRefusee(
                f"« {chemin.name} » n'est pas un classeur .xlsx lisible."
            ) from erreur
        finally:
            classeur.close()
    return feuilles, ignores


def _est_vierge(page: Any) -> bool:
    return all(c is None for ligne in page.iter_rows(values_only=True) for c in ligne)


def _lire_page(page: Any, formulaire: Formulaire, progression: Progression | None) -> Feuille:
    nom = str(page.title)
    rangees = page.iter_rows(values_only=True)
    titres = [_ecrire_cellule(c, Nature.TEXTE) for c in next(rangees, ())]
    while titres and not titres[-1]:
        titres.pop()
    if not titres:
        raise LivraisonRefusee(
            f"La feuille « {nom} » est vide : sa première ligne doit porter les titres des "
            "colonnes. Retirez-la, ou remplissez-la."
        )
    entete = _lire_entete(formulaire, nom, titres)
    natures = {c.nom: c.nature for c in formulaire.colonnes}
    a_lire = [(i, natures[c]) for c, i in entete.places.items()]
    empreinte = hashlib.sha256("\x1f".join(entete.places).encode())
    connus: dict[str, str] = {}
    lots: list[Lot] = []
    numeros: list[int] = []
    colonnes: list[list[str]] = [[] for _ in a_lire]

    def clore() -> None:
        textes: dict[str, Sequence[str]] = {
            c: tuple(v) for c, v in zip(entete.places, colonnes, strict=True)
        }
        lots.append(Lot(np.array(numeros, dtype=np.int64), textes))
        numeros.clear()
        for v in colonnes:
            v.clear()

    for numero, rangee in enumerate(rangees, start=2):
        if not any(c is not None for c in rangee):
            continue
        if any(c is not None for c in rangee[entete.largeur :]):
            raise _trop_de_cellules(nom, numero, len(rangee), entete.largeur)
        cellules = [
            _ecrire_cellule(rangee[i], nature) if i < len(rangee) else "" for i, nature in a_lire
        ]
        empreinte.update(("\x1e" + "\x1f".join(cellules)).encode())
        for colonne, texte in zip(colonnes, cellules, strict=True):
            colonne.append(connus.setdefault(texte, texte))
        numeros.append(numero)
        if len(numeros) == LIGNES_PAR_LOT:
            if progression:
                progression(f"Lecture de la feuille {nom}", numero, page.max_row or numero)
            clore()
    if numeros:
        clore()
    if any("\0" in texte for texte in connus):
        raise LivraisonRefusee(f"La feuille « {nom} » contient des caractères nuls.")
    return Feuille(
        formulaire,
        nom,
        tuple(entete.places),
        entete.ignorees,
        empreinte.hexdigest(),
        lambda: ((lot, (i + 1) / len(lots)) for i, lot in enumerate(lots)),
    )


def _ecrire_cellule(valeur: object, nature: Nature) -> str:
    """A cell of a workbook as the text a CSV file would hold.

    Dates lose their time, integral numbers their decimal part; true and false are « oui » and
    « non » in a coded column.
    """
    match valeur:
        case None:
            return ""
        case str():
            return valeur
        case bool():
            if nature is Nature.CODE:
                return "oui" if valeur else "non"
            return "VRAI" if valeur else "FAUX"
        case dt.datetime():
            return valeur.date().isoformat()
        case dt.date():
            return valeur.isoformat()
        case float() if valeur.is_integer():
            return str(int(valeur))
        case _:
            return str(valeur)
