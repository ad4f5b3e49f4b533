"""How printed figures are said: numbers, periods, places; nothing printed changes but its commas
and spaces."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from dashboard.nombres import FINE, INSECABLE, MOIS, date_longue, enumerer
from data.publications import Affirmation, Chiffre
from data.tableaux_publies import Point

INCONNUE = "inconnu"
"""Unit of a number whose label is lost."""

_PERIODES = {
    "sans date (flyer)": "sans date",
    "sans date (INSEE)": "sans date (Insee)",
    "2020-S2": "second semestre 2020",
    "2019-2020": "de 2019 à 2020",
    "2021-09/2023-12": "de septembre 2021 à décembre 2023",
    "2020-11/2021-01": "novembre 2020 à janvier 2021",
    "2020-12/2021-01": "décembre 2020 et janvier 2021",
    "2015-2017": "2015 et 2017",
    "2018-2020": "de 2018 à 2020",
}
_LIEUX = {"VNE": "Versant Nord-Est", "DOUAI": "Douai"}
_GRAS = re.compile(r"\*\*(.+?)\*\*")
_TITRE = re.compile(r"^#+ ")
_EXPOSANT = re.compile(r"&lt;sup&gt;(.+?)&lt;/sup&gt;")
_GRAND = re.compile(r"(?<![\d,.])(?!(?:19|20)\d\d(?!\d))(\d{1,3}(?:\d{3})+)(?!\d)")
_GUILLEMETS = re.compile(r'"([^"]+)"')
_DECIMALE = re.compile(r"(?<=\d)\.(?=\d+\s?%)")


def ecrire_valeur(chiffre: Chiffre | Point) -> str:
    """« 2 960 jeunes », « 16,56 % », « + 2 points », « environ 450 jeunes », « 1995 »."""
    texte = _ecrire_nombre(chiffre.valeur)
    if chiffre.unite == "année":
        return chiffre.valeur
    if chiffre.mesure.startswith(("évolution", "écart")):
        signe = "−" if chiffre.valeur.startswith("-") else "+"
        texte = f"{signe}{FINE}{texte.lstrip('-')}"
    if chiffre.environ:
        texte = f"environ {texte}"
    unite = "" if chiffre.unite == INCONNUE else accorder(chiffre)
    return f"{texte}{INSECABLE}{unite}" if unite else texte


def _ecrire_nombre(valeur: str) -> str:
    """A printed number, as many decimals as it has: « 16.56 » → « 16,56 »."""
    decimales = len(valeur.partition(".")[2])
    return f"{Decimal(valeur):,.{decimales}f}".replace(",", FINE).replace(".", ",")


def accorder(chiffre: Chiffre | Point) -> str:
    """The unit, in the singular below 2."""
    invariables = ("%", "fois", "ALSES", "ETP")
    if abs(Decimal(chiffre.valeur)) >= 2 or chiffre.unite in invariables:
        return chiffre.unite
    return chiffre.unite.removesuffix("s") if chiffre.unite != "ans" else "an"


def dire_periode(periode: str) -> str:
    """« 2020-03-09 » → « 9 mars 2020 », « 2019-07 » → « juillet 2019 », the rest as it is."""
    if periode in _PERIODES:
        return _PERIODES[periode]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", periode):
        return date_longue(dt.date.fromisoformat(periode))
    if re.fullmatch(r"\d{4}-(0\d|1[0-2])", periode):
        return f"{MOIS[int(periode[5:]) - 1]} {periode[:4]}"
    if " → " in periode:
        avant, apres = periode.split(" → ")
        return f"de {avant} à {apres}"
    return periode


def dire_lieux(lieux: str | Sequence[str]) -> str:
    """« Boris Vian|Martha Desrumaux » → « Boris Vian et Martha Desrumaux »."""
    noms = lieux.split("|") if isinstance(lieux, str) else lieux
    if len(noms) == 7:
        return "les sept territoires"
    return enumerer([_LIEUX.get(nom, nom) for nom in noms])


def majuscule(texte: str) -> str:
    """The same with a capital at its head."""
    return texte[:1].upper() + texte[1:]


def dire_relation(affirmation: Affirmation) -> str:
    """« supérieur (moyenne départementale ALSES) », « augmentation de …, 2 points »."""
    texte = affirmation.relation
    if affirmation.reference:
        texte += f" ({affirmation.reference.replace('|', ', ')})"
    if affirmation.valeur:
        nombre = affirmation.valeur.replace("|", " et ").replace(".", ",")
        texte += f"{INSECABLE}: {nombre}{INSECABLE}{affirmation.unite}".rstrip(INSECABLE)
    return majuscule(aerer(texte))


def aerer(texte: str) -> str:
    """Thin spaces between thousands (years apart), decimal commas, French quotation marks."""

    def espacer(trouve: re.Match[str]) -> str:
        return f"{int(trouve[1]):,}".replace(",", FINE)

    texte = _GUILLEMETS.sub(r"« \1 »", _DECIMALE.sub(",", _GRAND.sub(espacer, texte)))
    return texte.replace("n°", f"n°{INSECABLE}").replace(f"{INSECABLE} ", INSECABLE)


def citer(citation: str) -> Markup:
    """What is printed, to the letter; bold and exponents are drawn rather than spelled out."""
    texte = str(escape(_TITRE.sub("", citation)))
    return Markup(
        _EXPOSANT.sub(r"<sup>\1</sup>", _GRAS.sub(r"<strong>\1</strong>", texte)).replace("**", "")
    )
