"""Numbers, dates and words the French way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from data.refus import typographier

FINE = "\u202f"
INSECABLE = "\u00a0"
MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


@lru_cache(maxsize=8192)
def nombre(valeur: float, decimales: int | None = None) -> str:
    """2960 → « 2 960 », 40.5 → « 40,5 ». Decimals as they are, one at most, unless told."""
    if decimales is None:
        decimales = 0 if float(valeur).is_integer() else 1
    return f"{valeur:,.{decimales}f}".replace(",", FINE).replace(".", ",")


def pourcentage(part: float, *, exact: bool = False) -> str:
    """15.3 → « 15,3 % »; whole unless exact."""
    return f"{nombre(part, 1 if exact else 0)}{INSECABLE}%"


def points(ecart: float, *, exact: bool = False) -> str:
    """−6.0 → « − 6 points »."""
    signe = "+" if ecart > 0 else "−"
    valeur = nombre(abs(ecart), 1 if exact else 0)
    return f"{signe}{FINE}{valeur}{INSECABLE}point{'s' if abs(ecart) >= 2 else ''}"


def date_longue(jour: dt.date) -> str:
    """« 12 octobre 2023 », « 1er mars 2020 »."""
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme} {MOIS[jour.month - 1]} {jour.year}"


def pluriel(n: float, singulier: str, plusieurs: str | None = None) -> str:
    """« 1 jeune », « 2 jeunes »."""
    mot = singulier if abs(n) < 2 else (plusieurs or singulier + "s")
    return f"{nombre(n)}{INSECABLE}{mot}"


def enumerer(mots: Sequence[str], lien: str = "et") -> str:
    """« a, b et c »."""
    if len(mots) < 2:
        return "".join(mots)
    return f"{', '.join(mots[:-1])} {lien} {mots[-1]}"


def annee_lisible(annee: str) -> str:
    """« 2021-2022 », and a cumul as « 2019-2022 (cumul de trois ans) »."""
    debut, fin = annee.split("-")
    if int(fin) - int(debut) == 3:
        return f"{annee} (cumul de trois ans)"
    return annee


def annee_d_avant(annee: str) -> str:
    """« 2021-2022 » → « 2020-2021 »; a cumul moves by one year."""
    debut, fin = (int(x) for x in annee.split("-"))
    return f"{debut - 1}-{fin - 1}"


def couper(texte: str, largeur: int = 34, saut: str = "<br>") -> str:
    """A long label on several lines, never in the middle of a word."""
    lignes: list[str] = [""]
    for mot in typographier(texte).split(" "):
        if lignes[-1] and len(lignes[-1]) + 1 + len(mot) > largeur:
            lignes.append(mot)
        else:
            lignes[-1] = f"{lignes[-1]} {mot}".strip()
    return saut.join(lignes)
