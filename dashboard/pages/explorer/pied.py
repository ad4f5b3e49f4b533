"""The foot of a crossing: bases, files, when a difference is certain."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from dashboard import balises as html
from dashboard import pieds
from dashboard.nombres import (
    pluriel,
)
from dashboard.pages.explorer.vue import Vue, adresser
from queries.reponses import NOTE_ARRONDI, NOTE_EXACT
from queries.selection import ecrire, ecrire_lieux

SANS_CROISEMENT = (
    "Une diapositive montre une question à la fois : d’ici, on ajoute à une présentation l’une ou "
    "l’autre des deux, pas leur croisement."
)


def composer_pied(vue: Vue) -> Markup:
    """Notes, source, files."""
    x, ctx = vue.croisement, vue.ctx
    notes: list[Any] = []
    if x.repondu:
        exact = x.politique.exacte
        base = pluriel(x.total or 0, "jeune a répondu", "jeunes ont répondu")
        notes.append(html.Span(f"{'' if exact else 'Environ '}{base} aux deux questions."))
        notes += [html.Span(t) for t in _expliquer_les_bases(vue)]
        if not exact:
            notes.append(html.Span(NOTE_ARRONDI, className="protection"))
        else:
            notes.append(html.Strong(f"{NOTE_EXACT}.", className="exact"))
    if ctx.lecteur.auteur:
        notes.append(html.Span(SANS_CROISEMENT))
    return pieds.composer(notes, pieds.dire_la_source(ctx.etat), _outils(vue), _expliquer())


def _expliquer_les_bases(vue: Vue) -> list[str]:
    """What the per cents are a share of."""
    x, par_ligne = vue.croisement, vue.sens == "ligne"
    autre, mot = (x.b, "ligne") if par_ligne else (x.a, "colonne")
    marges = x.lignes if par_ligne else x.colonnes
    if autre.series[0].multiple:
        return [
            f"Base d’une {mot} : les jeunes de cette réponse, moins la part de ceux qui n’ont pas "
            f"répondu à l’autre question, car « {autre.titre} » admet plusieurs réponses."
        ]
    textes = [f"Base d’une {mot} : la somme de ses cases."]
    if any(m.masquees and m.base is not None for m in marges):
        textes.append(
            "Quand il y en a de masquées, c’est le milieu de ce que cette somme peut être."
        )
    return textes


def adresse_api(vue: Vue, format_: str) -> str:
    """Address of the same cells as a file."""
    x, ctx = vue.croisement, vue.ctx
    paires = [("annee", ctx.selection.annee), *ecrire_lieux(ctx.selection.lieux, ctx.lecteur)]
    paires += [("croiser", x.b.id), ("format", format_)]
    return f"/api/v1/indicateurs/{x.a.id}?{urlencode(paires)}"


def _outils(vue: Vue) -> Markup:
    nom = f"« {vue.croisement.a.titre} × {vue.croisement.b.titre} »"
    fichiers = pieds.lier_les_fichiers(
        lambda format_: adresse_api(vue, format_), f"Télécharger les chiffres {nom}"
    )
    return pieds.lister(
        [*fichiers, pieds.copier_le_lien(adresser(vue), nom), *_offrir_les_presentations(vue)]
    )


def _offrir_les_presentations(vue: Vue) -> list[Markup]:
    """A link for each of the two questions: no slide holds a crossing."""
    ctx = vue.ctx
    requete = ecrire(ctx.selection, ctx.etat, ctx.lecteur)
    return [
        lien
        for ind in (vue.croisement.a, vue.croisement.b)
        for lien in pieds.offrir_la_presentation(
            ind.id, requete, f"« {ind.titre} »", ctx.lecteur, nommee=True
        )
    ]


def _expliquer() -> Markup:
    """How a difference is found certain."""
    return html.Details(
        [
            html.Summary("Quand un écart est-il certain ?"),
            html.Ul(
                [
                    html.Li(
                        "Une case est comparée à ce qu’elle serait si les deux questions étaient "
                        "sans lien : le total de sa ligne fois celui de sa colonne, divisé par le "
                        "nombre de réponses. Le « résidu » mesure l’écart, en écarts types."
                    ),
                    html.Li(
                        "L’écart doit tenir quels que soient les vrais nombres derrière les "
                        "nombres publiés (à 4 près), et atteindre 10 jeunes ; un chiffre exact "
                        "n’a pas cette réserve."
                    ),
                    html.Li(
                        "Il doit dépasser ce que le hasard donnerait : au plus une chance sur "
                        "vingt de se tromper une seule fois dans tout le tableau, et 30 jeunes au "
                        "moins de chaque côté de la comparaison."
                    ),
                    html.Li("Un écart n’est pas une cause."),
                ],
                className="puces",
            ),
        ],
        className="pourquoi",
    )
