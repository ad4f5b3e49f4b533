"""Two indicators crossed: heat table or stacked bars, per cent in row or in column, and what
certainly stands out. Crossings whose cells can mostly be shown are offered first."""

from __future__ import annotations

from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import choix, tableaux
from dashboard.contexte import Contexte
from dashboard.fragments import fragment
from dashboard.nombres import (
    annee_lisible,
    pluriel,
)
from dashboard.pages.explorer.mots import resumer_croisement
from dashboard.pages.explorer.pied import composer_pied
from dashboard.pages.explorer.tables import chauffer, compter, empiler, expliquer_marques
from dashboard.pages.explorer.vue import (
    DESSINS,
    PARAMETRES,
    SENS,
    Vue,
    adresser,
    barrer,
    orienter,
    regarder,
    resumer,
)
from data.catalogue import CHAPITRES, Indicateur
from data.refus import typographier
from queries.croisements import (
    Offre,
    croisables,
)
from queries.lieux import nommer

__all__ = ["PARAMETRES", "TITRE", "barrer", "composer", "resumer"]

TITRE = "Croiser deux indicateurs"


def composer(ctx: Contexte) -> list[Any]:
    """The page."""
    vue = regarder(ctx)
    tete = html.Header(
        [
            html.H1(TITRE),
            html.P(
                "Les réponses à une question selon les réponses à une autre, pour les jeunes "
                "accompagnés par les ALSES. Ce qui s’écarte du hasard est marqué, et seulement "
                "quand c’est certain.",
                className="introduction",
            ),
        ],
        className="tete-page",
    )
    return [
        fragment(tete, choix.dire_avis(vue.avis), _choisir(vue)),
        composants.Section(
            fragment(*_remplir(vue)),
            id="croisement",
            className="carte corps-carte",
            **{"aria-labelledby": "titre-croisement"},
        ),
    ]


def _choisir(vue: Vue) -> Markup:
    a, b = vue.croisement.a, vue.croisement.b
    return html.Div(
        [
            choix.choisir("croisement", "Croisement", _offrir(vue)),
            choix.choisir("indicateur", "En lignes", _lister(vue, a, b, "indicateur", "croiser")),
            choix.choisir("croiser", "En colonnes", _lister(vue, b, a, "croiser", "indicateur")),
            choix.choisir(
                "sens",
                "Pour cent",
                [("", [(m, adresser(vue, sens=s), s == vue.sens) for s, m in SENS.items()])],
            ),
            choix.choisir(
                "dessin",
                "Dessin",
                [("", [(m, adresser(vue, dessin=d), d == vue.dessin) for d, m in DESSINS.items()])],
            ),
            html.P(
                html.Lien(
                    "⇄ Intervertir lignes et colonnes",
                    adresser(vue, indicateur=b.id, croiser=a.id),
                ),
                className="intervertir",
            ),
        ],
        className="outillage",
    )


def _offrir(vue: Vue) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Every crossing, by how much of it can be shown."""
    ici = {vue.croisement.a.id, vue.croisement.b.id}
    groupes: dict[str, list[tuple[str, str, bool]]] = {}
    for o in vue.offres:
        lignes, colonnes = orienter(o)
        mots = f"{lignes.titre} × {colonnes.titre}"
        if o.montrees is not None:
            mots += f" – {dire_offre(o)}"
        pareille = {o.a.id, o.b.id} == ici
        suite = {} if pareille else {"indicateur": lignes.id, "croiser": colonnes.id}
        groupes.setdefault(_classer(o), []).append((mots, adresser(vue, **suite), pareille))
    return list(groupes.items())


def _classer(o: Offre) -> str:
    if o.montrees is None:
        return ""
    if o.montrees == o.cases:
        return "Toutes les cases sont montrées"
    if not o.montrees:
        return "Rien ne peut être montré ici"
    return "La plupart des cases" if o.part >= 0.5 else "Moins de la moitié des cases"


def dire_offre(o: Offre) -> str:
    """« 12 cases sur 20 montrées, 8 cachées »."""
    if o.montrees == o.cases:
        return f"{pluriel(o.cases, 'case')} sur {o.cases} montrées"
    caches = o.cases - (o.montrees or 0)
    return (
        f"{pluriel(o.montrees or 0, 'case')} sur {o.cases} "
        f"montrée{'s' if (o.montrees or 0) > 1 else ''}, {caches} cachée{'s' if caches > 1 else ''}"
    )


def _lister(
    vue: Vue, ici: Indicateur, autre: Indicateur, nom: str, second: str
) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Indicators by chapter; taking the one of the other side swaps them."""
    groupes: dict[str, list[tuple[str, str, bool]]] = {}
    for i in croisables(vue.ctx.etat):
        suite = {nom: i.id} | ({second: ici.id} if i.id == autre.id else {})
        numero, titre = CHAPITRES[i.chapitre]
        groupes.setdefault(f"{numero} {titre}", []).append(
            (f"{i.numero} {i.titre}", adresser(vue, **suite), i.id == ici.id)
        )
    return list(groupes.items())


def _remplir(vue: Vue) -> list[Any]:
    x = vue.croisement
    titre = f"{x.a.titre} × {x.b.titre}"
    lieu = nommer(vue.ctx.etat, vue.ctx.selection.lieu)
    corps: list[Any] = [
        html.Header(
            [
                html.H2(titre, id="titre-croisement"),
                html.P(
                    f"{lieu}, {annee_lisible(vue.ctx.selection.annee)}",
                    className="question",
                ),
            ],
            className="tete-croisement",
        )
    ]
    if x.politique.exacte:
        corps.append(html.P("Chiffres exacts – ne pas diffuser.", className="bandeau exact"))
    corps.append(html.P(typographier(resumer_croisement(vue)), className="phrase"))
    if not x.repondu:
        return [*corps, composer_pied(vue)]
    if vue.ctx.selection.vue == "tableau":
        corps.append(_defiler(compter(vue)))
        return [*corps, composer_pied(vue)]
    rangees = empiler(vue)
    if vue.dessin == "barres" and tableaux.peut_empiler(rangees):
        corps.append(html.Div(tableaux.empilees(rangees), className="barres-croisees"))
    else:
        if vue.dessin == "barres":
            corps.append(html.P(_pourquoi_pas_de_barres(vue), className="raison"))
        corps += [_tourner(vue), _defiler(chauffer(vue)), expliquer_marques(vue)]
    corps.append(
        html.Details(
            [html.Summary("Les nombres en tableau"), _defiler(compter(vue))], className="chiffres"
        )
    )
    return [*corps, composer_pied(vue)]


def _tourner(vue: Vue) -> Markup | None:
    """Where no per cent of this way can be given, the other way; None where some can."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    marges, autres = (x.lignes, x.colonnes) if par_ligne else (x.colonnes, x.lignes)
    if any(m.base is not None for m in marges) or all(m.pourquoi != "reponses" for m in marges):
        return None
    mot, autre = ("ligne", "colonne") if par_ligne else ("colonne", "ligne")
    lien = None
    if any(m.base is not None for m in autres):
        lien = html.Lien(f"Voir les parts en {autre}", adresser(vue, sens=autre))
    return html.P(
        [
            f"Pas de parts en {mot} : trop de jeunes n’ont répondu qu’à une des deux questions. ",
            lien,
        ],
        className="raison",
    )


def _defiler(tableau: Markup) -> Markup:
    return html.Div(tableau, className="defile", tabIndex=0)


def _pourquoi_pas_de_barres(vue: Vue) -> str:
    x = vue.croisement
    ind = x.b if vue.sens == "ligne" else x.a
    if ind.series[0].multiple:
        raison = "plusieurs réponses sont possibles, leur total dépasse 100 %"
    elif len(ind.series[0].modalites) > 6:
        raison = "il y a plus de six réponses, que l’on ne distinguerait pas"
    else:
        raison = (
            "des cases sont cachées, ou leur total s’éloigne trop de 100 % à cause de l’arrondi"
        )
    return f"Pas de barres empilées ici : {raison}. Voici le tableau."
