"""What the page of crossings looks at: a place and a year that crossings are answered for, two
indicators, read from the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from dashboard import choix
from dashboard.contexte import Contexte
from dashboard.filtres import Barre
from data.catalogue import Indicateur
from queries.croisements import (
    Croisement,
    Offre,
    croisables,
    croiser,
    lieu_croisable,
    offrir,
)
from queries.lieux import lister, nommer
from queries.question import NORD
from queries.selection import derniere_annee

PARAMETRES = ("indicateur", "croiser", "sens", "dessin")

SENS = {
    "ligne": "En ligne : chaque ligne fait 100 %",
    "colonne": "En colonne : chaque colonne fait 100 %",
}

DESSINS = {"chaleur": "Tableau de chaleur", "barres": "Barres empilées à 100 %"}


@dataclass(frozen=True, slots=True)
class Vue:
    """What is looked at. `ctx`: the context, its place and year being ones crossings are answered
    for. `sens`: per cent in row or in column."""

    ctx: Contexte
    offres: tuple[Offre, ...]
    croisement: Croisement
    sens: str
    dessin: str
    avis: tuple[str, ...]


class BarreDeCroisement(Barre):
    """The choices a crossing has: a place and a year."""

    def principaux(self) -> list[Any]:
        """Place, year."""
        return [self.lieu(), self.annee()]

    def seconds(self) -> list[Any]:
        """Nothing else applies."""
        return []

    def etiquettes(self) -> list[Markup]:
        """The place is said by its choice."""
        return []

    def lieu(self) -> Any:
        """Every place that crossings are answered for, inside the perimeter."""
        lieux = [NORD, *lister(self.etat, self.lecteur, "territoire")]
        lieux += lister(self.etat, self.lecteur, "association")
        return self.choisir(
            "lieu",
            "Lieu",
            [(nommer(self.etat, x), self.vers(lieux=(x,))) for x in lieux],
            self.vers(),
        )


def barrer(ctx: Contexte) -> list[Any]:
    """The filter bar: a place and a year."""
    return BarreDeCroisement(_ramener(ctx)).composer()


def resumer(ctx: Contexte) -> str:
    """Place and year in a few words."""
    return Barre(_ramener(ctx)).resume()


def _ramener(ctx: Contexte) -> Contexte:
    """The context at a place and in a year that crossings are answered for."""
    s = ctx.selection
    lieu = lieu_croisable(s.lieu, ctx.etat, ctx.lecteur)
    autre = replace(
        s,
        annees=(derniere_annee(s.annee),),
        lieux=(lieu,),
        filtres=(),
        population="alses",
    )
    return replace(ctx, selection=autre)


def _avertir(ctx: Contexte, ramene: Contexte) -> list[str]:
    """What the address asks and a crossing does not have."""
    s, r = ctx.selection, ramene.selection
    avis = []
    if s.lieux != r.lieux:
        avis.append(
            "Un croisement se demande pour le département, un territoire ou une association : "
            f"voici celui de « {nommer(ctx.etat, r.lieu)} »."
        )
    if s.annees != r.annees:
        avis.append(f"Un croisement porte sur une seule année scolaire : {r.annee}.")
    if s.filtres or s.population != "alses":
        avis.append(
            "Un croisement porte sur tous les jeunes accompagnés par les ALSES : les filtres de "
            "profil et de population sont laissés de côté."
        )
    return avis


def regarder(ctx: Contexte) -> Vue:
    """Everything the page says, asked of the answers."""
    ramene = _ramener(ctx)
    avis = _avertir(ctx, ramene)
    etat, lecteur, depot = ctx.etat, ctx.lecteur, ctx.depot
    annee, lieu = ramene.selection.annee, ramene.selection.lieu
    offres = offrir(annee, lieu, etat, lecteur, depot)
    possibles = {i.id: i for i in croisables(etat)}
    for nom in ("indicateur", "croiser"):
        avis += choix.avertir(ctx, nom, possibles)
    avis += choix.avertir(ctx, "sens", SENS) + choix.avertir(ctx, "dessin", DESSINS)
    a = choix.lire(ctx, "indicateur", possibles)
    b = choix.lire(ctx, "croiser", possibles)
    if a and a == b:
        avis.append("On croise deux indicateurs différents : le second est remplacé.")
        b = ""
    a, b = _completer(a, b, offres)
    croisement = croiser(possibles[a], possibles[b], annee, lieu, lecteur, depot)
    return Vue(
        ramene,
        tuple(offres),
        croisement,
        choix.lire(ctx, "sens", SENS, "ligne"),
        choix.lire(ctx, "dessin", DESSINS, "chaleur"),
        tuple(avis),
    )


def _completer(a: str, b: str, offres: Sequence[Offre]) -> tuple[str, str]:
    """The two indicators: those asked for, the others from the first crossing offered."""
    if a and b:
        return a, b
    for o in offres:
        if not a and not b:
            lignes, colonnes = orienter(o)
            return lignes.id, colonnes.id
        if (a or b) in (o.a.id, o.b.id):
            autre = o.b.id if (a or b) == o.a.id else o.a.id
            return (a, autre) if a else (autre, b)
    raise LookupError("aucun croisement")


def orienter(o: Offre) -> tuple[Indicateur, Indicateur]:
    """Rows and columns of a crossing: the longer list in rows, so that its labels can be read."""
    longueurs = [len(i.series[0].modalites) for i in (o.a, o.b)]
    return (o.a, o.b) if longueurs[0] >= longueurs[1] else (o.b, o.a)


def adresser(vue: Vue, **changements: str) -> str:
    """Address of the page with these parameters of its own; defaults are left out."""
    actuels = {
        "indicateur": vue.croisement.a.id,
        "croiser": vue.croisement.b.id,
        "sens": vue.sens,
        "dessin": vue.dessin,
    } | changements
    defauts = {("sens", "ligne"), ("dessin", "chaleur")}
    return vue.ctx.adresse(propres=[p for p in actuels.items() if p not in defauts])
