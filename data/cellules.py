"""What one cell means: its text to a value, or to the reason why it is refused.

Each rule is in the contract, données §1, « Accepted as real exports come » and « Refused row by
row ». Only the distinct texts of a column come here.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.formulaires import Colonne, Nature
from data.nomenclature import Liste, Listes, plier

PREMIER_JOUR = dt.date(1990, 1, 1)
PREMIERE_NAISSANCE = 1900
NOMBRE_MAXIMAL = 1_000_000
LONGUEUR_MAXIMALE = 500
AUCUNE = "aucune"

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRANCAISE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_ANNEE_COURTE = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}")
_NOMBRE = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")
_ENTIER = re.compile(r"([+-]?[0-9]+)(?:[.,]0*)?")
_ERREURS = frozenset(
    ("#n/a", "#ref!", "#div/0!", "#value!", "#valeur!", "#name?", "#nom?")
    + ("#num!", "#nombre!", "#null!", "#nul!", "#spill!", "#calc!", "#getting_data")
)
_SANS_REPONSE = frozenset(
    ("na", "n/a", "n.a.", "nan", "null", "none", "nd", "nsp", "nr", "neant", "inconnu")
    + ("inconnue", "-", "--", "—", "–", "_", ".", "?", "/", "x")
)
LAISSER_VIDE = "Laissez la cellule vide quand la réponse n'est pas connue."
ECRIRE_LA_DATE = "Écrivez la date sous la forme AAAA-MM-JJ ou JJ/MM/AAAA."


@dataclass(frozen=True, slots=True)
class Faute:
    """Why a cell is refused, and what to do about it (both French)."""

    raison: str
    que_faire: str


Lecteur = Callable[[str], Any]
"""Trimmed, non-empty text of a cell → its value, or a Faute."""


def lire_texte(texte: str) -> str | Faute:
    """Any text, as it is, up to what an index of PostgreSQL holds."""
    if len(texte) > LONGUEUR_MAXIMALE:
        return Faute("Texte trop long", f"Écrivez {LONGUEUR_MAXIMALE} caractères au plus.")
    return texte


def ajouter_un_an(jour: dt.date) -> dt.date:
    """Same day one year later (28 February for the 29th)."""
    try:
        return jour.replace(year=jour.year + 1)
    except ValueError:
        return jour.replace(year=jour.year + 1, day=28)


def lecteur_de_date(aujourd_hui: dt.date) -> Lecteur:
    """`AAAA-MM-JJ` or `JJ/MM/AAAA`, from 1990-01-01 to one year from now."""
    dernier = ajouter_un_an(aujourd_hui)

    def lire(texte: str) -> dt.date | Faute:
        if trouve := _ISO.fullmatch(texte):
            annee, mois, jour = trouve.groups()
        elif trouve := _FRANCAISE.fullmatch(texte):
            jour, mois, annee = trouve.groups()
        elif _ANNEE_COURTE.fullmatch(texte):
            return Faute("Année sur deux chiffres", ECRIRE_LA_DATE)
        else:
            return _vide_ou(texte, Faute("Date illisible", ECRIRE_LA_DATE))
        try:
            date = dt.date(int(annee), int(mois), int(jour))
        except ValueError:
            return Faute("Ce jour n'existe pas", ECRIRE_LA_DATE)
        if date < PREMIER_JOUR:
            return Faute("Date antérieure au 1er janvier 1990", "Vérifiez l'année.")
        if date > dernier:
            return Faute("Date à plus d'un an d'aujourd'hui", "Vérifiez l'année.")
        return date

    return lire


def lecteur_d_annee(aujourd_hui: dt.date) -> Lecteur:
    """A year of birth, four digits."""

    def lire(texte: str) -> int | Faute:
        if not re.fullmatch("[0-9]{4}", texte):
            return _vide_ou(
                texte,
                Faute("Année illisible", "Écrivez l'année de naissance seule, sur 4 chiffres."),
            )
        if not PREMIERE_NAISSANCE <= int(texte) <= aujourd_hui.year:
            return Faute("Année de naissance impossible", "Vérifiez l'année de naissance.")
        return int(texte)

    return lire


def lire_entier(texte: str) -> int | Faute:
    """A count: an integer, zero or more."""
    trouve = _ENTIER.fullmatch(texte)
    if not trouve:
        if _NOMBRE.fullmatch(texte):
            return Faute("Nombre non entier", "Écrivez un nombre entier.")
        return _vide_ou(texte, Faute("Nombre illisible", "Écrivez un nombre entier, en chiffres."))
    nombre = float(trouve[1])
    if nombre < 0:
        return Faute("Nombre négatif", "Écrivez un nombre entier, 0 ou plus.")
    if nombre > NOMBRE_MAXIMAL:
        return Faute("Nombre démesuré", "Vérifiez ce nombre.")
    return int(nombre)


def lecteur_de_nombre(mini: float, maxi: float, *, exclu: bool = False) -> Lecteur:
    """A number with comma or point between two bounds (the lower one left out when `exclu`)."""

    def lire(texte: str) -> float | Faute:
        if not _NOMBRE.fullmatch(texte):
            return _vide_ou(
                texte,
                Faute("Nombre illisible", "Écrivez un nombre, avec une virgule ou un point."),
            )
        nombre = float(texte.replace(",", "."))
        if nombre < 0 <= mini:
            return Faute("Nombre négatif", "Écrivez un nombre positif.")
        if not mini <= nombre <= maxi or (exclu and nombre == mini):
            bornes = f"de {mini:g} (exclu) à" if exclu else f"de {mini:g} à"
            return Faute("Nombre hors limites", f"Écrivez un nombre {bornes} {maxi:g}.")
        return nombre

    return lire


BORNES: dict[str, tuple[float, float, bool]] = {
    "etp": (0, 100, True),
    "latitude": (-90, 90, False),
    "longitude": (-180, 180, False),
    "anciennete_prevention": (0, 100, False),
    "anciennete_alses": (0, 100, False),
}
"""Lowest and highest value of the columns that hold a number; True when the lowest is left out."""


def _proposer(liste: Liste, texte: str) -> str:
    """What to write instead of a value that the list does not have."""
    par_pli = {plier(v.code): v.code for v in liste.valeurs}
    par_pli |= {plier(v.libelle): v.code for v in liste.valeurs}
    proches = difflib.get_close_matches(plier(texte)[:80], par_pli, n=1, cutoff=0.8)
    if proches:
        return f"Peut-être « {par_pli[proches[0]]} » ?"
    codes = liste.codes()
    suite = "…" if len(codes) > 12 else "."
    return f"Valeurs de la liste « {liste.champ} » : {', '.join(codes[:12])}{suite}"


def est_sans_reponse(texte: str) -> bool:
    """Whether people write this text where they have no answer (`NA`, `-`…)."""
    return texte.casefold() in _SANS_REPONSE or plier(texte) in _SANS_REPONSE


def _vide_ou(texte: str, faute: Faute) -> Faute:
    """The fault, or the advice to leave the cell empty when the text says « no answer »."""
    if est_sans_reponse(texte):
        return Faute("Ce n'est pas une réponse", LAISSER_VIDE)
    return faute


def lecteur_de_code(liste: Liste) -> Lecteur:
    """One code or label of a list → its `rang`."""

    def lire(texte: str) -> int | Faute:
        rang = liste.rang(texte)
        if rang is not None:
            return rang
        if "|" in texte:
            parts = {liste.rang(p.strip()) for p in texte.split("|") if p.strip()}
            if len(parts) == 1 and (seule := parts.pop()) is not None:
                return seule
            return Faute("Plusieurs valeurs là où une seule est attendue", "Gardez une valeur.")
        return _vide_ou(texte, Faute("Valeur inconnue", _proposer(liste, texte)))

    return lire


def lecteur_de_codes(liste: Liste) -> Lecteur:
    """Codes or labels separated by `|` → the bit set of their `rang` (bit rang − 1).

    Repeats and empty parts are dropped; `aucune` beside another value is ignored.
    """
    aucune = liste.rang_du_code(AUCUNE)
    bit_aucune = 1 << (aucune - 1) if aucune else 0
    connus: dict[str, int | None] = {}

    def lire(texte: str) -> int | Faute:
        ensemble = 0
        for part in texte.split("|"):
            if part not in connus:
                seul = part.strip()
                connus[part] = liste.rang(seul) if seul else 0
            rang = connus[part]
            if rang is None:
                return _vide_ou(
                    part.strip(), Faute("Valeur inconnue", _proposer(liste, part.strip()))
                )
            if rang:
                ensemble |= 1 << (rang - 1)
        return ensemble & ~bit_aucune or ensemble

    return lire


def lire_pseudonymes(texte: str) -> tuple[str, ...]:
    """Pseudonyms separated by `|`, each once, in order of appearance."""
    return tuple(dict.fromkeys(p.strip() for p in texte.split("|") if p.strip()))


def valeur_vide(nature: Nature) -> Any:
    """What an empty cell is stored as: 0 for codes, no participant, else nothing."""
    if nature in (Nature.CODE, Nature.CODES):
        return 0
    return () if nature is Nature.USAGERS else None


def choisir_lecteur(colonne: Colonne, listes: Listes, aujourd_hui: dt.date) -> Lecteur:
    """How the cells of a column are read; references are still text afterwards."""
    match colonne.nature:
        case Nature.CODE:
            return lecteur_de_code(listes[colonne.liste])
        case Nature.CODES:
            return lecteur_de_codes(listes[colonne.liste])
        case Nature.DATE:
            return lecteur_de_date(aujourd_hui)
        case Nature.ANNEE:
            return lecteur_d_annee(aujourd_hui)
        case Nature.ENTIER:
            return lire_entier
        case Nature.NOMBRE:
            mini, maxi, exclu = BORNES[colonne.nom]
            return lecteur_de_nombre(mini, maxi, exclu=exclu)
        case Nature.USAGERS:
            return lire_pseudonymes
        case _:
            return lire_texte


def est_erreur(texte: str) -> bool:
    """Whether a spreadsheet wrote an error where a value should be."""
    return texte.startswith("#") and texte.casefold() in _ERREURS
