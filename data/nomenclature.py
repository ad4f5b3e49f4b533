"""The closed lists: loading them into the database, and recognising their codes and labels.

`data/reference/nomenclatures.csv` (or the file named by `NOMENCLATURES`) is read when a database
is made and at every import: labels are renamed, new codes get the next free `rang`, and codes
that left the file stay, since stored values may name them (contract, données, head).
"""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data import schema as t
from data.catalogue import Valeur
from data.refus import LivraisonRefusee

_APOSTROPHES = str.maketrans(
    dict.fromkeys("’‘‛ʼʻʹʾʿ′`´＇", "'") | {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"}
)
_INVISIBLES = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_COLONNES = ("champ", "code", "libelle", "groupe", "ordre", "provenance")
RANG_MAXIMAL = 63
"""A list is a bit set of 64 bits, signed."""


def _simplifier(texte: str) -> str:
    bas = texte.casefold().translate(_APOSTROPHES).translate(_INVISIBLES)
    nu = unicodedata.normalize("NFKD", bas).casefold()
    return "".join(c for c in nu if not unicodedata.combining(c))


def plier(texte: str) -> str:
    """The text without what does not count when a value is recognised.

    Case, accents, inner and outer spaces (no-break ones included), kinds of apostrophe, ligatures
    (contract, données §1, « Accepted as real exports come »). Idempotent.
    """
    return "".join(_simplifier(texte).split())


def plier_titre(texte: str) -> str:
    """A header or file name as the forms spell theirs: `Éducation prioritaire` →
    `education_prioritaire`."""
    return re.sub(r"[^0-9a-z]+", "_", _simplifier(texte)).strip("_")


def ecrire_code(texte: str) -> str:
    """The text as a code fit for URLs: lower case, unaccented, `-` between words."""
    return re.sub(r"[^0-9a-z]+", "-", _simplifier(texte)).strip("-")


class Liste:
    """One closed list: what its codes and labels are recognised by."""

    def __init__(self, champ: str, valeurs: tuple[Valeur, ...]) -> None:
        self.champ = champ
        self.valeurs = valeurs
        self._par_rang = {v.rang: v for v in valeurs}
        self._exacts = {v.code: v.rang for v in valeurs}
        plies: dict[str, int] = {}
        doubles: set[str] = set()
        for v in valeurs:
            cle = plier(v.libelle)
            if plies.setdefault(cle, v.rang) != v.rang:
                doubles.add(cle)
        for cle in doubles:
            del plies[cle]
        self._plies = plies | {plier(v.code): v.rang for v in valeurs}

    def rang(self, texte: str) -> int | None:
        """`rang` of the value this code or label names; None when the list has no such value."""
        trouve = self._exacts.get(texte)
        if trouve is None:
            trouve = self._plies.get(plier(texte))
        return trouve

    def __getitem__(self, rang: int) -> Valeur:
        """The value of that `rang`. Raises KeyError."""
        return self._par_rang[rang]

    def rang_du_code(self, code: str) -> int:
        """`rang` of a code that the program itself names; 0, which no row holds, without it."""
        return self._exacts.get(code, 0)

    def codes(self) -> list[str]:
        """Codes, in list order."""
        return [v.code for v in self.valeurs]


class Listes(Mapping[str, Liste]):
    """Every closed list of the database, by name."""

    def __init__(self, valeurs: Mapping[str, tuple[Valeur, ...]]) -> None:
        self._listes = {champ: Liste(champ, v) for champ, v in valeurs.items()}

    def __getitem__(self, champ: str) -> Liste:
        return self._listes[champ]

    def __iter__(self) -> Iterator[str]:
        return iter(self._listes)

    def __len__(self) -> int:
        return len(self._listes)

    @classmethod
    def lire(cls, conn: sa.Connection) -> Listes:
        """The lists as the database holds them."""
        return cls(t.lire_listes(conn))


def chemin_des_nomenclatures() -> Path:
    """The file of the lists: `NOMENCLATURES`, else the one the project ships."""
    choisi = os.environ.get("NOMENCLATURES", "").strip()
    return Path(choisi) if choisi else Path(__file__).parent / "reference" / "nomenclatures.csv"


def lire_fichier(chemin: Path | None = None) -> list[dict[str, str]]:
    """Rows of the file of the lists. Raises LivraisonRefusee when it cannot be used."""
    source = chemin or chemin_des_nomenclatures()
    try:
        with source.open(encoding="utf-8-sig", newline="") as f:
            lecteur = csv.DictReader(f)
            lignes = [{c: (ligne[c] or "").strip() for c in _COLONNES} for ligne in lecteur]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as erreur:
        raise LivraisonRefusee(
            f"Le fichier des nomenclatures « {source.name} » est illisible : il doit être en "
            f"UTF-8, séparé par des virgules, avec les colonnes {', '.join(_COLONNES)}."
        ) from erreur
    vues: set[tuple[str, str]] = set()
    for ligne in lignes:
        cle = (ligne["champ"], ligne["code"])
        if not (all(cle) and ligne["libelle"] and ligne["ordre"].isdecimal()) or cle in vues:
            raise LivraisonRefusee(
                f"Le fichier des nomenclatures « {source.name} » a une ligne incomplète ou en "
                f"double : champ « {cle[0]} », code « {cle[1]} »."
            )
        vues.add(cle)
    return lignes


def charger(conn: sa.Connection, chemin: Path | None = None) -> bool:
    """Bring the `nomenclatures` table up to date with the file; True when something changed.

    Inside the caller's transaction. Codes that left the file stay as they are.
    """
    n = t.nomenclatures
    presentes = {
        (ligne["champ"], ligne["code"]): dict(ligne)
        for ligne in conn.execute(sa.select(n)).mappings()
    }
    rangs: dict[str, int] = {}
    for ligne in presentes.values():
        rangs[ligne["champ"]] = max(rangs.get(ligne["champ"], 0), ligne["rang"])
    modifie = False
    neuves = []
    for lue in lire_fichier(chemin):
        nouvelle = {**lue, "ordre": int(lue["ordre"])}
        champ, code = lue["champ"], lue["code"]
        ancienne = presentes.get((champ, code))
        if ancienne is None:
            rang = rangs.get(champ, 0) + 1
            if rang > RANG_MAXIMAL:
                raise LivraisonRefusee(
                    f"La liste « {champ} » a trop de codes : {RANG_MAXIMAL} au plus."
                )
            rangs[champ] = rang
            neuves.append({**nouvelle, "rang": rang})
        elif any(ancienne[c] != nouvelle[c] for c in _COLONNES):
            conn.execute(
                sa.update(n).where(n.c.champ == champ, n.c.code == code).values(**nouvelle)
            )
            modifie = True
    if neuves:
        conn.execute(sa.insert(n), neuves)
    return modifie or bool(neuves)


def initialiser(engine: Engine) -> None:
    """Create the missing tables and load the closed lists: a fresh database holds these only."""
    t.creer(engine)
    with engine.begin() as conn:
        charger(conn)
