"""Any indicator over the school years, by place: lines, printed figures of years without data, the
change of the forms in 2021, what certainly changed."""

from __future__ import annotations

from typing import Any

from dash import html as composants
from markupsafe import Markup

from dashboard import balises as html
from dashboard import choix
from dashboard.contexte import Contexte
from dashboard.figures import encadrer
from dashboard.filtres import Barre
from dashboard.fragments import fragment
from dashboard.pages.evolution.dessin import dessiner, expliquer_marques
from dashboard.pages.evolution.mots import resumer_vue
from dashboard.pages.evolution.suite import composer_suite
from dashboard.pages.evolution.vue import (
    PARAMETRES,
    Vue,
    a_dessiner,
    adresser,
    lire_indicateur,
    regarder,
    se_cumule,
    titrer,
)
from data.catalogue import CHAPITRES
from data.refus import typographier
from queries.evolutions import PERIODES

__all__ = ["PARAMETRES", "TITRE", "barrer", "composer", "resumer"]

TITRE = "Évolution"


def barrer(ctx: Contexte) -> list[Any]:
    """The filter bar, without a year: all of them are drawn."""
    indicateur = lire_indicateur(ctx)
    profils = indicateur.de_jeunes or indicateur.famille == "qualite_saisie"
    return Barre(ctx, profils=profils, annees=False).composer()


def resumer(ctx: Contexte) -> str:
    """Indicator and places in a few words."""
    return typographier(f"{lire_indicateur(ctx).titre} – {Barre(ctx, annees=False).resume()}")


def composer(ctx: Contexte) -> list[Any]:
    """The page."""
    vue = regarder(ctx)
    tete = html.Header(
        [
            html.H1(TITRE),
            html.P(
                "Un indicateur d’une année à l’autre, ici ou en plusieurs lieux. Seuls les "
                "changements certains sont affirmés.",
                className="introduction",
            ),
        ],
        className="tete-page",
    )
    return [
        fragment(tete, choix.dire_avis(vue.avis), _choisir(vue, ctx)),
        composants.Section(
            _remplir(vue, ctx),
            id="evolution",
            className="carte corps-carte",
            **{"aria-labelledby": "titre-evolution"},
        ),
    ]


def _choisir(vue: Vue, ctx: Contexte) -> Markup:
    catalogue = ctx.etat.catalogue.values()
    selects = [
        choix.choisir(
            "indicateur",
            "Indicateur",
            [
                (
                    f"{numero} {titre}",
                    [
                        (
                            f"{i.numero} {i.titre}",
                            adresser(vue, ctx, indicateur=i.id, valeur=""),
                            i.id == vue.indicateur.id,
                        )
                        for i in catalogue
                        if i.chapitre == code
                    ],
                )
                for code, (numero, titre) in CHAPITRES.items()
            ],
        )
    ]
    if sum(len(g.suites) for g in vue.groupes) > 1:
        selects.append(choix.choisir("valeur", "Réponse", _offrir_valeurs(vue, ctx)))
    if se_cumule(vue.indicateur, ctx):
        selects.append(
            choix.choisir(
                "periode",
                "Période",
                [
                    (
                        "",
                        [
                            (
                                mots,
                                adresser(vue, ctx, periode="" if code == "annee" else code),
                                (code == "cumul") == vue.cumul,
                            )
                            for code, mots in PERIODES.items()
                        ],
                    )
                ],
            )
        )
    return html.Div(selects, className="outillage")


def _offrir_valeurs(vue: Vue, ctx: Contexte) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    plusieurs = len(vue.groupes) > 1
    ensemble = len(vue.cibles) == 1
    groupes = []
    for g in vue.groupes:
        options = []
        if ensemble and len(g.suites) > 1:
            code = g.code if plusieurs else ""
            ici = vue.valeur is None and vue.groupe is g
            options.append(("Toutes les réponses", adresser(vue, ctx, valeur=code), ici))
        for x in g.suites:
            ici = vue.valeur is not None and x.code == vue.valeur.code
            options.append((x.libelle, adresser(vue, ctx, valeur=x.code), ici))
        groupes.append((g.libelle if plusieurs else "", options))
    return groupes


def _remplir(vue: Vue, ctx: Contexte) -> list[Any]:
    ind = vue.indicateur
    phrase = typographier(resumer_vue(vue, ctx))
    tete = html.Header(
        [
            html.Span(ind.numero, className="numero"),
            html.H2(titrer(vue), id="titre-evolution"),
            html.P(ind.question, className="question"),
        ],
        className="tete-carte",
    )
    debut = fragment(tete, html.P(phrase, className="phrase", id="phrase-evolution"))
    fin = fragment(*composer_suite(vue, ctx))
    if ctx.selection.vue == "tableau" or not a_dessiner(vue, ctx):
        return [debut, fin]
    dessin = encadrer("graphe-evolution", dessiner(vue, ctx), phrase)
    return [debut, fragment(expliquer_marques(vue, ctx)), dessin, fin]
