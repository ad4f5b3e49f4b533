"""What report is asked: a place and a year inside the reader's perimeter, read from the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.nombres import annee_lisible
from data.refus import typographier
from data.treillis import PROFILS
from queries.depot import Etat
from queries.lecteur import Lecteur
from queries.lieux import NOMS_DES_TYPES, colleges_de, existe, lister, nommer
from queries.question import Lieu
from queries.selection import (
    PARAMETRES,
    PARAMETRES_DE_LIEU,
    Selection,
    annee_par_defaut,
    ecrire,
    ecrire_lieux,
    lire,
)

LIEU, MODIFIER = "lieu", "modifier"
"""Parameters of this page's own: the choice of a place (kind:code), the forms of the author."""

_GENRES = (
    ("departement", "Département"),
    ("territoire", "Territoires"),
    ("association", "Associations"),
    ("association_territoire", "Associations, territoire par territoire"),
    ("college", "Collèges"),
    ("reseau", "Éducation prioritaire"),
    ("poste", "Types de poste"),
)


@dataclass(frozen=True, slots=True)
class Demande:
    """`avis`: what of the address had to be ignored, French. `choisie`: whether the form asked,
    rather than an address of the report."""

    lieu: Lieu
    annee: str
    avis: tuple[str, ...] = ()
    choisie: bool = False

    @property
    def selection(self) -> Selection:
        """What the report looks at."""
        return Selection((self.annee,), (self.lieu,))


def lire_la_demande(
    parametres: Mapping[str, Sequence[str]], etat: Etat, lecteur: Lecteur
) -> Demande:
    """The report that these parameters ask for; what is unknown, or not this reader's, is ignored
    and told."""
    avis = []
    communs = {k: v for k, v in parametres.items() if k in PARAMETRES}
    choisi = next((v for v in parametres.get(LIEU, ()) if v), "")
    if choisi:
        lieu = _lire_le_choix(choisi, etat, lecteur)
        if lieu is None:
            avis.append(f"Valeur inconnue pour « {LIEU} » : « {choisi[:60]} », ignorée.")
        else:
            communs = {k: v for k, v in communs.items() if k not in PARAMETRES_DE_LIEU}
            communs |= {k: [v] for k, v in ecrire_lieux([lieu], lecteur)}
    lue = lire(communs, etat, lecteur)
    s = lue.selection
    avis += lue.avis
    for nom in sorted(set(parametres) - {*PARAMETRES, LIEU, MODIFIER}):
        avis.append(f"Paramètre inconnu : « {nom[:60]} », ignoré.")
    ignores = [f"« {p} »" for p in (*PROFILS, "population") if parametres.get(p)]
    if ignores and (s.filtres or s.population != "alses"):
        avis.append(
            "Le rapport porte sur tous les jeunes accompagnés par les ALSES : "
            f"{', '.join(ignores)} ne s’y applique pas."
        )
    if len(s.lieux) > 1 or len(s.annees) > 1:
        avis.append("Le rapport porte sur un lieu et une année : les autres sont ignorés.")
    return Demande(s.lieu, s.annee, tuple(typographier(a) for a in avis), bool(choisi))


def _lire_le_choix(choisi: str, etat: Etat, lecteur: Lecteur) -> Lieu | None:
    type_, _, code = choisi.partition(":")
    lieu = Lieu(type_, code)
    if type_ not in NOMS_DES_TYPES or not existe(etat, lecteur, lieu):
        return None
    return lieu


def ecrire_la_demande(demande: Demande, etat: Etat, lecteur: Lecteur) -> str:
    """Query string of a report, without `?`; the year is always in it."""
    requete = ecrire(demande.selection, etat, lecteur)
    if demande.annee == annee_par_defaut(etat):
        return "&".join(x for x in (f"annee={demande.annee}", requete) if x)
    return requete


def offrir_les_lieux(
    demande: Demande, etat: Etat, lecteur: Lecteur
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of places to choose from, (value, name): those of the perimeter, nothing else."""
    groupes = []
    for type_, titre in _GENRES:
        if type_ == "college" and lecteur.par_association:
            type_ = "association_college"
        if not lecteur.voit_type(type_):
            continue
        siens = list(lister(etat, lecteur, type_, demande.annee))
        if type_ == "association_college":
            ouverts = colleges_de(etat, lecteur.associations, demande.annee)
            siens = [x for x in siens if x.second in ouverts]
        if siens:
            groupes.append((titre, [(nommer_le_choix(x), nommer(etat, x)) for x in siens]))
    if all(nommer_le_choix(demande.lieu) != v for _, choix in groupes for v, _ in choix):
        ici = (nommer_le_choix(demande.lieu), nommer(etat, demande.lieu))
        groupes.insert(0, (NOMS_DES_TYPES[demande.lieu.type], [ici]))
    return groupes


def offrir_les_annees(etat: Etat) -> list[tuple[str, str]]:
    """Years to choose from, (value, name): the last first, then the cumuls of the collèges."""
    cumuls = [(a, f"{annee_lisible(a)} – collèges seulement") for a in reversed(etat.cumuls)]
    return [*((a, a) for a in reversed(etat.annees)), *cumuls]


def nommer_le_choix(lieu: Lieu) -> str:
    """Value of a place in the form: kind:code."""
    return f"{lieu.type}:{lieu.code}"
