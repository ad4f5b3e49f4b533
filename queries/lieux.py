"""The places a reader may ask about, and what they are called (contract, Access).

A place outside the perimeter is answered exactly like one that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data.treillis import DEPARTEMENT
from queries.depot import Etat
from queries.lecteur import Lecteur, Role
from queries.question import Lieu

RESEAUX = {"rep": "REP", "rep_plus": "REP+", "hors": "Hors éducation prioritaire"}
GENRES_DE_POSTE = {
    "plan_pauvrete": "Collèges avec un poste plan pauvreté",
    "autre": "Collèges avec d’autres postes",
}
NOMS_DES_TYPES = {
    "departement": "Département",
    "territoire": "Territoire",
    "association": "Association",
    "association_territoire": "Association dans un territoire",
    "college": "Collège",
    "reseau": "Réseau",
    "poste": "Type de poste",
    "association_college": "Association dans un collège",
}


def colleges_de(etat: Etat, associations: tuple[str, ...], annee: str | None = None) -> list[str]:
    """Collèges with a post of these associations open on any day of the year (None: ever)."""
    geo = etat.geographie
    if annee is None:
        postes = list(geo.postes)
    else:
        debut, fin = (int(x) for x in annee.split("-"))
        postes = [p for a in range(debut, fin) for p in geo.postes_de_l_annee(a)]
    siens = {p["college"] for p in postes if p["association"] in associations}
    return [c for c in geo.colleges if c in siens]


def existe(etat: Etat, lecteur: Lecteur, lieu: Lieu, annee: str | None = None) -> bool:
    """Whether the place is in the lattice and inside the reader's perimeter."""
    if not lecteur.voit_type(lieu.type):
        return False
    geo = etat.geographie
    if lieu.type == "departement":
        return lieu.code == DEPARTEMENT
    if lieu.type == "territoire":
        return lieu.code in geo.territoires
    if lieu.type == "reseau":
        return lieu.code in RESEAUX
    if lieu.type == "poste":
        return lieu.code in GENRES_DE_POSTE
    chef = lecteur.role is Role.CHEF
    if lieu.type == "college":
        if chef:
            return lieu.code in colleges_de(etat, lecteur.associations, annee)
        return lieu.code in geo.colleges
    if chef and lieu.association not in lecteur.associations:
        return False
    if lieu.type == "association":
        return lieu.code in geo.associations
    paire = (lieu.association, lieu.second)
    if lieu.type == "association_territoire":
        return paire in geo.paires_territoire()
    return paire in geo.paires_college()


def lister(etat: Etat, lecteur: Lecteur, type_: str, annee: str | None = None) -> Iterator[Lieu]:
    """Places of a kind inside the reader's perimeter, in the order of lists of choices."""
    geo = etat.geographie
    codes: list[str] = {
        "departement": [DEPARTEMENT],
        "territoire": list(geo.territoires),
        "association": list(geo.associations),
        "association_territoire": ["/".join(p) for p in geo.paires_territoire()],
        "college": list(geo.colleges),
        "reseau": list(RESEAUX),
        "poste": list(GENRES_DE_POSTE),
        "association_college": ["/".join(p) for p in geo.paires_college()],
    }[type_]
    for code in codes:
        lieu = Lieu(type_, code)
        if existe(etat, lecteur, lieu, annee):
            yield lieu


def nommer(etat: Etat, lieu: Lieu) -> str:
    """What a place is called on screens and in files."""
    geo = etat.geographie
    if lieu.type == "departement":
        return "Département du Nord"
    if lieu.type == "territoire":
        return geo.territoires[lieu.code]
    if lieu.type == "association":
        return str(geo.associations[lieu.code]["nom"])
    if lieu.type == "reseau":
        return RESEAUX[lieu.code]
    if lieu.type == "poste":
        return GENRES_DE_POSTE[lieu.code]
    if lieu.type == "college":
        return nommer_college(etat, lieu.code)
    association = geo.associations[lieu.association]["nom"]
    if lieu.type == "association_territoire":
        return f"{association} – {geo.territoires[lieu.second]}"
    return f"{association} – {nommer_college(etat, lieu.second)}"


def nommer_college(etat: Etat, code: str) -> str:
    """Name and town of a collège (names repeat from town to town)."""
    college = etat.geographie.colleges[code]
    return f"{college['nom']} ({college['commune']})"


def territoire_de(etat: Etat, lieu: Lieu) -> str | None:
    """Code of the territoire a place lies in; None when in several, or in all."""
    geo = etat.geographie
    if lieu.type == "territoire":
        return lieu.code
    if lieu.type == "association_territoire":
        return lieu.second
    if lieu.type in ("college", "association_college"):
        return str(geo.colleges[lieu.second]["territoire"])
    if lieu.type == "association":
        siens = {t for a, t in geo.paires_territoire() if a == lieu.code}
        return siens.pop() if len(siens) == 1 else None
    return None


def nomme_un_lieu_cache(texte: str, etat: Etat, lecteur: Lecteur) -> bool:
    """Whether a text that is quoted names an association or a collège outside the perimeter.

    A name that the reader's own places share, or that a territoire has, may be read.
    """
    if not lecteur.restreint:
        return False
    cle = ("noms cachés", lecteur)
    if cle not in etat.gardes:
        etat.gardes[cle] = _reconnaitre_les_noms_caches(etat, lecteur)
    motif: re.Pattern[str] = etat.gardes[cle]
    return motif.search(texte.replace("’", "'")) is not None


def _reconnaitre_les_noms_caches(etat: Etat, lecteur: Lecteur) -> re.Pattern[str]:
    geo = etat.geographie
    siens = set(colleges_de(etat, lecteur.associations))
    tus: set[str] = set()
    permis: list[str] = list(geo.territoires.values())
    for code, a in geo.associations.items():
        noms = (str(a["sigle"]), str(a["nom"]))
        (permis.extend if code in lecteur.associations else tus.update)(noms)
    for code, c in geo.colleges.items():
        (permis.append if code in siens else tus.add)(str(c["nom"]))
    dits = " ".join(permis)
    motifs = [rf"(?<![\w-]){re.escape(x.replace('’', chr(39)))}(?![\w-])" for x in tus if x]
    return re.compile("|".join(m for m in motifs if not re.search(m, dits)) or r"(?!)")
