"""The same chart elsewhere, or in another year: what a slide may show instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from dashboard.nombres import annee_d_avant, annee_lisible
from dashboard.phrases import situer
from queries.depot import Etat
from queries.lecteur import Lecteur
from queries.lieux import existe, nommer, territoire_de
from queries.presentations import GRAPHIQUES, Diapo, Suivi, Variante, Vue
from queries.question import NORD, Lieu
from queries.selection import Lue, Selection, derniere_annee, ecrire, joindre, lire_requete

Cible = tuple[Lieu, str]
"""A place and a school year (or a cumul)."""


def lire_la_vue(vue: Vue, etat: Etat, lecteur: Lecteur) -> Lue:
    """What a chart looks at when it is shown to others by this reader."""
    return lire_requete(vue.requete, etat, lecteur.pour_partage())


def ecrire_la_vue(
    indicateur: str, selection: Selection, etat: Etat, suivi: Suivi | None = None
) -> Vue:
    """The chart that looks at this. Its year is told: years may be added."""
    requete = ecrire(selection, etat)
    if "annee=" not in requete:
        annees = urlencode([("annee", a) for a in selection.annees])
        requete = joindre(annees, requete)
    return Vue(indicateur, requete, suivi)


def viser(lieu: Lieu, annee: str, indicateur: str, etat: Etat) -> Vue:
    """The chart of a place and a year."""
    return ecrire_la_vue(indicateur, Selection((annee,), (lieu,)), etat)


def viser_de(diapo: Diapo, etat: Etat, lecteur: Lecteur) -> Selection | None:
    """What the first chart of a slide looks at; None for a slide of words."""
    if diapo.genre != GRAPHIQUES:
        return None
    return _viser(diapo.variantes[0], etat, lecteur)


def deplacer(variante: Variante, cible: Cible, etat: Etat, lecteur: Lecteur) -> Variante | None:
    """A variant looked at in another place and year; None when it cannot be asked there, or would
    show the same: a chart over the years has no other year."""
    lieu, annee = cible
    vues = []
    if suit_les_annees(variante) and lieu == _viser(variante, etat, lecteur).lieu:
        return None
    for vue in variante.vues:
        la = lire_la_vue(vue, etat, lecteur).selection
        la = replace(la, annees=(derniere_annee(annee) if vue.suivi else annee,), lieux=(lieu,))
        nouvelle = ecrire_la_vue(vue.indicateur, la, etat, vue.suivi)
        if lire_la_vue(nouvelle, etat, lecteur).avis:
            return None
        vues.append(nouvelle)
    return Variante(nommer_la_cible(cible, variante, etat, lecteur), tuple(vues))


def nommer_la_cible(cible: Cible, depuis: Variante, etat: Etat, lecteur: Lecteur) -> str:
    """What tells a variant from the first one: its place, its year, or both."""
    lieu, annee = cible
    la = _viser(depuis, etat, lecteur)
    morceaux = [nommer_le_lieu(lieu, etat)] if lieu != la.lieu else []
    if suit_les_annees(depuis):
        return ", ".join(morceaux)
    if annee != la.annee or not morceaux:
        morceaux.append(annee_lisible(annee))
    return ", ".join(morceaux)


def suit_les_annees(variante: Variante) -> bool:
    """Whether all its charts follow something over the years."""
    return all(v.suivi for v in variante.vues)


def _viser(variante: Variante, etat: Etat, lecteur: Lecteur) -> Selection:
    return lire_la_vue(variante.vues[0], etat, lecteur).selection


def nommer_la_selection(selection: Selection, etat: Etat, *, suivie: bool = False) -> str:
    """What a variant is called by itself: « Territoire de Douai, 2021-2022 »; "" when it looks at
    several places, years or profiles, which its charts name. `suivie`: over the years."""
    if len(selection.lieux) > 1 or selection.filtres:
        return ""
    if suivie:
        return f"{nommer_le_lieu(selection.lieu, etat)}, d’une année à l’autre"
    if len(selection.annees) > 1:
        return ""
    return f"{nommer_le_lieu(selection.lieu, etat)}, {annee_lisible(selection.annee)}"


def nommer_le_lieu(lieu: Lieu, etat: Etat) -> str:
    """A place by itself: « Territoire de Douai », which is no town."""
    if lieu.type == "territoire":
        return situer(etat, lieu).replace("Sur le territoire", "Territoire", 1)
    return nommer(etat, lieu)


def proposer(diapo: Diapo, etat: Etat, lecteur: Lecteur) -> list[tuple[Cible, Variante]]:
    """Sensible variants that a slide does not have yet."""
    la = viser_de(diapo, etat, lecteur)
    if la is None or len(la.lieux) > 1:
        return []
    premiere = diapo.variantes[0]
    if len(la.annees) > 1 and not suit_les_annees(premiere):
        return []
    siennes = {v.vues for v in diapo.variantes} | {_normaliser(premiere, etat, lecteur)}
    propositions = []
    for cible in dict.fromkeys(_cibles(la.lieu, la.annee, etat)):
        variante = deplacer(premiere, cible, etat, lecteur)
        if variante is not None and variante.vues not in siennes:
            propositions.append((cible, variante))
    return propositions


def _normaliser(variante: Variante, etat: Etat, lecteur: Lecteur) -> tuple[Vue, ...]:
    return tuple(
        ecrire_la_vue(v.indicateur, lire_la_vue(v, etat, lecteur).selection, etat, v.suivi)
        for v in variante.vues
    )


def _cibles(lieu: Lieu, annee: str, etat: Etat) -> Iterator[Cible]:
    """Its territoire, the Département, the year before, and for a collège three years at once."""
    d_un_an = derniere_annee(annee)
    territoire = territoire_de(etat, lieu)
    if territoire and lieu.type != "territoire":
        yield Lieu("territoire", territoire), d_un_an
    yield NORD, d_un_an
    if lieu.type == "college":
        for cumul in etat.cumuls:
            if derniere_annee(cumul) == d_un_an:
                yield lieu, cumul
        yield lieu, d_un_an
    avant = annee_d_avant(d_un_an)
    if avant in etat.annees:
        yield lieu, avant


def ecrire_la_cible(cible: Cible) -> str:
    """A place and a year as a form writes them."""
    lieu, annee = cible
    return f"{lieu.type}:{lieu.code}:{annee}"


def lire_la_cible(texte: str, etat: Etat, lecteur: Lecteur) -> Cible | None:
    """The place and the year that a form writes; None when there are none inside the perimeter:
    the same for what does not exist."""
    morceaux = texte.split(":")
    if len(morceaux) != 3:
        return None
    lieu, annee = Lieu(morceaux[0], morceaux[1]), morceaux[2]
    if annee not in (*etat.annees, *etat.cumuls):
        return None
    la = existe(etat, lecteur.pour_partage(), lieu, annee)
    return (lieu, annee) if la else None
